"""The verbs `credit` and `tally`: which of two mixed rankings brings what readers open and vote for."""

from __future__ import annotations

from datetime import date

from broadsheet.core.personal import RANKINGS
from broadsheet.library import personal as library
from broadsheet.rank.interleave import sign_test
from broadsheet.tastes import Tally


def credit(ranking: str, mixed: tuple[str, str], *, day: date) -> None:
    """Count a paper that a reader opened or voted for, for the ranking that brought it. Keeps nothing else."""
    if ranking in mixed and set(mixed) <= set(RANKINGS):
        library.credit(day, ranking, mixed[1 - mixed.index(ranking)])


def tally() -> tuple[Tally, ...]:
    """What each pair of rankings was credited with in all, and how likely that is if they are equal."""
    totals: dict[tuple[str, str], int] = {}
    for _, ranking, against, number in library.every_credit():
        totals[ranking, against] = totals.get((ranking, against), 0) + number
    pairs = sorted({tuple(sorted(pair, key=RANKINGS.index)) for pair in totals})
    found = []
    for one, other in pairs:
        wins, losses = totals.get((one, other), 0), totals.get((other, one), 0)
        found.append(Tally(one, other, wins, losses, sign_test(wins, losses)))
    return tuple(found)
