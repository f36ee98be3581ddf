"""The values of the community that cross a boundary, frozen: who acts, and what they may. No input, no output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum

from broadsheet.types import Paper


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
