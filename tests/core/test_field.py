"""Promises of what all readers have in common: what is left for one of them is what a slow look at each paper finds."""

from datetime import date, timedelta

import numpy as np
import pytest

from broadsheet.core.field import Field
from broadsheet.library.personal import Candidate
from broadsheet.rank.personal import Papers

NEWEST = date(2026, 3, 16)


@pytest.mark.parametrize("seed", range(30))
def test_what_is_left_its_days_and_how_it_rises_are_what_a_slow_look_finds(seed: int) -> None:
    draws = np.random.default_rng(seed)
    days = np.sort(draws.integers(0, 9, 40))
    heats = [None if draws.random() < seed % 3 / 2 else float(draws.normal(0, 5)) for _ in days]
    keys = draws.permutation(100)[:40].tolist()
    candidates = [
        Candidate(key, NEWEST - timedelta(days=int(day)), heat)
        for key, day, heat in zip(keys, days, heats, strict=True)
    ]
    indexed = sorted(draws.permutation(keys)[: draws.integers(0, 41)].tolist())
    none = np.zeros(len(indexed), np.int64)
    field = Field(candidates, Papers(np.array(indexed, np.int64), np.zeros((len(indexed), 1)), none[:0], none), None)
    seen = set(draws.integers(0, 100, 10 if seed % 4 else 400).tolist())
    unwanted = set(draws.integers(0, 100, seed).tolist())

    left = [each for each in candidates if each.key not in seen]
    hottest = max((each.heat for each in left if each.heat is not None), default=0.0)
    expected = {
        each.key: (
            (left[0].day - each.day).days,
            0 if each.heat is None else max(1 - (hottest - each.heat) / 5, 0),
        )
        for each in left
        if each.key in indexed and each.key not in unwanted
    }
    found = field.unseen(seen, unwanted)
    assert found.number == len(left)
    assert found.first == (left[-1].day if left else None)
    assert [indexed[place] for place in found.places] == sorted(expected)
    assert found.age.tolist() == [expected[key][0] for key in sorted(expected)]
    np.testing.assert_allclose(found.rising, [expected[key][1] for key in sorted(expected)], atol=1e-6)
