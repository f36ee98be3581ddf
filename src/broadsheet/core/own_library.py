"""The verb `bring`: a reader's own library, from a file of their reference manager, to be learned from."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.db import transaction

from broadsheet.community import Actor, Role
from broadsheet.core import collecting, roles
from broadsheet.core.identity import candidate_of, ids_of
from broadsheet.core.store import store
from broadsheet.errors import BadFileError
from broadsheet.library import collection_lists, collection_papers, writing
from broadsheet.sources import files
from broadsheet.sources.ids import strength
from broadsheet.types import Record

SOURCE = "reader"
ORIGIN = "zotero"
TITLE = "My reference manager"
LARGEST = 10 << 20
"""Bytes of a file."""

MOST = 5000
"""Papers of a file."""


class Brought(NamedTuple):
    """How many papers a file had, and how many of them were not in the library before."""

    read: int
    new: int


def bring(actor: Actor, name: str, content: bytes, *, now: datetime) -> Brought:
    """Put the papers of a BibTeX or RIS file into the reader's private collection, over those of an earlier file.

    A paper that is here is only looked up: what a reader's file says changes no paper, and joins no two. One that is
    not here is made of title, authors, abstract, year, venue and one id; it has no day, and stands on no front page.
    BadFileError, with everything as it was, if the file cannot be read; NotAllowedError if the account is banned;
    CollectionError if it has as many collections as it may have.
    """
    roles.require(actor, Role.READER, "bring a library")
    records = [_plain(record) for record in _read(name, content, now)]
    keys = _keys(records)
    missing = [record for record, key in zip(records, keys, strict=True) if key is None]
    store(missing, now=now)
    found = [key for key in (_keys(records) if missing else keys) if key is not None]
    with transaction.atomic():
        shelf = collection_lists.of_origin(actor.key, ORIGIN) or collecting.make(actor, TITLE, now=now).key
        collection_lists.lock(shelf)
        collection_papers.arrange(shelf, list(dict.fromkeys(found)), actor.key, now)
        collection_lists.change(shelf, origin=ORIGIN, changed_at=now)
    return Brought(len(records), len(missing))


def _read(name: str, content: bytes, now: datetime) -> list[Record]:
    if len(content) > LARGEST:
        raise BadFileError(name, f"it is larger than {LARGEST >> 20} MB", remedy="Export a part of your library")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadFileError(name, "this is not text in UTF-8", remedy="Export BibTeX or RIS, in UTF-8") from None
    start = text.lstrip()[:1]
    if start in {"{", "[", "<"}:
        raise BadFileError(name, "this is neither BibTeX nor RIS", remedy="Export your library as one of them")
    records = list(islice(files.read(name, io.BytesIO(text.encode()), today=now.date()), MOST + 1))
    if len(records) > MOST:
        raise BadFileError(name, f"it has more than {MOST:,} papers", remedy="Export a part of your library")
    return records


def _plain(record: Record) -> Record:
    """What of a record is taken from a reader: no day, no link, no category, and one id, so that it joins nothing."""
    year = record.year or (record.published.year if record.published else None)
    return Record(
        source=SOURCE, title=record.title, abstract=record.abstract, authors=record.authors,
        ids=tuple(sorted(record.ids, key=strength)[:1]), year=year, venue=record.venue,
    )  # fmt: skip


def _keys(records: Sequence[Record]) -> list[int | None]:
    """The paper of the library that each record is, by its id, or by its title and first author."""
    by_id = writing.find_aliases({one for record in records for one in ids_of(record)})
    several = [candidate_of(replace(record, ids=())) for record in records]
    by_title = writing.find_titles({each.title_key for each in several})
    keys: list[int | None] = []
    for record, each in zip(records, several, strict=True):
        leads = [by_id[one] for one in ids_of(record) if one in by_id]
        same = [key for key, author in by_title.get(each.title_key, []) if author == each.author_key and author]
        keys.append(next(iter([*leads, *same]), None))
    return keys
