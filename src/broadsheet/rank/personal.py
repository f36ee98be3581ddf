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

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from broadsheet.arrays import Places, spread

Vectors = NDArray[np.floating]
Scores = NDArray[np.floating]

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


@dataclass(frozen=True)
class Papers:
    """Papers as arrays: their keys, unit embeddings by row, and their tokens one after the other, each paper's once."""

    keys: NDArray[np.int64]
    vectors: Vectors
    tokens: NDArray[np.int64]
    lengths: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.keys)

    @cached_property
    def _ends(self) -> Places:
        return np.cumsum(self.lengths)

    @cached_property
    def owners(self) -> Places:
        """The place of the paper that each token is one of."""
        return np.repeat(np.arange(len(self)), self.lengths)

    @cached_property
    def postings(self) -> tuple[Places, Places]:
        """The places of the papers that have a token, token after token, and where those of each begin and end."""
        once, numbers = numbered(self.tokens)
        ends = np.zeros(2 + int(once.max(initial=-1)), np.intp)
        ends[1 + once] = np.bincount(numbers, minlength=len(once))
        return self.owners.take(np.argsort(numbers, kind="stable")), np.cumsum(ends)

    def having(self, token: int) -> Places:
        """The places of the papers that have this token, ascending."""
        owners, ends = self.postings
        return owners[ends[token] : ends[token + 1]] if token + 1 < len(ends) else owners[:0]

    def of(self, keys: Iterable[int]) -> Papers:
        """Those of these papers that are here, where all are in the order of their keys, in that order."""
        wanted = np.sort(np.fromiter(keys, np.int64))
        places = np.searchsorted(self.keys, wanted)
        inside = np.flatnonzero(places < len(self))
        return self.take(places[inside][self.keys[places[inside]] == wanted[inside]])

    def in_order(self) -> Papers:
        """The same papers in the order of their keys, so that sums of theirs come out the same to the last bit."""
        if np.all(self.keys[:-1] <= self.keys[1:]):
            return self
        return self.take(np.argsort(self.keys, kind="stable"))

    def take(self, places: Places) -> Papers:
        """The papers at these places, in their order."""
        lengths = self.lengths[places]
        tokens = self.tokens.take(spread(self._ends[places], lengths))
        return Papers(self.keys[places], self.vectors[places], tokens, lengths)


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

    def share_of(self, tokens: NDArray[np.int64]) -> Scores:
        """The share of the papers that have each of these tokens, which ascend."""
        known = self.tokens[tokens[: np.searchsorted(tokens, len(self.tokens))]]
        return np.pad(known, (0, len(tokens) - len(known)), constant_values=self.unseen)


def usual_in(papers: Papers) -> Usual:
    """What is usual among these papers, in whatever order they come."""
    papers = papers.in_order()
    share = (np.bincount(papers.tokens) + 0.5) / (len(papers) + 1)
    return Usual(*_covariance(papers.vectors), tokens=share, unseen=0.5 / (len(papers) + 1))


@dataclass(frozen=True, slots=True)
class Interest:
    """Some of a reader's papers that belong together, by their places in the order of keys.

    `share` is how much of all their weight they have; `words` what each of `tokens` counts for it, which are all those
    of the reader's papers.
    """

    members: tuple[int, ...]
    share: float
    direction: Vectors
    tokens: NDArray[np.int64]
    words: Vectors

    def telling(self) -> Vectors:
        """What each token counts, up to the last that any of the reader's papers has, and nought for all behind it."""
        counts = np.zeros(2 + int(self.tokens.max(initial=0)), np.float32)
        counts[self.tokens] = self.words
        return counts


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
        self._near = self._seen(self.liked.vectors)
        groups = [np.array(group) for group in grouped(self._near, self.weights)]
        self.whole, *interests = self._interests([np.arange(len(liked)), *groups])
        self.interests = tuple(interests)

    def fit(self, papers: Papers, places: Places | None = None) -> Fit:
        """How each of these papers fits, or each of those at some places; their keys may come in any order."""
        ordered = papers.in_order()
        if places is None:
            places = np.arange(len(papers))
        if ordered is papers and np.all(places[:-1] <= places[1:]):
            return self._fit(papers, places)
        order = np.argsort(papers.keys, kind="stable")
        rows = np.argsort(order, kind="stable")[places]
        ascending = np.sort(rows)
        fit, back = self._fit(ordered, ascending), np.searchsorted(ascending, rows)
        return Fit(fit.score[back], fit.meaning[back], fit.words[back], fit.interest[back], fit.repelled[back])

    def nearest(self, vectors: Vectors) -> tuple[Places, Scores]:
        """For each embedding, the place of the reader's paper it is most like, and how like: at most 1, 0 as usual."""
        likeness = self._seen(vectors) @ self._near.T
        best = likeness.argmax(axis=1)
        return best, likeness[np.arange(len(vectors)), best]

    def typical(self, interest: Interest) -> list[int]:
        """The places of an interest's papers, the most typical first."""
        members = np.array(interest.members)
        near, weights = self._near[members], self.weights[members]
        ordered: list[int] = members[np.argsort(-(near @ (weights / weights.sum() @ near)), kind="stable")].tolist()
        return ordered

    def _fit(self, papers: Papers, rows: Places) -> Fit:
        several = (self.whole, *self.interests) if len(self.interests) > 1 else (self.whole,)
        directions = np.stack([each.direction for each in several], axis=1)
        meaning = _standard((papers.vectors @ directions).take(rows, axis=0))
        told = _told(papers, self.whole.tokens, np.stack([each.words for each in several]))
        words = _standard(told.take(rows, axis=1).T)
        evidence = meaning + WORDS * words
        score, best = evidence[:, 0], np.zeros(len(rows), np.intp)
        if len(several) > 1:
            shares = np.sqrt([each.share for each in self.interests])
            apart = SOFT * np.log((np.exp(evidence[:, 1:] / SOFT) * shares).sum(axis=1))
            score, best = _standard(score) + _standard(apart), evidence[:, 1:].argmax(axis=1)
        repelled = self._repelled(papers, rows)
        return Fit((_standard(score) - repelled).astype(np.float32), meaning[:, 0], words[:, 0], best, repelled)

    def _repelled(self, papers: Papers, rows: Places) -> Scores:
        """What each paper loses for its likeness to the nearest one that the reader wants less of."""
        if self._disliked is None:
            return np.zeros(len(rows), np.float32)
        seen = self._seen(papers.vectors[rows])
        like = (seen @ self._seen(self._disliked.vectors).T).max(axis=1)
        lost: Scores = (REPELLED * np.clip((like - NEAR) / (1 - NEAR), 0, 1)).astype(np.float32)
        return lost

    def _seen(self, vectors: Vectors) -> Vectors:
        """Embeddings whose cosines are 0 as usual, of length one: seen from the middle, evened out."""
        seen: Vectors = _unit((vectors - self._usual.middle) @ self._usual.root)
        return seen

    def _interests(self, groups: Sequence[Places]) -> list[Interest]:
        """What each of these groups of the reader's papers tells."""
        shares = np.zeros((len(groups), len(self.liked)))
        for row, members in zip(shares, groups, strict=True):
            row[members] = self.weights[members] / self.weights[members].sum()
        tokens, entries = numbered(self.liked.tokens)
        there = np.stack([np.bincount(entries, row[self.liked.owners], len(tokens)) for row in shares])
        with np.errstate(divide="ignore", invalid="ignore"):
            telling = np.log(there / self._usual.share_of(tokens))
            words = np.where(telling > TELLING, np.sqrt(there) * telling, 0).astype(np.float32)
        found = []
        for row, members, counts in zip(shares, groups, words, strict=True):
            mean = row[members] @ self.liked.vectors[members]
            direction = (self._usual.inverse @ (mean - self._usual.middle)).astype(np.float32)
            share = float(self.weights[members].sum() / self.weights.sum())
            found.append(Interest(tuple(members.tolist()), share, direction, tokens, counts))
        return found


def grouped(units: Vectors, weights: Sequence[float] | Vectors) -> list[list[int]]:
    """Rows that belong together: two groups are joined while their mean cosine is at least APART, the nearest first.

    No more than MOST groups. Only the GROUPED heaviest rows decide; others join the group whose mean is nearest. The
    heaviest group comes first, and a group's rows in their order.
    """
    weight = np.asarray(weights, np.float64)
    heavy = np.sort(np.argsort(-weight, kind="stable")[:GROUPED])
    groups, sizes = [[int(row)] for row in heavy], np.ones(len(heavy))
    likeness = np.tril((units[heavy] @ units[heavy].T).astype(np.float64), -1)
    likeness += likeness.T
    mean = likeness.copy()
    np.fill_diagonal(mean, -np.inf)
    for number in range(len(heavy), 1, -1):
        one, other = divmod(int(mean.argmax()), len(heavy))
        if mean[one, other] < APART and number <= MOST:
            break
        groups[one], groups[other] = groups[one] + groups[other], []
        sizes[one] += sizes[other]
        # A group that joined another stays in the tables, as far as can be from all: only a row changes at each step.
        likeness[:, other] = -np.inf
        likeness[one] = likeness[:, one] = likeness[one] + likeness[other]
        mean[other] = mean[:, other] = -np.inf
        mean[one] = mean[:, one] = likeness[one] / (sizes[one] * sizes)
        mean[one, one] = -np.inf
    groups = list(filter(None, groups))
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
    # What each reader's tastes are multiplied with is in double precision, as they are.
    return middle, (lower.T @ lower).astype(np.float64), lower.T


def numbered(tokens: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.unsignedinteger]]:
    """Which tokens these are, ascending, and for each of these its place among them."""
    there = np.zeros(1 + int(tokens.max(initial=-1)), np.bool_)
    there[tokens] = True
    once = np.flatnonzero(there)
    # As small as can be: numpy sorts numbers of two bytes five times as fast.
    numbers = np.empty(len(there), np.min_scalar_type(len(once)))
    numbers[once] = np.arange(len(once))
    return once, numbers.take(tokens)


def _told(papers: Papers, tokens: NDArray[np.int64], words: Vectors) -> Scores:
    """The sum of what each paper's tokens count by each row of `words`, by column, over the root of their number."""
    owners, ends = papers.postings
    known = int(np.searchsorted(tokens, len(ends) - 1))
    rows, places = np.nonzero(words[:, :known])
    first, last = ends[tokens[places]], ends[tokens[places] + 1]
    numbers = last - first
    cells = owners.take(spread(last, numbers)) + np.repeat(rows * len(papers), numbers)
    # Counts have 24 bits and sums 53: they are exact, in whatever order.
    sums = np.bincount(cells, np.repeat(words[rows, places], numbers), len(words) * len(papers))
    told: Scores = sums.reshape(len(words), len(papers)) / np.sqrt(papers.lengths + USUAL)
    return told


def _standard(values: Scores) -> Scores:
    """Values by column as standard deviations from their mean; nought where all are equal."""
    apart = values - values.mean(axis=0)
    deviation = apart.std(axis=0)
    standard: Scores = np.divide(apart, deviation, out=np.zeros_like(apart), where=deviation > 1e-12)
    return standard


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)
    return unit
