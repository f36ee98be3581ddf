"""The views of feeds: any listing for a feed reader, and a subscriber's digests for theirs."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import browsing, listings, periods, tops
from broadsheet.core import search as search_verb
from broadsheet.core import trending as rising
from broadsheet.core.proofs import Purpose, proved
from broadsheet.deliver import editions as shown
from broadsheet.deliver import feeds, present
from broadsheet.deliver.feeds import Feed
from broadsheet.deliver.web.context import address_of
from broadsheet.deliver.web.subscribing import by_proof
from broadsheet.deliver.web.views import not_found
from broadsheet.digests import Kind
from broadsheet.errors import IndexMissingError
from broadsheet.library import editions
from broadsheet.types import Paging, PeriodKind, Sort

ENTRIES = Paging(1, 100)
HITS = Paging(1, 50)
DIGESTS = 30
FORMS = {"atom": "application/atom+xml", "json": "application/feed+json"}

A_WHILE = "public, max-age=900"
"""Feed readers come often; a listing changes a few times a day."""


def as_feed(request: HttpRequest, feed: Feed, form: str) -> HttpResponse:
    """The answer that is a feed in this form, `atom` or `json`."""
    if form not in FORMS:
        return not_found(request)
    site = address_of(request)
    place = feeds.Place(site=site, feed=f"{site}{request.get_full_path()}", house=settings.SITE_NAME)
    text = feeds.json_feed(feed, place) if form == "json" else feeds.atom(feed, place)
    return HttpResponse(text, content_type=f"{FORMS[form]}; charset=utf-8")


@require_safe
def listing(request: HttpRequest, kind: str, form: str) -> HttpResponse:
    """A listing as a feed: one of the whole house, or what `?of=` says of `category`, `author`, `venue`, `search`."""
    of = " ".join(request.GET.get("of", "").split())
    if kind not in _LISTINGS or (kind not in _WHOLE and not of):
        return not_found(request)
    try:
        response = as_feed(request, _LISTINGS[kind](of), form)
    except IndexMissingError:
        return HttpResponse("The index is being built.", status=503, headers={"Retry-After": "60"})
    response.headers["Cache-Control"] = A_WHILE
    return response


@require_safe
@by_proof
def digests(request: HttpRequest, proof: str, form: str) -> HttpResponse:
    """A subscriber's digests as a feed, for whoever reads feeds rather than mails."""
    who, _ = proved(proof, Purpose.READ)
    found = editions.of_subscriber(who.number, DIGESTS, frozen=True)
    several = [shown.edition(each, zone=who.zone) for each in found]
    return as_feed(
        request, feeds.of_digests(f"{settings.SITE_NAME}: your digests", f"/digests/{proof}/", several), form
    )


def _named(title: str) -> str:
    return f"{settings.SITE_NAME}: {title}"


def _front_page(_of: str) -> Feed:
    found = listings.latest(ENTRIES.size)
    return feeds.of_papers(_named("front page"), "/", [(paper, "") for paper in found])


def _trending(_of: str) -> Feed:
    found = rising.trending(ENTRIES, wiring.formula(), now=datetime.now(UTC)).rising
    return feeds.of_papers(_named("trending"), "/trending", [(each.paper, rising.reason_of(each)) for each in found])


def _top_week(_of: str) -> Feed:
    return _top(PeriodKind.WEEK)


def _top_month(_of: str) -> Feed:
    return _top(PeriodKind.MONTH)


def _top(kind: PeriodKind) -> Feed:
    """What gained most upvotes so far in the week or month that it is."""
    period = periods.around(kind, datetime.now(UTC).date())
    gained = tops.top(period, ENTRIES).gained
    several = [(paper, f"number {rank}, gained {number:.0f} upvotes in this {kind}") for rank, number, paper in gained]
    return feeds.of_papers(_named(f"top of the {kind}"), present.top_path(period), several, name=f"top-{kind}")


def _category(of: str) -> Feed:
    found = browsing.in_category(wiring.index(), of, ENTRIES).papers
    return feeds.of_papers(_named(of), present.category_path(of), [(paper, "") for paper in found])


def _author(of: str) -> Feed:
    found = browsing.by_author(wiring.index(), of, ENTRIES)[0].papers
    return feeds.of_papers(_named(f"papers by {of}"), present.author_path(of), [(paper, "") for paper in found])


def _venue(of: str) -> Feed:
    found = browsing.at_venue(wiring.index(), of, ENTRIES).papers
    return feeds.of_papers(_named(of), present.venue_path(of), [(paper, "") for paper in found])


def _search(of: str) -> Feed:
    answer = search_verb.search(wiring.index(), of, sort=Sort.DATE, paging=HITS)
    if answer.state.documents is None:
        raise IndexMissingError
    several = [(each.paper, present.found(each)["reason"]) for each in answer.found]
    return feeds.of_papers(_named(f"“{of}”"), shown.path(Kind.SEARCH, of), several)


_WHOLE = {"front-page", "trending", "top-week", "top-month"}
_LISTINGS: dict[str, Callable[[str], Feed]] = {
    "front-page": _front_page, "trending": _trending, "top-week": _top_week, "top-month": _top_month,
    "category": _category, "author": _author, "venue": _venue,
    "search": _search,
}  # fmt: skip
