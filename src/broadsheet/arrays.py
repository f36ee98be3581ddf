"""Arithmetic on arrays that finding and ordering both need: the places of runs, and of what is foremost. No state."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.intp]


def spread(ends: Places, lengths: Places) -> Places:
    """Every place of runs that are so long and end before these, one run after the other."""
    places = np.arange(lengths.sum())
    places += np.repeat(ends - np.cumsum(lengths), lengths)
    return places


def foremost(scores: NDArray[Any], number: int) -> Places:
    """The places of so many of the highest scores, ascending, and of those that equal the last of them."""
    least = np.partition(scores, -number)[-number] if len(scores) > number else -np.inf
    return np.flatnonzero(scores >= least)
