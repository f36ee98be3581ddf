"""The verbs `flag` and `withdraw`, and for editors `queue`, `keep`, `put_right`: reports that something is wrong."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadsheet.community import Act, Actor, Comment, Flag, Flagged, FlagReason, Role
from broadsheet.core import decisions, roles
from broadsheet.errors import BroadsheetError
from broadsheet.library import comments, flags, papers
from broadsheet.types import Paging, Paper

LONGEST = 1000

OF_COMMENTS = (FlagReason.SPAM, FlagReason.OFF_TOPIC, FlagReason.ABUSIVE, FlagReason.DUPLICATE, FlagReason.OTHER)
OF_PAPERS = (FlagReason.WRONG_DATA, FlagReason.DUPLICATE, FlagReason.SPAM, FlagReason.OFF_TOPIC, FlagReason.OTHER)


class FlagError(BroadsheetError):
    """This cannot be flagged so; the text says what to do."""


def flag(actor: Actor, what: Paper | Comment, reason: str, words: str, *, now: datetime) -> None:
    """Report a paper or a comment; a second report of the same account takes the place of its first while it is open.

    FlagError for a reason that is none, "other" without words, one's own comment, and what was removed already.
    """
    roles.require(actor, Role.READER, "flag")
    words = words.replace("\x00", "").strip()[:LONGEST]
    if reason not in (OF_COMMENTS if isinstance(what, Comment) else OF_PAPERS):
        raise FlagError("Choose what is wrong with it.")
    if reason == FlagReason.OTHER and not words:
        raise FlagError("Say in a few words what is wrong with it.")
    if isinstance(what, Comment) and what.account == actor.key:
        raise FlagError("This is your own comment: you can edit it, or take it back.")
    paper, comment = _place(what)
    with transaction.atomic():
        papers.lock(paper)
        found = comments.by_key(comment) if comment else None
        if comment and (found is None or not found.stands):
            raise FlagError("This comment was removed already.")
        flags.put(actor.key, paper, comment, FlagReason(reason), words, now)


def withdraw(actor: Actor, what: Paper | Comment) -> bool:
    """Take the open flag of this account back; False if it has none."""
    roles.require(actor, Role.READER, "flag")
    return flags.withdraw(actor.key, *_place(what))


def own(actor: Actor, what: Paper | Comment) -> Flag | None:
    """The open flag of this account."""
    return flags.of_account(actor.key, *_place(what))


def queue(actor: Actor, paging: Paging) -> tuple[list[Flagged], int]:
    """One page of what is flagged, what most accounts flagged first, and how much it is; for editors."""
    roles.require(actor, Role.EDITOR, "see what is flagged")
    things = flags.things((paging.page - 1) * paging.size, paging.size)
    there = papers.by_keys({paper for paper, _ in things})
    said = comments.by_keys([comment for _, comment in things if comment])
    reports = flags.reports(there.keys())
    found = [
        Flagged(paper=there[paper], comment=said[comment] if comment else None, reports=tuple(reports[paper, comment]))
        for paper, comment in things
    ]
    return found, flags.count_things()


def keep(actor: Actor, what: Paper | Comment, reason: str, *, now: datetime) -> None:
    """Say that nothing is wrong with what was flagged; its flags are closed."""
    _close(actor, Act.KEEP, what, reason, now)


def put_right(actor: Actor, paper: Paper, reason: str, *, now: datetime) -> None:
    """Say that what was flagged about a paper is put right; its flags are closed."""
    _close(actor, Act.PUT_RIGHT, paper, reason, now)


def reopen(decision: int) -> None:
    """Open the flags again that a decision closed; of undoing that, which says who may."""
    flags.reopen(decision)


def _close(actor: Actor, act: Act, what: Paper | Comment, reason: str, now: datetime) -> None:
    roles.require(actor, Role.EDITOR, "decide about flags")
    paper, comment = _place(what)
    with transaction.atomic():
        papers.lock(paper)
        if not flags.reports([paper]).get((paper, comment)):
            raise FlagError("Nothing is flagged about it any more; somebody was quicker.")
        title = papers.by_keys([paper])[paper].title
        named = f"a comment on {title}" if comment else title
        subject = f"comment:{comment}" if comment else f"paper:{paper}"
        number = decisions.log(actor, act, subject, title=named, reason=reason, now=now)
        flags.close(paper, comment, number)


def _place(what: Paper | Comment) -> tuple[int, int | None]:
    return (what.paper, what.key) if isinstance(what, Comment) else (what.key, None)
