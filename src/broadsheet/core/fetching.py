"""The verb `fetch`: what a source has since its checkpoint into the library, batch by batch, each whole or not at all.

A batch's papers, what it announced, and the checkpoint behind it are written in one transaction. So whatever ends a
fetch, and however suddenly, the next one goes on behind the last batch that was stored.
"""

from __future__ import annotations

import logging
import random
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from time import monotonic

from django.db import DatabaseError, transaction

from broadsheet.core import completeness, lookups, store
from broadsheet.core.sources import source
from broadsheet.errors import BroadsheetError, FetchError, StoppedError
from broadsheet.incoming import Batch, FetchReport, SourceState
from broadsheet.library import sources
from broadsheet.sources import catalogue
from broadsheet.sources.http import Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Options
from broadsheet.types import PaperId, StoreReport

log = logging.getLogger("broadsheet.fetching")

FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=2), timedelta(hours=6)
"""How long a failing source rests: twice as long after each failure, never longer than its own interval."""

MOST_UNREAD = 100


class OvertakenError(BroadsheetError):
    """Another process stored from this source meanwhile."""

    def __init__(self, name: str) -> None:
        super().__init__(f"Another process is fetching from {name}. What it stores is kept; this one stops.")


def due(now: datetime) -> list[str]:
    """Names of the sources that are to be fetched from now."""
    return sources.due(now)


def fetch(
    name: str,
    http: Http,
    *,
    clock: Callable[[], datetime],
    stop: threading.Event,
    turn: float | None = None,
    progress: Callable[[StoreReport, int | None], None] = lambda _stored, _total: None,
) -> FetchReport:
    """Fetch from this source until there is no more, `stop` is set, or a `turn` of so many seconds is over.

    What fails is noted with the source, which rests and is tried again; it is not raised. `progress` is told after
    each batch what was stored so far, and how many records there will be, where the source says so.
    """
    state = source(name)
    report, begun = FetchReport(source=name), monotonic()
    sources.start(name, clock())
    try:
        opened = catalogue.kind(state.kind).open(Options(words=state.words, values=state.values))
        for number, batch in enumerate(lookups.batches(opened, http, state.checkpoint, now=clock())):
            stored = _keep(state, state.turns + number, batch, clock())
            unread = (*report.unread, *batch.unread)[:MOST_UNREAD]
            report = replace(report, stored=report.stored + stored, unread=unread)
            progress(report.stored, batch.total)
            if stop.is_set() or (turn is not None and monotonic() - begun > turn):
                sources.change(name, next_at=clock())
                return report
    except StoppedError:
        sources.change(name, next_at=clock())
        return report
    except Exception as error:  # noqa: BLE001 - whatever a stranger sends must not end the others' turns
        return replace(report, error=_failed(state, error, clock()))
    now = clock()
    sources.finish(name, now, now + state.every * random.uniform(1.0, 1.1))  # noqa: S311 - spreads requests
    return replace(report, finished=True)


def look_up(any_ids: Sequence[str], http: Http, *, now: datetime) -> tuple[StoreReport, list[str]]:
    """Bring in papers by id, address or DOI from whoever describes them; answers also which nobody had.

    SourceError for what is no id; FetchError if nobody could be asked.
    """
    report, left = StoreReport(), []
    for any_id in any_ids:
        paper_id = parse_paper_id(any_id)
        lookers = catalogue.lookups(paper_id) if paper_id else ()
        failure: FetchError | None = None
        found = False
        for looker in lookers:
            try:
                for batch in looker.look_up(http, [paper_id or ""]):
                    found = found or bool(batch.records)
                    report += store.store(batch.records, now=now)
            except FetchError as error:
                failure = error
            if found:
                break
        if not found:
            if failure:
                raise failure
            left.append(any_id)
    return report, left


def _keep(state: SourceState, turns: int, batch: Batch, now: datetime) -> StoreReport:
    """Store a batch with its checkpoint, or nothing of it."""
    with transaction.atomic():
        stored = store.store(batch.records, now=now)
        store.withdraw(batch.deleted, now=now)
        completeness.account(batch.announced, _ids(batch), now)
        if not sources.advance(state.name, turns, batch.checkpoint, stored, batch.unread):
            raise OvertakenError(state.name)
    return stored


def _ids(batch: Batch) -> Collection[PaperId]:
    return {paper_id for record in batch.records for paper_id in record.ids}


def _failed(state: SourceState, error: Exception, now: datetime) -> str:
    """Note the failure, and let the source rest: as long as the host asked for, and longer each time."""
    words = _in_words(state.name, error)
    if isinstance(error, OvertakenError):
        return words
    pause = min(FIRST_PAUSE * 2 ** min(state.failures, 12), LONGEST_PAUSE, state.every)
    next_at = now + pause * random.uniform(0.75, 1.25)  # noqa: S311 - spreads requests
    asked = error.retry_at if isinstance(error, FetchError) else None
    try:
        sources.fail(state.name, words, now, max(next_at, asked or next_at))
    except (DatabaseError, OSError) as another:
        log.error("cannot note that %s failed: %s", state.name, another)
    return words


def _in_words(name: str, error: Exception) -> str:
    if isinstance(error, BroadsheetError):
        return str(error)
    if isinstance(error, DatabaseError | OSError):
        return f"The library cannot be written ({' '.join(str(error).split())}). Is the disk full?"
    log.error("%s gave something that was not expected", name, exc_info=error)
    return f"{name} gave something that its parser did not expect ({type(error).__name__}: {error})."
