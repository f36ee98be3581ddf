"""Promises of the front page and the longer listings."""

from datetime import UTC, date, datetime

import pytest
from builders import a_record

from broadsheet.core import listings, periods
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.types import Paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TODAY = date(2026, 6, 1)


def put(title: str, **said: object) -> None:
    store([a_record(title=title, ids=(f"doi:10.1000/{title}",), **said)], now=datetime(2026, 6, 1, tzinfo=UTC))


def test_without_a_day_the_front_page_is_that_of_the_newest_day_with_papers() -> None:
    put("older", published=date(2026, 5, 1))
    put("newer", published=date(2026, 5, 9))
    page = listings.front_page(None, Paging(), today=TODAY)
    assert (page.period, [paper.title for paper in page.papers]) == (periods.day(date(2026, 5, 9)), ["newer"])
    assert (page.previous, page.next, page.newest) == (periods.day(date(2026, 5, 1)), None, date(2026, 5, 9))


def test_an_empty_library_has_a_front_page_of_today_without_neighbours() -> None:
    page = listings.front_page(None, Paging(), today=TODAY)
    assert (page.period, page.papers, page.previous, page.next, page.newest) == (
        periods.day(TODAY),
        (),
        None,
        None,
        None,
    )


def test_a_day_without_papers_names_its_neighbours() -> None:
    put("before", published=date(2026, 5, 1))
    put("after", published=date(2026, 5, 9))
    page = listings.front_page(date(2026, 5, 5), Paging(), today=TODAY)
    assert (page.total, page.previous, page.next) == (0, periods.day(date(2026, 5, 1)), periods.day(date(2026, 5, 9)))


def test_a_paper_stands_on_the_day_it_was_featured_before_the_day_it_was_announced_or_published() -> None:
    days = {"published": date(2026, 5, 1), "announced": date(2026, 5, 2), "featured": date(2026, 5, 3)}
    put("all three", **days)
    put("two", published=days["published"], announced=days["announced"])
    assert [p.title for p in listings.listing(periods.day(days["featured"]), Paging()).papers] == ["all three"]
    assert [p.title for p in listings.listing(periods.day(days["announced"]), Paging()).papers] == ["two"]


def test_the_most_upvoted_come_first_and_the_others_as_they_were_stored() -> None:
    for title, extras in (("unknown", {}), ("three", {"a": {"upvotes": 3}}), ("nought", {"a": {"upvotes": 0}})):
        put(title, featured=date(2026, 5, 1), extras=extras)
    put("unknown too", featured=date(2026, 5, 1))
    page = listings.front_page(None, Paging(), today=TODAY)
    assert [paper.title for paper in page.papers] == ["three", "nought", "unknown", "unknown too"]


def test_pages_divide_a_listing_without_loss_or_repetition() -> None:
    for number in range(7):
        put(f"paper {number}", published=date(2026, 5, 1 + number % 3))
    month = periods.month(2026, 5)
    pages = [listings.listing(month, Paging(page, 3)) for page in (1, 2, 3, 4)]
    assert [len(page.papers) for page in pages] == [3, 3, 1, 0]
    assert len({paper.key for page in pages for paper in page.papers}) == 7
    assert {page.total for page in pages} == {7}


def test_the_latest_papers_stand_in_the_order_of_their_days() -> None:
    put("older", published=date(2026, 5, 1))
    put("lightly upvoted", published=date(2026, 5, 9))
    put("firmly upvoted", published=date(2026, 5, 9))
    models.Paper.objects.filter(title="lightly upvoted").update(votes=9)
    models.Paper.objects.filter(title="firmly upvoted").update(votes=2, firm=2)
    assert [paper.title for paper in listings.latest(5)] == ["firmly upvoted", "lightly upvoted", "older"]
