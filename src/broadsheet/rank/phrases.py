"""Words in a row: what a reader's papers say as a phrase, looked for in those few papers that fit best without it.

A single word is evidence by itself; that "speculative" stands before "decoding" is more. Phrases would have to be kept
for every paper to be counted in all of them; among the papers that fit best they cost a look at their texts, and that
is where an order is read.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from broadsheet.arrays import Places, foremost, spread
from broadsheet.rank.personal import Scores

Phrases = NDArray[np.uint64]
"""What stands for the phrases of a text, each once, ascending."""

_NOTHING, _NOWHERE = np.zeros(0, np.uint64), np.zeros(0, np.intp)

SHORT = 200
"""Papers that are looked at, those that fit best."""

SAID_BY = 60
"""Papers of the reader's whose phrases are looked for, those that weigh most."""

COUNTS = 1.0
"""What phrases add at most times, in standard deviations: so much for a paper of their root mean square."""

TELLING = 1.0
"""The least ln(p/q) of a phrase that counts."""

SPARSE = 16
"""Times as many last bits are told apart as there are phrases."""

USUAL = 20.0
"""Phrases added to a paper's own before its score is divided by their root."""


def shortlist(scores: Scores) -> Places:
    """The places of the papers that are worth looking at, best first."""
    among = foremost(scores, SHORT)
    return among[np.argsort(-scores[among], kind="stable")][:SHORT]


def heaviest(weights: Sequence[float] | Scores) -> Places:
    """The places of the reader's papers whose phrases are looked for, ascending."""
    return np.sort(np.argsort(-np.asarray(weights), kind="stable")[:SAID_BY])


class Said:
    """What some papers say, numbered, so that many readers' papers can be held against it.

    A phrase that none of these papers has tells nothing of them, and has no number.
    """

    def __init__(self, said: Sequence[Phrases]) -> None:
        self._lengths = np.array([len(phrases) for phrases in said], np.intp)
        self._ends = np.cumsum(self._lengths)
        self._known, self._numbers = np.unique(np.concatenate([_NOTHING, *said]), return_inverse=True)
        # Most of what others say is not known: their last bits tell it sooner than a search does.
        self._perhaps = np.zeros(1 << (SPARSE * len(self._known)).bit_length(), np.bool_)
        self._perhaps[self._last_bits(self._known)] = True

    def numbers(self, several: Sequence[Phrases]) -> list[Places]:
        """For each of these texts, the numbers of those of its phrases that have one, ascending; in whatever order."""
        lengths = [len(phrases) for phrases in several]
        every = np.concatenate([_NOTHING, *several])
        perhaps = np.flatnonzero(self._perhaps.take(self._last_bits(every)))
        places = np.searchsorted(self._known, every[perhaps])
        places[places == len(self._known)] = 0
        known = np.flatnonzero(self._known[places] == every[perhaps])
        owners = np.repeat(np.arange(len(several)), lengths)[perhaps[known]]
        owners, numbers = np.divmod(np.unique(owners * len(self._known) + places[known]), max(len(self._known), 1))
        ends = np.searchsorted(owners, np.arange(len(several)), "right").tolist()
        return [numbers[first:last] for first, last in zip([0, *ends], ends, strict=False)]

    def _last_bits(self, phrases: Phrases) -> Places:
        return (phrases & np.uint64(len(self._perhaps) - 1)).astype(np.intp)

    def added(
        self,
        short: Places,
        liked: Sequence[Places],
        weights: Sequence[float] | Scores,
        interests: Sequence[Collection[int]] = (),
    ) -> Scores:
        """What each paper of a shortlist gains by the phrases that it shares with the reader's papers.

        Σ √p · ln(p/q) over its phrases, over √(phrases + 20), to a root mean square of COUNTS: p is the weighted share
        of the reader's papers that say one, q the share of the shortlist. Of several `interests`, places among `liked`,
        the one that gives a paper most counts as much as all of the reader's papers together. `short` are places among
        what is said, `liked` the numbers that the reader's papers have.
        """
        weight, several = np.asarray(weights, np.float64), [group for group in interests if group]
        groups = [range(len(liked)), *(several if len(several) > 1 else ())]
        shares = np.zeros((len(groups), len(liked)))
        for row, group in zip(shares, groups, strict=True):
            members = np.array(sorted(group), np.intp)
            row[members] = weight[members] / sum(weight[members].tolist())
        whole, *apart = self._shared(short, liked).gained(shares) / np.sqrt(self._lengths[short] + USUAL)
        if not apart:
            return COUNTS * _evened(whole)
        return COUNTS * (_evened(whole) + _evened(np.max(apart, axis=0))) / 2

    def _shared(self, short: Places, liked: Sequence[Places]) -> _Shared:
        numbers = np.concatenate([_NOWHERE, *liked])
        ours = np.zeros(len(self._known), np.bool_)
        ours[numbers] = True
        lengths = self._lengths[short]
        said = self._numbers.take(spread(self._ends[short], lengths))
        kept = np.flatnonzero(ours.take(said))
        said = said.take(kept)
        theirs = np.zeros(len(self._known), np.bool_)
        theirs[said] = True
        both = np.flatnonzero(theirs)
        column = np.empty(len(self._known), np.intp)
        column[both] = np.arange(len(both))
        heard = np.flatnonzero(theirs[numbers])
        return _Shared(
            papers=len(short), usual=np.bincount(column[said], minlength=len(both)),
            says=np.repeat(np.arange(len(short)), lengths)[kept], said=column[said],
            hears=np.repeat(np.arange(len(liked)), [len(each) for each in liked])[heard], heard=column[numbers[heard]],
        )  # fmt: skip


class _Shared(NamedTuple):
    """Phrases of a shortlist that a reader's papers have too, as columns: `usual` is how many of its `papers` have one.

    `says` is the paper of the shortlist that has `said`, one after the other; `hears` the reader's that has `heard`.
    """

    papers: int
    usual: Places
    says: Places
    said: Places
    hears: Places
    heard: Places

    def gained(self, shares: Scores) -> Scores:
        """The sum for each paper of the shortlist, by column, where the reader's papers have shares of all weight.

        Each row of `shares` says another way in which they do.
        """
        rows, size = np.arange(len(shares))[:, None], len(self.usual)
        cells = (self.heard + rows * size).ravel()
        share = np.bincount(cells, shares[:, self.hears].ravel(), len(shares) * size).reshape(len(shares), size)
        with np.errstate(divide="ignore", invalid="ignore"):
            telling = np.log(share * (self.papers + 1) / (self.usual + 0.5))
            counts = np.where(telling > TELLING, np.sqrt(share) * telling, 0)
        cells = (self.says + rows * self.papers).ravel()
        sums = np.bincount(cells, counts[:, self.said].ravel(), len(shares) * self.papers)
        return sums.astype(np.float64).reshape(len(shares), self.papers)


def among(heavy: Places, members: Sequence[Collection[int]]) -> list[list[int]]:
    """The places among the heaviest papers of those of each interest, whose members are told by their own places."""
    place_of = {int(place): place_among for place_among, place in enumerate(heavy)}
    return [[place_of[member] for member in sorted(group) if member in place_of] for group in members]


def _evened(gained: Scores) -> Scores:
    size = math.sqrt(float(np.mean(gained**2))) if len(gained) else 0.0
    return gained / size if size > 0 else gained
