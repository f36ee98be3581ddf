"""Comments in the database: what was said of a paper, by whom, in reply to what; and their number beside it."""

from __future__ import annotations

from broadsheet.library import models


def count(paper: int) -> int:
    """Count the comments of a paper that stand, write their number beside it, and answer it."""
    standing = models.Comment.objects.filter(paper=paper, account__isnull=False, removed_at__isnull=True)
    number = standing.count()
    models.Paper.objects.filter(key=paper).update(comments=number)
    return number
