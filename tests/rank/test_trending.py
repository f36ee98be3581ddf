"""Promises of trending: later gains count more, the order stands still while nothing happens, small fields have a chance."""

import math

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.rank.trending import AGES, LIGHT, OLD, SHRINK, Formula, Gain, Warm, added, heat, ranked, worth

FORMULA = Formula()
gains = st.lists(
    st.builds(
        Gain,
        kind=st.sampled_from(["upvotes", "comments", "stars", LIGHT, "shouts"]),
        before=st.integers(0, 50),
        after=st.integers(0, 500),
        time=st.floats(0, 200),
    ),
    max_size=12,
)
papers_of_all_kinds = st.dictionaries(
    st.integers(1, 99),
    st.tuples(gains, st.sampled_from(["cs.LG", "math.NT", ""]), st.floats(0, 40)),
    max_size=25,
)


def warm(heats: dict[int, float], fields: dict[int, str], age: float = 1.0) -> list[Warm]:
    return [Warm(key, value, value, fields[key], age) for key, value in heats.items()]


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
def test_the_order_of_one_day_s_papers_stands_still_while_nobody_gains_anything(
    papers: dict[int, list[Gain]], later: float
) -> None:
    heats = {key: heat(several, FORMULA) for key, several in papers.items()}
    fields = dict.fromkeys(heats, "cs")
    now = max((gain.time for several in papers.values() for gain in several), default=0.0)
    before = [each.key for each in ranked(warm(heats, fields, 1.0), now, FORMULA)]
    assert [each.key for each in ranked(warm(heats, fields, 1.0 + later), now + later, FORMULA)] == before


def mean_of(values: list[float], otherwise: float) -> float:
    return (sum(values) + SHRINK * otherwise) / (len(values) + SHRINK)


@given(papers_of_all_kinds)
def test_a_score_is_the_obvious_sum_over_what_is_usual_over_a_power_of_the_age(
    papers: dict[int, tuple[list[Gain], str, float]],
) -> None:
    firm_gains = {key: [gain for gain in several if gain.kind != LIGHT] for key, (several, _, _) in papers.items()}
    given_to_it = [
        Warm(key, heat(several, FORMULA), heat(firm_gains[key], FORMULA), field, age)
        for key, (several, field, age) in papers.items()
    ]

    def obvious(several: list[Gain]) -> float:
        return sum(worth(gain, FORMULA) * 2 ** ((gain.time - 200) / FORMULA.half_life) for gain in several)

    def cell(key: int) -> int:
        return sum(papers[key][2] >= edge for edge in AGES)

    known = {key: obvious(firm_gains[key]) for key in papers if obvious(firm_gains[key]) > 0}
    known = known or {key: obvious(papers[key][0]) for key in papers if obvious(papers[key][0]) > 0}
    mean = sum(known.values()) / len(known) if known else 1.0
    usual = {key: mean_of([known[other] for other in known if cell(other) == cell(key)], mean) for key in papers}
    for placed in ranked(given_to_it, 200.0, FORMULA):
        several, field, age = papers[placed.key]
        times = mean_of([known[other] / usual[other] for other in known if papers[other][1] == field], 1.0)
        assert math.isclose(placed.usual, usual[placed.key] * times, rel_tol=1e-6)
        expected = obvious(several) / placed.usual / (1 + min(age, OLD)) ** FORMULA.gravity
        assert math.isclose(placed.score, expected, rel_tol=1e-6, abs_tol=1e-9)


@given(papers_of_all_kinds)
def test_who_stands_below_a_lower_score_owes_its_own_to_light_votes(
    papers: dict[int, tuple[list[Gain], str, float]],
) -> None:
    listed = ranked(
        [
            Warm(key, heat(several, FORMULA), heat([g for g in several if g.kind != LIGHT], FORMULA), field, age)
            for key, (several, field, age) in papers.items()
        ],
        200.0,
        FORMULA,
    )
    for number, placed in enumerate(listed):
        assert placed.held == any(above.score < placed.score for above in listed[:number])
        if placed.held:
            assert any(gain.kind == LIGHT for gain in papers[placed.key][0])


def test_a_paper_of_this_morning_stands_above_one_that_has_more_because_it_is_older() -> None:
    """Fifty papers of each age have what is usual there; one of this morning has twice that, one of yesterday less."""
    morning = [Warm(key, 1.0, 1.0, "cs", 0.2) for key in range(50)]
    yesterday = [Warm(key, 3.0, 3.0, "cs", 1.2) for key in range(50, 100)]
    early, late = Warm(200, 2.0, 2.0, "cs", 0.2), Warm(201, 3.5, 3.5, "cs", 1.2)
    listed = [placed.key for placed in ranked([*morning, *yesterday, early, late], 0.0, FORMULA)]
    assert listed[0] == 200
    assert listed.index(201) > listed.index(200)


def test_an_old_paper_that_the_world_finds_again_stands_above_papers_of_today_that_nobody_reads() -> None:
    old = [Warm(key, -3.0, -3.0, "cs", 30.0) for key in range(100)]
    today = [Warm(key, -2.0, -2.0, "cs", 0.5) for key in range(100, 150)]
    found_again = Warm(200, 5.5, 5.5, "cs", 30.0)
    assert ranked([*old, *today, found_again], 0.0, FORMULA)[0].key == 200


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
    assert ranked(warm(large | small | rising, fields), 10.0, FORMULA)[0].key == 200


def test_a_field_of_one_paper_is_held_against_all_papers_and_not_against_itself() -> None:
    large = {key: heat([Gain("upvotes", 0, 60, 10.0)], FORMULA) for key in range(1, 101)}
    lonely = {200: heat([Gain("upvotes", 0, 2, 10.0)], FORMULA)}
    placed = ranked(warm(large | lonely, dict.fromkeys(large, "cs.CV") | {200: "math.NT"}), 10.0, FORMULA)
    assert placed[-1].key == 200
