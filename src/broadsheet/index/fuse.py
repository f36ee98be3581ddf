"""Fusion: what the parts of the index say of the same papers → one score. Pure arithmetic, no trained weights.

Each part is brought to a scale of its own meaning before they are added: a cosine and a late interaction already have
one, from 0 to 1; a BM25 score is taken as a share of the most that the query could give, less what papers have by
chance. A convex combination of scaled scores beats a fusion by ranks (Bruch, Gai and Ingber, An Analysis of Fusion
Functions for Hybrid Retrieval, 2023), for it knows by how much the first is better than the second.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.index.lexical import Scores

CHANCE = 20
"""Nobody has more right answers than fit on a page: what the 20th best paper by words scores, others do by chance."""

LENGTH = 0.05
"""What a paper loses for being e times as long: among more words, each of the query's finds a nearer one by chance."""


def words(bm25: Scores, most: float) -> Scores:
    """The lexical part's say, from BM25 scores best first and the most that a paper could score; 0 to 1.

    In a large library a thousand papers share a few of the query's words; without the correction they would hide the
    one that says it in other words.
    """
    chance = bm25[CHANCE] if len(bm25) > CHANCE else 0.0
    share: Scores = (np.maximum(bm25 - chance, 0) / most).astype(np.float32)
    return share


def fuse(words: Scores, cosine: Scores, interaction: Scores, lengths: NDArray[np.int64]) -> Scores:
    """The fused score of each candidate: the sum of the three, less the correction for its number of tokens."""
    fused: Scores = (words + np.maximum(cosine, 0) + interaction - LENGTH * np.log(np.maximum(lengths, 1))).astype(
        np.float32
    )
    return fused
