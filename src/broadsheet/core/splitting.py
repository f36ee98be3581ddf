"""The verbs `split`, `join`, `undo_merge`: what a person says of which records are one paper, against the rules."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db import transaction

from broadsheet.core.identity import ids_of
from broadsheet.core.merge import merge
from broadsheet.core.recording import load
from broadsheet.errors import BroadsheetError
from broadsheet.incoming import Merged
from broadsheet.library import changes, merges, papers, separations, writing
from broadsheet.library.writing import Slot, StoredRecord
from broadsheet.sources.ids import page_id, strength
from broadsheet.types import Paper, PaperId


class SplitError(BroadsheetError):
    """What was asked for would leave no two papers, or there is nothing to undo."""


def split(paper: Paper, slots: Collection[Slot], *, now: datetime) -> int:
    """Make these records of a paper a paper of their own, for good; answers its key.

    The id that each of them is known by at its source goes with it, and what else only they name; the other ids stay.
    What comes later goes to the one of the two that already has its record, else to the one that has its id.
    SplitError if there would not be two.
    """
    with transaction.atomic():
        changes.serialise_writers()
        records = writing.records_of([paper.key])[paper.key]
        going = [record for record in records if record.slot in slots]
        staying = [record for record in records if record.slot not in slots]
        if not going or not staying:
            raise SplitError(f"{paper.paper_id} cannot be split so: each of the two needs a record of its own.")
        own = {paper.paper_id, *paper.aliases}
        gone = (_ids(going) - _ids(staying) | _ids(going, 1) - _ids(staying, 1)) & own
        if not own - gone:
            gone = set()
        names = gone or {page_id(load(going[0].payload).title, " ".join(going[0].slot))}
        writing.take_aliases(names)
        parted, kept = _paper(0, going, names), _paper(paper.key, staying, own - gone)
        (key,) = writing.insert_papers([parted], now)
        writing.put_records([(key, record) for record in going], now)
        writing.put_aliases(dict.fromkeys(names, key))
        writing.update_papers([kept], now)
        separations.add(paper.key, key)
        changes.append({paper.key: kept, key: parted}, now)
        return key


def join(one: Paper, other: Paper, *, now: datetime) -> int:
    """Make two papers one, whatever their records say; answers its key."""
    if one.key == other.key:
        raise SplitError(f"{one.paper_id} and {other.paper_id} are one paper already.")
    winner, loser = sorted((one, other), key=lambda paper: paper.key)
    with transaction.atomic():
        changes.serialise_writers()
        records = writing.records_of([winner.key, loser.key])
        separations.remove(winner.key, loser.key)
        merges.note(winner.key, [loser], records, "a person joined them", now)
        writing.absorb(winner.key, [loser.key])
        ids = {winner.paper_id, *winner.aliases, loser.paper_id, *loser.aliases}
        joined = _paper(winner.key, [*records[winner.key], *records[loser.key]], ids)
        writing.update_papers([joined], now)
        changes.append({winner.key: joined, loser.key: loser}, now)
    return winner.key


def undo_merge(number: int, *, now: datetime) -> int:
    """Take apart again what one merge joined; answers the key of the paper that comes back.

    SplitError if there is no such merge, or it was undone before.
    """
    with transaction.atomic():
        found = merges.of_number(number)
        if found is None or found.undone_at:
            raise SplitError(f"There is no merge {number} to undo. `broadsheet merges` lists them.")
        paper = papers.by_keys([found.paper_id])[found.paper_id]
        key = split(paper, merges.slots(found), now=now)
        merges.mark_undone(number, now)
    return key


def recent_merges(limit: int = 20) -> tuple[Merged, ...]:
    """The latest merges that still stand, latest first."""
    return tuple(
        Merged(
            number=row.pk,
            at=row.at,
            paper_id=row.paper.paper_id,
            title=row.paper.title,
            gone_id=row.gone_id,
            gone_title=row.gone_title,
            cause=row.cause,
        )
        for row in merges.recent(limit)
        if not row.undone_at
    )


def _ids(records: Sequence[StoredRecord], most: int | None = None) -> set[PaperId]:
    """The ids that these records name, the strongest `most` of each."""
    named = (ids_of(load(record.payload)) for record in records)
    return {paper_id for ids in named for paper_id in sorted(ids, key=strength)[:most]}


def _paper(key: int, records: Sequence[StoredRecord], ids: Collection[PaperId]) -> Paper:
    return merge(key, [load(record.payload) for record in records], ids)
