"""The values of the community that cross a boundary, frozen: who acts, and what they may. No input, no output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, NamedTuple

from broadsheet.types import Paper, PaperId


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

    def may(self, role: Role) -> bool:
        """Whether it acts now, in this role or a higher one."""
        return self.role >= role and not self.banned


class Act(StrEnum):
    """What an editor, or a rule, can decide. Each reads as what was done, after a name."""

    REMOVE_COMMENT = "removed a comment"
    RESTORE_COMMENT = "put a comment back"
    LOCK_THREAD = "locked a thread"
    UNLOCK_THREAD = "opened a thread"
    LOCK_DISCUSSION = "locked a discussion"
    UNLOCK_DISCUSSION = "opened a discussion"
    KEEP = "found nothing wrong"
    PUT_RIGHT = "put right what was flagged"
    ACCEPT_SUBMISSION = "accepted a paper put forward"
    REFUSE_SUBMISSION = "refused a paper put forward"
    CONFIRM_CLAIM = "confirmed an author"
    REFUSE_CLAIM = "refused a claim"
    UNPUBLISH = "made a collection private"
    BAN = "banned an account"
    LIFT_BAN = "lifted a ban"
    SET_ROLE = "changed a role"
    PROMOTE = "made a reader a contributor"
    CLOSE_ACCOUNT = "closed an account"
    OPEN_ACCOUNT = "opened an account"
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

    `subject` names what it was about, as `comment:12`, `title` says it in words; `before` is what undoing it needs.
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Comment:
    """What an account said of the paper of this key, in Markdown; a reply to the comment `parent`, if that is not None.

    `account` is None and `by` empty where the account is gone. `removed_by` is the account of whoever removed it.
    """

    key: int
    paper: int
    parent: int | None
    account: int | None
    by: str
    text: str
    at: datetime
    edited_at: datetime | None = None
    removed_at: datetime | None = None
    removed_by: int | None = None
    locked: bool = False

    @property
    def stands(self) -> bool:
        """Whether everybody may read it."""
        return self.removed_at is None and self.account is not None

    @property
    def erased(self) -> bool:
        """Whether its author took it back, so that only its place is left."""
        return self.removed_at is not None and self.removed_by == self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A comment in its thread, as one viewer may see it: its text is empty where that viewer may not read it.

    `depth` counts from 0; `to` names whom it replies to; `reason` is why an editor removed it; `locked` says that
    nothing may be said below it; `flags` are the open ones, counted for editors only; `flagged` is the viewer's own.
    """

    comment: Comment
    depth: int = 0
    to: str = ""
    reason: str = ""
    locked: bool = False
    flags: int = 0
    flagged: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Thread:
    """All that was said of a paper, each comment followed by its replies, oldest first.

    `lock` says why nothing more may be said, and is None where more may. `names` are the accounts that the texts name,
    `papers` the ids of the papers that they name, by the words that name them.
    """

    said: tuple[Said, ...]
    lock: str | None = None
    names: frozenset[str] = frozenset()
    papers: Mapping[str, PaperId] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A comment away from its thread, with the paper that it is about."""

    comment: Comment
    paper_id: PaperId
    title: str


class NoticeKind(StrEnum):
    """What an account is told of."""

    REPLY = "reply"
    MENTION = "mention"
    DECISION = "decision"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What an account is told: by whom, of which comment on which paper; `words` are those of a decision.

    `excerpt` is what the comment says now; `at` and `read_at` are moments.
    """

    key: int
    kind: NoticeKind
    by: str
    at: datetime
    read_at: datetime | None = None
    paper_id: PaperId = ""
    title: str = ""
    comment: int | None = None
    excerpt: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail to one account: its key, name and address, and all that it is told, oldest first."""

    account: int
    name: str
    address: str
    notices: tuple[Notice, ...]


class FlagReason(StrEnum):
    """What can be wrong with a comment or a paper."""

    SPAM = "spam"
    OFF_TOPIC = "off topic"
    ABUSIVE = "abusive"
    WRONG_DATA = "wrong data"
    DUPLICATE = "duplicate"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Flag:
    """That an account reports something: why, in its own words, and when; open until a decision closes it."""

    key: int
    reason: FlagReason
    words: str
    at: datetime


class Report(NamedTuple):
    """One open flag, as editors read it; `by` is empty where the account is gone."""

    by: str
    reason: FlagReason
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Flagged:
    """A comment, or a paper itself where `comment` is None, with all open flags about it, oldest first."""

    paper: Paper
    comment: Comment | None
    reports: tuple[Report, ...]


class Access(IntEnum):
    """What an account may do with a collection that it sees; each may all that the one before it may.

    Everybody visits a public one; members read or edit; the owner also names, publishes, shares and deletes it.
    """

    VISITS = 0
    READS = 1
    EDITS = 2
    OWNS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """A list of papers in an order, as one account sees it; `access` is None for whom it does not exist.

    `owner` is the key of its account and `by` that account's name; `size` counts its papers; `origin` says where it
    is imported from, if it is. `deleted_at` is the moment it was put into the bin.
    """

    key: int
    title: str
    about: str
    public: bool
    origin: str
    owner: int
    by: str
    size: int
    made_at: datetime
    changed_at: datetime
    deleted_at: datetime | None
    access: Access | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A paper in a collection: its place from 1, the note beside it, when and by whom it was added.

    `changed_at` is when the note was last written, or else `at`; `number` tells this keeping from a later one of the
    same paper.
    """

    number: int
    paper: Paper
    place: int
    note: str
    at: datetime
    changed_at: datetime
    by: str


class Where(StrEnum):
    """Where a paper of a collection is moved to."""

    TOP = "top"
    UP = "up"
    DOWN = "down"
    BOTTOM = "bottom"
    BEFORE = "before"
    AFTER = "after"


class ReadingState(StrEnum):
    """How far an account is with a paper."""

    TO_READ = "to read"
    READING = "reading"
    READ = "read"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """What an account keeps of a paper to itself: state, hidden or not, a note; and in which collections it has it.

    `collections` are the keys of those that it may edit.
    """

    state: ReadingState | None = None
    hidden: bool = False
    note: str = ""
    collections: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A paper that an account has marked, and when its state last changed."""

    paper: Paper
    marks: Marks
    at: datetime


class SubmissionState(StrEnum):
    """What became of a submission."""

    WAITING = "waiting"
    SHOWN = "shown"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """That an account put a paper forward, the line that says why, and what became of it; `reason` of a refusal."""

    key: int
    paper: Paper
    account: int
    by: str
    why: str
    at: datetime
    state: SubmissionState
    reason: str = ""


class ClaimState(StrEnum):
    """What became of a claim."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Proof(StrEnum):
    """What speaks for a claim by itself."""

    ORCID = "orcid"
    MAIL = "mail"


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """That an account says it is the author of this name of a paper; `words` are its own, `reason` of a refusal."""

    key: int
    paper: Paper
    account: int
    by: str
    author: str
    proof: Proof | None
    words: str
    at: datetime
    state: ClaimState
    reason: str = ""
