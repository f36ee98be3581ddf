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


def diversified(scores: Scores, units: Vectors, limit: int, strength: float) -> list[int]:
    """Places of at most `limit` papers, best first, none twice and no two that say the same.

    Greedy by maximal marginal relevance (Carbonell and Goldstein, 1998): a paper is worth its score less `strength`
    for full likeness to the nearest paper listed before it. Equal ones come by place. Costs limit · papers.
    """
    worth = np.asarray(scores, np.float64).copy()
    likeness = np.full(len(worth), -1.0)
    listed: list[int] = []
    while len(listed) < min(limit, len(worth)):
        cost = strength * np.clip((likeness - ALIKE) / (1 - ALIKE), 0, 1)
        place = int(np.argmax(worth - cost))
        if worth[place] == -np.inf:
            break
        listed.append(place)
        likeness = np.maximum(likeness, np.einsum("ij,j->i", units, units[place]))
        worth[place] = -np.inf
        worth[likeness >= SAME] = -np.inf
    return listed
