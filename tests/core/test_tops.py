"""Promises of the tops: what was gained in the period counts, and nothing before or after."""

from datetime import UTC, date, datetime, timedelta

import pytest
from builders import a_rising_stone

from broadsheet.core import periods, tops, trending
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.types import Paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]

MONDAY = datetime(2026, 3, 16, 8, tzinfo=UTC)
WEEK, MONTH = periods.week(2026, 12), periods.month(2026, 3)


def put(number: int, upvotes: int, now: datetime, day: date = date(2026, 3, 10)) -> None:
    store([a_rising_stone(number, {"upvotes": upvotes, "comments": 400}, featured=day)], now=now)
    trending.notice(Formula(), now=now)


def listed(period: object = WEEK, page: int = 1, size: int = 50) -> list[tuple[int, float, str]]:
    found = tops.top(period, Paging(page, size))  # type: ignore[arg-type]
    return [(rank, gained, paper.paper_id[-1]) for rank, gained, paper in found.gained]


def test_a_week_s_top_counts_what_was_gained_in_that_week() -> None:
    put(1, 500, MONDAY - timedelta(days=5))
    put(1, 503, MONDAY)
    put(2, 10, MONDAY - timedelta(days=5))
    put(2, 30, MONDAY + timedelta(days=6))
    put(2, 90, MONDAY + timedelta(days=7))
    assert listed() == [(1, 20, "2"), (2, 3, "1")]
    assert listed(MONTH) == [(1, 503, "1"), (2, 90, "2")]
    assert listed(periods.week(2026, 20)) == []


def test_papers_that_gained_as_much_share_their_rank_over_pages_too() -> None:
    for number, upvotes in enumerate((9, 5, 5, 5, 2), 1):
        put(number, upvotes, MONDAY, MONDAY.date())
    ranks = [rank for rank, _, _ in listed()]
    assert ranks == [1, 2, 2, 2, 5]
    assert [rank for page in (1, 2, 3) for rank, _, _ in listed(page=page, size=2)] == ranks


def test_a_withdrawn_paper_is_in_no_top() -> None:
    put(1, 9, MONDAY, MONDAY.date())
    assert len(listed()) == 1
    models.Paper.objects.update(withdrawn=True)
    assert listed() == []


@pytest.mark.parametrize("period", [periods.month(1, 1), periods.month(9999, 12), periods.week(9999, 52)])
def test_the_ends_of_the_calendar_have_a_top_without_papers(period: object) -> None:
    assert listed(period) == []
