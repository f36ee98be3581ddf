"""The addresses of the pages; docs/reference/addresses.md describes each."""

from django.urls import include, path

from broadsheet.deliver.web import accounts, browsing, following, interleaving, keeping, personal, views
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
    path("submit", accounts.submit),
    path("upvote/<path:paper_id>", accounts.upvote),
    path("for-you", personal.page),
    path("for-you/profile", personal.profile),
    path("for-you/say", personal.say),
    path("for-you/anew", personal.anew),
    path("for-you/library", personal.library),
    path("for-you/opened", interleaving.opened),
    path("for-you/less/<path:paper_id>", personal.less),
    path("for-you/forget/<path:paper_id>", personal.forget),
    path("follow", following.follow),
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
    path("health", views.health),
    path("robots.txt", views.robots),
    path("favicon.ico", views.favicon),
]

handler404 = "broadsheet.deliver.web.views.not_found"
