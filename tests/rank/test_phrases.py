"""Promises of evidence by phrases: a slow sum says the same, and order does not matter."""

import math
import random
from collections.abc import Collection, Sequence

import numpy as np
import pytest

from broadsheet.rank import phrases

Texts = Sequence[Collection[int]]


def some_texts(seed: int, number: int) -> list[frozenset[int]]:
    draws = random.Random(seed)
    return [frozenset(draws.randrange(60) for _ in range(draws.randrange(1, 25))) for _ in range(number)]


def added(
    said: Texts, liked: Texts, weights: Sequence[float], interests: Sequence[Collection[int]] = (), more: Texts = ()
) -> list[float]:
    """What papers gain, as floats; `more` papers are known that are not on the shortlist."""
    every = phrases.Said([np.array(sorted(each), np.uint64) for each in (*more, *said)])
    numbers = every.numbers([np.array(sorted(each), np.uint64) for each in liked])
    gained: list[float] = every.added(np.arange(len(said)) + len(more), numbers, weights, interests).tolist()
    return gained


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
    np.testing.assert_allclose(added(said, liked, weights), np.array(expected) / size * phrases.COUNTS)


@pytest.mark.parametrize("seed", range(5))
def test_phrases_have_the_numbers_that_a_slow_look_up_finds(seed: int) -> None:
    draws = np.random.default_rng(seed)
    said = [np.unique(draws.integers(0, 1 << 63, number, np.uint64)) for number in (5, 0, 30, 200)[: seed % 5]]
    every = sorted({int(phrase) for each in said for phrase in each})
    likely = np.array([*every, *(phrase ^ (1 << 62) for phrase in every), 7, 0, 2**64 - 1], np.uint64)
    liked = [draws.choice(likely, number) for number in (0, 9, 400, 0, 3)[seed % 2 :]]
    expected = [sorted({every.index(int(phrase)) for phrase in each if int(phrase) in every}) for each in liked]
    assert [each.tolist() for each in phrases.Said(said).numbers(liked)] == expected
    assert phrases.Said(said).numbers([]) == []


def test_what_no_paper_of_the_readers_says_adds_nothing() -> None:
    assert added([{1}], [{2}], [1.0]) == added([{2}], [{1}], [1.0]) == [0]
    assert added([], [{2}], [1.0]) == []
    assert added([frozenset()], [], []) == [0]


@pytest.mark.parametrize("seed", range(5))
def test_papers_that_are_not_on_the_shortlist_change_nothing_to_the_last_bit(seed: int) -> None:
    said, liked, weights = some_texts(seed, 30), some_texts(seed + 50, 4), [1.0, 0.5, 0.25, 2.0]
    interests = [[0, 2], [1, 3]]
    assert added(said, liked, weights, interests, some_texts(seed + 99, 40)) == added(said, liked, weights, interests)


def test_the_interest_that_gives_most_counts_as_much_as_all_together() -> None:
    said = [{1}, {2}, *({number} for number in range(3, 23))]
    liked = [*[{1}] * 5, {2}]
    together = added(said, liked, [1.0] * 6)
    apart = added(said, liked, [1.0] * 6, [[0, 1, 2, 3, 4], [5]])
    assert together[0] > together[1]
    assert apart[1] / apart[0] > together[1] / together[0]
    assert added(said, liked, [1.0] * 6, [range(6), []]) == together


def test_the_members_of_interests_are_told_by_their_places_among_the_heaviest() -> None:
    assert phrases.among(np.array([2, 5, 9]), [(9, 2), (7,), (5,)]) == [[0, 2], [], [1]]


def test_only_the_best_and_the_heaviest_are_looked_at() -> None:
    assert phrases.shortlist(np.arange(1000.0)).tolist() == list(range(999, 999 - phrases.SHORT, -1))
    few = np.random.default_rng(1).integers(0, 9, 700).astype(np.float32)
    assert phrases.shortlist(few).tolist() == np.argsort(-few, kind="stable")[: phrases.SHORT].tolist()
    assert phrases.heaviest(np.arange(100.0)).tolist() == list(range(100 - phrases.SAID_BY, 100))
