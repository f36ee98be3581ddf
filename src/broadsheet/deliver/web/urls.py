"""The addresses of the pages; docs/reference/addresses.md describes each."""

from django.urls import include, path

from broadsheet.deliver.web import accounts, browsing, hooks, keeping, subscribing, views
from broadsheet.deliver.web.admin_delivery import site

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
    path("subscribe", subscribing.subscribe),
    path("subscribe/address", subscribing.address),
    path("subscribe/preview", subscribing.sample),
    path("subscriptions/", subscribing.own),
    path("subscriptions/confirm/<proof>", subscribing.confirm),
    path("subscriptions/<proof>", subscribing.manage),
    path("unsubscribe/<proof>", subscribing.unsubscribe),
    path("digests/<proof>/", subscribing.archive),
    path("digests/<proof>/<int:number>", subscribing.digest),
    path("digests/<proof>/<int:number>/mail", subscribing.as_mailed),
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
    path("mail/bounces/<secret>", hooks.report),
    path("health", views.health),
    path("robots.txt", views.robots),
    path("favicon.ico", views.favicon),
]

handler404 = "broadsheet.deliver.web.views.not_found"
