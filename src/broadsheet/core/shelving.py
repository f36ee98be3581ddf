"""The verbs about the papers of a collection: add, remove, note, move, choose; the order is whole after each.

Every verb holds the collection while it works, so that places count from 1 without gaps, however many work at once.
"""

from __future__ import annotations

from collections.abc import Collection as Several
from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from broadsheet.community import Access, Actor, Collection, Kept, Where
from broadsheet.core import collecting
from broadsheet.core.collecting import CollectionError
from broadsheet.library import collection_lists, collection_papers
from broadsheet.library.collection_papers import Standing
from broadsheet.text import plain
from broadsheet.types import Paging, Paper

MOST = 20_000
"""Papers of one collection."""

LONGEST_NOTE = 4000
IN_A_FEED = 100
"""The latest papers that a feed has."""


class Removed(NamedTuple):
    """What putting a removed paper back needs."""

    paper: int
    stood: Standing


def page(of: Collection, paging: Paging) -> tuple[Kept, ...]:
    """One page of the papers of a collection that the reader may see, in their order."""
    return collection_papers.page(of.key, offset=(paging.page - 1) * paging.size, limit=paging.size)


def every(of: Collection) -> tuple[Kept, ...]:
    """All papers of a collection that the reader may see, in their order."""
    return collection_papers.every(of.key)


def newest(of: Collection) -> tuple[Kept, ...]:
    """The papers of a collection that were added last, the latest first."""
    return collection_papers.newest(of.key, IN_A_FEED)


def among(key: int, papers: Sequence[Paper]) -> set[int]:
    """The keys of those of these papers that are in the collection."""
    return collection_papers.among(key, [paper.key for paper in papers])


def add(actor: Actor, key: int, papers: Sequence[Paper], *, now: datetime) -> int:
    """Put papers behind the last one of a collection, in this order; answers how many were not there before."""
    with transaction.atomic():
        collecting.held(key, actor, Access.EDITS, "add to")
        keys = list(dict.fromkeys(paper.key for paper in papers))
        there = collection_papers.among(key, keys)
        fresh = [one for one in keys if one not in there]
        if fresh:
            _check_room(key, len(fresh))
            collection_papers.append(key, fresh, actor.key, now)
            collection_lists.change(key, changed_at=now)
    return len(fresh)


def remove(actor: Actor, key: int, paper: Paper, *, now: datetime) -> Removed | None:
    """Take a paper out of a collection; answers what `put_back` needs, or None if it was not there."""
    with transaction.atomic():
        collecting.held(key, actor, Access.EDITS, "remove papers from")
        stood = collection_papers.standing(key, paper.key)
        if stood is None:
            return None
        collection_papers.take(key, paper.key, stood.place)
        collection_lists.change(key, changed_at=now)
    return Removed(paper.key, stood)


def put_back(actor: Actor, key: int, paper: Paper, stood: Standing, *, now: datetime) -> None:
    """Put a removed paper back where it stood, with its note, unless it came back meanwhile."""
    with transaction.atomic():
        collecting.held(key, actor, Access.EDITS, "add to")
        if collection_papers.standing(key, paper.key):
            return
        _check_room(key, 1)
        place = min(max(stood.place, 1), collection_papers.size(key) + 1)
        collection_papers.insert(key, paper.key, stood._replace(place=place, note=stood.note[:LONGEST_NOTE]))
        collection_lists.change(key, changed_at=now)


def note(actor: Actor, key: int, paper: Paper, text: str, *, now: datetime) -> None:
    """Write the note beside a paper, over the one that was there; CollectionError if the paper is not there."""
    with transaction.atomic():
        collecting.held(key, actor, Access.EDITS, "write notes in")
        if not collection_papers.put_note(key, paper.key, plain(text)[:LONGEST_NOTE], now):
            raise _absent()
        collection_lists.change(key, changed_at=now)


def move(actor: Actor, key: int, paper: Paper, to: Where | int, *, beside: Paper | None = None, now: datetime) -> int:
    """Move a paper within a collection; answers its place, from 1.

    `to` is a place, which is brought into the bounds of the collection, or says where; BEFORE and AFTER are meant of
    `beside`. CollectionError if one of the two is not there.
    """
    with transaction.atomic():
        collecting.held(key, actor, Access.EDITS, "put in order")
        stands = collection_papers.standing(key, paper.key)
        other = collection_papers.standing(key, beside.key) if beside else None
        if stands is None or (other is None and to in {Where.BEFORE, Where.AFTER}):
            raise _absent()
        last = collection_papers.size(key)
        wanted = min(max(_place(to, stands.place, other.place if other else 0, last), 1), last)
        if wanted != stands.place:
            collection_papers.move(key, paper.key, stands.place, wanted)
            collection_lists.change(key, changed_at=now)
    return wanted


def choose(actor: Actor, paper: Paper, *, into: Several[int], out_of: Several[int], now: datetime) -> None:
    """Let a paper be in these collections and not in those; whichever it was in, once."""
    with transaction.atomic():
        for key in sorted({*into, *out_of}):
            if key in into:
                add(actor, key, [paper], now=now)
            else:
                remove(actor, key, paper, now=now)


def _place(to: Where | int, place: int, other: int, last: int) -> int:
    """The place that is meant. Beside one that stands further back, stepping out first moves that one forward."""
    if not isinstance(to, Where):
        return to
    behind = other > place
    return {
        Where.TOP: 1,
        Where.UP: place - 1,
        Where.DOWN: place + 1,
        Where.BOTTOM: last,
        Where.BEFORE: other - 1 if behind else other,
        Where.AFTER: other if behind or other == place else other + 1,
    }[to]


def _check_room(key: int, more: int) -> None:
    if collection_papers.size(key) + more > MOST:
        raise CollectionError(f"A collection holds {MOST:,} papers at most. Make another one.")


def _absent() -> CollectionError:
    return CollectionError("This paper is not in the collection any more. Load the page anew.")
