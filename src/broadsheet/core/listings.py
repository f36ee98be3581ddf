"""The verbs `front_page`, `listing` and `newest`: the papers of a day, a week, a month, and of all days."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from broadsheet.core import periods
from broadsheet.library import papers
from broadsheet.types import Browsed, Listing, Paging, Paper, Period


def front_page(day: date | None, paging: Paging, *, today: date) -> Listing:
    """The papers listed on this day; without a day, on the newest that has any."""
    newest = papers.day_before(None)
    return _listing(periods.day(day or newest or today), paging, newest)


def latest(limit: int) -> tuple[Paper, ...]:
    """The papers listed last, day by day as front pages have them."""
    return papers.latest(limit)


def listing(period: Period, paging: Paging) -> Listing:
    """The papers listed in this period."""
    return _listing(period, paging, papers.day_before(None))


def newest(paging: Paging) -> tuple[Paper, ...]:
    """Listed papers of all days, the newest day first."""
    return papers.newest(offset=(paging.page - 1) * paging.size, limit=paging.size)


def every_day(paging: Paging) -> Browsed:
    """Listed papers of all days, the newest day first, and how many there are."""
    total = papers.count_listed(date.min, date.max)
    return Browsed(papers=newest(paging), total=total, paging=paging)


def days(limit: int) -> list[date]:
    """The newest days that list a paper, newest first."""
    return papers.days(limit)


def put_forward_by(name: str, paging: Paging) -> tuple[Paper, ...]:
    """The papers that an account of this name put forward, here or at Hugging Face, the newest day first."""
    return papers.put_forward_by(name, offset=(paging.page - 1) * paging.size, limit=paging.size)


def _listing(period: Period, paging: Paging, newest: date | None) -> Listing:
    before, after = papers.day_before(period.first), papers.day_after(period.last)
    first = (paging.page - 1) * paging.size
    found = papers.listed(period.first, period.last, offset=first, limit=paging.size)
    above = papers.number_above(period.first, period.last, found[0].full_upvotes) if first and found else 0
    return Listing(
        period=period,
        papers=found,
        ranks=_ranks(found, above, first),
        total=papers.count_listed(period.first, period.last),
        paging=paging,
        previous=periods.around(period.kind, before) if before else None,
        next=periods.around(period.kind, after) if after else None,
        newest=newest,
    )


def _ranks(found: Sequence[Paper], above: int, before: int) -> tuple[int, ...]:
    """The ranks of papers that follow each other, `before` after the first, if so many stand `above` the first."""
    ranks: list[int] = []
    for number, paper in enumerate(found):
        equal = number and paper.full_upvotes == found[number - 1].full_upvotes
        ranks.append(ranks[-1] if equal else before + number + 1 if number else above + 1)
    return tuple(ranks)
