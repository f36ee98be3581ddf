"""Promises of a varied list: no paper and no idea twice, and the best one first."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.rank.diversify import ALIKE, SAME, diversified


def units(seed: int, number: int, dimension: int = 3) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((number, dimension))
    unit: np.ndarray = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit


@given(st.integers(0, 10_000), st.integers(0, 30), st.integers(0, 40), st.floats(0, 5))
def test_no_paper_and_no_two_that_say_the_same_are_listed(seed: int, number: int, limit: int, strength: float) -> None:
    rows, scores = units(seed, number), np.random.default_rng(seed).standard_normal(number)
    found = diversified(scores, rows, limit, strength)
    assert len(found) == len(set(found)) <= limit
    assert all(rows[one] @ rows[other] < SAME for one in found for other in found if one != other)
    if found:
        assert found[0] == int(np.argmax(scores))
    assert found == diversified(scores, rows, limit, strength)


@given(st.integers(0, 10_000), st.integers(0, 60), st.integers(0, 8), st.floats(0, 5), st.integers(1, 9))
def test_it_is_what_a_slow_look_at_every_paper_finds(
    seed: int, number: int, limit: int, strength: float, worths: int
) -> None:
    rows, scores = units(seed, number), np.random.default_rng(seed).integers(0, worths, number).astype(float)
    expected: list[int] = []
    while len(expected) < limit:
        left = {}
        for place in range(number):
            like = max((float(np.einsum("ij,j->i", rows, rows[one])[place]) for one in expected), default=-1.0)
            if place not in expected and like < SAME:
                left[place] = scores[place] - strength * min(max((like - ALIKE) / (1 - ALIKE), 0), 1)
        if not left:
            break
        expected.append(max(left, key=lambda place: (left[place], -place)))
    assert diversified(scores, rows, limit, strength) == expected


def test_without_strength_the_order_is_that_of_the_scores() -> None:
    scores = np.array([0.1, 3.0, 2.0, -1.0])
    assert diversified(scores, np.eye(4), 10, 0.0) == [1, 2, 0, 3]


def test_a_variant_of_the_first_paper_waits_for_another_idea() -> None:
    near = np.array([[1, 0, 0], [0.9, np.sqrt(1 - 0.81), 0], [0, 0, 1.0]])
    assert diversified(np.array([3.0, 2.9, 2.5]), near, 3, 1.5) == [0, 2, 1]


def test_ten_copies_of_one_paper_are_one() -> None:
    assert diversified(np.arange(10.0), np.ones((10, 1)), 10, 1.0) == [9]
