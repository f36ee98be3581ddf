"""The verbs that keep each day's front page and trending list as they stood when the day was over, and show them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Any

from broadsheet.core import listings, periods, trending
from broadsheet.library import ranking
from broadsheet.library.ranking import FRONT_PAGE, TRENDING, Past
from broadsheet.rank.trending import VERSION, Formula
from broadsheet.sources.arxiv_days import ended_at, is_announcement_day
from broadsheet.types import Listing, Paging, Rising

PLACES = 500
"""Places of a list that are kept, at most."""

LATE = timedelta(hours=6)
"""How long after the end of a day its lists may be taken. Later they would be others than they were."""

LONGEST = 7
"""Days that may end at one moment: those from the last listing before a holiday to the next."""


def keep(formula: Formula, *, now: datetime) -> int:
    """Keep the lists of the days that are over since LATE; answers how many were.

    A day of which nothing was kept in time, because the service was not running, is not made up afterwards. Papers of
    the next day have no place in the lists.
    """
    kept = 0
    for number in range(LONGEST, -1, -1):
        day = now.date() - timedelta(days=number)
        if ended_at(day) <= now <= ended_at(day) + LATE:
            kept += _keep_front_page(day, formula, now)
            kept += is_announcement_day(day) and _keep_trending(day, formula, now)
    return kept


def kept(day: date) -> dict[str, Past]:
    """The lists of this day as they were kept, by name: `front page`, `trending`."""
    return ranking.past(day)


def is_over(day: date, *, now: datetime) -> bool:
    """Whether the lists of this day are final."""
    passed = (now.date() - day).days
    return passed > LONGEST or (passed >= 0 and ended_at(day) <= now)


def days_around(day: date) -> tuple[date | None, date | None]:
    """The nearest days before and after this one of which a list was kept."""
    return ranking.days_around(day)


def _keep_front_page(day: date, formula: Formula, now: datetime) -> bool:
    if ranking.has_past(day, FRONT_PAGE):
        return False
    listing = listings.listing(periods.day(day), Paging(1, PLACES))
    return bool(listing.papers) and _put(day, FRONT_PAGE, _places(listing), formula, now)


def _keep_trending(day: date, formula: Formula, now: datetime) -> bool:
    if ranking.has_past(day, TRENDING):
        return False
    found = trending.trending(Paging(1, PLACES), formula, now=now)
    there = [each for each in found.rising if (each.paper.listed_on or day) <= day]
    entries = [_place(rank, each) for rank, each in enumerate(there, 1)] if found.as_of == now else []
    return _put(day, TRENDING, entries, formula, now)


def _put(day: date, name: str, entries: list[dict[str, Any]], formula: Formula, now: datetime) -> bool:
    return ranking.put_past(day, name, Past(now, VERSION, trending.described(formula), entries))


def _places(listing: Listing) -> list[dict[str, Any]]:
    return [
        {"rank": rank, "id": paper.paper_id, "title": paper.title, "upvotes": paper.upvotes, "votes": paper.votes}
        for rank, paper in zip(listing.ranks, listing.papers, strict=True)
    ]


def _place(rank: int, rising: Rising) -> dict[str, Any]:
    counts: dict[str, float] = defaultdict(float)
    for gain in rising.gains:
        counts[gain.kind] += gain.counts
    return {
        "rank": rank,
        "id": rising.paper.paper_id,
        "title": rising.paper.title,
        "score": round(rising.score, 4),
        "heat": round(rising.heat, 4),
        "usual": round(rising.usual, 4),
        "field": rising.field,
        "age": round(rising.age, 2),
        "counts": {kind: round(number, 4) for kind, number in counts.items()},
    }
