"""Fusion: what words, meaning and late interaction say of a paper → one score. Pure arithmetic.

docs/explanation/search.md tells what each number was chosen on, and what it is worth.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from broadsheet.arrays import foremost
from broadsheet.index.lexical import Scores

CHANCE = 25
"""Few questions have more right answers than that: what the 25th best paper by words scores, others do by chance."""

MEETING = 3.0
"""What it counts that every part of the query is met, against the likeness of the whole."""

LENGTH = 0.15
"""What a paper loses for being e times as long: among more words, each of the query's finds a nearer one by chance."""

TYPICAL = 80
"""Tokens of a usual paper, which loses nothing."""

WORDS = 16.0
"""What the query's own words count, where some paper has them all."""


FEEDBACK = 0.5
"""What it counts to be near to the first papers, against the likeness of the query."""

FIRST = 5
"""Papers that are taken for right ones."""

SURE = 4.0
"""How much more the first of them count: a paper behind by a quarter counts 1/e."""


def words(bm25: Scores, most: float) -> Scores:
    """The lexical part's say, from BM25 scores best first and the most that a paper could score; 0 to 1.

    What a paper has of the query beyond what others have by chance, times what the best paper has of it: where no paper
    has much of it, the words were not the right ones. In a large library a thousand papers share a few of the query's
    words; without this they would hide the one that says it in other words.
    """
    if not len(bm25):
        return bm25
    chance = bm25[CHANCE - 1] if len(bm25) >= CHANCE else 0.0
    best = min(float(bm25[0]) / most, 1)
    share: Scores = (best * np.clip((bm25 - chance) / most, 0, 1)).astype(np.float32)
    return share


def fuse(words: Scores, cosine: Scores, meeting: Scores, lengths: NDArray[np.int64]) -> Scores:
    """The fused score of each candidate: a sum of the three, less the correction for its number of tokens."""
    length = np.log(np.maximum(lengths, 1) / TYPICAL)
    fused: Scores = (cosine + MEETING * meeting + WORDS * words - LENGTH * length).astype(np.float32)
    return fused


def first(scores: Scores) -> tuple[NDArray[np.intp], Scores]:
    """The places of the best papers, and how much each of them tells of what is looked for, together 1."""
    places = foremost(scores, FIRST)
    places = places[np.argsort(-scores[places], kind="stable")[:FIRST]]
    trust = np.exp(SURE * (scores[places] - scores[places].max(initial=-np.inf)))
    return places, (trust / max(float(trust.sum()), 1e-9)).astype(np.float32)
