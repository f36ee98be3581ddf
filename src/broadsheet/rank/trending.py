"""Trending by forward decay: what a paper gains counts twice as much for each half-life that it comes later.

A gain of votes, comments or stars from `a` to `b` is worth w·(log2(1 + b/c) - log2(1 + a/c)), so that the hundredth
counts less than the first, and bought stars buy little. Gains add up as heat = sum of worth·2^(t/h). As every gain is
measured against one fixed moment, the order of two papers changes only when one of them gains something: the logarithm
of the sum is kept, and nothing is computed anew as time passes (Cormode et al., Forward Decay, ICDE 2009).

A list then holds each paper's heat against what is usual in its field, so that a small field has its chance.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

VERSION = 2
"""Grows when the formula changes; shown with every explanation."""

SHRINK = 20.0
"""Papers of a field that its own mean needs to count as much as the mean of all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """The weights of each kind of gain, the half-life in days, and how many a first one is: `c`."""

    weights: Mapping[str, float] = field(default_factory=lambda: {"upvotes": 1.0, "comments": 0.5, "stars": 0.5})
    half_life: float = 1.0
    first: float = 5.0


class Gain(NamedTuple):
    """Something that a paper gained: of which kind, from how many to how many, and when, in days of any clock."""

    kind: str
    before: float
    after: float
    time: float


def worth(gain: Gain, formula: Formula) -> float:
    """What a gain counts by itself, without its time; nothing for a loss and for a kind that has no weight."""
    if gain.after <= gain.before:
        return 0.0
    weight = formula.weights.get(gain.kind, 0.0)
    return weight * (math.log2(1 + gain.after / formula.first) - math.log2(1 + gain.before / formula.first))


def added(heat: float, gain: Gain, formula: Formula) -> float:
    """The logarithm (base 2) of a heat once a gain is added; the heat of nothing is -inf."""
    value = worth(gain, formula)
    if value <= 0:
        return heat
    more = math.log2(value) + gain.time / formula.half_life
    high, low = max(heat, more), min(heat, more)
    return high + math.log2(1 + 2 ** max(low - high, -200.0))


def heat(gains: Iterable[Gain], formula: Formula) -> float:
    """The logarithm (base 2) of the heat of these gains, in any order."""
    total = -math.inf
    for gain in gains:
        total = added(total, gain, formula)
    return total


class Placed(NamedTuple):
    """A paper in a list: its heat now, what is usual in its field, and how many times that it is."""

    key: int
    heat: float
    usual: float

    @property
    def score(self) -> float:
        """How many times what is usual."""
        return self.heat / self.usual


def ranked(heats: Mapping[int, float], fields: Mapping[int, str], now: float, formula: Formula) -> list[Placed]:
    """Papers by how far their heat is above what is usual in their field, best first; ties by key, the newer first.

    `heats` are logarithms, as `heat` gives them; `now` is a time of the gains' clock. What is usual is the mean heat of
    the field's papers here, drawn towards the mean of all where the field has few.
    """
    current = {key: 2 ** (value - now / formula.half_life) for key, value in heats.items() if value > -math.inf}
    if not current:
        return []
    mean = sum(current.values()) / len(current)
    members: dict[str, list[float]] = {}
    for key, value in current.items():
        members.setdefault(fields.get(key, ""), []).append(value)
    usual = {name: _shrunk(values, mean) for name, values in members.items()}
    placed = [Placed(key, value, usual[fields.get(key, "")]) for key, value in current.items()]
    return sorted(placed, key=lambda each: (-each.score, -each.key))


def _shrunk(values: Sequence[float], mean: float) -> float:
    return (sum(values) + SHRINK * mean) / (len(values) + SHRINK)
