"""The verbs `flag` and `withdraw`: an account reports that something is wrong with a comment or a paper."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from broadsheet.community import Actor, Comment, Flag, FlagReason, Role
from broadsheet.core import roles
from broadsheet.errors import BroadsheetError
from broadsheet.library import comments, flags
from broadsheet.types import Paper

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
        comments.lock(paper)
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


def _place(what: Paper | Comment) -> tuple[int, int | None]:
    return (what.paper, what.key) if isinstance(what, Comment) else (what.key, None)
