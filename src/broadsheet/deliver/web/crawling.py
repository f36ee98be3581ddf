"""The views for programs that read the site page by page: robots.txt, the sitemap, and llms.txt."""

from __future__ import annotations

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import browsing, listings, papers
from broadsheet.deliver import present, sitemap
from broadsheet.deliver.web.context import address_of
from broadsheet.deliver.web.feeding import A_WHILE
from broadsheet.deliver.web.views import not_found
from broadsheet.errors import IndexMissingError

NOT_FOR_ROBOTS = (
    "/search",
    "/suggest",
    "/cite/",
    "/admin/",
    "/accounts/",
    "/subscribe/",
    "/subscriptions/",
    "/unsubscribe/",
    "/digests/",
    "/discuss/",
    "/comments/",
    "/flag/",
    "/mail/",
    "/save/",
    "/reading",
    "/submit",
    "/claim",
    "/settings",
    "/invitation/",
)

AN_HOUR = 3600

DAYS = 40_000

_ALWAYS_THERE = ("/", "/trending", "/discussions", "/ranking")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Everything may be read but searches, of which there is no end; the sitemap helps, where robots can come in."""
    lines = ["User-agent: *", *(f"Disallow: {path}" for path in NOT_FOR_ROBOTS)]
    if not settings.PROXY_HEADER:
        lines += ["", f"Sitemap: {address_of(request)}/sitemap.xml"]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain")


@require_safe
def whole_map(request: HttpRequest) -> HttpResponse:
    """The sitemap: where its parts are."""
    parts = cache.get_or_set("sitemap", papers.parts, AN_HOUR)
    site = f"{address_of(request)}/sitemap"
    places = [(f"{site}/pages.xml", None), *((f"{site}/{number}.xml", at) for number, at in parts or ())]
    return _xml(sitemap.index(places))


@require_safe
def map_of_papers(request: HttpRequest, number: int) -> HttpResponse:
    """A part of the sitemap: papers, by the order in which they came."""
    found = papers.part(number)
    if not found:
        return not_found(request)
    site = address_of(request)
    return _xml(sitemap.part((site + present.paper_path(paper_id), at) for paper_id, at in found))


@require_safe
def map_of_pages(request: HttpRequest) -> HttpResponse:
    """The part of the sitemap that has the listings: of days, and of categories once there is an index."""
    paths = [*_ALWAYS_THERE, *(f"/day/{day}" for day in listings.days(DAYS))]
    try:
        archives = browsing.categories(wiring.index())
        paths += ["/categories/", "/venues/"]
        paths += [present.category_path(name) for several in archives.values() for name, _, _ in several]
    except IndexMissingError:
        pass
    return _xml(sitemap.part((address_of(request) + path, None) for path in paths))


@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """What the house offers to programs that read, in a page of Markdown."""
    return render(request, "web/llms.txt", content_type="text/markdown; charset=utf-8")


def _xml(body: bytes) -> HttpResponse:
    return HttpResponse(body, content_type="application/xml; charset=utf-8", headers={"Cache-Control": A_WHILE})
