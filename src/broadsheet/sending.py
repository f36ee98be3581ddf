"""The values of sending that cross a boundary, frozen: what is to be sent, and what came of it. No input, no output."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

MAIL = "mail"
"""The door of subscribers that get mail; every other door is a kind of address of Apprise."""


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
        """Whose pace it has to keep: the domain of the address, or the kind of door."""
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
