"""The papers of collections in the database, each at its place. Places count from 1 without gaps.

Whatever writes places must hold the collection's row first (`collection_lists.lock`).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, QuerySet

from broadsheet.community import Kept
from broadsheet.library import collection_lists, models, papers
from broadsheet.types import Paper

AT_ONCE = 500
"""Papers that are read in one go."""


class Standing(NamedTuple):
    """Where a paper of a collection stands, with what note, when and by whom it was added."""

    place: int
    note: str
    at: datetime
    account: int | None


def page(collection: int, *, offset: int, limit: int) -> tuple[Kept, ...]:
    """Papers of a collection in their order, in three statements."""
    last = offset + limit
    return _kept(_rows(collection).filter(place__gt=offset, place__lte=last).order_by("place"))


def every(collection: int) -> tuple[Kept, ...]:
    """All papers of a collection in their order."""
    return _kept(_rows(collection).order_by("place"))


def newest(collection: int, limit: int) -> tuple[Kept, ...]:
    """Papers of a collection, the latest added first."""
    return _kept(_rows(collection).order_by("-at", "-pk")[:limit])


def size(collection: int) -> int:
    """How many papers a collection has."""
    return _rows(collection).count()


def among(collection: int, keys: Collection[int]) -> set[int]:
    """Those of these papers that are in the collection."""
    return set(_rows(collection).filter(paper__in=keys).values_list("paper_id", flat=True))


def standing(collection: int, paper: int) -> Standing | None:
    """How a paper stands in a collection; None if it is not there."""
    row = _rows(collection).filter(paper=paper).values_list("place", "note", "at", "account_id").first()
    return Standing(*row) if row else None


def append(collection: int, keys: Sequence[int], account: int | None, now: datetime) -> None:
    """Write papers that are not there behind the last one, in this order."""
    last = size(collection)
    models.CollectionPaper.objects.bulk_create(
        (
            models.CollectionPaper(collection_id=collection, paper_id=key, account_id=account, place=place, at=now)
            for place, key in enumerate(keys, last + 1)
        ),
        batch_size=AT_ONCE,
    )


def arrange(collection: int, keys: Sequence[int], account: int | None, now: datetime) -> None:
    """Let the collection have just these papers, in this order; whichever was there stays with its note."""
    _rows(collection).exclude(paper__in=keys).delete()
    there = {row.paper_id: row for row in _rows(collection)}
    for place, key in enumerate(keys, 1):
        if key in there:
            there[key].place = place
    models.CollectionPaper.objects.bulk_update(there.values(), ["place"], batch_size=AT_ONCE)
    models.CollectionPaper.objects.bulk_create(
        (
            models.CollectionPaper(collection_id=collection, paper_id=key, account_id=account, place=place, at=now)
            for place, key in enumerate(keys, 1)
            if key not in there
        ),
        batch_size=AT_ONCE,
    )


def insert(collection: int, paper: int, stands: Standing) -> None:
    """Write a paper that is not there at a place; those from there on step back."""
    _rows(collection).filter(place__gte=stands.place).update(place=F("place") + 1)
    models.CollectionPaper.objects.create(
        collection_id=collection,
        paper_id=paper,
        account_id=stands.account,
        place=stands.place,
        note=stands.note,
        at=stands.at,
    )


def take(collection: int, paper: int, place: int) -> None:
    """Take out the paper that stands at this place; those behind it step forward."""
    _rows(collection).filter(paper=paper).delete()
    _rows(collection).filter(place__gt=place).update(place=F("place") - 1)


def move(collection: int, paper: int, place: int, to: int) -> None:
    """Move the paper that stands at this place to another one; those between step aside."""
    if to < place:
        _rows(collection).filter(place__gte=to, place__lt=place).update(place=F("place") + 1)
    else:
        _rows(collection).filter(place__gt=place, place__lte=to).update(place=F("place") - 1)
    _rows(collection).filter(paper=paper).update(place=to)


def put_note(collection: int, paper: int, note: str, now: datetime) -> bool:
    """Write the note beside a paper; False if the paper is not there."""
    return bool(_rows(collection).filter(paper=paper).update(note=note, noted_at=now))


def forget(keys: Collection[int]) -> None:
    """Take papers that are to be deleted out of every collection, so that no place is left empty."""
    rows = models.CollectionPaper.objects.filter(paper__in=keys)
    collection_lists.lock_all(rows.values_list("collection_id", flat=True))
    for collection, paper, place in rows.order_by("-place").values_list("collection_id", "paper_id", "place"):
        take(collection, paper, place)


def _rows(collection: int) -> QuerySet[models.CollectionPaper]:
    return models.CollectionPaper.objects.filter(collection=collection)


def _kept(rows: QuerySet[models.CollectionPaper]) -> tuple[Kept, ...]:
    """The papers of these rows, a few statements for every five hundred."""
    found = list(rows.values_list("pk", "paper_id", "place", "note", "at", "noted_at", "account__username"))
    by_key = {key: paper for several in _batches([row[1] for row in found]) for key, paper in several.items()}
    return tuple(
        Kept(number=number, paper=by_key[key], place=place, note=note, at=at, changed_at=noted_at or at, by=by or "")
        for number, key, place, note, at, noted_at, by in found
        if key in by_key
    )


def _batches(keys: Sequence[int]) -> Iterable[dict[int, Paper]]:
    return (papers.by_keys(keys[start : start + AT_ONCE]) for start in range(0, len(keys), AT_ONCE))
