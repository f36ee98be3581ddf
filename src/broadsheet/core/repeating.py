"""The verbs about answers that are kept: so that a program which sends a write twice has it done once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from broadsheet.library import kept_answers

KEPT = timedelta(hours=24)
"""How long an answer is kept under its key."""

DEAD = timedelta(minutes=2)
"""How long a write may be at work. One that is longer was killed, and whoever sends it again may try."""


class State(StrEnum):
    """How a key stands: new; its first request at work, or done; or it was the key of another request."""

    NEW = "new"
    AT_WORK = "at work"
    DONE = "done"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """How a key stands, and what was answered if it is done."""

    state: State
    status: int = 0
    media_type: str = ""
    body: str = ""


def begin(account: int, key: str, fingerprint: str, *, now: datetime) -> Known:
    """Note that an account asks for something under a key, and say whether it did before.

    Of several that come at once one is NEW; it must `keep` an answer, or `drop` the key.
    """
    kept_answers.forget(account, key, before=now - KEPT)
    kept_answers.forget(account, key, before=now - DEAD, unanswered=True)
    if kept_answers.put(account, key, fingerprint, now):
        return Known(state=State.NEW)
    row = kept_answers.find(account, key)
    if row is None or (row.fingerprint == fingerprint and row.status is None):
        return Known(state=State.AT_WORK)
    if row.fingerprint != fingerprint:
        return Known(state=State.OTHER)
    return Known(state=State.DONE, status=row.status or 0, media_type=row.media_type, body=row.body)


def keep(account: int, key: str, status: int, media_type: str, body: str) -> None:
    """Keep what was answered to the request of this key."""
    kept_answers.answer(account, key, status, media_type, body)


def drop(account: int, key: str) -> None:
    """Let the key be used again, as if it never was."""
    kept_answers.drop(account, key)


def clear(*, now: datetime) -> int:
    """Forget the answers that were kept long enough; answers how many."""
    return kept_answers.clear(now - KEPT)
