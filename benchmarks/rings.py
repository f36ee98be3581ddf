"""Looks for rings among made-up readers, whose papers are as popular as real ones, and says how many are found.

    python -m benchmarks.rings

Nobody publishes who voted for what, so the readers are made up: each has one or two fields, and votes among the papers
of a day as often as their real upvotes say. Beside them live rings, which vote together for papers of their own
choosing and alone for others, to be less conspicuous, and clubs that read a paper a week together.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import cache
from time import perf_counter

import numpy as np

from benchmarks.replay import curves
from broadsheet.rank.rings import rings

FIELDS, WINDOW = 12, 60
"""Fields, and working days of votes."""


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--readers", type=int, nargs="+", default=[100, 1000, 5000])
    parser.add_argument("--seeds", type=int, default=3)
    asked = parser.parse_args()
    print("| honest readers | votes | who | members found | honest readers bound with them | seconds |")
    print("|---|---|---|---|---|---|")
    for readers in asked.readers:
        for who, members, joint, alone in CASES:
            found, honest, votes, seconds = zip(
                *(_try(seed, readers, members, joint, alone) for seed in range(asked.seeds)), strict=True
            )
            told = f"{sum(found) / len(found) / members:.0%}" if members else "–"
            print(
                f"| {readers:,} | {sum(votes) // len(votes):,} | {who} | {told} "
                f"| {sum(honest) / len(honest):.1f} | {max(seconds):.1f} |"
            )


CASES: Sequence[tuple[str, int, int, int]] = (
    ("nobody else", 0, 0, 0),
    ("a ring of 50, 7 papers together", 50, 7, 0),
    ("a ring of 50, 8 together and 8 alone", 50, 8, 8),
    ("a ring of 10, 8 together and 8 alone", 10, 8, 8),
    ("a ring of 50, 8 together and 24 alone", 50, 8, 24),
    ("a club of 4, 10 papers together", 4, 10, 5),
    ("a club of 8, 10 papers together", 8, 10, 5),
)
"""Who lives beside the readers: how many, on how many papers they vote together, and on how many each alone."""


def _try(seed: int, readers: int, members: int, joint: int, alone: int) -> tuple[int, int, int, float]:
    """How many members are found, how many honest readers, among how many votes, and in how many seconds."""
    random = np.random.default_rng(seed)
    days = _days()
    fields = {paper: str(random.integers(FIELDS)) for day in days for paper, _ in day}
    votes = {(reader, paper) for reader in range(readers) for paper in _honest(random, days, fields)}
    every = [paper for day in days for paper, _ in day]
    together = [int(paper) for paper in random.choice(every, joint, replace=False)] if joint else []
    for member in range(readers, readers + members):
        votes |= {(member, paper) for paper in together if random.random() < 0.95}
        votes |= {(member, int(paper)) for paper in (random.choice(every, alone, replace=False) if alone else [])}
    begin = perf_counter()
    found = {account for ring in rings(sorted(votes), fields) for account in ring.members}
    seconds = perf_counter() - begin
    return (
        sum(account >= readers for account in found),
        sum(account < readers for account in found),
        len(votes),
        seconds,
    )


@cache
def _days() -> list[list[tuple[int, float]]]:
    """(paper, upvotes) of the last real days."""
    by_day: dict[object, list[tuple[int, float]]] = {}
    for number, curve in enumerate(curves("even")):
        by_day.setdefault(curve.day, []).append((number, curve.final))
    return list(by_day.values())[-WINDOW:]


def _honest(random: np.random.Generator, days: list[list[tuple[int, float]]], fields: dict[int, str]) -> set[int]:
    """What an honest reader votes for: on some days a paper or three, those of its fields ten times as readily."""
    own = {str(field) for field in random.integers(FIELDS, size=2)}
    diligence = random.beta(1, 4)
    chosen: set[int] = set()
    for day in days:
        if random.random() < diligence:
            odds = np.array([(1 + upvotes) * (10 if fields[paper] in own else 1) for paper, upvotes in day])
            number = min(int(random.integers(1, 4)), len(day))
            chosen |= {day[int(k)][0] for k in random.choice(len(day), number, replace=False, p=odds / odds.sum())}
    return chosen


if __name__ == "__main__":
    main()
