"""Late interaction: each token of a query is met by the nearest token of a paper. Pure arithmetic.

This finds the paper that says it in other words, and prefers the one that meets every part of what was asked: a sum of
token vectors, which is what an embedding is, cannot tell these from each other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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
REMEMBERED = 1000
"""Tokens of queries whose likeness to all others is remembered, in 43 kB each: the first ones, for they come again."""

_Levels = NDArray[np.uint8]
"""How well tokens meet others, in steps from 0 to 1: a byte each, and read fast for it."""


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
    levels = _levels(asked.tolist(), table, places)
    for token, weight in zip(asked.tolist(), weights / (weights.sum() * _STEPS), strict=True):
        met += weight * np.maximum.reduceat(levels[token].take(places), starts)
    scores[filled] = met
    return scores


def _levels(asked: Sequence[int], table: TokenTable, places: NDArray[np.intp]) -> Mapping[int, _Levels]:
    """For each token asked for, how well each token of the table meets it, as far as it is among these places."""
    known = _remembered(table)
    new = [token for token in asked if token not in known]
    if not new:
        return known
    if len(known) + len(new) <= REMEMBERED:
        known.update(zip(new, _met(table.cosines(new)), strict=True))
        return known
    there = np.zeros(len(table), np.bool_)
    there[places] = True
    among = np.flatnonzero(there)
    levels = np.zeros((len(new), len(table)), np.uint8)
    levels[:, among] = _met(table.cosines(new, among))
    return dict(zip(new, levels, strict=True)) | {token: known[token] for token in asked if token in known}


def _met(cosines: Scores) -> _Levels:
    steps = np.rint(np.clip(cosines, 0, 1) * _STEPS).astype(np.uint8)
    levels: _Levels = _SATURATED.take(steps)
    return levels


@lru_cache(maxsize=2)
def _remembered(_table: TokenTable) -> dict[int, _Levels]:
    return {}
