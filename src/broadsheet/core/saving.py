"""The verb `save`: what a reader does with one paper in one go: its state, a note, and the collections it is in."""

from __future__ import annotations

from collections.abc import Collection as Several
from datetime import datetime
from typing import Literal

from django.db import transaction

from broadsheet.community import Actor, Marks, ReadingState
from broadsheet.core import collecting, reading, shelving
from broadsheet.types import Paper


def save(
    actor: Actor,
    paper: Paper,
    *,
    state: ReadingState | Literal[""] | None = None,
    hidden: bool | None = None,
    note: str | None = None,
    into: Several[int] = (),
    out_of: Several[int] = (),
    fresh: str = "",
    now: datetime,
) -> Marks:
    """Mark a paper and choose its collections, one by its name among them: all of it or nothing.

    What is None stays as it is. The `fresh` collection is made, if the actor has none of this name. Answers what is
    kept of the paper then.
    """
    with transaction.atomic():
        if (state, hidden, note) != (None, None, None):
            reading.mark(actor, paper, state=state, hidden=hidden, note=note, now=now)
        shelving.choose(actor, paper, into=into, out_of=out_of, now=now)
        if fresh.strip():
            shelving.add(actor, _named(actor, fresh, now), [paper], now=now)
        return reading.marks(actor.key, [paper]).get(paper.key, Marks())


def _named(actor: Actor, title: str, now: datetime) -> int:
    """The key of the actor's own collection of this name, which is made if there is none."""
    wanted = " ".join(title.split()).casefold()
    own = (each for each in collecting.of_account(actor) if each.owner == actor.key)
    there = next((each.key for each in own if each.title.casefold() == wanted), None)
    return there if there is not None else collecting.make(actor, title, now=now).key
