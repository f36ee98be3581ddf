"""Two rankings in one list, so that a site's own readers show which is better, and nobody is told apart.

Team draft (Radlinski, Kurup and Joachims, 2008): as captains choose players, the rankings take turns in random order,
each time with their best paper that the list does not have. What readers open or vote for counts for its team; a
ranking that is no better than the other wins as often as it loses.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from math import comb
from typing import NamedTuple


class Drafted(NamedTuple):
    """A paper in the list, and which of the two rankings, 0 or 1, put it there."""

    key: int
    team: int


def team_draft(one: Sequence[int], other: Sequence[int], limit: int, seed: int) -> list[Drafted]:
    """At most `limit` papers of two rankings, each once; the same for the same seed."""
    draws = random.Random(seed)  # noqa: S311 - a coin, not a secret
    rankings, next_of, sizes = (one, other), [0, 0], [0, 0]
    listed: list[Drafted] = []
    seen: set[int] = set()
    while len(listed) < limit:
        for team in (0, 1):
            while next_of[team] < len(rankings[team]) and rankings[team][next_of[team]] in seen:
                next_of[team] += 1
        able = [team for team in (0, 1) if next_of[team] < len(rankings[team])]
        if not able:
            break
        fewest = min(sizes[team] for team in able)
        team = draws.choice([team for team in able if sizes[team] == fewest])
        key = rankings[team][next_of[team]]
        listed.append(Drafted(key, team))
        seen.add(key)
        sizes[team] += 1
    return listed


def sign_test(wins: int, losses: int) -> float:
    """The chance that two equal rankings would differ at least so much: the two-sided sign test, ties left out."""
    number, fewer = wins + losses, min(wins, losses)
    if not number:
        return 1.0
    tail = sum(comb(number, times) for times in range(fewer + 1))
    return min(1.0, float(2 * tail / 2**number))
