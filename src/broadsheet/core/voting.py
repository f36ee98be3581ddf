"""The verbs `upvote` and `withdraw`, and for editors `strike`: one vote an account, counted right."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from broadsheet.core import roles, weighing
from broadsheet.errors import PaperNotFoundError
from broadsheet.library import papers, upvotes
from broadsheet.library.together import Together
from broadsheet.library.upvotes import Ballot, Counted
from broadsheet.rank.trending import Formula
from broadsheet.types import Paper

_ballots: Together[Ballot, Counted] = Together(upvotes.write)


def upvote(account: int, paper: Paper, *, now: datetime, network: str = "") -> int:
    """Give the paper the vote of this account, once; answers how many votes it has here.

    `network` is where it comes from, as `weighing.network` names it. What the paper gains by the vote is noted when it
    is weighed (`weighing.take_in`). NotAllowedError if the account is banned, PaperNotFoundError if the paper is gone.
    """
    done = _ballots.do(Ballot(account, paper.key, now, network))
    if not done.changed:
        roles.admit(account, "vote", now=now)
    return _votes(done, paper)


def withdraw(account: int, paper: Paper, *, now: datetime) -> int:
    """Take the vote of this account back; answers how many votes the paper has here.

    What the paper gained by it for trending stays, so that a vote given again is not a new one.
    """
    return _votes(_ballots.do(Ballot(account, paper.key, now, on=False)), paper)


def _votes(done: Counted, paper: Paper) -> int:
    if done.votes is None:
        raise PaperNotFoundError(paper.paper_id)
    return done.votes


def strike(account: int, keys: Collection[int] | None, formula: Formula) -> None:
    """Take out the votes of this account for these papers, or for all, and what the papers gained by them."""
    with transaction.atomic():
        for key in sorted(upvotes.papers_of(account) if keys is None else keys):
            papers.lock(key)
            upvotes.withdraw(account, key)
            weighing.recount(key, formula)


def give_back(account: int, given: Collection[tuple[int, datetime]], formula: Formula) -> None:
    """Write votes of this account again that were struck, as of the moments that they were given at.

    Papers that are gone since are left out.
    """
    with transaction.atomic():
        there = papers.by_keys([key for key, _ in given])
        for key, at in sorted(given):
            if key in there:
                papers.lock(key)
                upvotes.put(account, key, at)
                weighing.recount(key, formula)


def voters(paper: Paper, limit: int) -> list[str]:
    """The names of the first readers that voted for a paper; whoever hides their votes is not among them."""
    return upvotes.voters(paper.key, limit) if paper.votes else []


def voted(account: int, papers: Collection[Paper]) -> set[int]:
    """The keys of those of these papers that the account has voted for."""
    return upvotes.of_account(account, [paper.key for paper in papers])
