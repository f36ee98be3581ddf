"""The verbs `upvote` and `withdraw`, and for editors `strike` and `trust`: one vote an account, counted right."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.core import roles, trending, voices
from broadsheet.library import accounts, comments, papers, upvotes
from broadsheet.rank import trust as weighing
from broadsheet.rank.trending import Formula
from broadsheet.types import Paper

DAY = timedelta(days=1)


def upvote(account: int, paper: Paper, formula: Formula, *, now: datetime) -> int:
    """Give the paper the vote of this account, once; answers how many votes it has here.

    NotAllowedError if the account is banned.
    """
    standing = roles.admit(account, "vote", now=now)
    with transaction.atomic():
        upvotes.lock(paper.key)
        made = upvotes.put(account, paper.key, now, _weight(now, standing.joined, standing.trust))
        number = upvotes.count(paper.key)
        if made:
            counts = weighing.together(*upvotes.weights(paper.key))
            trending.note({(paper.key, trending.VOTES): counts}, formula, now=now)
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
            upvotes.count(key)
            _recount(key, formula)


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
                upvotes.put(account, key, at, _weight(at, standing.joined, standing.trust))
                upvotes.count(key)
                _recount(key, formula)


def trust(account: int, value: float | None, formula: Formula) -> int:
    """Let all votes of this account, past and future, count so much for trending; answers for how many papers.

    1 is fully, 0 nothing, None what the account's age says; what it says of papers counts so, too. The numbers of votes
    that pages show stay as they are.
    """
    with transaction.atomic():
        accounts.put_trust(account, value)
        joined = accounts.standing(account).joined
        keys = upvotes.reweigh(account, lambda at: _weight(at, joined, value))
        for key in sorted(keys):
            upvotes.lock(key)
            _recount(key, formula)
        for key in sorted(comments.papers_of(account)):
            upvotes.lock(key)
            voices.recount(key, formula)
    return len(keys)


def voted(account: int, papers: Collection[Paper]) -> set[int]:
    """The keys of those of these papers that the account has voted for."""
    return upvotes.of_account(account, [paper.key for paper in papers])


def _weight(at: datetime, joined: datetime, trust: float | None) -> float:
    return weighing.weight((at - joined) / DAY, trust)


def _recount(key: int, formula: Formula) -> None:
    """Make anew what the paper gained by its votes, from the votes it has."""
    full = less = 0.0
    grown = []
    for at, weight in upvotes.of_paper(key):
        full, less = (full + weight, less) if weight >= 1 else (full, less + weight)
        grown.append((at, weighing.together(full, less)))
    trending.replace(key, trending.VOTES, grown, formula)
