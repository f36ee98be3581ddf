"""Listings: the front page of a day, the papers of a week or a month, what rises, what gained most."""

import re
from datetime import UTC, date, datetime

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from broadsheet import wiring
from broadsheet.core import listings, periods, tops
from broadsheet.core import trending as rising
from broadsheet.deliver import present
from broadsheet.deliver.api.v1.answering import as_made
from broadsheet.deliver.api.v1.paging import Page, Slice, following
from broadsheet.deliver.api.v1.papers import AskedWronglyError, PaperShown, with_own
from broadsheet.types import Listing, Period

TAG = "listings"
router = Router()


class PeriodShown(Schema):
    """A day, an ISO week or a month."""

    kind: str = Field(examples=["day"])
    first: str = Field(examples=["2026-03-17"])
    last: str = Field(examples=["2026-03-17"])
    url: str = Field(description="The path of its page.", examples=["/day/2026-03-17"])
    name: str = Field(examples=["Tuesday, 17 March 2026"])


class Listed(PaperShown):
    """A paper in a listing."""

    rank: int = Field(description="From 1; papers of as many upvotes share theirs.")
    tied: bool = Field(description="Whether another one has the same rank.")


class ListingShown(Page):
    """The papers of a period, most upvoted first."""

    period: PeriodShown
    page: int = Field(examples=[1])
    size: int = Field(examples=[20])
    previous: PeriodShown | None = Field(description="The nearest one before that has papers.")
    later: PeriodShown | None = Field(description="The nearest one after that has papers.")
    newest: PeriodShown | None = Field(description="The newest day that has papers.")
    papers: list[Listed]


class Gain(Schema):
    """That a number of a paper grew, and what that counts now."""

    kind: str = Field(examples=["votes"])
    before: float
    after: float
    at: str = Field(examples=["2026-03-17T08:00:00+00:00"])
    counts: float


class Rising(PaperShown):
    """A paper that rises, with every number that its place comes from."""

    rank: int
    score: float = Field(description="What it is placed by.")
    heat: float = Field(description="The sum of its gains, later ones counting more.")
    usual: float = Field(description="The mean heat of papers of its field and age.")
    times: float = Field(description="Heat over what is usual.")
    age: float = Field(description="Announcement days since it was listed.")
    field: str
    held: bool = Field(description="Whether light votes alone would lift it further.")
    reason: str = Field(examples=["+3 votes; 4.0 times what is usual in cs after 5 hours"])
    gains: list[Gain]


class Formula(Schema):
    """What the order depends on; /ranking explains it."""

    version: int
    half_life: float
    gravity: float


class TrendingShown(Page):
    """The papers that rise."""

    page: int
    size: int
    as_of: str = Field(description="The moment of which the list is: one for all of its pages.")
    formula: Formula
    papers: list[Rising]


class Gained(PaperShown):
    """A paper that gained upvotes in a period."""

    rank: int
    gained: float = Field(description="How many it gained, weighed.")


class TopShown(Page):
    """What gained most upvotes in a period."""

    period: PeriodShown
    page: int
    size: int
    papers: list[Gained]


@router.get("/front-pages/{day}", response=ListingShown)
def front_page(request: HttpRequest, day: str, asked: Query[Slice]) -> HttpResponse:
    """Show the front page of a day, `2026-03-17`, or of the newest day that has papers: `latest`."""
    when = None if day == "latest" else _period(day).first
    if when and day != when.isoformat():
        raise _no_period("a day", "/api/v1/front-pages/2026-03-17")
    return _listing(request, listings.front_page(when, asked.paging(), today=datetime.now(UTC).date()))


@router.get("/listings/{period}", response=ListingShown)
def listing(request: HttpRequest, period: str, asked: Query[Slice]) -> HttpResponse:
    """List the papers of a day, an ISO week or a month: `2026-03-17`, `2026-W12`, `2026-03`."""
    return _listing(request, listings.listing(_period(period), asked.paging()))


@router.get("/trending", response=TrendingShown)
def trending(request: HttpRequest, asked: Query[Slice]) -> HttpResponse:
    """List the papers that rise, each with what it gained and every number that its place comes from."""
    now = datetime.now(UTC)
    moment = min(asked.moment() or now, now)
    found = rising.trending(asked.paging(), wiring.formula(), now=moment)
    told = present.trending(found)
    with_own(request, [each.paper for each in found.rising], told["papers"])
    return as_made(request, told | {"next": following(request, found.paging, found.total, as_of=moment)})


@router.get("/top/{period}", response=TopShown)
def top(request: HttpRequest, period: str, asked: Query[Slice]) -> HttpResponse:
    """List what gained most upvotes in a day, an ISO week or a month, whenever it was listed."""
    found = tops.top(_period(period), asked.paging())
    told = present.top(found)
    with_own(request, [paper for _, _, paper in found.gained], told["papers"])
    return as_made(request, told | {"next": following(request, found.paging, found.total)})


def _listing(request: HttpRequest, found: Listing) -> HttpResponse:
    told = present.listing(found)
    with_own(request, found.papers, told["papers"])
    return as_made(request, told | {"next": following(request, found.paging, found.total)})


def _period(text: str) -> Period:
    found = periods.week_of(text) or periods.month_of(text)
    try:
        day = date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d\d-\d\d", text, re.ASCII) else None
    except ValueError:
        day = None
    if found is None and day is None:
        raise _no_period("a day, an ISO week or a month", "/api/v1/listings/2026-03-17, …/2026-W12, …/2026-03")
    return periods.day(day) if day else found  # type: ignore[return-value]


def _no_period(what: str, example: str) -> AskedWronglyError:
    return AskedWronglyError(f"This is not {what}. An address names one as in {example}.")
