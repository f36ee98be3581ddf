"""A reader's list: what their papers say, what they follow and ask for, what is new and what rises, in one sum.

Every part is in standard deviations of the fit of the papers that are looked at, so that the parts of a sum can be
shown beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from broadsheet.arrays import Places, foremost
from broadsheet.rank.diversify import diversified
from broadsheet.rank.personal import Fit, Papers, Scores

AUTHOR, SEARCH, CATEGORY, WANTED = 4.0, 1.5, 0.5, 2.0
"""What a followed author, a followed search, a followed category, and a word that was asked for add."""

ALONE = 3.0
"""What a followed category adds where nothing else is known of the reader."""

A_DAY = 0.03
"""What a paper loses for each day since the newest one was listed."""

RISES = 3.0
"""What the paper that rises most gets, in so far as the reader wants to be surprised."""

BESIDE, WIDTH, ADJACENT = 1.5, 0.75, 3.0
"""A surprise is a paper that fits so much better than usual, not the best; how wide that is; what it then gets."""

VARIETY = 1.5
"""What a paper loses for being the same as one before it; twice as much where the reader wants surprises."""

POOL = 400
"""The best papers, among which the list is made."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for those of `papers` at these `places`, in their order.

    That is counts of what is followed and wanted, days, and how they rise, from 0 to 1. `fit` is None where too little
    is known of the reader.
    """

    papers: Papers
    places: Places
    fit: Fit | None
    authors: Scores
    searches: Scores
    categories: Scores
    wanted: Scores
    age: Scores
    rising: Scores

    @property
    def keys(self) -> NDArray[np.int64]:
        """The keys of the papers that this speaks for."""
        return self.papers.keys[self.places]


@dataclass(frozen=True, slots=True)
class Placed:
    """A paper's place in the evidence, its score, and the parts that it is the sum of, by name."""

    place: int
    score: float
    adds: tuple[tuple[str, float], ...]


def chosen(evidence: Evidence, surprise: float, limit: int) -> list[Placed]:
    """At most `limit` papers, best first, no idea twice; equal ones by key, the newer first.

    `surprise` is from 0, nearest to what the reader has, to 1: beside it, and what rises.
    """
    parts = _parts(evidence, min(max(surprise, 0.0), 1.0))
    total = np.sum(list(parts.values()), axis=0)
    best, strength = _best(total, evidence.keys), VARIETY * (1 + surprise)
    units = evidence.papers.vectors[evidence.places[best]]
    listed = [int(best[place]) for place in diversified(total[best], units, limit, strength)]
    return [
        Placed(
            place, float(total[place]),
            tuple((name, float(part[place])) for name, part in parts.items() if abs(part[place]) >= 0.005),
        )
        for place in listed
    ]  # fmt: skip


def by_mean(evidence: Evidence, liked: Papers, weights: Scores) -> list[int]:
    """Places in the order of the weighted mean likeness to a reader's papers: what others do, to be compared with."""
    shares = np.asarray(weights, np.float64) / np.sum(weights)
    likeness = (evidence.papers.vectors @ (shares @ liked.vectors))[evidence.places]
    return [int(place) for place in np.lexsort((-evidence.keys, -likeness))]


def by_heat(evidence: Evidence) -> list[int]:
    """Places of the papers that rise, most first, then the newest."""
    return [int(place) for place in np.lexsort((-evidence.keys, evidence.age, -evidence.rising))]


def _best(total: Scores, keys: NDArray[np.int64]) -> Places:
    """The places of the POOL best, best first; equal ones by key, the newer first."""
    among = foremost(total, POOL)
    return among[np.lexsort((-keys[among], -total[among]))][:POOL]


def _parts(evidence: Evidence, surprise: float) -> dict[str, Scores]:
    parts: dict[str, Scores] = {}
    rises = RISES * evidence.rising.astype(np.float64)
    if evidence.fit is None:
        parts["rises"] = rises
    else:
        score = evidence.fit.score.astype(np.float64)
        beside = ADJACENT * np.exp(-(((score - BESIDE) / WIDTH) ** 2))
        parts["your papers"] = (1 - surprise) * (score + evidence.fit.repelled)
        parts["like what you hid"] = -evidence.fit.repelled.astype(np.float64)
        parts["beside your field"] = surprise * beside
        parts["rises"] = surprise * rises
    parts["followed author"] = AUTHOR * np.minimum(evidence.authors, 1.0)
    parts["followed search"] = SEARCH * np.minimum(evidence.searches, 1.0)
    parts["followed category"] = (ALONE if evidence.fit is None else CATEGORY) * np.minimum(evidence.categories, 1.0)
    parts["your words"] = WANTED * np.minimum(evidence.wanted, 1.0)
    parts["age"] = -A_DAY * evidence.age
    return parts
