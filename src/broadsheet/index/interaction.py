"""Late interaction: each token of a query is met by the nearest token of a paper. Pure arithmetic.

This finds the paper that says it in other words, and prefers the one that meets every part of what was asked: a sum of
token vectors, which is what an embedding is, cannot tell these from each other.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.embed import Tokens, TokenTable
from broadsheet.index.lexical import Scores

MOST_TOKENS = 32
"""Tokens of a query that are compared, the most telling ones: a pasted abstract is known by a part of its words."""


def interactions(text: str, table: TokenTable, tokens: Tokens, lengths: NDArray[np.int64]) -> Scores:
    """How well each paper meets the query, at most 1, whose tokens are `tokens`, so many of them each.

    MaxSim (Khattab and Zaharia, ColBERT, 2020) over static token vectors, their weights taken from their lengths: the
    mean over the query's tokens of the highest cosine with any token of the paper.
    """
    scores = np.zeros(len(lengths), np.float32)
    asked, times = np.unique(np.array(table.rows(text), np.intp), return_counts=True)
    weights = table.weights[asked] * times
    telling = np.argsort(-weights, kind="stable")[:MOST_TOKENS]
    asked, weights = asked[telling], weights[telling]
    filled = lengths > 0
    if not weights.sum() > 0 or not filled.any():
        return scores
    starts = (np.cumsum(lengths) - lengths)[filled]
    places = tokens.astype(np.intp)
    likeness = table.unit[asked] @ table.unit.T
    met = sum(
        (weight * np.maximum.reduceat(row.take(places), starts) for weight, row in zip(weights, likeness, strict=True)),
        start=np.zeros(len(starts), np.float32),
    )
    scores[filled] = met / weights.sum()
    return scores
