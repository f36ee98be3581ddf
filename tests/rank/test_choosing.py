"""Promises of a reader's list: its parts add up, what is followed comes first, surprise means something."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from broadsheet.rank.choosing import Evidence, by_heat, by_mean, chosen
from broadsheet.rank.personal import Fit, Papers


def evidence(score: list[float], **more: Sequence[float]) -> Evidence:
    """Papers that have nothing in common, each fitting as well as said."""
    number = len(score)
    none = np.zeros(number, np.float32)
    papers = Papers(
        np.arange(1, number + 1), np.eye(number, dtype=np.float32), np.zeros(0, np.int64), np.zeros(number, np.int64)
    )
    fit = Fit(np.array(score, np.float32), none, none, np.zeros(number, np.intp), none)
    said = {name: np.array(values, np.float32) for name, values in more.items()}
    kinds = ("authors", "searches", "categories", "wanted", "age", "rising")
    return Evidence(papers=papers, places=np.arange(number), fit=fit, **{name: said.get(name, none) for name in kinds})


def places(given: Evidence, surprise: float = 0.0) -> list[int]:
    return [each.place for each in chosen(given, surprise, 10)]


def test_the_parts_of_a_score_add_up_to_it() -> None:
    given = evidence([2.0, 1.0, -1.0], authors=[0, 1, 0], age=[3, 0, 1], rising=[0, 1, 0.5], wanted=[0, 0, 2])
    for surprise in (0.0, 0.3, 1.0):
        for each in chosen(given, surprise, 10):
            assert sum(value for _, value in each.adds) == pytest.approx(each.score, abs=0.03)


def test_without_surprise_the_best_fit_comes_first_and_what_rises_counts_nothing() -> None:
    assert places(evidence([1.0, 3.0, 2.0], rising=[1, 0, 0])) == [1, 2, 0]


def test_with_all_surprise_it_is_what_lies_beside_and_rises() -> None:
    assert places(evidence([1.5, 6.0, -2.0]), 1.0)[0] == 0
    assert places(evidence([6.0, -2.0, 5.0], rising=[0, 1, 0]), 1.0)[0] == 1


@pytest.mark.parametrize("kind", ["authors", "searches", "categories", "wanted"])
def test_what_is_followed_and_wanted_comes_before_its_equal(kind: str) -> None:
    assert places(evidence([1.0, 1.0, 1.0], **{kind: [0, 0, 1]}))[0] == 2


def test_equal_papers_come_newest_first() -> None:
    assert places(evidence([1.0, 1.0, 1.0])) == [2, 1, 0]
    assert places(evidence([1.0, 1.0, 1.0], age=[0, 1, 2])) == [0, 1, 2]


def test_of_many_equal_papers_the_newest_are_listed() -> None:
    many = evidence([*[1.0] * 500, 2.0])
    assert places(many) == [500, *range(499, 490, -1)]


def test_papers_that_this_does_not_speak_for_are_not_listed() -> None:
    given = evidence([1.0, 2.0, 3.0])
    apart = replace(evidence([5.0, 4.0]), papers=given.papers, places=np.array([0, 2]))
    assert apart.keys.tolist() == [1, 3]
    assert places(apart) == [0, 1]
    assert by_mean(apart, given.papers.take(np.array([2])), np.ones(1)) == [1, 0]


def test_where_nothing_is_known_of_the_reader_what_rises_comes_first() -> None:
    given = replace(evidence([0.0, 9.0, 0.0], rising=[0.2, 0, 1]), fit=None)
    assert places(given) == [2, 0, 1]
    assert by_heat(given) == [2, 0, 1]


def test_the_order_by_the_mean_is_that_of_the_mean_cosine() -> None:
    given = evidence([0.0, 0.0, 0.0])
    liked = replace(given.papers.take(np.array([2, 0])))
    assert by_mean(given, liked, np.array([1.0, 0.5])) == [2, 0, 1]
