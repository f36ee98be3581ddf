"""What a discussion counts for trending: every account that speaks in it once, weighed as its vote would be."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.core import trending
from broadsheet.library import comments
from broadsheet.rank import trust as rules
from broadsheet.rank.trending import Formula

DAY = timedelta(days=1)


def take_in(paper: int, formula: Formula) -> None:
    """Note what the paper gained by a comment; the second of one account adds nothing."""
    trending.grow(paper, trending.VOICES, _steps(paper), formula)


def recount(paper: int, formula: Formula) -> None:
    """Make anew what the paper gained by its discussion, from the comments that stand."""
    trending.replace(paper, trending.VOICES, _steps(paper), formula)


def _steps(paper: int) -> list[tuple[datetime, float, float]]:
    """When each account first spoke, and what all that had spoken by then count together, firm and light."""
    first, weights = [], []
    for at, joined, trust in comments.voices(paper):
        first.append(at)
        weights.append(rules.weight((at - joined) / DAY, trust))
    counted = rules.totals((weight, weight >= 1) for weight in weights)
    return [(at, firm, light) for at, (firm, light) in zip(first, counted, strict=True)]
