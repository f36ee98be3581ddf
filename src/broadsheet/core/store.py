"""The verb `store`: records in, papers out, each paper once. Every write of a paper writes a change row with it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice

from django.db import transaction

from broadsheet.core.identity import Work, assign, candidate_of
from broadsheet.core.merge import merge, overlay
from broadsheet.core.recording import dump, load
from broadsheet.library import changes, merges, papers, writing
from broadsheet.library.writing import Slot, StoredRecord
from broadsheet.types import Paper, PaperId, Record, StoreReport

BATCH = 1000


def store(records: Iterable[Record], *, now: datetime) -> StoreReport:
    """Put records into the library: all of them, or, if reading them raises, none.

    A record joins the paper that has one of its ids, or the same squashed title and first author (a title alone
    suffices if one side names no author). A record that was stored before and says nothing new changes nothing.
    """
    report = StoreReport()
    # Inside another transaction a savepoint would make SQLite copy every page before it changes, at half the speed.
    with transaction.atomic(savepoint=False):
        changes.serialise_writers()
        stream = iter(records)
        while batch := list(islice(stream, BATCH)):
            report += _store_batch(batch, now)
    return report


def _store_batch(batch: list[Record], now: datetime) -> StoreReport:
    candidates = [candidate_of(record) for record in batch]
    known = writing.find_records({c.slot for c in candidates})
    fresh = [c for c in candidates if c.slot not in known or known[c.slot][1] != c.digest]
    works = assign(fresh, known)
    touched = {key for work in works for key in work.keys}
    untouched = {known[c.slot][0] for c in candidates if c.slot in known} - touched
    return _write(works, now) + StoreReport(read=len(batch), unchanged=len(untouched))


def _write(works: list[Work], now: datetime) -> StoreReport:
    keys = {key for work in works for key in work.keys}
    stored = writing.records_of(keys) if keys else {}
    before = papers.by_keys(keys) if keys else {}

    new: list[tuple[Paper, list[StoredRecord]]] = []
    rewritten: list[Paper] = []
    records: list[tuple[int, StoredRecord]] = []
    aliases: dict[PaperId, int] = {}
    written: dict[int, Paper] = {}
    unchanged = merged = 0
    for work in works:
        key, *losers = sorted(work.keys) or [0]
        if losers:
            merges.note(key, [before[loser] for loser in losers], stored, "; ".join(work.causes), now)
            writing.absorb(key, losers)
            merged += len(losers)
            written |= {loser: before[loser] for loser in losers}
        says, payloads = _combined(work, stored)
        ids = {alias for k in work.keys for alias in (before[k].paper_id, *before[k].aliases)}
        paper = merge(key, says, ids | work.ids)
        if not key:
            new.append((paper, payloads))
            continue
        records += [(key, record) for record in payloads]
        aliases |= dict.fromkeys(ids | work.ids, key)
        if paper == replace(before[key], **writing.UNCOUNTED):
            unchanged += 1
        else:
            rewritten.append(paper)
            written[key] = paper
    writing.update_papers(rewritten, now)
    keys_of_new = writing.insert_papers([paper for paper, _ in new], now)
    for key, (paper, payloads) in zip(keys_of_new, new, strict=True):
        records += [(key, record) for record in payloads]
        aliases |= dict.fromkeys((paper.paper_id, *paper.aliases), key)
        written[key] = paper
    writing.put_records(records, now)
    writing.put_aliases(aliases)
    changes.append(written, now)
    return StoreReport(new=len(new), changed=len(rewritten), unchanged=unchanged, merged=merged)


def _combined(work: Work, stored: dict[int, list[StoredRecord]]) -> tuple[list[Record], list[StoredRecord]]:
    """All that is said of a work, and the records to write for it: those that came, over those they replace."""
    said = {record.slot: load(record.payload) for key in work.keys for record in stored[key]}
    arrived: dict[Slot, StoredRecord] = {}
    for candidate in work.fresh:
        slot, payload = candidate.slot, candidate.payload
        if slot in said:
            said[slot] = overlay(said[slot], candidate.record)
            payload = dump(said[slot])
        else:
            said[slot] = candidate.record
        # The digest is that of the record as it came, so that the same file is recognised when it comes again.
        arrived[slot] = StoredRecord(slot, payload, candidate.digest, candidate.title_key, candidate.author_key)
    return list(said.values()), list(arrived.values())


def withdraw(ids: Collection[PaperId], *, now: datetime) -> int:
    """Mark what the source of these ids' scheme said of the papers as taken back; answers how many papers changed.

    Ids that lead nowhere are left out: what was never here cannot be taken back.
    """
    with transaction.atomic(savepoint=False):
        changes.serialise_writers()
        keys = set(writing.find_aliases(ids).values())
        said = [load(record.payload) for records in writing.records_of(keys).values() for record in records]
        theirs = (one for one in said if any(i in ids and i.startswith(f"{one.source}:") for i in one.ids))
        return store((replace(one, withdrawn=True) for one in theirs), now=now).changed


def remove(keys: Iterable[int], *, now: datetime) -> None:
    """Delete papers from the library, for good."""
    with transaction.atomic(savepoint=False):
        changes.serialise_writers()
        doomed = papers.by_keys(list(keys))
        writing.delete(doomed)
        changes.append(doomed, now)
