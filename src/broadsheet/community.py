"""The values of the community that cross a boundary, frozen: who acts, and what they may. No input, no output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any


class Role(StrEnum):
    """What an account may do; each may all that the one before it may, and they compare in this order.

    A reader votes, comments, collects, flags, and puts papers forward; a contributor's papers are shown at once where
    others' wait for an editor's nod; an editor moderates; an administrator keeps accounts, sources and settings.
    """

    READER = "reader"
    CONTRIBUTOR = "contributor"
    EDITOR = "editor"
    ADMINISTRATOR = "administrator"

    @property
    def rank(self) -> int:
        """Its place in the order, from 0."""
        return list(Role).index(self)

    def __ge__(self, other: str) -> bool:
        return self.rank >= Role(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > Role(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= Role(other).rank

    def __lt__(self, other: str) -> bool:
        return self.rank < Role(other).rank


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """An account that does something: its key, its name, its role; `banned` says that it may only read now."""

    key: int
    name: str
    role: Role = Role.READER
    banned: bool = False


class Act(StrEnum):
    """What an editor, or a rule, can decide. Each reads as what was done, after a name."""

    REMOVE_COMMENT = "removed a comment"
    RESTORE_COMMENT = "put a comment back"
    LOCK_THREAD = "locked a thread"
    UNLOCK_THREAD = "opened a thread"
    LOCK_DISCUSSION = "locked a discussion"
    UNLOCK_DISCUSSION = "opened a discussion"
    KEEP = "found nothing wrong"
    ACCEPT_SUBMISSION = "accepted a paper put forward"
    REFUSE_SUBMISSION = "refused a paper put forward"
    CONFIRM_CLAIM = "confirmed an author"
    REFUSE_CLAIM = "refused a claim"
    BAN = "banned an account"
    LIFT_BAN = "lifted a ban"
    SET_ROLE = "changed a role"
    SET_TRUST = "weighed an account's votes"
    STRIKE_VOTES = "struck votes"
    JOIN_PAPERS = "joined two papers"
    SPLIT_PAPER = "split a paper"
    RESEND = "sent an edition again"
    RETRY = "had deliveries tried again"
    PAUSE_SENDING = "paused sending"
    RESUME_SENDING = "let sending go on"
    LIFT_SUPPRESSION = "let an address be mailed again"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One line of the log of decisions. `by` is empty where a rule decided, or the account is gone.

    `subject` names what it was about, as `comment:12`; `title` says it in words, `path` is the page where it can be
    seen, or empty; `before` is what undoing it needs.
    """

    number: int
    at: datetime
    by: str
    act: Act
    subject: str
    title: str = ""
    reason: str = ""
    public: bool = True
    before: Mapping[str, Any] = field(default_factory=dict)
    undone_at: datetime | None = None
    undone_by: str = ""
