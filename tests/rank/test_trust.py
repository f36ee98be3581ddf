"""Promises of light votes: bounded together, never past the ten first, three places at most; and everybody's vote counts."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from broadsheet.rank.trust import (
    AT_MOST,
    FIRST_PLACES,
    LIFT,
    OF_A_NETWORK,
    SETTLED,
    Cast,
    held,
    reasons,
    together,
    weight,
)

scored = st.dictionaries(
    st.integers(1, 60), st.tuples(st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.5, 7.0]), st.floats(0, 5)), max_size=40
)


def lists(papers: dict[int, tuple[float, float]]) -> tuple[list[int], list[int]]:
    """The keys in the order that light votes are held to, and in the order without light votes."""
    firm = {key: value for key, (value, _) in papers.items()}
    listed = held({key: value + light for key, (value, light) in papers.items()}, firm)
    return listed, sorted(firm, key=lambda key: (-firm[key], -key))


@given(scored)
def test_light_votes_lift_no_paper_by_more_than_three_places(papers: dict[int, tuple[float, float]]) -> None:
    listed, without = lists(papers)
    number = sum(value > 0 for value, _ in papers.values())
    for place, key in enumerate(listed):
        assert place >= min(without.index(key), number) - LIFT


@given(scored)
def test_the_first_places_are_given_by_firm_votes_alone(papers: dict[int, tuple[float, float]]) -> None:
    listed, without = lists(papers)
    first = {key for key in without[:FIRST_PLACES] if papers[key][0] > 0}
    assert set(listed[: len(first)]) == first
    assert sorted(listed) == sorted(papers)


@given(scored)
def test_of_all_orders_that_keep_the_bounds_it_is_the_one_with_the_best_scores_in_front(
    papers: dict[int, tuple[float, float]],
) -> None:
    few = dict(list(papers.items())[:6])
    listed, without = lists(few)
    number = sum(value > 0 for value, _ in few.values())

    def allowed(order: tuple[int, ...]) -> bool:
        return set(order[:number]) == set(without[:number]) and all(
            place >= min(without.index(key), number) - LIFT for place, key in enumerate(order)
        )

    best = max(filter(allowed, itertools.permutations(few)), key=lambda order: [(sum(few[key]), key) for key in order])
    assert listed == list(best)


@given(scored)
def test_without_light_votes_the_order_is_that_of_the_scores(papers: dict[int, tuple[float, float]]) -> None:
    listed, without = lists({key: (value, 0.0) for key, (value, _) in papers.items()})
    assert listed == without


def test_where_nobody_is_settled_the_votes_of_newcomers_make_the_order() -> None:
    assert held({1: 0.1, 2: 0.5, 3: 0.0, 4: 0.3}, dict.fromkeys((1, 2, 3, 4), 0.0)) == [2, 4, 1, 3]


def test_however_many_light_votes_there_are_they_count_less_than_one() -> None:
    assert together(0.0, sum(weight(age) for age in (0.0, 3.0, 13.0) * 50)) == AT_MOST < 1
    assert together(7.0, 0.2) == 7.2


def test_a_vote_s_weight_grows_with_its_account_s_age_until_that_is_settled() -> None:
    weights = [weight(age) for age in (0, 1, 7, SETTLED, 100)]
    assert weights == sorted(weights)
    assert 0 < weights[0] < 1
    assert weights[-2:] == [1.0, 1.0]


def test_the_first_few_votes_of_one_network_are_firm_and_the_others_light() -> None:
    burst = [Cast(1.0, network="a") for _ in range(6)]
    others = [Cast(1.0, network="b"), Cast(1.0), Cast(1.0), Cast(1.0), Cast(1.0)]
    assert reasons([*burst, *others]) == [""] * OF_A_NETWORK + ["network"] * (6 - OF_A_NETWORK) + [""] * 5


def test_a_ring_has_one_firm_vote_for_a_paper() -> None:
    assert reasons([Cast(1.0, ring=3), Cast(1.0), Cast(1.0, ring=3), Cast(1.0, ring=4), Cast(1.0, ring=3)]) == [
        "", "", "ring", "", "ring",
    ]  # fmt: skip


def test_a_light_vote_does_not_use_up_what_its_network_or_its_ring_may_give() -> None:
    fresh = [Cast(0.2, network="a", ring=3) for _ in range(9)]
    assert reasons([*fresh, Cast(1.0, network="a", ring=3)])[-1] == ""


def test_what_an_editor_has_said_of_a_vote_stands_whatever_else_is_known() -> None:
    honest = [Cast(1.0, network="a", ring=3, vouched=True) for _ in range(9)]
    assert reasons([*honest, Cast(1.0, network="a", ring=3)]) == [""] * 10
    assert reasons([Cast(0.0, vouched=True)]) == ["said"]


def test_what_was_light_for_its_network_stays_so_when_the_network_is_forgotten() -> None:
    assert reasons([Cast(1.0), Cast(1.0, network_forgotten=True)]) == ["", "network"]
