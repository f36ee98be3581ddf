"""The addresses of the pages; docs/reference/addresses.md describes each."""

from django.urls import include, path

from broadsheet.deliver.web import accounts, browsing, discussing, flagging, keeping, moderation, notices, views
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
    path("discuss/papers/<path:paper_id>", discussing.speak),
    path("lock/papers/<path:paper_id>", discussing.lock),
    path("discussions", discussing.latest),
    path("comments/<int:key>", discussing.permalink),
    path("comments/<int:key>/history", discussing.history),
    path("comments/<int:key>/reply", discussing.reply),
    path("comments/<int:key>/edit", discussing.edit),
    path("comments/<int:key>/take-back", discussing.take_back),
    path("comments/<int:key>/remove", discussing.remove),
    path("comments/<int:key>/restore", discussing.restore),
    path("comments/<int:key>/lock", discussing.lock_thread),
    path("flag/comments/<int:key>", flagging.comment),
    path("flag/papers/<path:paper_id>", flagging.paper),
    path("notifications", notices.notifications),
    path("notifications/read", notices.read_all),
    path("notifications/mail", notices.mail),
    path("notifications/<int:key>", notices.read),
    path("mail/off/<token>", notices.mail_off),
    path("decisions", moderation.log),
    path("decisions/<int:number>/undo", moderation.undo),
    path("put-right/<path:paper_id>", moderation.put_right),
    path("accounts/", include("allauth.urls")),
    path("admin/", site.urls),
    path("health", views.health),
    path("robots.txt", views.robots),
    path("favicon.ico", views.favicon),
]

handler404 = "broadsheet.deliver.web.views.not_found"
