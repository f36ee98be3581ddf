"""What a reader's own papers say of others: several interests kept apart, by meaning and by words. Arithmetic only.

Two kinds of evidence are added for each interest, after either is measured against what is usual among the papers that
are being ordered:

meaning   the linear discriminant between the interest's papers and all others: the mean of their embeddings, seen from
          the mean of the others, through the inverse of the others' covariance. What all papers of the day have in
          common counts nothing; no training, one small system of equations.
words     Σ √p · ln(p/q) over the words of a paper that tell something: p is the share of the interest's papers that
          have the word, q that of the others. Divided by √(words + 20), as a long paper has more words by chance.

A paper's score is the mean of what all of the reader's papers together say of it, and of what its best interests say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.floating]
Scores = NDArray[np.floating]
Places = NDArray[np.intp]

WORDS = 1.75
"""What a standard deviation of the evidence by words counts, one by meaning being 1."""

SHRINK = 1.0
"""How far the covariance is drawn towards an even one, where there are many papers: at 1, half of it is."""

APART = 0.1
"""The mean likeness under which two groups of papers are two interests; that of unrelated papers is 0."""

MOST = 6
"""Interests of a reader at most."""

GROUPED = 64
"""Papers that say which interests there are, those that weigh most; the others join the nearest."""

SAMPLE = 1000
"""Papers of the background from which the covariance is taken."""

TELLING = 1.0
"""The least ln(p/q) of a word that counts. It leaves out those that stand everywhere, which would cost most."""

SOFT = 2.0
"""How far interests beside the best one of a paper count, in standard deviations."""

USUAL = 20.0
"""Words added to a paper's own before its score is divided by their root."""

REPELLED = 4.0
"""Standard deviations that a paper loses which is the same as one that the reader wants less of."""

NEAR = 0.2
"""The likeness to such a paper from which it loses any."""


@dataclass(frozen=True, slots=True)
class Papers:
    """Papers as arrays: their keys, unit embeddings by row, and their tokens one after the other, each paper's once."""

    keys: NDArray[np.int64]
    vectors: Vectors
    tokens: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    def in_order(self) -> Papers:
        """The same papers in the order of their keys, so that sums of theirs come out the same to the last bit."""
        if np.all(self.keys[:-1] <= self.keys[1:]):
            return self
        return self.take(np.argsort(self.keys, kind="stable"))

    def take(self, places: Places) -> Papers:
        """The papers at these places, in their order."""
        lengths = self.lengths[places]
        ends = np.cumsum(self.lengths)[places]
        spread = np.repeat(ends - np.cumsum(lengths), lengths) + np.arange(lengths.sum())
        return Papers(self.keys[places], self.vectors[places], self.tokens[spread], lengths)


@dataclass(frozen=True, slots=True)
class Usual:
    """What is usual among some papers: the middle of their embeddings, how these spread, and the tokens that they have.

    `inverse` is that of their covariance, shrunk, and `root` a root of it; `tokens` is the share of the papers that
    have each token, `unseen` that of a token that none has. Many readers' tastes may be held against one.
    """

    middle: Vectors
    inverse: Vectors
    root: Vectors
    tokens: Scores
    unseen: float

    def share_of(self, size: int) -> Scores:
        """The share of the papers that have each of the first `size` tokens, or of all that any has."""
        return np.pad(self.tokens, (0, max(size - len(self.tokens), 0)), constant_values=self.unseen)


def usual_in(papers: Papers) -> Usual:
    """What is usual among these papers, in whatever order they come."""
    papers = papers.in_order()
    share = (np.bincount(papers.tokens) + 0.5) / (len(papers) + 1)
    return Usual(*_covariance(papers.vectors), tokens=share, unseen=0.5 / (len(papers) + 1))


@dataclass(frozen=True, slots=True)
class Interest:
    """Some of a reader's papers that belong together, by their places in the order of keys, the most typical first.

    `share` is how much of all their weight they have; `words` what each token counts for it.
    """

    members: tuple[int, ...]
    share: float
    direction: Vectors
    words: Vectors

    def telling(self) -> dict[int, float]:
        """What each token counts, of those that count anything."""
        tokens = np.flatnonzero(self.words)
        return dict(zip(tokens.tolist(), self.words[tokens].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Fit:
    """How papers fit a reader, in standard deviations of these papers, in their order.

    `score` is all evidence; `meaning` and `words` are what all of the reader's papers say; `interest` is the one each
    fits best, `repelled` what it lost by being like a paper that the reader wants less of.
    """

    score: Scores
    meaning: Scores
    words: Scores
    interest: Places
    repelled: Scores


class Taste:
    """What a reader's papers tell, held against what is usual, best among the papers that are to be ordered.

    Papers may come in any order: they are taken in that of their keys. `weights` are above nought, one a liked paper.
    """

    def __init__(self, liked: Papers, weights: Scores, usual: Usual, disliked: Papers | None = None) -> None:
        self.liked = liked.in_order()
        self.weights = np.asarray(weights, np.float64)[np.argsort(liked.keys, kind="stable")]
        self._disliked = disliked.in_order() if disliked else None
        self._usual = usual
        self._shares = usual.share_of(1 + int(liked.tokens.max(initial=0)))
        self._near = self._seen(self.liked.vectors)
        groups = grouped(self._near, self.weights)
        self.whole = self._interest(np.arange(len(liked)))
        self.interests = tuple(self._interest(np.array(group)) for group in groups)

    def fit(self, papers: Papers) -> Fit:
        """How each of these papers fits; their keys may come in any order."""
        fit = self._fit(papers.in_order())
        back = np.argsort(np.argsort(papers.keys, kind="stable"), kind="stable")
        return Fit(fit.score[back], fit.meaning[back], fit.words[back], fit.interest[back], fit.repelled[back])

    def nearest(self, papers: Papers) -> tuple[Places, Scores]:
        """For each paper, the place of the reader's paper it is most like, and how like: at most 1, 0 as usual."""
        likeness = self._seen(papers.vectors) @ self._near.T
        best = likeness.argmax(axis=1)
        return best, likeness[np.arange(len(papers)), best]

    def _fit(self, papers: Papers) -> Fit:
        several = (self.whole, *self.interests) if len(self.interests) > 1 else (self.whole,)
        directions = np.stack([each.direction for each in several], axis=1)
        meaning = _standard(papers.vectors @ directions)
        words = _standard(_told(papers, np.stack([each.words for each in several])))
        evidence = meaning + WORDS * words
        score, best = evidence[:, 0], np.zeros(len(papers), np.intp)
        if len(several) > 1:
            shares = np.sqrt([each.share for each in self.interests])
            apart = SOFT * np.log((np.exp(evidence[:, 1:] / SOFT) * shares).sum(axis=1))
            score, best = _standard(score) + _standard(apart), evidence[:, 1:].argmax(axis=1)
        repelled = self._repelled(papers)
        return Fit((_standard(score) - repelled).astype(np.float32), meaning[:, 0], words[:, 0], best, repelled)

    def _repelled(self, papers: Papers) -> Scores:
        """What each paper loses for its likeness to the nearest one that the reader wants less of."""
        none = np.zeros(len(papers), np.float32)
        if self._disliked is None:
            return none
        seen = self._seen(papers.vectors)
        like = (seen @ self._seen(self._disliked.vectors).T).max(axis=1)
        lost: Scores = (REPELLED * np.clip((like - NEAR) / (1 - NEAR), 0, 1)).astype(np.float32)
        return lost

    def _seen(self, vectors: Vectors) -> Vectors:
        """Embeddings whose cosines are 0 as usual, of length one: seen from the middle, evened out."""
        seen: Vectors = _unit((vectors - self._usual.middle) @ self._usual.root)
        return seen

    def _interest(self, members: Places) -> Interest:
        weights = self.weights[members]
        shares = weights / weights.sum()
        mean = shares @ self.liked.vectors[members]
        direction = (self._usual.inverse @ (mean - self._usual.middle)).astype(np.float32)
        some = self.liked.take(members)
        there = np.bincount(some.tokens, np.repeat(shares, some.lengths), len(self._shares))
        known = np.flatnonzero(there)
        telling = np.log(there[known] / self._shares[known])
        words = np.zeros(len(there), np.float32)
        words[known] = np.where(telling > TELLING, np.sqrt(there[known]) * telling, 0)
        typical = np.argsort(-(self._near[members] @ (shares @ self._near[members])), kind="stable")
        share = float(weights.sum() / self.weights.sum())
        return Interest(tuple(members[typical].tolist()), share, direction, words)


def grouped(units: Vectors, weights: Sequence[float] | Vectors) -> list[list[int]]:
    """Rows that belong together: two groups are joined while their mean cosine is at least APART, the nearest first.

    No more than MOST groups. Only the GROUPED heaviest rows decide; others join the group whose mean is nearest. The
    heaviest group comes first, and a group's rows in their order.
    """
    weight = np.asarray(weights, np.float64)
    heavy = np.sort(np.argsort(-weight, kind="stable")[:GROUPED])
    groups = [[int(row)] for row in heavy]
    likeness = (units[heavy] @ units[heavy].T).astype(np.float64)
    sizes = np.ones(len(groups))
    while len(groups) > 1:
        mean = likeness / np.outer(sizes, sizes)
        mean[np.tri(len(groups), dtype=bool)] = -np.inf
        one, other = divmod(int(mean.argmax()), len(groups))
        if mean[one, other] < APART and len(groups) <= MOST:
            break
        groups[one] += groups.pop(other)
        likeness[one] += likeness[other]
        likeness[:, one] += likeness[:, other]
        sizes[one] += sizes[other]
        kept = np.delete(np.arange(len(sizes)), other)
        likeness, sizes = likeness[np.ix_(kept, kept)], sizes[kept]
    rest = np.setdiff1d(np.arange(len(units)), heavy)
    middles = _unit(np.stack([units[group].sum(axis=0) for group in groups]))
    for row, group in zip(rest.tolist(), (units[rest] @ middles.T).argmax(axis=1).tolist(), strict=True):
        groups[group].append(row)
    return sorted(map(sorted, groups), key=lambda group: (-weight[group].sum(), group))


def _covariance(vectors: Vectors) -> tuple[Vectors, Vectors, Vectors]:
    """The mean of some rows; the inverse of their covariance, shrunk; and a root of that inverse."""
    some = vectors[:: max(len(vectors) // SAMPLE, 1)]
    middle: Vectors = some.mean(axis=0) if len(some) else np.zeros(vectors.shape[1], np.float32)
    apart = some - middle
    covariance = apart.T @ apart / np.float32(max(len(some), 1))
    size = len(covariance)
    even = max(float(np.trace(covariance)) / size, 1e-9)
    # The fewer rows there are for each dimension, the less their covariance is to be believed.
    shrink = SHRINK + size / max(len(some), 1)
    lower = np.linalg.inv(np.linalg.cholesky(covariance + np.float32(shrink * even) * np.eye(size, dtype=np.float32)))
    return middle, lower.T @ lower, lower.T


def _told(papers: Papers, words: Vectors) -> Scores:
    """The sum of what a paper's tokens count by each row of `words`, by column, over the root of their number."""
    counts = np.zeros(max(words.shape[1], int(papers.tokens.max(initial=0)) + 1), np.bool_)
    counts[: words.shape[1]] = words.any(axis=0)
    kept = np.flatnonzero(counts[papers.tokens])
    taken = papers.tokens[kept]
    owners = np.repeat(np.arange(len(papers)), papers.lengths)[kept]
    root = np.sqrt(papers.lengths + USUAL)
    return np.stack([np.bincount(owners, row[taken], len(papers)) / root for row in words], axis=1)


def _standard(values: Scores) -> Scores:
    """Values by column as standard deviations from their mean; nought where all are equal."""
    apart = values - values.mean(axis=0)
    deviation = apart.std(axis=0)
    standard: Scores = np.divide(apart, deviation, out=np.zeros_like(apart), where=deviation > 1e-12)
    return standard


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
