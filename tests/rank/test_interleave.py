"""Promises of mixed rankings: each paper once, both rankings equally, and no winner where there is none."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from broadsheet.rank.interleave import sign_test, team_draft

RANKING = st.lists(st.integers(1, 30), unique=True, max_size=20)


@given(RANKING, RANKING, st.integers(0, 40), st.integers(0, 1 << 30))
def test_every_paper_comes_once_from_a_ranking_that_has_it(
    one: list[int], other: list[int], limit: int, seed: int
) -> None:
    drafted = team_draft(one, other, limit, seed)
    keys = [each.key for each in drafted]
    assert len(keys) == len(set(keys)) == min(limit, len({*one, *other}))
    assert all(each.key in (one, other)[each.team] for each in drafted)
    assert drafted == team_draft(one, other, limit, seed)


@given(RANKING, RANKING, st.integers(0, 1 << 30))
def test_neither_ranking_is_ever_more_than_one_ahead_while_both_have_papers(
    one: list[int], other: list[int], seed: int
) -> None:
    drafted, sizes = team_draft(one, other, 40, seed), [0, 0]
    left = [list(one), list(other)]
    for each in drafted:
        if left[0] and left[1]:
            assert abs(sizes[0] - sizes[1]) <= 1
        sizes[each.team] += 1
        assert left[each.team][0] == each.key
        left = [[key for key in ranking if key != each.key] for ranking in left]


def test_over_many_drafts_each_place_goes_to_either_equally_often() -> None:
    one, other = list(range(10)), list(range(100, 110))
    for place in range(4):
        teams = Counter(team_draft(one, other, 10, seed)[place].team for seed in range(4000))
        assert abs(teams[0] - 2000) < 200


def test_a_reader_who_opens_any_paper_alike_makes_no_winner() -> None:
    same = list(range(20))
    wins = Counter(team_draft(same, same, 20, seed)[seed % 20].team for seed in range(4000))
    assert sign_test(wins[0], wins[1]) > 0.01


@pytest.mark.parametrize(("wins", "losses"), [(0, 1), (5, 5), (9, 1), (60, 40), (200, 150)])
def test_the_sign_test_says_what_statisticians_say(wins: int, losses: int) -> None:
    assert sign_test(wins, losses) == pytest.approx(binomtest(wins, wins + losses).pvalue)


def test_nothing_counted_is_no_difference() -> None:
    assert sign_test(0, 0) == 1
