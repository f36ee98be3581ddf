"""Promises of the trending list: every gain noted once, and every place in it explained by its gains."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_record, a_rising_stone

from broadsheet.core import papers, splitting, trending
from broadsheet.core.store import store
from broadsheet.incoming import Repository
from broadsheet.library import models, repositories
from broadsheet.rank.trending import Formula
from broadsheet.types import Paging, Trending

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
HOUR = timedelta(hours=1)
FORMULA = Formula()


def put(number: int, now: datetime = NOW, category: str = "cs.LG", **counts: int) -> None:
    store([a_rising_stone(number, counts, categories=(category,))], now=now)
    trending.notice(FORMULA, now=now)


def listed(now: datetime = NOW, formula: Formula = FORMULA) -> Trending:
    return trending.trending(Paging(1, 50), formula, now=now)


def order(now: datetime = NOW, **kinds: Any) -> list[str]:
    return [rising.paper.paper_id for rising in listed(now, **kinds).rising]


def test_a_paper_that_gains_more_stands_above_one_that_gained_less_or_longer_ago() -> None:
    put(1, upvotes=40)
    put(2, upvotes=5)
    assert order() == ["arxiv:2603.00001", "arxiv:2603.00002"]
    later = NOW + timedelta(days=7)
    put(2, now=later, upvotes=25)
    assert order(later) == ["arxiv:2603.00002", "arxiv:2603.00001"]


def test_the_same_number_seen_again_is_no_gain_and_a_lower_one_no_loss() -> None:
    put(1, upvotes=40)
    before = models.Gain.objects.count()
    put(1, upvotes=40)
    put(1, upvotes=30)
    put(1, upvotes=39)
    assert models.Gain.objects.count() == before
    put(1, upvotes=41)
    assert models.Gain.objects.count() == before + 1


def test_each_place_is_explained_by_gains_that_add_up_to_its_heat() -> None:
    put(1, upvotes=10, comments=2)
    put(1, now=NOW + HOUR, upvotes=30, comments=2)
    (rising,) = listed(NOW + 2 * HOUR).rising
    assert [(gain.kind, gain.before, gain.after) for gain in rising.gains] == [
        ("upvotes", 0, 10),
        ("comments", 0, 2),
        ("upvotes", 10, 30),
    ]
    assert sum(gain.counts for gain in rising.gains) == pytest.approx(rising.heat)
    assert rising.score == pytest.approx(rising.heat / rising.usual / (1 + rising.age) ** FORMULA.gravity)


def test_a_repository_s_stars_count_from_where_they_stood_when_it_was_first_seen() -> None:
    put(1, upvotes=1)
    key = papers.paper("arxiv:2603.00001").key
    repositories.link({key: {"ada/engine"}})
    for day, stars in enumerate((5000, 5400)):
        now = NOW + timedelta(days=day)
        repositories.put("ada/engine", Repository(name="ada/engine", stars=stars), ("", ""), now)
        trending.notice(FORMULA, now=now)
    (rising,) = listed(NOW + timedelta(days=1)).rising
    assert [(gain.before, gain.after) for gain in rising.gains if gain.kind == "stars"] == [(5000, 5400)]


def test_an_old_paper_that_comes_in_with_all_its_votes_does_not_rise_today() -> None:
    old = a_record(
        "An old stone", source="huggingface", ids=("arxiv:2405.00001",), featured=date(2024, 5, 27),
        extras={"huggingface": {"upvotes": 400}},
    )  # fmt: skip
    store([old], now=NOW)
    put(1, upvotes=3)
    assert order() == ["arxiv:2603.00001"]


def test_when_nothing_has_grown_for_long_the_list_is_that_of_the_moment_when_something_did() -> None:
    put(1, upvotes=40)
    put(2, now=NOW + HOUR, upvotes=9)
    later = listed(NOW + timedelta(days=200))
    assert later.as_of == NOW + HOUR
    assert later.rising == listed(NOW + HOUR).rising


def test_a_paper_that_has_cooled_down_leaves_the_list() -> None:
    put(1, upvotes=40)
    put(2, upvotes=1)
    later = NOW + timedelta(days=30)
    put(2, now=later, upvotes=9)
    assert order(later) == ["arxiv:2603.00002"]


def test_a_withdrawn_paper_does_not_rise() -> None:
    put(1, upvotes=40)
    store([a_record("Stone", source="arxiv", ids=("arxiv:2603.00001",), withdrawn=True)], now=NOW)
    assert order() == []


def test_another_formula_makes_every_heat_anew_as_if_it_had_always_been_used() -> None:
    put(1, upvotes=40)
    put(2, upvotes=1, comments=60)
    talk = Formula(weights={"comments": 1.0})
    trending.notice(talk, now=NOW)
    assert order(formula=talk) == ["arxiv:2603.00002"]
    trending.notice(FORMULA, now=NOW)
    assert order()[0] == "arxiv:2603.00001"


def test_while_heats_are_made_anew_no_paper_is_missing_from_the_list(monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(1, 4):
        put(number, upvotes=10 * number)
    before = order()
    monkeypatch.setattr(trending, "AT_ONCE", 1)
    make = trending._make_heats

    def fails(keys: set[int], formula: Formula) -> None:
        if max(keys) == models.Paper.objects.order_by("key")[1].key:
            raise KeyboardInterrupt
        make(keys, formula)

    quicker = Formula(half_life=0.5)
    monkeypatch.setattr(trending, "_make_heats", fails)
    with pytest.raises(KeyboardInterrupt):
        trending.notice(quicker, now=NOW)
    monkeypatch.setattr(trending, "_make_heats", make)
    assert order() == order(formula=quicker) == before
    trending.notice(quicker, now=NOW)
    assert order() == order(formula=quicker) == before
    assert listed().half_life == 0.5


def test_noticing_that_is_interrupted_notes_every_gain_once(monkeypatch: pytest.MonkeyPatch) -> None:
    store(
        (a_record(f"Stone number {n}", ids=(f"doi:10.1/{n}",), extras={"x": {"upvotes": n + 1}}) for n in range(30)),
        now=NOW,
    )
    monkeypatch.setattr(trending, "AT_ONCE", 7)
    from broadsheet.library import gains

    move, calls = gains.move, 0

    def breaking(*arguments: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise OSError("killed")
        move(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(gains, "move", breaking)
        with pytest.raises(OSError, match="killed"):
            trending.notice(FORMULA, now=NOW)
    trending.notice(FORMULA, now=NOW)
    assert models.Gain.objects.count() == 30


def test_papers_that_become_one_have_their_heat_together_at_once() -> None:
    put(1, upvotes=40)
    put(2, upvotes=5)
    put(3, upvotes=41)
    assert order()[:2] == ["arxiv:2603.00003", "arxiv:2603.00001"]
    splitting.join(papers.paper("arxiv:2603.00001"), papers.paper("arxiv:2603.00002"), now=NOW)
    assert order() == ["arxiv:2603.00001", "arxiv:2603.00003"]
    for rising in listed().rising:
        assert rising.heat == pytest.approx(sum(gain.counts for gain in rising.gains))


def test_a_paper_gains_nothing_by_code_that_it_links_to_no_longer() -> None:
    put(1, upvotes=1)
    put(2, upvotes=1)
    one, other = (papers.paper(f"arxiv:2603.0000{number}").key for number in (1, 2))
    repositories.link({one: {"ada/engine"}, other: {"bo/stones"}})
    repositories.link({one: {"bo/stones"}, other: {"ada/engine"}})
    links = models.RepositoryLink.objects.values_list("paper_id", "repository_id")
    assert set(links) == {(one, "bo/stones"), (other, "ada/engine")}
