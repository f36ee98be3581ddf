"""The verbs `mark` and `marks`: reading states, hidden papers and private notes, of which nobody else learns."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from django.db import transaction

from broadsheet.community import Actor, Marked, Marks, ReadingState, Role
from broadsheet.core import roles
from broadsheet.library import readings
from broadsheet.text import plain
from broadsheet.types import Paging, Paper

LISTS = (*map(str, ReadingState), readings.NOTES, readings.HIDDEN)
"""The lists of marked papers: by state, those with a note, those that are hidden."""

LONGEST_NOTE = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingList:
    """One page of the papers of one of LISTS, the latest first, and how many papers each list has."""

    which: str
    marked: tuple[Marked, ...]
    counts: Mapping[str, int]
    paging: Paging

    @property
    def total(self) -> int:
        """How many papers this list has."""
        return self.counts[self.which]


def mark(
    actor: Actor,
    paper: Paper,
    *,
    state: ReadingState | Literal[""] | None = None,
    hidden: bool | None = None,
    note: str | None = None,
    now: datetime,
) -> Marks:
    """Keep a state, a hiding or a note of a paper; what is None stays, what is empty is taken away.

    Answers what is kept then. NotAllowedError if the account is banned.
    """
    roles.require(actor, Role.READER, "mark papers")
    with transaction.atomic():
        before = readings.find(actor.key, paper.key)
        after = before
        if state is not None:
            after = replace(after, state=ReadingState(state) if state else None)
        if hidden is not None:
            after = replace(after, hidden=hidden)
        if note is not None:
            after = replace(after, note=plain(note)[:LONGEST_NOTE])
        stepped = (before.state, before.hidden) != (after.state, after.hidden)
        readings.put(actor.key, paper.key, after, now, stepped=stepped)
    return after


def marks(account: int, papers: Collection[Paper]) -> dict[int, Marks]:
    """What an account keeps of each of these papers, by key, in one statement; of the others it keeps nothing."""
    return readings.of(account, [paper.key for paper in papers]) if papers else {}


def reading_list(actor: Actor, which: str, paging: Paging) -> ReadingList:
    """One page of one of LISTS."""
    offset = (paging.page - 1) * paging.size
    found = readings.listed(actor.key, which, offset=offset, limit=paging.size)
    return ReadingList(which=which, marked=found, counts=readings.counts(actor.key), paging=paging)
