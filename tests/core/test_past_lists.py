"""Promises of the lists of past days: kept once, as they stood, and never made up afterwards."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_rising_stone

from broadsheet.core import papers, past, splitting, trending
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import VERSION, Formula
from broadsheet.sources.arxiv_days import ended_at

pytestmark = [pytest.mark.django_db, pytest.mark.database]

TUESDAY, FRIDAY = date(2026, 3, 17), date(2026, 3, 20)
FORMULA = Formula()
HOUR = timedelta(hours=1)


def put(number: int, upvotes: int, *, day: date = TUESDAY, now: datetime | None = None) -> None:
    moment = now or datetime(day.year, day.month, day.day, 8, tzinfo=UTC)
    store([a_rising_stone(number, {"upvotes": upvotes}, featured=day)], now=moment)
    trending.notice(FORMULA, now=moment)


def ids(day: date, name: str) -> list[str]:
    return [entry["id"] for entry in past.kept(day)[name].entries]


def test_the_lists_of_a_day_are_kept_when_it_is_over_and_not_before() -> None:
    put(1, 5)
    put(2, 40)
    over = ended_at(TUESDAY)
    assert past.keep(FORMULA, now=over - HOUR) == 0
    assert not past.is_over(TUESDAY, now=over - HOUR)
    assert past.keep(FORMULA, now=over) == 2
    assert past.is_over(TUESDAY, now=over)
    assert ids(TUESDAY, "front page") == ids(TUESDAY, "trending") == ["arxiv:2603.00002", "arxiv:2603.00001"]
    kept = past.kept(TUESDAY)["trending"]
    assert (kept.taken_at, kept.version, kept.formula["half_life"]) == (over, VERSION, FORMULA.half_life)
    place = kept.entries[0]
    assert sum(place["counts"].values()) == pytest.approx(place["heat"], abs=1e-3)
    score = place["heat"] / place["usual"] / (1 + place["age"]) ** FORMULA.gravity
    assert place["score"] == pytest.approx(score, rel=0.01)


def test_what_happens_later_changes_no_list_that_was_kept() -> None:
    put(1, 5)
    put(2, 40)
    over = ended_at(TUESDAY)
    past.keep(FORMULA, now=over)
    put(1, 900, now=over + HOUR)
    other = Formula(half_life=1.0)
    trending.notice(other, now=over + HOUR)
    assert past.keep(other, now=over + 2 * HOUR) == 0
    assert ids(TUESDAY, "front page") == ids(TUESDAY, "trending") == ["arxiv:2603.00002", "arxiv:2603.00001"]


def test_friday_and_its_weekend_end_together_when_sunday_s_listing_comes_out() -> None:
    put(1, 5, day=FRIDAY)
    put(2, 9, day=FRIDAY + timedelta(days=1))
    assert ended_at(FRIDAY) == ended_at(FRIDAY + timedelta(days=2)) == datetime(2026, 3, 23, 0, tzinfo=UTC)
    assert past.keep(FORMULA, now=ended_at(FRIDAY) - HOUR) == 0
    assert past.keep(FORMULA, now=ended_at(FRIDAY) + HOUR) == 3
    assert set(past.kept(FRIDAY)) == {"front page", "trending"}
    assert set(past.kept(FRIDAY + timedelta(days=1))) == {"front page"}
    assert past.kept(FRIDAY + timedelta(days=2)) == {}


def test_a_service_that_slept_keeps_what_is_still_as_it_was_and_makes_up_nothing_older() -> None:
    put(1, 5)
    put(2, 9, day=TUESDAY + timedelta(days=1))
    woken = ended_at(TUESDAY + timedelta(days=1)) + past.LATE
    assert past.keep(FORMULA, now=woken) == 2
    assert past.kept(TUESDAY) == {}
    assert ids(TUESDAY + timedelta(days=1), "front page") == ["arxiv:2603.00002"]
    assert past.keep(FORMULA, now=woken + timedelta(days=30)) == 0


def test_papers_of_the_next_day_have_no_place_in_a_list_that_is_taken_a_little_late() -> None:
    put(1, 5)
    put(2, 40, day=TUESDAY + timedelta(days=1))
    past.keep(FORMULA, now=ended_at(TUESDAY) + past.LATE)
    assert ids(TUESDAY, "trending") == ["arxiv:2603.00001"]
    assert [entry["rank"] for entry in past.kept(TUESDAY)["trending"].entries] == [1]


def test_a_step_that_is_killed_between_two_lists_keeps_the_other_one_the_next_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    put(1, 5)
    over = ended_at(TUESDAY)

    def killed(*_: Any, **__: Any) -> None:
        raise OSError("killed")

    with monkeypatch.context() as patch:
        patch.setattr(trending, "trending", killed)
        with pytest.raises(OSError, match="killed"):
            past.keep(FORMULA, now=over)
    assert set(past.kept(TUESDAY)) == {"front page"}
    assert past.keep(FORMULA, now=over + HOUR) == 1
    assert past.kept(TUESDAY)["front page"].taken_at == over
    assert past.keep(FORMULA, now=over + HOUR) == 0
    assert models.PastList.objects.count() == 2


def test_a_day_on_which_nothing_rose_is_kept_as_that() -> None:
    put(1, 5)
    later = TUESDAY + timedelta(days=364)
    past.keep(FORMULA, now=ended_at(later))
    assert past.kept(later)["trending"].entries == []


def test_a_paper_that_became_part_of_another_one_leads_there_from_an_old_list() -> None:
    put(1, 5)
    put(2, 40)
    past.keep(FORMULA, now=ended_at(TUESDAY))
    splitting.join(papers.paper("arxiv:2603.00001"), papers.paper("arxiv:2603.00002"), now=ended_at(TUESDAY))
    assert ids(TUESDAY, "trending") == ["arxiv:2603.00002", "arxiv:2603.00001"]
    assert {papers.paper(one).paper_id for one in ids(TUESDAY, "trending")} == {"arxiv:2603.00001"}


def test_the_ways_between_days_lead_over_those_that_are_absent() -> None:
    for number, day in enumerate((TUESDAY, TUESDAY + timedelta(days=2))):
        put(number, 5, day=day)
        past.keep(FORMULA, now=ended_at(day))
    assert past.days_around(TUESDAY + timedelta(days=1)) == (TUESDAY, TUESDAY + timedelta(days=2))
    assert past.days_around(TUESDAY) == (None, TUESDAY + timedelta(days=2))
