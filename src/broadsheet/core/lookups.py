"""Batches from whatever a source is: a list of papers, or a place that is asked about papers that the library has."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from broadsheet.core import code
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.library import papers
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import CodeHost, Lookup, Source

AT_ONCE = 50


def batches(
    source: Source | Lookup | CodeHost, http: Http, checkpoint: Checkpoint, *, now: datetime
) -> Iterator[Batch]:
    """What this source has since this checkpoint."""
    if isinstance(source, CodeHost):
        return code.refresh(source, http, checkpoint, now=now)
    if isinstance(source, Lookup):
        return _completed(source, http, checkpoint)
    return source.fetch(http, checkpoint, now=now)


def _completed(lookup: Lookup, http: Http, checkpoint: Checkpoint) -> Iterator[Batch]:
    """What the place has on papers that lack an abstract, authors or a venue, in the order the library got them."""
    key = int(checkpoint.get("key", 0))
    while wanting := papers.wanting(lookup.schemes, after=key, limit=AT_ONCE):
        key = max(wanting)
        found = list(lookup.look_up(http, list(wanting.values())))
        yield Batch(
            checkpoint={"key": key},
            records=tuple(record for batch in found for record in batch.records),
            unread=tuple(words for batch in found for words in batch.unread),
        )
