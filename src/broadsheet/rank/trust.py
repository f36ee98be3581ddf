"""What votes count: fully, or as light votes, which count little, and lift a paper a few places only.

A number of votes can be bought by making accounts. So each vote is either firm and counts fully, or light. Light are
the votes of accounts that are not settled yet, those of one network for one paper beyond the first few of a day, and
all but one of a ring (`rings`). Light votes are bounded together, however many they are; what a page shows as the
number of votes stays the number of votes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from heapq import heappop, heappush
from typing import NamedTuple

SETTLED = 14.0
"""Days after which an account's votes count fully."""

FRESH = 0.1
"""What the vote of an account made this moment counts; it grows evenly from there to 1."""

AT_MOST = 0.5
"""What all light votes for one paper count together, at most. Chosen by `benchmarks.trending`."""

LIFT = 3
"""Places that light votes can lift a paper, at most."""

FIRST_PLACES = 10
"""Places at the top that are given by all else than light votes alone."""

OF_A_NETWORK = 3
"""Firm votes that one network can give one paper on one day."""

OF_A_RING = 1
"""Firm votes that one ring can give one paper."""


class Cast(NamedTuple):
    """A vote: what it counts by its account, and the network and the ring that it came from, if they are known.

    `vouched` says that an editor has said what it counts, so that nothing else is asked. `network_forgotten` says that
    it was light for its network, which is not known any more.
    """

    weight: float
    network: str = ""
    ring: int | None = None
    vouched: bool = False
    network_forgotten: bool = False


def weight(age: float, trust: float | None = None) -> float:
    """What a vote counts by the age of its account in days when it voted, or what an editor has said it counts."""
    if trust is not None:
        return trust
    return FRESH + (1 - FRESH) * min(max(age / SETTLED, 0.0), 1.0)


def together(firm: float, light: float) -> float:
    """What a paper's votes count: the sum of those that count fully, and of the others, which are bounded."""
    return firm + min(light, AT_MOST)


def totals(votes: Iterable[tuple[float, bool]]) -> Iterator[tuple[float, float]]:
    """What counts after each vote, firm and light; a vote is what it counts by itself, and whether it is firm."""
    firm = light = 0.0
    for counts, is_firm in votes:
        firm, light = (firm + counts, light) if is_firm else (firm, light + counts)
        yield firm, together(0.0, light)


def reasons(votes: Iterable[Cast]) -> list[str]:
    """Why each of a paper's votes, oldest first, is light: `fresh`, `network` or `ring`; empty for a firm one."""
    networks: Counter[str] = Counter()
    rings: Counter[int] = Counter()
    found = []
    for vote in votes:
        reason = _reason(vote, networks, rings)
        if not reason and not vote.vouched:
            networks[vote.network] += 1
            if vote.ring is not None:
                rings[vote.ring] += 1
        found.append(reason)
    return found


def _reason(vote: Cast, networks: Counter[str], rings: Counter[int]) -> str:
    if vote.weight < 1:
        return "fresh" if not vote.vouched else "said"
    if vote.vouched:
        return ""
    if vote.network_forgotten or (vote.network and networks[vote.network] >= OF_A_NETWORK):
        return "network"
    if vote.ring is not None and rings[vote.ring] >= OF_A_RING:
        return "ring"
    return ""


def held(scores: Mapping[int, float], firm: Mapping[int, float]) -> list[int]:
    """Keys by score, best first, but light votes lift none by more than LIFT places.

    `firm` is each one's score without light votes. By it alone the FIRST_PLACES are given: who is not among them comes
    to stand above none of them. All that have no firm score share the place behind those that have. Equal scores: the
    higher key first. O(n log n).
    """
    order = sorted(firm, key=lambda key: (-firm[key], -key))
    number = sum(value > 0 for value in firm.values())
    first = min(number, FIRST_PLACES)
    waiting = [(max(min(place, number) - LIFT, 0 if place < first else first), key) for place, key in enumerate(order)]
    waiting.sort(reverse=True)
    free: list[tuple[float, int]] = []
    listed: list[int] = []
    for place in range(len(order)):
        while waiting and waiting[-1][0] <= place:
            _, key = waiting.pop()
            heappush(free, (-scores[key], -key))
        listed.append(-heappop(free)[1])
    return listed
