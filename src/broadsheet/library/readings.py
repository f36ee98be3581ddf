"""What accounts keep of papers to themselves in the database: reading states, what is hidden, private notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import BooleanField, CharField, Count, IntegerField, Q, QuerySet, TextField, Value

from broadsheet.community import Marked, Marks, ReadingState
from broadsheet.library import models, papers

NOTES, HIDDEN = "notes", "hidden"
"""Lists of marked papers besides those of the states."""


def find(account: int, paper: int) -> Marks:
    """What an account keeps of one paper, but for collections; nothing if it keeps nothing."""
    row = models.Reading.objects.filter(account=account, paper=paper).values_list("state", "hidden", "note").first()
    return Marks(state=_state(row[0]), hidden=row[1], note=row[2]) if row else Marks()


def put(account: int, paper: int, marks: Marks, now: datetime, *, stepped: bool) -> None:
    """Write what an account keeps of a paper, and that the state changed now, if it did; nothing is not kept."""
    if marks == Marks():
        models.Reading.objects.filter(account=account, paper=paper).delete()
        return
    values: dict[str, Any] = {"state": marks.state or "", "hidden": marks.hidden, "note": marks.note}
    models.Reading.objects.update_or_create(
        account_id=account,
        paper_id=paper,
        defaults=values | ({"at": now} if stepped else {}),
        create_defaults=values | {"at": now},
    )


def of(account: int, keys: Collection[int]) -> dict[int, Marks]:
    """What an account keeps of each of these papers, collections that it edits included, in one statement."""
    marks = models.Reading.objects.filter(account=account, paper__in=keys).values_list(
        "paper_id", "state", "hidden", "note", Value(0, IntegerField())
    )
    mine = Q(collection__account=account) | Q(collection__members__account=account, collection__members__edits=True)
    kept = models.CollectionPaper.objects.filter(mine, paper__in=keys, collection__deleted_at__isnull=True)
    places = kept.values_list(
        "paper_id",
        Value("", CharField()),
        Value(value=False, output_field=BooleanField()),
        Value("", TextField()),
        "collection_id",
    )
    found: dict[int, Marks] = {}
    for key, state, hidden, note, collection in marks.union(places, all=True):
        marked = found.get(key, Marks())
        if collection:
            found[key] = replace(marked, collections=marked.collections | {collection})
        else:
            found[key] = replace(marked, state=_state(state), hidden=bool(hidden), note=note)
    return found


def listed(account: int, which: str, *, offset: int, limit: int) -> tuple[Marked, ...]:
    """The papers that an account has in this state, or has hidden or noted, the latest first."""
    rows = _rows(account, which).order_by("-at", "-pk").values_list("paper_id", "state", "hidden", "note", "at")
    found = list(rows[offset : offset + limit])
    by_key = papers.by_keys([row[0] for row in found])
    return tuple(
        Marked(paper=by_key[key], marks=Marks(state=_state(state), hidden=hidden, note=note), at=at)
        for key, state, hidden, note, at in found
        if key in by_key
    )


def counts(account: int) -> Mapping[str, int]:
    """How many papers an account has in each state, and how many it has hidden and noted."""
    several = {str(state): Q(state=state) for state in ReadingState} | {
        NOTES: ~Q(note=""), HIDDEN: Q(hidden=True)
    }  # fmt: skip
    asked = {f"number_{at}": Count("pk", filter=which) for at, which in enumerate(several.values())}
    numbers = models.Reading.objects.filter(account=account).aggregate(**asked)
    return dict(zip(several, numbers.values(), strict=True))


def _rows(account: int, which: str) -> QuerySet[models.Reading]:
    rows = models.Reading.objects.filter(account=account)
    if which == NOTES:
        return rows.exclude(note="")
    return rows.filter(hidden=True) if which == HIDDEN else rows.filter(state=which)


def _state(text: str) -> ReadingState | None:
    return ReadingState(text) if text in list(ReadingState) else None
