"""A list in which no idea comes ten times: each place is given to what is worth most beside those before it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.floating]
Scores = NDArray[np.floating]

SAME = 0.95
"""The cosine from which two papers say the same: only the better one is listed."""

ALIKE = 0.4
"""The cosine from which likeness to a paper before it costs a paper anything."""


AMONG = 4
"""Times as many papers as are listed, the best, among which they are looked for first."""


def diversified(scores: Scores, units: Vectors, limit: int, strength: float) -> list[int]:
    """Places of at most `limit` papers, best first, none twice and no two that say the same.

    Greedy by maximal marginal relevance (Carbonell and Goldstein, 1998): a paper is worth its score less `strength`
    for full likeness to the nearest paper listed before it. Equal ones come by place. Costs limit · papers.
    """
    best, size = np.asarray(scores, np.float64), AMONG * limit
    if limit and len(best) > size:
        order = np.argpartition(-best, size)
        among = np.sort(order[:size])
        listed = _listed(best[among], units[among], limit, strength, float(best[order[size]]))
        if len(listed) == limit:
            return [int(among[place]) for place in listed]
    return _listed(best, units, limit, strength, -np.inf)


def _listed(scores: Scores, units: Vectors, limit: int, strength: float, least: float) -> list[int]:
    """The places of the first of these papers, while each is worth more than `least`, as others may be."""
    worth = scores.copy()
    likeness = np.full(len(worth), -1.0)
    listed: list[int] = []
    while len(listed) < min(limit, len(worth)):
        cost = strength * np.clip((likeness - ALIKE) / (1 - ALIKE), 0, 1)
        left = worth - cost
        place = int(left.argmax())
        if left[place] <= least:
            break
        listed.append(place)
        likeness = np.maximum(likeness, np.einsum("ij,j->i", units, units[place]))
        worth[place] = -np.inf
        worth[likeness >= SAME] = -np.inf
    return listed
