"""What a discussion counts for trending: every account that speaks in it once, weighed as its vote would be."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.core import trending
from broadsheet.library import comments
from broadsheet.rank import trust as weighing
from broadsheet.rank.trending import Formula

DAY = timedelta(days=1)


def note(paper: int, formula: Formula, *, now: datetime) -> None:
    """Note what the paper gained by a comment; the second of one account adds nothing."""
    grown = _grown(paper)
    if grown:
        trending.note({(paper, trending.VOICES): grown[-1][1]}, formula, now=now)


def recount(paper: int, formula: Formula) -> None:
    """Make anew what the paper gained by its discussion, from the comments that stand."""
    trending.replace(paper, trending.VOICES, _grown(paper), formula)


def _grown(paper: int) -> list[tuple[datetime, float]]:
    """When each account first spoke, and what all that had spoken by then count together."""
    full = less = 0.0
    grown = []
    for first, joined, trust in comments.voices(paper):
        weight = weighing.weight((first - joined) / DAY, trust)
        full, less = (full + weight, less) if weight >= 1 else (full, less + weight)
        grown.append((first, weighing.together(full, less)))
    return grown
