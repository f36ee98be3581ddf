"""The verb `gather`: many papers into a collection at once, from what a person pastes; what is not found is not lost.

The text is one paper a line, as id, address, DOI or title, or it is BibTeX, RIS or JSON as files have it.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

import orjson
from django.db import transaction

from broadsheet.community import Access, Actor, Role
from broadsheet.core import collecting, naming, shelving
from broadsheet.core.identity import TELLING_TITLE, ids_of, title_key_of
from broadsheet.core.store import store
from broadsheet.core.submitting import waits
from broadsheet.errors import BadFileError, FetchError, NotAllowedError
from broadsheet.library import papers, writing
from broadsheet.sources import catalogue, files
from broadsheet.sources.http import Http
from broadsheet.text import author_key, squash
from broadsheet.types import PaperId, Record

SOURCE = "pasted"
MOST = 5000
"""Papers that are gathered at once."""

AT_ONCE = 40
"""Ids that one place is asked for in one go."""

KEYS_AT_ONCE = 500
"""Papers that the library is asked for in one go."""

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gathered:
    """What became of a pasted text: papers that were `added`, that were `there` already, and what is `left` and why.

    `again` is the text to send once more for what is left: the lines that are left, or all of a bibliography, of which
    what was added is not added twice.
    """

    added: int = 0
    there: int = 0
    left: tuple[tuple[str, str], ...] = ()
    again: str = ""


@dataclass(slots=True, eq=False)
class _Wanted:
    """One paper that is meant: how it was written, what is known of it, and its key once it is found."""

    written: str
    ids: tuple[PaperId, ...] = ()
    title: str = ""
    record: Record | None = None
    note: str = ""
    key: int | None = None
    why: str = "no paper of this library has this title, and no id is given"
    can_be_made: bool = True


def gather(
    actor: Actor, key: int, text: str, *, nod: bool, http: Http, in_time: Callable[[], bool], now: datetime
) -> Gathered:
    """Put every paper that the text names into a collection, in its order; those that are not here are fetched by id.

    What nobody has is made a paper from its entry, if it has one and the house does not want an editor's nod first.
    Places are asked only while `in_time` says so. A bibliography that cannot be read is left whole, with the place.
    CollectionNotFoundError or NotAllowedError if the actor may not add to the collection.
    """
    access = collecting.collection(key, actor).access
    if access is None or access < Access.EDITS or not actor.may(Role.READER):
        raise NotAllowedError("You may read this collection, but not add to it.")
    bibliography = files.is_references(text)
    try:
        wanted = list(_entries(text, now) if bibliography else _lines(text))
    except BadFileError as error:
        return Gathered(
            left=((f"{error.file}, {error.place}" if error.place else error.file, error.reason),), again=text
        )
    for one in wanted[MOST:]:
        one.why = f"at most {MOST:,} papers are added at once"
    several = wanted[:MOST]
    _find(several)
    _fetch(several, http, in_time, now)
    if not waits(actor, nod=nod):
        _make(several, now)
    added, there = _put(actor, key, several, now)
    left = tuple((one.written, one.why) for one in wanted if one.key is None)
    lines = "\n".join(written for written, _ in left)
    return Gathered(added=added, there=there, left=left, again=text if bibliography and left else lines)


def _lines(text: str) -> Iterator[_Wanted]:
    """One for each id that a line names, or one for the title that it is."""
    for line in filter(None, map(str.strip, text.splitlines())):
        parts, _ = naming.named(line)
        for part in parts:
            yield _Wanted(line if len(parts) == 1 else part.value, ids=(part.value,))
        if not parts:
            yield _Wanted(line, title=line)


def _entries(text: str, now: datetime) -> Iterator[_Wanted]:
    """One for each entry of a bibliography, with the notes that an exported collection has."""
    records = list(files.read("the pasted text", io.BytesIO(text.encode()), today=now.date()))
    notes = _notes(text, len(records))
    for record, note in zip(records, notes, strict=True):
        first = f"{record.ids[0]}  " if record.ids else ""
        yield _Wanted(f"{first}{record.title}", ids=record.ids, title=record.title, record=record, note=note)


def _notes(text: str, number: int) -> list[str]:
    """The note of each paper of an exported collection; none of other bibliographies."""
    try:
        found = orjson.loads(text)
    except ValueError:
        found = None
    several = found.get("papers") if isinstance(found, dict) else None
    if not isinstance(several, list) or len(several) != number:
        return [""] * number
    kept = (one.get("kept") if isinstance(one, dict) else None for one in several)
    notes = (one.get("note") if isinstance(one, dict) else "" for one in kept)
    return [note if isinstance(note, str) else "" for note in notes]


def _find(wanted: Sequence[_Wanted]) -> None:
    """Note the keys of those that are in the library, by any id, or by a title that means one paper."""
    _find_ids(wanted)
    open_ones = [one for one in wanted if one.key is None and one.title]
    for several in _batches(open_ones, KEYS_AT_ONCE):
        keys = {id(one): title_key_of(squash(one.title)) for one in several}
        holders = writing.find_titles(set(keys.values()))
        for one in several:
            fitting = {paper for paper, author in holders.get(keys[id(one)], []) if _fits(one, author)}
            if len(fitting) == 1:
                one.key = fitting.pop()
            elif fitting:
                one.why, one.can_be_made = "several papers have this title; give an id", False


def _find_ids(wanted: Sequence[_Wanted]) -> None:
    open_ones = [one for one in wanted if one.key is None and one.ids]
    for several in _batches(open_ones, KEYS_AT_ONCE):
        known = writing.find_aliases({paper_id for one in several for paper_id in one.ids})
        for one in several:
            one.key = next((known[paper_id] for paper_id in one.ids if paper_id in known), None)


def _fits(one: _Wanted, author: str) -> bool:
    """Whether a record of the same title may be of the same paper: by its first author, or by a title that tells."""
    first = author_key(one.record.authors[0])[:128] if one.record and one.record.authors else ""
    return first == author if first and author else one.record is None or len(squash(one.title)) >= TELLING_TITLE


def _fetch(wanted: Sequence[_Wanted], http: Http, in_time: Callable[[], bool], now: datetime) -> None:
    """Ask for those that are not here by their strongest id, many at once, place after place, while there is time."""
    by_scheme: dict[str, list[_Wanted]] = {}
    for one in wanted:
        if one.key is None and one.ids:
            by_scheme.setdefault(one.ids[0].partition(":")[0], []).append(one)
    for several in by_scheme.values():
        for one in several:
            one.why = f"nobody who was asked has {one.ids[0]}"
        for looker in catalogue.lookups(several[0].ids[0]):
            for batch in _batches([one for one in several if one.key is None], AT_ONCE):
                if not in_time():
                    _tell(batch, "there was no time left to ask for it; send it once more")
                    continue
                try:
                    for answer in looker.look_up(http, [one.ids[0] for one in batch]):
                        store(answer.records, now=now)
                except FetchError as error:
                    _tell(batch, f"it could not be fetched now: {error.reason}")
                _find_ids(batch)


def _tell(wanted: Iterable[_Wanted], why: str) -> None:
    """Note why these are not there, unless it was said before; whether anybody has them is not known."""
    for one in wanted:
        if one.can_be_made:
            one.why, one.can_be_made = why, False


def _make(wanted: Sequence[_Wanted], now: datetime) -> None:
    """Make papers from the entries of those that nobody has."""
    left = [one for one in wanted if one.key is None and one.record and one.can_be_made]
    records = [
        replace(one.record, source=SOURCE, announced=None, featured=None, withdrawn=False, extras={}, note="")
        for one in left
        if one.record
    ]
    store(records, now=now)
    for one, record in zip(left, records, strict=True):
        one.ids = ids_of(record)
    _find_ids(left)


def _put(actor: Actor, key: int, wanted: Sequence[_Wanted], now: datetime) -> tuple[int, int]:
    """Put those that were found into the collection, in their order, with their notes; how many were new, and not."""
    keys = list(dict.fromkeys(one.key for one in wanted if one.key is not None))
    found = {one: paper for several in _batches(keys, KEYS_AT_ONCE) for one, paper in papers.by_keys(several).items()}
    order = [found[one] for one in keys if one in found]
    with transaction.atomic():
        before = shelving.among(key, order)
        added = shelving.add(actor, key, order, now=now)
        for one in wanted:
            if one.note and one.key in found and one.key not in before:
                shelving.note(actor, key, found[one.key], one.note, now=now)
    return added, len(before)


def _batches(things: Sequence[_T], size: int) -> Iterable[Sequence[_T]]:
    return (things[start : start + size] for start in range(0, len(things), size))
