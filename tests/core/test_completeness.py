"""Promises about completeness: every announced paper is here, withdrawn, or visibly missing with a reason."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

import pytest
from builders import a_record

from broadsheet.core import completeness as verbs
from broadsheet.core import sources
from broadsheet.core.store import store
from broadsheet.errors import FetchError
from broadsheet.incoming import Announced, AnnounceKind, Batch, CategoryDay
from broadsheet.sources.http import Http
from broadsheet.types import PaperId

pytestmark = [pytest.mark.django_db, pytest.mark.database]

DAY = date(2026, 3, 17)
NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
ONE, TWO = "arxiv:2603.00001", "arxiv:2603.00002"


@dataclass
class Desk:
    """Describes the papers it has; raises if it is closed."""

    has: dict[PaperId, str] = field(default_factory=dict)
    closed: bool = False
    asked: list[PaperId] = field(default_factory=list)
    schemes: tuple[str, ...] = ("arxiv",)

    def look_up(self, _http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        self.asked += ids
        if self.closed:
            raise FetchError("https://example.org/desk", "it answered 503")
        records = (a_record(source="arxiv", title=self.has[one], ids=(one,)) for one in ids if one in self.has)
        yield Batch(checkpoint={}, records=tuple(records))


def announce(*ids: PaperId, listing: str = "page", trouble: str = "", told: int | None = None) -> None:
    said = Announced(
        listing=listing,
        category="cs.LG",
        day=DAY,
        papers=tuple((one, AnnounceKind.NEW) for one in ids),
        told=told,
        trouble=trouble,
    )
    verbs.account([said], [], NOW)


def put(paper_id: PaperId, *, withdrawn: bool = False) -> None:
    store([a_record(source="arxiv", title=f"Of {paper_id}", ids=(paper_id,), withdrawn=withdrawn)], now=NOW)


def today(now: datetime = NOW) -> CategoryDay:
    (found,) = (each for each in verbs.completeness(now=now, days=1) if each.category == "cs.LG")
    return found


def test_a_day_is_complete_when_each_announced_paper_is_here_or_withdrawn() -> None:
    put(ONE)
    put(TWO, withdrawn=True)
    announce(ONE, TWO)
    day = today()
    assert (day.verdict, day.stored, day.withdrawn, day.missing) == ("complete", 1, 1, 0)


def test_a_paper_that_was_announced_and_is_not_here_is_a_gap_with_a_reason() -> None:
    put(ONE)
    announce(ONE, TWO)
    assert (today().verdict, today().missing) == ("gap", 1)
    assert verbs.not_stored("cs.LG", DAY) == [(TWO, "missing", "it was announced, and is not fetched yet")]


def test_a_missing_paper_is_asked_for_by_its_id_and_the_gap_closes() -> None:
    announce(ONE, TWO)
    desk = Desk(has={ONE: "Light and stone", TWO: "Stone and light"})
    assert verbs.close_gaps(Http(), desk, now=NOW).new == 2
    assert today().verdict == "complete"
    verbs.close_gaps(Http(), desk, now=NOW)
    assert len(desk.asked) == 2


def test_a_paper_that_nobody_has_stays_a_gap_and_says_since_when() -> None:
    announce(ONE)
    verbs.close_gaps(Http(), Desk(), now=NOW)
    (line,) = verbs.not_stored("cs.LG", DAY)
    assert "2026-03-17 at 08:00" in line[2]
    verbs.close_gaps(Http(), Desk(closed=True), now=NOW + timedelta(hours=1))
    (line,) = verbs.not_stored("cs.LG", DAY)
    assert "503" in line[2]


def test_a_paper_is_not_asked_for_without_end() -> None:
    announce(ONE)
    desk = Desk()
    for _ in range(3 * verbs.MOST_LOOKUPS):
        verbs.close_gaps(Http(), desk, now=NOW)
    assert len(desk.asked) == verbs.MOST_LOOKUPS
    assert today().verdict == "gap"


def test_a_paper_that_came_in_another_way_closes_its_gap_without_being_asked_for() -> None:
    announce(ONE)
    put(ONE)
    desk = Desk()
    verbs.close_gaps(Http(), desk, now=NOW)
    assert (desk.asked, today().verdict) == ([], "complete")


def test_a_day_whose_listings_are_all_in_trouble_is_not_called_complete() -> None:
    put(ONE)
    announce(listing="rss", trouble="shows an earlier batch")
    assert today().verdict == "unchecked"
    announce(ONE, listing="page")
    assert today().verdict == "complete"


def test_a_listing_that_is_read_again_is_counted_once_and_keeps_what_became_of_its_papers() -> None:
    put(ONE)
    announce(ONE)
    announce(ONE, TWO)
    day = today()
    assert (day.announced, day.stored, day.missing, len(day.listings)) == (2, 1, 1, 1)


def test_a_due_announcement_that_nobody_read_is_shown_as_unseen() -> None:
    sources.follow("arxiv", ["cs.LG"], {}, now=NOW - timedelta(days=9))
    found = {each.day: each.verdict for each in verbs.completeness(now=NOW, days=5)}
    assert found[date(2026, 3, 16)] == "unseen"
    assert date(2026, 3, 15) not in found  # a Sunday
    announce(listing="page")
    assert today().verdict == "complete"
