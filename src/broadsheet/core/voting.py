"""The verbs `upvote` and `withdraw`, and for editors `strike`: one vote an account, counted right."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from broadsheet.core import roles, trending, weighing
from broadsheet.library import accounts, papers, upvotes
from broadsheet.rank.trending import LIGHT, VOTES, Formula
from broadsheet.rank.trust import together
from broadsheet.types import Paper


def upvote(account: int, paper: Paper, formula: Formula, *, now: datetime, network: str = "") -> int:
    """Give the paper the vote of this account, once; answers how many votes it has here.

    `network` is where it comes from, as `weighing.network` names it. NotAllowedError if the account is banned.
    """
    roles.admit(account, "vote", now=now)
    with transaction.atomic():
        upvotes.lock(paper.key)
        weight, light = weighing.cast(account, paper.key, network, now=now)
        made = upvotes.put(account, paper.key, now, weight, light, network)
        number = upvotes.count(paper.key)
        if made:
            firm, less = upvotes.weights(paper.key)
            counts = {(paper.key, VOTES): firm, (paper.key, LIGHT): together(0.0, less)}
            trending.note(counts, formula, now=now)
    return number


def withdraw(account: int, paper: Paper) -> int:
    """Take the vote of this account back; answers how many votes the paper has here.

    What the paper gained by it for trending stays, so that a vote given again is not a new one.
    """
    with transaction.atomic():
        upvotes.lock(paper.key)
        upvotes.withdraw(account, paper.key)
        return upvotes.count(paper.key)


def strike(account: int, keys: Collection[int] | None, formula: Formula) -> None:
    """Take out the votes of this account for these papers, or for all, and what the papers gained by them."""
    with transaction.atomic():
        for key in sorted(upvotes.papers_of(account) if keys is None else keys):
            upvotes.lock(key)
            upvotes.withdraw(account, key)
            weighing.recount(key, formula)


def give_back(account: int, given: Collection[tuple[int, datetime]], formula: Formula) -> None:
    """Write votes of this account again that were struck, as of the moments that they were given at.

    Papers that are gone since are left out.
    """
    standing = accounts.standing(account)
    with transaction.atomic():
        there = papers.by_keys([key for key, _ in given])
        for key, at in sorted(given):
            if key in there:
                upvotes.lock(key)
                upvotes.put(account, key, at, weighing.of(standing, at), "", "")
                weighing.recount(key, formula)


def voted(account: int, papers: Collection[Paper]) -> set[int]:
    """The keys of those of these papers that the account has voted for."""
    return upvotes.of_account(account, [paper.key for paper in papers])
