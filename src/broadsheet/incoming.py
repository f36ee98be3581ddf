"""The values of what comes in by itself: batches from sources, announcements, how a source is. Frozen, like all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TypeAlias

from broadsheet.types import Json, PaperId, Record, StoreReport


class AnnounceKind(StrEnum):
    """Why an archive lists a paper on a day: it is new, came into the category from another, or has a new version."""

    NEW = "new"
    CROSS = "cross"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class Announced:
    """What one listing says was announced in a category on a day.

    `listing` names it: `rss`, `page`, `api`. `papers` pairs each id with its kind; `told` is how many papers the
    listing itself says there are, where it says so. `trouble` is empty, or says in words why the listing cannot be
    trusted; the ids of a stale listing are left out, since they belong to another day.
    """

    listing: str
    category: str
    day: date
    papers: tuple[tuple[PaperId, AnnounceKind], ...] = ()
    told: int | None = None
    trouble: str = ""


Checkpoint: TypeAlias = Mapping[str, Json]
"""Where a source's next fetch goes on, in the source's own words; empty before the first."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Some of what a source gives, and the checkpoint that holds once all of it is stored.

    `deleted` are papers that the source took out; `unread` says in words, one each, which records could not be read
    and why; `total` is how many records the whole fetch will bring, where the source says so.
    """

    checkpoint: Checkpoint
    records: tuple[Record, ...] = ()
    deleted: tuple[PaperId, ...] = ()
    announced: tuple[Announced, ...] = ()
    unread: tuple[str, ...] = ()
    total: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Repository:
    """A repository of code as its host describes it at one moment. `name` is `owner/name`, as the host spells it.

    `pushed_at` is the moment of the last push. `gone` says that the host does not have it, or no longer shows it.
    """

    name: str
    stars: int = 0
    pushed_at: datetime | None = None
    archived: bool = False
    gone: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """One line of the log of merges: `gone_id` became part of `paper_id` because of `cause`."""

    number: int
    at: datetime
    paper_id: PaperId
    title: str
    gone_id: PaperId
    gone_title: str
    cause: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """One source's record of a paper, and when the library last took it in. `name` tells its records apart."""

    record: Record
    name: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceState:
    """A source: what is wanted of it, how far the library is, and how it went.

    `values` may hold secrets: they are not shown. `turns` counts the batches that were stored, `read`, `new` and
    `changed` papers since it was added, `unread` records that could not be read; `unread_words` says why, of the last.
    `started_at` and `finished_at` are of the last fetch that began and the last that came to its end.
    """

    name: str
    kind: str
    words: tuple[str, ...]
    values: Mapping[str, str]
    every: timedelta
    paused: bool
    checkpoint: Checkpoint
    turns: int
    added_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    next_at: datetime
    failing_since: datetime | None
    failures: int
    error: str
    told_at: datetime | None
    read: int
    new: int
    changed: int
    unread: int
    unread_words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchReport:
    """What one turn at a source did. `finished` is True if there was no more to fetch; `error` says why it failed."""

    source: str
    stored: StoreReport = field(default_factory=StoreReport)
    unread: tuple[str, ...] = ()
    finished: bool = False
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingSaid:
    """What one listing said of a category on a day: `given` papers of the `told` it claims; `trouble` is in words."""

    listing: str
    given: int
    told: int | None
    trouble: str
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CategoryDay:
    """What was announced in a category on a day, by kind, and what became of it.

    `stored`, `withdrawn` and `missing` count papers and add up to all that were announced. Without any listing, nobody
    looked that day, and what was announced is not known.
    """

    category: str
    day: date
    kinds: Mapping[AnnounceKind, int]
    stored: int
    withdrawn: int
    missing: int
    listings: tuple[ListingSaid, ...]

    @property
    def announced(self) -> int:
        """All papers that were announced."""
        return self.stored + self.withdrawn + self.missing

    @property
    def verdict(self) -> str:
        """`complete`, `gap` (papers are missing), `unchecked` (every listing is in trouble), `unseen` (no listing)."""
        if not self.listings:
            return "unseen"
        if self.missing:
            return "gap"
        return "complete" if any(not said.trouble for said in self.listings) else "unchecked"
