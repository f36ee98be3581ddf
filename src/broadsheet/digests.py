"""The values of subscriptions and digests that cross a boundary, frozen. No input, no output."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple


class Every(StrEnum):
    """How often: each working day (Monday to Friday), each week on one day, each month on the first."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Kind(StrEnum):
    """What can be subscribed to, in the order in which a digest has it: what is asked for most exactly comes first."""

    SEARCH = "search"
    AUTHOR = "author"
    COLLECTION = "collection"
    CATEGORY = "category"
    FOR_YOU = "for-you"
    FRONT_PAGE = "front-page"
    TRENDING = "trending"


VALUED = frozenset({Kind.SEARCH, Kind.AUTHOR, Kind.COLLECTION, Kind.CATEGORY})
"""Kinds that say nothing without a value: the line of a search, a name, a number, a category."""


class Want(NamedTuple):
    """One thing that somebody wants to be mailed; `value` is empty for kinds that need none."""

    kind: Kind
    value: str = ""


class Times(NamedTuple):
    """How often, on which day of the week (from 0 for Monday), and at which hour of the subscriber's own clock."""

    every: Every = Every.DAY
    weekday: int = 0
    hour: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscriber:
    """Somebody with subscriptions, at a door: a mail address, or another service that `address` is a URL of."""

    number: int
    address: str
    secret: str
    door: str = "mail"
    zone: str = "UTC"
    account: int | None = None
    confirmed_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Subscription:
    """One agreement to deliver.

    `position` is the highest key that a paper had when its last edition was made, at `covered_at`: what has a higher
    key, or came to a collection later, is new to it. `next_at` is None once it has ended.
    """

    number: int
    subscriber: int
    want: Want
    times: Times
    confirmed_at: datetime | None = None
    paused_at: datetime | None = None
    ended_at: datetime | None = None
    next_at: datetime | None = None
    position: int = 0
    covered_at: datetime | None = None


class Letter(StrEnum):
    """What an edition is: a digest, the mail that asks whether its address wants what was asked for in its name, or
    what a hook is told.
    """

    DIGEST = "digest"
    CONFIRMATION = "confirmation"
    CALL = "call"


@dataclass(frozen=True, slots=True)
class FrozenPaper:
    """A paper as editions show it, kept as it was; what has the same `digest` is shown the same."""

    digest: str
    content: Mapping[str, Any] = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One frozen instance of what a subscriber is sent, with the papers in it as they were when it was composed.

    `content` of a digest is `{"sections": [{"kind", "value", "label", "subscription", "total", "papers"}]}`, where each
    of the papers is `{"frozen": number, "why": words, "again": words or ""}`; `frozen` has the papers by that number.
    `content` of a confirmation names the subscriptions to confirm, `{"subscriptions": [{"number", "kind", ...}]}`.
    """

    number: int
    subscriber: int
    kind: Letter
    period: str
    subject: str
    subscriptions: tuple[int, ...]
    content: Mapping[str, Any]
    composed_at: datetime
    frozen: Mapping[int, FrozenPaper] = field(default_factory=dict)
