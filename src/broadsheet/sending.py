"""The values of sending that cross a boundary, frozen: what is to be sent, and what came of it. No input, no output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

MAIL = "mail"
"""The door of subscribers that get mail; every other door but HOOK is a kind of address of Apprise."""

HOOK = "hook"
"""The door of hooks: addresses of programs, which are told in JSON."""


class Event(StrEnum):
    """What a hook can be told of."""

    PAPER = "paper"
    SUBMISSION = "submission"
    TRENDING = "trending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hook:
    """A program's address that is told of events: of new papers only those that match `query`, if there is one.

    `number` is its subscriber's. It has been told of the change log up to `position`, and of papers up to the key
    `newest`; `risen` are the keys of those that it was told to be trending, each with when. `secret` signs what it is
    told. Failures before `since` are forgiven. `why` says why it is paused.
    """

    number: int
    address: str
    events: frozenset[Event]
    query: str
    secret: str
    made_at: datetime
    since: datetime
    position: int = 0
    newest: int = 0
    risen: Mapping[int, datetime] = field(default_factory=dict)
    paused_at: datetime | None = None
    why: str = ""


class State(StrEnum):
    """Where a delivery is on its way; the last three are ends."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    SKIPPED = "skipped"


class Verdict(StrEnum):
    """What came of one try.

    `unreachable` says nothing about this delivery: the way to the server is shut, and no try is counted.
    """

    ACCEPTED = "accepted"
    LATER = "later"
    NEVER = "never"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outgoing:
    """A delivery that a process has claimed: of which edition, to whom.

    `name` makes the Message-ID; `tries` counts those that were made before; `asked` says that the edition is no digest
    but the answer to something that the subscriber did.
    """

    number: int
    name: str
    tries: int
    made_at: datetime
    edition: int
    subscriber: int
    door: str
    address: str
    asked: bool = False

    @property
    def domain(self) -> str:
        """Whose pace it has to keep: the domain of the address, the host of a hook, or the kind of door."""
        if self.door == HOOK:
            return urlsplit(self.address).netloc.lower()
        return self.address.rpartition("@")[2].lower() if self.door == MAIL else self.door


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of one try, in the server's own words.

    `hard` says that the address itself is no good; `slow` that its domain asks for fewer mails a second.
    """

    name: str
    verdict: Verdict
    words: str = ""
    hard: bool = False
    slow: bool = False


class BounceKind(StrEnum):
    """What came back: an address that is no good, one that may be good later, a complaint, or a wish to end it."""

    HARD = "hard"
    SOFT = "soft"
    COMPLAINT = "complaint"
    UNSUBSCRIBE = "unsubscribe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One thing that a report says of one address; `delivery` and `address` are empty where it does not say.

    `source` names the report and the address in it, so that what is read twice counts once.
    """

    source: str
    kind: BounceKind
    address: str = ""
    delivery: str = ""
    status: str = ""
    words: str = ""
