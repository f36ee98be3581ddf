"""Trending by forward decay: what a paper gains counts twice as much for each half-life that it comes later.

A gain of votes, comments or stars from `a` to `b` is worth w·(log2(1 + b/c) - log2(1 + a/c)), so that the hundredth
counts less than the first, and bought stars buy little. Gains add up as heat = sum of worth·2^(t/h). As every gain is
measured against one fixed moment, the order of two heats changes only when one of them gains something: the logarithm
of the sum is kept, and nothing is computed anew as time passes (Cormode et al., Forward Decay, ICDE 2009).

A list then holds each paper's heat against what is usual in its field and at its age, so that small fields and papers
of this morning have their chance, and divides that by a power of the age, as old papers have little still to come.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from broadsheet.rank.trust import held

VERSION = 3
"""Grows when the formula changes; shown with every explanation. VERSIONS tells what changed."""

VERSIONS = {
    1: "Gains of upvotes, comments and stars, capped by logarithms, decayed forward, held against the field's mean.",
    2: "Votes here count twice those elsewhere; votes of fresh accounts count together at most half a vote.",
    3: "Heat is held against what is usual at the paper's age too, and divided by a power of the age, so that gains "
    "are remembered for days; submissions by editors count; light votes lift a paper by three places at most.",
}

SHRINK = 20.0
"""Papers of a field or an age that its own mean needs to count as much as the mean of all."""

AGES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Ages between which papers are held against each other, in days of the clock."""

OLD = 32.0
"""The age from which papers do not become older."""

LIGHTLY = "light "
"""Begins the name of a kind of gains by what does not count fully, and is bounded."""

VOTES, LIGHT = "votes", LIGHTLY + "votes"
"""The kinds of the votes of accounts here: those that count fully, and those that do not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Formula:
    """The weights of each kind of gain, the half-life in days, the power of the age, how many a first one is: `c`."""

    weights: Mapping[str, float] = field(
        default_factory=lambda: {
            "upvotes": 1.0,
            "votes": 2.0,
            "voices": 1.0,
            "comments": 0.5,
            "stars": 0.5,
            "submissions": 2.0,
        }
    )
    half_life: float = 4.0
    gravity: float = 1.5
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
    weight = formula.weights.get(gain.kind.removeprefix(LIGHTLY), 0.0)
    return weight * (math.log2(1 + gain.after / formula.first) - math.log2(1 + gain.before / formula.first))


def added(heat: float, gain: Gain, formula: Formula) -> float:
    """The logarithm (base 2) of a heat once a gain is added; the heat of nothing is -inf."""
    value = worth(gain, formula)
    if value <= 0:
        return heat
    return joined(heat, math.log2(value) + gain.time / formula.half_life)


def joined(one: float, other: float) -> float:
    """The logarithm of the sum of two heats, each given as its logarithm."""
    high, low = max(one, other), min(one, other)
    return high + math.log2(1 + 2 ** max(low - high, -200.0)) if low > -math.inf else high


def heat(gains: Iterable[Gain], formula: Formula) -> float:
    """The logarithm (base 2) of the heat of these gains, in any order."""
    total = -math.inf
    for gain in gains:
        total = added(total, gain, formula)
    return total


class Warm(NamedTuple):
    """A paper that may rise: the logarithms of its heat, and of what it is without light votes; its field; its age."""

    key: int
    heat: float
    firm: float
    field: str
    age: float


class Placed(NamedTuple):
    """A paper in a list: its heat now, what is usual in its field at its age, that age, and what it is placed by.

    `held` says that papers with a lower score stand above it, because it owes its score to light votes.
    """

    key: int
    heat: float
    usual: float
    age: float
    score: float
    held: bool = False


def ranked(papers: Sequence[Warm], now: float, formula: Formula) -> list[Placed]:
    """Papers by how far their heat is above what is usual, over a power of their age, best first; ties: newer first.

    `now` is a time of the gains' clock. Light votes lift a paper only as far as `trust.held` lets them, and what is
    usual does not depend on them.
    """
    full = {paper.key: _now(paper.heat, now, formula) for paper in papers}
    firm = {paper.key: _now(paper.firm, now, formula) for paper in papers}
    usual = _usual(papers, firm if any(firm.values()) else full)
    fade = {paper.key: (1 + min(max(paper.age, 0.0), OLD)) ** -formula.gravity for paper in papers}
    scores = {key: value / usual[key] * fade[key] for key, value in full.items()}
    order = held(scores, {key: value / usual[key] * fade[key] for key, value in firm.items()})
    ages = {paper.key: paper.age for paper in papers}
    listed, least = [], math.inf
    for key in order:
        listed.append(Placed(key, full[key], usual[key], ages[key], scores[key], held=scores[key] > least))
        least = min(least, scores[key])
    return listed


def _now(value: float, now: float, formula: Formula) -> float:
    return 2.0 ** (value - now / formula.half_life) if value > -math.inf else 0.0


def _usual(papers: Sequence[Warm], heats: Mapping[int, float]) -> dict[int, float]:
    """What is usual for each paper: the mean heat at its age, times how far its field is above what is usual there.

    Both are drawn towards the mean of all where there are few papers; papers without heat are not asked.
    """
    cells = {paper.key: bisect_right(AGES, paper.age) for paper in papers}
    known = [(paper.field, cells[paper.key], heats[paper.key]) for paper in papers if heats[paper.key] > 0]
    mean = sum(value for _, _, value in known) / len(known) if known else 1.0
    by_age: dict[int, list[float]] = {}
    for _, cell, value in known:
        by_age.setdefault(cell, []).append(value)
    of_age = {cell: _shrunk(values, mean) for cell, values in by_age.items()}
    by_field: dict[str, list[float]] = {}
    for name, cell, value in known:
        by_field.setdefault(name, []).append(value / of_age[cell])
    of_field = {name: _shrunk(values, 1.0) for name, values in by_field.items()}
    return {paper.key: of_age.get(cells[paper.key], mean) * of_field.get(paper.field, 1.0) for paper in papers}


def _shrunk(values: Sequence[float], mean: float) -> float:
    return (sum(values) + SHRINK * mean) / (len(values) + SHRINK)
