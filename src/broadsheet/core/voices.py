"""What a discussion counts for trending: every account that speaks in it once, weighed as its vote would be."""

from __future__ import annotations

from datetime import datetime, timedelta

from broadsheet.core import trending
from broadsheet.library import comments
from broadsheet.rank import trust as weighing
from broadsheet.rank.trending import LIGHTLY, Formula

DAY = timedelta(days=1)


def note(paper: int, formula: Formula, *, now: datetime) -> None:
    """Note what the paper gained by a comment; the second of one account adds nothing."""
    grown = _grown(paper)
    if grown:
        _, firm, light = grown[-1]
        counts = {(paper, trending.VOICES): firm, (paper, LIGHTLY + trending.VOICES): light}
        trending.note(counts, formula, now=now)


def recount(paper: int, formula: Formula) -> None:
    """Make anew what the paper gained by its discussion, from the comments that stand."""
    trending.replace(paper, trending.VOICES, _grown(paper), formula)


def _grown(paper: int) -> list[tuple[datetime, float, float]]:
    """When each account first spoke, and what all that had spoken by then count together, firm and light."""
    firm = light = 0.0
    grown = []
    for first, joined, trust in comments.voices(paper):
        weight = weighing.weight((first - joined) / DAY, trust)
        firm, light = (firm + weight, light) if weight >= 1 else (firm, light + weight)
        grown.append((first, firm, weighing.together(0.0, light)))
    return grown
