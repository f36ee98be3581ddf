"""Promises of evidence by phrases: a slow sum says the same, and order does not matter."""

import math
import random

import numpy as np
import pytest

from broadsheet.rank import phrases


def some_texts(seed: int, number: int) -> list[frozenset[str]]:
    draws = random.Random(seed)
    return [frozenset(f"phrase {draws.randrange(60)}" for _ in range(draws.randrange(1, 25))) for _ in range(number)]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_added_is_what_a_slow_sum_says(seed: int) -> None:
    said, liked = some_texts(seed, 30), some_texts(seed + 50, 4)
    weights = [1.0, 0.5, 0.25, 2.0]
    expected = []
    for paper in said:
        total = 0.0
        for phrase in paper:
            share = sum(w for one, w in zip(liked, weights, strict=True) if phrase in one) / sum(weights)
            usual = (sum(phrase in one for one in said) + 0.5) / (len(said) + 1)
            if share and math.log(share / usual) > phrases.TELLING:
                total += math.sqrt(share) * math.log(share / usual)
        expected.append(total / math.sqrt(len(paper) + phrases.USUAL))
    size = math.sqrt(sum(one * one for one in expected) / len(expected))
    np.testing.assert_allclose(phrases.added(said, liked, weights), np.array(expected) / size * phrases.COUNTS)


def test_what_no_paper_of_the_readers_says_adds_nothing() -> None:
    assert phrases.added([frozenset({"a b"})], [frozenset({"c d"})], [1.0]).tolist() == [0]
    assert phrases.added([], [frozenset({"c d"})], [1.0]).tolist() == []
    assert phrases.added([frozenset()], [], []).tolist() == [0]


def test_the_interest_that_gives_most_counts_as_much_as_all_together() -> None:
    said = [frozenset({"a b"}), frozenset({"c d"}), *(frozenset({f"x {number}"}) for number in range(20))]
    liked = [*[frozenset({"a b"})] * 5, frozenset({"c d"})]
    together = phrases.added(said, liked, [1.0] * 6)
    apart = phrases.added(said, liked, [1.0] * 6, [[0, 1, 2, 3, 4], [5]])
    assert together[0] > together[1]
    assert apart[1] / apart[0] > together[1] / together[0]
    assert np.array_equal(phrases.added(said, liked, [1.0] * 6, [range(6), []]), together)


def test_the_members_of_interests_are_told_by_their_places_among_the_heaviest() -> None:
    assert phrases.among(np.array([2, 5, 9]), [(9, 2), (7,), (5,)]) == [[0, 2], [], [1]]


def test_only_the_best_and_the_heaviest_are_looked_at() -> None:
    assert phrases.shortlist(np.arange(1000.0)).tolist() == list(range(999, 999 - phrases.SHORT, -1))
    assert phrases.heaviest(np.arange(100.0)).tolist() == list(range(100 - phrases.SAID_BY, 100))
