"""The addresses of the pages; docs/reference/addresses.md describes each."""

from django.urls import include, path

from broadsheet.deliver.web import accounts, browsing, claiming, collecting, keeping, reading, saving, submitting, views
from broadsheet.deliver.web.admin import site

urlpatterns = [
    path("", views.front_page),
    path("day/", views.go_to_day),
    path("day/<day>", views.day),
    path("week/<week>", views.week),
    path("month/<month>", views.month),
    path("trending", views.trending),
    path("search", views.search),
    path("suggest", views.suggest),
    path("papers/<path:paper_id>", views.paper),
    path("cite/<form>/<path:paper_id>", views.cite),
    path("categories/", browsing.categories),
    path("categories/<path:category>", browsing.category),
    path("venues/", browsing.venues),
    path("venues/<path:venue>", browsing.venue),
    path("authors/<path:name>", browsing.author),
    path("sources", keeping.sources),
    path("completeness", keeping.completeness),
    path("completeness/<category>", keeping.completeness),
    path("completeness/<category>/<day>", keeping.announced_day),
    path("submit", submitting.submit),
    path("submissions", submitting.submissions),
    path("submissions/mine", submitting.mine),
    path("submissions/<int:submission>/<act>", submitting.decide),
    path("upvote/<path:paper_id>", accounts.upvote),
    path("save/<path:paper_id>", saving.save),
    path("reading", reading.reading),
    path("reading/export/<which>/<form>", reading.export),
    path("collections/", collecting.collections),
    path("collections/<name>", collecting.collection),
    path("collections/<name>/feed.<form>", collecting.feed),
    path("collections/<name>/export/<form>", collecting.export),
    path("collections/<name>/<act>", collecting.act),
    path("claim/<path:paper_id>", claiming.claim),
    path("claims", claiming.claims),
    path("claims/<int:claim>/<act>", claiming.decide),
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
    path("health", views.health),
    path("robots.txt", views.robots),
    path("favicon.ico", views.favicon),
    path("manifest.webmanifest", views.manifest),
]

handler404 = "broadsheet.deliver.web.views.not_found"
