"""The verbs about what accounts are told: `tell_of` and `tell_author` write it, `notices`, `read` are its page."""

from __future__ import annotations

from datetime import datetime

from broadsheet.community import Actor, Comment, Notice, NoticeKind
from broadsheet.library import accounts, notifications
from broadsheet.markdown import notable
from broadsheet.types import Paging

MENTIONED = 10
"""Accounts that one comment can call, by name, over all its versions."""

MOST = 100
"""Unread notices are counted up to here."""


def tell_of(actor: Actor, comment: Comment, parent: Comment | None, *, now: datetime) -> None:
    """Tell whoever the comment replies to, and whom it names; nobody of itself, and nobody twice of one comment."""
    told = notifications.told_of(comment.key)
    replied = {parent.account} if parent and parent.account is not None else set()
    named = set(accounts.named(notable(comment.text).names[: 2 * MENTIONED]).values())
    for kind, several, most in (
        (NoticeKind.REPLY, replied, 1),
        (NoticeKind.MENTION, named - replied, MENTIONED - len(told - replied)),
    ):
        new = sorted(several - told - {actor.key})[: max(most, 0)]
        notifications.add(new, kind, by=actor.key, paper=comment.paper, comment=comment.key, now=now)


def tell_author(comment: Comment, words: str, *, now: datetime) -> None:
    """Tell the author of a comment, if it is still there, what an editor decided about it; not which editor."""
    if comment.account is not None:
        notifications.tell_decision(comment.account, words, paper=comment.paper, comment=comment.key, now=now)


def notices(actor: Actor, paging: Paging) -> tuple[list[Notice], int]:
    """One page of what the account was told, unread first, and how much it was in all."""
    offset = (paging.page - 1) * paging.size
    return notifications.of_account(actor.key, offset=offset, limit=paging.size), notifications.count(actor.key)


def unread(account: int) -> int:
    """How many notices the account has not read, at most MOST; one statement."""
    return notifications.unread(account, MOST)


def read(actor: Actor, key: int | None, *, now: datetime) -> int | None:
    """Note that the account has read one notice, or all if none is said; answers the comment that the one is about."""
    return notifications.read(actor.key, now, key)


def mailed(account: int) -> bool:
    """Whether the account is told by mail, too."""
    return accounts.is_mailed(account)


def put_mailed(account: int, *, on: bool) -> None:
    """Let the account be told by mail, or no more."""
    accounts.put_mailed(account, on=on)
