"""Rings: accounts that vote for the same few papers again and again, far more often than chance would have it.

Two accounts are near when they have voted for at least TOGETHER papers both, and these are at least half of all that
the less busy one has voted for. Near accounts are bound if that is TIMES as often as by chance: if one had chosen as
many papers of each field as it has, by how often accounts that are not near the other vote for them. So readers who
meet at what everybody votes for are not bound, nor are those of one field. Accounts that are bound, directly or over
others, are a ring, if they are at least MEMBERS.

This cannot tell a ring from a club that reads together; an editor can. All that follows is that the votes of a ring for
one paper count as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

TOGETHER = 6
"""Papers that two accounts must have voted for both."""

SHARE = 0.5
"""How much of the votes of the less busy of two accounts these must be."""

MEMBERS = 5
"""Accounts that make a ring. Fewer than that lift nothing."""

TIMES = 4.0
"""How many times as often as by chance the members of a ring must meet, at least."""

MOST_VOTED = 500
"""Papers with more votes than this tell nothing of who belongs together."""


class Ring(NamedTuple):
    """Accounts that vote together: on how many papers two of them meet, in the mean, and on how many by chance."""

    members: tuple[int, ...]
    together: float
    expected: float


def rings(votes: Iterable[tuple[int, int]], fields: Mapping[int, str]) -> list[Ring]:
    """The rings among these votes, each an account's for a paper; `fields` has the field of each paper.

    The largest first. The cost grows with the square of the votes for a paper, at most MOST_VOTED.
    """
    chosen: dict[int, set[int]] = {}
    for account, paper in votes:
        chosen.setdefault(account, set()).add(paper)
    bound = _bound(_near(chosen), chosen, fields)
    found = []
    for members in _groups(bound):
        if len(members) >= MEMBERS:
            pairs = [pair for pair in bound if pair[0] in members]
            together, expected = (sum(bound[pair][side] for pair in pairs) / len(pairs) for side in (0, 1))
            found.append(Ring(tuple(sorted(members)), together, expected))
    return sorted(found, key=lambda ring: (-len(ring.members), ring.members))


def _near(chosen: Mapping[int, Collection[int]]) -> dict[tuple[int, int], int]:
    """The pairs of accounts that are near, the lower key first, and how many papers both have voted for."""
    voters: dict[int, list[int]] = {}
    for account in sorted(chosen):
        if len(chosen[account]) >= TOGETHER:
            for paper in chosen[account]:
                voters.setdefault(paper, []).append(account)
    near: dict[tuple[int, int], int] = {}
    for account, several in chosen.items():
        if len(several) < TOGETHER:
            continue
        met: Counter[int] = Counter()
        for paper in several:
            if len(voters[paper]) <= MOST_VOTED:
                met.update(other for other in voters[paper] if other > account)
        for other, number in met.items():
            if number >= TOGETHER and number >= SHARE * min(len(several), len(chosen[other])):
                near[account, other] = number
    return near


def _bound(
    near: Mapping[tuple[int, int], int], chosen: Mapping[int, Collection[int]], fields: Mapping[int, str]
) -> dict[tuple[int, int], tuple[float, float]]:
    """The pairs that are bound: on how many papers they meet, and on how many by chance.

    Each paper of a field is chosen by chance as often as the accounts that are not near have voted for it, and once
    more.
    """
    votes = Counter(paper for several in chosen.values() for paper in several)
    in_field: Counter[str] = Counter()
    for paper, number in votes.items():
        in_field[fields[paper]] += number + 1
    neighbours: dict[int, list[int]] = {}
    for one, other in near:
        neighbours.setdefault(one, []).append(other)
        neighbours.setdefault(other, []).append(one)
    bound = {}
    for one in sorted(neighbours):
        theirs = Counter(paper for account in (one, *neighbours[one]) for paper in chosen[account])
        of_theirs = Counter(fields[paper] for paper in theirs.elements())
        for other in neighbours[one]:
            if other > one:
                wanted = Counter(fields[paper] for paper in chosen[other])
                expected = sum(
                    min(1.0, wanted[field] * (1 + votes[paper] - theirs[paper]) / (in_field[field] - of_theirs[field]))
                    for paper in chosen[one]
                    if (field := fields[paper]) in wanted
                )
                if near[one, other] >= TIMES * expected:
                    bound[one, other] = (float(near[one, other]), expected)
    return bound


def _groups(pairs: Iterable[tuple[int, int]]) -> list[set[int]]:
    """Accounts that are bound, directly or over others."""
    group_of: dict[int, set[int]] = {}
    for one, other in pairs:
        if group_of.get(one) is None or group_of.get(one) is not group_of.get(other):
            joined = group_of.get(one, {one}) | group_of.get(other, {other})
            group_of.update(dict.fromkeys(joined, joined))
    return list({id(group): group for group in group_of.values()}.values())
