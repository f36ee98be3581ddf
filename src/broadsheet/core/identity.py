"""Which paper a record belongs to: that of its ids, or its title and author, unless a person said otherwise."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import dataclass, field
from typing import NamedTuple

from broadsheet.core.recording import dump
from broadsheet.library import separations, writing
from broadsheet.library.writing import Slot
from broadsheet.sources.ids import page_id, strength
from broadsheet.text import author_key, squash
from broadsheet.types import PaperId, Record

TELLING_TITLE = 16
"""Letters a title must have to name a paper without its author: "Introduction" names too many."""


class Candidate(NamedTuple):
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
class Work:
    """A paper in the making: the keys of the papers that it joins, the records that came for it, the ids it gets.

    `causes` say in words why works were joined.
    """

    keys: set[int] = field(default_factory=set)
    fresh: list[Candidate] = field(default_factory=list)
    ids: set[PaperId] = field(default_factory=set)
    joined: Work | None = None
    causes: list[str] = field(default_factory=list)

    def root(self) -> Work:
        """The work that this one has become part of, itself at first."""
        return self.joined.root() if self.joined else self

    def absorb(self, other: Work, cause: str) -> None:
        """Make another work part of this one, because of what `cause` says in words."""
        if other is not self:
            self.keys |= other.keys
            self.fresh += other.fresh
            self.causes += [*other.causes, cause]
            other.joined = self


def ids_of(record: Record) -> tuple[PaperId, ...]:
    """The ids that a record names; one that names none has that of its title and first author."""
    return record.ids or (page_id(record.title, record.authors[0] if record.authors else ""),)


def title_key_of(squashed: str) -> str:
    """What the library finds records by that have this title, which is given squashed."""
    return hashlib.sha256(squashed.encode()).hexdigest()[:32]


def candidate_of(record: Record) -> Candidate:
    """The record with its keys. Its slot tells days apart where a source lists the same paper on several."""
    first_author = record.authors[0] if record.authors else ""
    ids, title, payload = ids_of(record), squash(record.title), dump(record)
    return Candidate(
        record=record,
        slot=(record.source, min(ids, key=strength) + (f" on {record.featured}" if record.featured else "")),
        payload=payload,
        digest=hashlib.blake2b(payload.encode(), digest_size=16).hexdigest(),
        ids=ids,
        title_key=title_key_of(title),
        author_key=author_key(first_author)[:128],
        title_tells=len(title) >= TELLING_TITLE,
    )


def assign(candidates: list[Candidate], known: dict[Slot, tuple[int, str]]) -> list[Work]:
    """Give each record to one work, joining works that a record shows to be one. `known` are records stored before.

    Works of papers that a person has separated are not joined: the record goes to its own paper, else to the first
    that it fits.
    """
    works_of_key: dict[int, Work] = defaultdict(Work)
    works_of_id: dict[PaperId, Work] = {}
    works_of_title: dict[str, list[tuple[str, Work]]] = defaultdict(list)

    def existing(key: int) -> Work:
        work = works_of_key[key]
        work.keys.add(key)
        return work

    for paper_id, key in writing.find_aliases({paper_id for c in candidates for paper_id in c.ids}).items():
        works_of_id[paper_id] = existing(key)
    for title_key, holders in writing.find_titles({c.title_key for c in candidates}).items():
        works_of_title[title_key] = [(first_author, existing(key)) for key, first_author in holders]
    for candidate in candidates:
        if candidate.slot in known:
            existing(known[candidate.slot][0])
    apart = separations.among(works_of_key)

    for candidate in candidates:
        matches: list[tuple[Work, str]] = []
        if candidate.slot in known:
            matches.append((existing(known[candidate.slot][0]), "its record there"))
        ids = [paper_id for paper_id in candidate.ids if paper_id in works_of_id]
        matches += [(works_of_id[paper_id], f"the id {paper_id}") for paper_id in ids]
        matches += [
            (work, "title and first author") for work in _by_title(candidate, works_of_title[candidate.title_key])
        ]
        source, name = candidate.slot
        work = matches[0][0].root() if matches else Work()
        for match, cause in matches[1:]:
            if not _separated(work, match.root(), apart):
                work.absorb(match.root(), f"the record {name} of {source} names both by {cause}")
        work.fresh.append(candidate)
        works_of_id |= dict.fromkeys([i for i in candidate.ids if i not in works_of_id], work)
        works_of_title[candidate.title_key].append((candidate.author_key, work))

    for paper_id, work in works_of_id.items():
        work.root().ids.add(paper_id)
    everything = [*works_of_id.values(), *works_of_key.values()]
    return list({id(work.root()): work.root() for work in everything if work.root().fresh}.values())


def _separated(one: Work, other: Work, apart: dict[int, set[int]]) -> bool:
    """Whether a person said of two papers of these works that they are two."""
    return bool(apart) and any(other.keys & apart.get(key, set()) for key in one.keys)


def _by_title(candidate: Candidate, holders: list[tuple[str, Work]]) -> list[Work]:
    """The work that has a record of this title and first author; else the first that can, because one names none.

    One at most: two works that differ in their author stay two, even if a title alone would fit both.
    """
    authors: dict[Work, set[str]] = {}
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
