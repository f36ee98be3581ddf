"""The verbs `upvote` and `withdraw`: one vote an account, counted right however many come at once."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from broadsheet.core import trending
from broadsheet.library import upvotes
from broadsheet.rank.trending import Formula
from broadsheet.types import Paper


def upvote(account: int, paper: Paper, formula: Formula, *, now: datetime) -> int:
    """Give the paper the vote of this account, once; answers how many votes it has here."""
    with transaction.atomic():
        upvotes.lock(paper.key)
        made = upvotes.put(account, paper.key, now)
        number = upvotes.count(paper.key)
        if made:
            trending.note({(paper.key, "votes"): number}, formula, now=now)
    return number


def withdraw(account: int, paper: Paper) -> int:
    """Take the vote of this account back; answers how many votes the paper has here."""
    with transaction.atomic():
        upvotes.lock(paper.key)
        upvotes.withdraw(account, paper.key)
        return upvotes.count(paper.key)


def voted(account: int, papers: Collection[Paper]) -> set[int]:
    """The keys of those of these papers that the account has voted for."""
    return upvotes.of_account(account, [paper.key for paper in papers])
