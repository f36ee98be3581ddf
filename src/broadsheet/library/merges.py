"""The log of merges: which papers became part of which, when and why, with the records that each brought."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from broadsheet.library import models
from broadsheet.library.writing import Slot, StoredRecord
from broadsheet.types import Paper


def note(
    winner: int, losers: Sequence[Paper], records: Mapping[int, Sequence[StoredRecord]], cause: str, now: datetime
) -> None:
    """Write down that these papers become part of another one, before they do; earlier merges into them move on."""
    models.Merge.objects.filter(paper__in=[loser.key for loser in losers]).update(paper=winner)
    models.Merge.objects.bulk_create(
        models.Merge(
            at=now,
            paper_id=winner,
            gone_id=loser.paper_id,
            gone_title=loser.title,
            records=[list(record.slot) for record in records[loser.key]],
            cause=cause,
        )
        for loser in losers
    )


def recent(limit: int, paper: int | None = None) -> list[models.Merge]:
    """The latest merges, latest first; of one paper, if its key is given."""
    rows = models.Merge.objects.select_related("paper").order_by("-pk")
    return list((rows.filter(paper=paper) if paper is not None else rows)[:limit])


def of_number(number: int) -> models.Merge | None:
    """The merge of this number."""
    return models.Merge.objects.filter(pk=number).first()


def slots(merge: models.Merge) -> list[Slot]:
    """The records that the merge brought."""
    return [(source, name) for source, name in merge.records]


def mark_undone(number: int, now: datetime) -> None:
    """Note that this merge was undone."""
    models.Merge.objects.filter(pk=number).update(undone_at=now)
