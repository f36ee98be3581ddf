"""Words in a row: what a reader's papers say as a phrase, looked for in those few papers that fit best without it.

A single word is evidence by itself; that "speculative" stands before "decoding" is more. Phrases would have to be kept
for every paper to be counted in all of them; among the papers that fit best they cost a look at their texts, and that
is where an order is read.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import numpy as np

from broadsheet.rank.personal import Places, Scores

SHORT = 200
"""Papers that are looked at, those that fit best."""

SAID_BY = 60
"""Papers of the reader's whose phrases are looked for, those that weigh most."""

COUNTS = 1.0
"""What phrases add at most times, in standard deviations: so much for a paper of their root mean square."""

TELLING = 1.0
"""The least ln(p/q) of a phrase that counts."""

USUAL = 20.0
"""Phrases added to a paper's own before its score is divided by their root."""


def shortlist(scores: Scores) -> Places:
    """The places of the papers that are worth looking at, best first."""
    return np.argsort(-np.asarray(scores), kind="stable")[:SHORT]


def heaviest(weights: Sequence[float] | Scores) -> Places:
    """The places of the reader's papers whose phrases are looked for, ascending."""
    return np.sort(np.argsort(-np.asarray(weights), kind="stable")[:SAID_BY])


def added(
    said: Sequence[Collection[str]],
    liked: Sequence[Collection[str]],
    weights: Sequence[float] | Scores,
    interests: Sequence[Collection[int]] = (),
) -> Scores:
    """What each paper of a shortlist gains by the phrases that it shares with the reader's papers.

    Σ √p · ln(p/q) over its phrases, over √(phrases + 20), to a root mean square of COUNTS: p is the weighted share of
    the reader's papers that say one, q the share of the shortlist. Of several `interests`, places among `liked`, the
    one that gives a paper most counts as much as all of the reader's papers together.
    """
    theirs = frozenset().union(*liked)
    shared = [theirs.intersection(phrases) for phrases in said]
    usual = Counter(phrase for phrases in shared for phrase in phrases)
    liked = [usual.keys() & phrases for phrases in liked]
    roots = np.sqrt([len(phrases) + USUAL for phrases in said])
    groups = [group for group in interests if group]

    def gained(places: Collection[int]) -> Scores:
        several = [(liked[place], float(weights[place])) for place in places]
        return _gained(shared, several, usual) / roots

    whole = _evened(gained(range(len(liked))))
    if len(groups) < 2:
        return COUNTS * whole
    apart = _evened(np.max([gained(group) for group in groups], axis=0))
    return COUNTS * (whole + apart) / 2


def among(heavy: Places, members: Sequence[Collection[int]]) -> list[list[int]]:
    """The places among the heaviest papers of those of each interest, whose members are told by their own places."""
    place_of = {int(place): place_among for place_among, place in enumerate(heavy)}
    return [[place_of[member] for member in sorted(group) if member in place_of] for group in members]


def _gained(
    said: Sequence[Collection[str]], liked: Sequence[tuple[Collection[str], float]], usual: Counter[str]
) -> Scores:
    whole = sum(weight for _, weight in liked)
    shares: defaultdict[str, float] = defaultdict(float)
    for phrases, weight in liked:
        for phrase in phrases:
            shares[phrase] += weight / whole
    counts = {}
    for phrase, share in shares.items():
        telling = math.log(share * (len(said) + 1) / (usual[phrase] + 0.5))
        if telling > TELLING:
            counts[phrase] = math.sqrt(share) * telling
    # fsum: the order in which a set gives its phrases must not matter, not even in the last bit.
    return np.array([math.fsum(map(counts.__getitem__, counts.keys() & phrases)) for phrases in said])


def _evened(gained: Scores) -> Scores:
    size = math.sqrt(float(np.mean(gained**2))) if len(gained) else 0.0
    return gained / size if size > 0 else gained
