"""The verb `store`: records in, papers out, each paper once. Every write of a paper writes a change row with it."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import islice
from typing import Any, NamedTuple

import orjson
from django.db import transaction

from broadsheet.core.merge import merge, overlay
from broadsheet.library import changes, papers, writing
from broadsheet.library.writing import Slot, StoredRecord
from broadsheet.sources.ids import page_id, strength
from broadsheet.text import author_key, squash
from broadsheet.types import Link, LinkKind, Paper, PaperId, Record, StoreReport, Version

BATCH = 1000
TELLING_TITLE = 16
"""Letters a title must have to name a paper without its author: "Introduction" names too many."""


def store(records: Iterable[Record], *, now: datetime) -> StoreReport:
    """Put records into the library: all of them, or, if reading them raises, none.

    A record joins the paper that has one of its ids, or the same squashed title and first author (a title alone
    suffices if one side names no author). A record that was stored before and says nothing new changes nothing.
    """
    report = StoreReport()
    with transaction.atomic():
        changes.serialise_writers()
        stream = iter(records)
        while batch := list(islice(stream, BATCH)):
            report += _store_batch(batch, now)
    return report


class _Candidate(NamedTuple):
    """A record with the keys by which its paper is found."""

    record: Record
    slot: Slot
    payload: str
    digest: str
    ids: tuple[PaperId, ...]
    title_key: str
    author_key: str
    title_tells: bool


@dataclass(slots=True, eq=False)
class _Work:
    """A paper in the making: the keys of the papers that it joins, and the records that came for it."""

    keys: set[int] = field(default_factory=set)
    fresh: list[_Candidate] = field(default_factory=list)
    joined: _Work | None = None

    def root(self) -> _Work:
        """The work that this one has become part of, itself at first."""
        return self.joined.root() if self.joined else self

    def absorb(self, other: _Work) -> None:
        """Make another work part of this one."""
        if other is not self:
            self.keys |= other.keys
            self.fresh += other.fresh
            other.joined = self


def _candidate(record: Record) -> _Candidate:
    first_author = record.authors[0] if record.authors else ""
    ids = record.ids or (page_id(record.title, first_author),)
    day = record.featured or record.announced
    title, payload = squash(record.title), dump(record)
    return _Candidate(
        record=record,
        slot=(record.source, min(ids, key=strength) + (f" on {day}" if day else "")),
        payload=payload,
        digest=hashlib.blake2b(payload.encode(), digest_size=16).hexdigest(),
        ids=ids,
        title_key=hashlib.sha256(title.encode()).hexdigest()[:32],
        author_key=author_key(first_author)[:128],
        title_tells=len(title) >= TELLING_TITLE,
    )


def _store_batch(batch: list[Record], now: datetime) -> StoreReport:
    candidates = [_candidate(record) for record in batch]
    known = writing.find_records({candidate.slot for candidate in candidates})
    fresh = [c for c in candidates if c.slot not in known or known[c.slot][1] != c.digest]
    works = _assign(fresh, known)
    touched = {key for work in works for key in work.keys}
    untouched = {known[c.slot][0] for c in candidates if c.slot in known} - touched
    return _write(works, now) + StoreReport(read=len(batch), unchanged=len(untouched))


def _assign(candidates: list[_Candidate], known: dict[Slot, tuple[int, str]]) -> list[_Work]:
    """Give each record to one work, joining works that a record shows to be one."""
    works_of_key: dict[int, _Work] = defaultdict(_Work)
    works_of_id: dict[PaperId, _Work] = {}
    works_of_title: dict[str, list[tuple[str, _Work]]] = defaultdict(list)

    def existing(key: int) -> _Work:
        work = works_of_key[key]
        work.keys.add(key)
        return work

    for paper_id, key in writing.find_aliases({paper_id for c in candidates for paper_id in c.ids}).items():
        works_of_id[paper_id] = existing(key)
    for title_key, holders in writing.find_titles({c.title_key for c in candidates}).items():
        works_of_title[title_key] = [(first_author, existing(key)) for key, first_author in holders]

    for candidate in candidates:
        matches = [works_of_id[paper_id] for paper_id in candidate.ids if paper_id in works_of_id]
        if candidate.slot in known:
            matches.append(existing(known[candidate.slot][0]))
        matches += _by_title(candidate, works_of_title[candidate.title_key])
        work = matches[0].root() if matches else _Work()
        for match in matches[1:]:
            work.absorb(match.root())
        work.fresh.append(candidate)
        works_of_id |= dict.fromkeys(candidate.ids, work)
        works_of_title[candidate.title_key].append((candidate.author_key, work))

    return list({id(work.root()): work.root() for work in works_of_id.values() if work.root().fresh}.values())


def _by_title(candidate: _Candidate, holders: list[tuple[str, _Work]]) -> list[_Work]:
    """The work that has a record of this title and first author; else the first that can, because one names none.

    One at most: two works that differ in their author stay two, even if a title alone would fit both.
    """
    authors: dict[_Work, set[str]] = {}
    for first_author, work in holders:
        authors.setdefault(work.root(), set()).add(first_author)
    if candidate.author_key or candidate.title_tells:
        for work, names in authors.items():
            if candidate.author_key in names:
                return [work]
    if candidate.title_tells:
        for work, names in authors.items():
            if not candidate.author_key or names == {""}:
                return [work]
    return []


def _write(works: list[_Work], now: datetime) -> StoreReport:
    keys = {key for work in works for key in work.keys}
    stored = writing.records_of(keys) if keys else {}
    before = papers.by_keys(keys) if keys else {}

    new: list[tuple[Paper, list[StoredRecord]]] = []
    rewritten: list[Paper] = []
    records: list[tuple[int, StoredRecord]] = []
    aliases: dict[PaperId, int] = {}
    written: list[int] = []
    unchanged = merged = 0
    for work in works:
        key, *losers = sorted(work.keys) or [0]
        if losers:
            writing.absorb(key, losers)
            merged += len(losers)
            written += losers
        says, payloads = _combined(work, stored)
        ids = {alias for k in work.keys for alias in (before[k].paper_id, *before[k].aliases)}
        ids.update(paper_id for candidate in work.fresh for paper_id in candidate.ids)
        paper = merge(key, says, ids)
        if not key:
            new.append((paper, payloads))
            continue
        records += [(key, record) for record in payloads]
        aliases |= dict.fromkeys(ids, key)
        if paper == before[key]:
            unchanged += 1
        else:
            rewritten.append(paper)
            written.append(key)
    writing.update_papers(rewritten, now)
    keys_of_new = writing.insert_papers([paper for paper, _ in new], now)
    for key, (paper, payloads) in zip(keys_of_new, new, strict=True):
        records += [(key, record) for record in payloads]
        aliases |= dict.fromkeys((paper.paper_id, *paper.aliases), key)
        written.append(key)
    writing.put_records(records, now)
    writing.put_aliases(aliases)
    changes.append(written, now)
    return StoreReport(new=len(new), changed=len(rewritten), unchanged=unchanged, merged=merged)


def _combined(work: _Work, stored: dict[int, list[StoredRecord]]) -> tuple[list[Record], list[StoredRecord]]:
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


def dump(record: Record) -> str:
    """A record as JSON, without what it does not say; `load` gives it back."""
    said: dict[str, Any] = {"source": record.source, "title": record.title}
    for name in ("abstract", "note", "authors", "ids", "published", "announced", "featured", "year", "categories",
                 "venue", "comment", "extras"):  # fmt: skip
        if value := getattr(record, name):
            said[name] = value
    if record.links:
        said["links"] = [[link.url, link.kind.value] for link in record.links]
    if record.versions:
        said["versions"] = [[number, day] for number, day in record.versions]
    return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode()


def load(payload: str) -> Record:
    """The record that `dump` wrote."""
    said: dict[str, Any] = orjson.loads(payload)
    for name in ("published", "announced", "featured"):
        if name in said:
            said[name] = date.fromisoformat(said[name])
    for name in ("authors", "ids", "categories"):
        if name in said:
            said[name] = tuple(said[name])
    if "links" in said:
        said["links"] = tuple(Link(url, LinkKind(kind)) for url, kind in said["links"])
    if "versions" in said:
        said["versions"] = tuple(
            Version(number, date.fromisoformat(day) if day else None) for number, day in said["versions"]
        )
    return Record(**said)


def remove(keys: Iterable[int], *, now: datetime) -> None:
    """Delete papers from the library, for good."""
    doomed = list(keys)
    with transaction.atomic():
        changes.serialise_writers()
        writing.delete(doomed)
        changes.append(doomed, now)
