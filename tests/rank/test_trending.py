"""Promises of trending: later gains count more, the order stands still while nothing happens, small fields have a chance."""

import math

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.rank.trending import Formula, Gain, added, heat, ranked, worth

FORMULA = Formula()
gains = st.lists(
    st.builds(
        Gain,
        kind=st.sampled_from(["upvotes", "comments", "stars", "shouts"]),
        before=st.integers(0, 50),
        after=st.integers(0, 500),
        time=st.floats(0, 200),
    ),
    max_size=12,
)


@given(gains, st.randoms())
def test_the_kept_logarithm_is_that_of_the_obvious_sum_in_any_order(several: list[Gain], random: object) -> None:
    newest = max((gain.time for gain in several), default=0.0)
    obvious = sum(worth(gain, FORMULA) * 2 ** ((gain.time - newest) / FORMULA.half_life) for gain in several)
    random.shuffle(several)  # type: ignore[attr-defined]
    kept = heat(several, FORMULA)
    if obvious == 0:
        assert kept == -math.inf
    else:
        assert math.isclose(kept, math.log2(obvious) + newest / FORMULA.half_life, abs_tol=1e-6)


@given(st.dictionaries(st.integers(1, 9), gains, max_size=6), st.floats(0, 30))
def test_the_order_stands_still_while_nobody_gains_anything(papers: dict[int, list[Gain]], later: float) -> None:
    heats = {key: heat(several, FORMULA) for key, several in papers.items()}
    fields = dict.fromkeys(heats, "cs")
    now = max((gain.time for several in papers.values() for gain in several), default=0.0)
    before = [each.key for each in ranked(heats, fields, now, FORMULA)]
    assert [each.key for each in ranked(heats, fields, now + later, FORMULA)] == before


def test_the_same_gain_counts_twice_as_much_a_half_life_later() -> None:
    early, late = Gain("upvotes", 0, 10, 100.0), Gain("upvotes", 0, 10, 100.0 + FORMULA.half_life)
    assert math.isclose(heat([late], FORMULA) - heat([early], FORMULA), 1.0)


def test_a_gain_in_steps_is_worth_what_it_is_worth_at_once_and_the_hundredth_less_than_the_first() -> None:
    steps = [Gain("upvotes", n, n + 1, 5.0) for n in range(100)]
    assert math.isclose(sum(worth(step, FORMULA) for step in steps), worth(Gain("upvotes", 0, 100, 5.0), FORMULA))
    assert worth(steps[99], FORMULA) < worth(steps[0], FORMULA) / 10


def test_a_loss_takes_nothing_away_and_gives_nothing() -> None:
    assert added(3.0, Gain("upvotes", 9, 4, 1000.0), FORMULA) == 3.0


def test_a_paper_of_a_small_field_stands_above_an_equal_one_of_a_large_field() -> None:
    large = {key: heat([Gain("upvotes", 0, 60, 10.0)], FORMULA) for key in range(1, 101)}
    small = {key: heat([Gain("upvotes", 0, 3, 10.0)], FORMULA) for key in range(101, 131)}
    rising = {200: heat([Gain("upvotes", 0, 40, 10.0)], FORMULA)}
    fields = dict.fromkeys(large, "cs.CV") | dict.fromkeys((*small, *rising), "math.NT")
    assert ranked(large | small | rising, fields, 10.0, FORMULA)[0].key == 200


def test_a_field_of_one_paper_is_held_against_all_papers_and_not_against_itself() -> None:
    large = {key: heat([Gain("upvotes", 0, 60, 10.0)], FORMULA) for key in range(1, 101)}
    lonely = {200: heat([Gain("upvotes", 0, 2, 10.0)], FORMULA)}
    placed = ranked(large | lonely, dict.fromkeys(large, "cs.CV"), 10.0, FORMULA)
    assert placed[-1].key == 200
