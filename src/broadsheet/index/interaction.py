"""Late interaction: each token of a query is met by the nearest token of a paper. Pure arithmetic.

This finds the paper that says it in other words, and prefers the one that meets every part of what was asked: a sum of
token vectors, which is what an embedding is, cannot tell these from each other.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.embed import Tokens, TokenTable
from broadsheet.index.lexical import Scores

MOST_TOKENS = 32
"""Tokens of a query that are compared, the rarest ones: a pasted abstract is known by a part of its words."""

SATURATION = 4.0
"""How soon a near token is as good as the same one: at a cosine of 0.5 it counts 0.86, at 0.25 0.63."""

_STEPS = 255
_SATURATED = np.rint(_STEPS * (1 - np.exp(-SATURATION * np.arange(_STEPS + 1) / _STEPS))).astype(np.uint8)
_REMEMBERED = 1000
"""Tokens of recent queries whose likeness to all others is remembered, in 43 kB each."""


def meetings(text: str, table: TokenTable, tokens: Tokens, lengths: NDArray[np.int64]) -> Scores:
    """How well each paper meets the query, 0 to 1; `tokens` are the papers' tokens, so many of them each.

    MaxSim (Khattab and Zaharia, ColBERT, 2020) over static token vectors: the mean over the query's tokens, weighted by
    their rarity, of 1 − exp(−4 c), where c is the highest cosine with any token of the paper, at least 0; within 0.02.
    """
    scores = np.zeros(len(lengths), np.float32)
    asked, times = np.unique(np.array(table.rows(text), np.intp), return_counts=True)
    weights = table.rarity[asked] * times
    telling = np.argsort(-weights, kind="stable")[:MOST_TOKENS]
    asked, weights = asked[telling], weights[telling]
    filled = lengths > 0
    if not weights.sum() > 0 or not filled.any():
        return scores
    starts = (np.cumsum(lengths) - lengths)[filled]
    places = tokens.astype(np.intp)
    met = np.zeros(len(starts), np.float32)
    for token, weight in zip(asked.tolist(), weights / (weights.sum() * _STEPS), strict=True):
        met += weight * np.maximum.reduceat(_met(table, token).take(places), starts)
    scores[filled] = met
    return scores


@lru_cache(maxsize=_REMEMBERED)
def _met(table: TokenTable, token: int) -> NDArray[np.uint8]:
    """How well each token of the table meets this one, in steps from 0 to 1: a byte each, and read fast for it."""
    steps = np.rint(np.clip(table.cosines(token), 0, 1) * _STEPS).astype(np.uint8)
    levels: NDArray[np.uint8] = _SATURATED.take(steps)
    return levels
