"""What every parser builds records with: clean bounded text, days from their many spellings, errors with a place."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from operator import attrgetter, gt
from typing import NamedTuple, TypeVar

from broadsheet.errors import BadFileError
from broadsheet.text import find_links, link_kind
from broadsheet.types import Json, Link, LinkKind, PaperId, Record, Version

Thing = TypeVar("Thing")
TITLE, ABSTRACT, NAME = 2_000, 100_000, 1_000
_MOST = {
    "title": TITLE, "abstract": ABSTRACT, "note": ABSTRACT, "venue": 4_000, "comment": 4_000, "source": 64,
    "authors": 10_000, "ids": 1_000, "links": 1_000, "categories": 1_000, "versions": 1_000,
}  # fmt: skip
"""The most characters of a text, and the most things of a list, that one paper may have."""

_bounded = attrgetter(*_MOST)
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]")
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:$|[T /])")
_ORCID = re.compile(r"\b(?:\d{4}-){3}\d{3}[\dX]\b")
_YEAR = re.compile(r"(?<!\d)(1[5-9]\d\d|20\d\d|2100)(?!\d)")


class Place(NamedTuple):
    """Where in which file: `Place("refs.bib", "record 3 (line 40)")`."""

    file: str
    where: str = ""

    def error(self, reason: str, remedy: str = "") -> BadFileError:
        """The error that names this place."""
        return BadFileError(self.file, reason, place=self.where, remedy=remedy)


def read_each(
    things: Iterable[Thing], record: Callable[[Thing, Place], Record], file: str, called: str
) -> tuple[list[Record], list[str]]:
    """The records of these things of a file, and in words which ones could not be read; they are numbered from 1."""
    records, unread = [], []
    for number, thing in enumerate(things, 1):
        try:
            records.append(record(thing, Place(file, f"{called} {number}")))
        except BadFileError as error:
            unread.append(str(error))
    return records, unread


def clean(text: str) -> str:
    """The text on one line, without control characters and halves of characters."""
    if not text or (text.isprintable() and "  " not in text and text[:1] != " " and text[-1:] != " "):
        return text
    return " ".join(_UNPRINTABLE.sub("", text).split())


def build(
    place: Place,
    *,
    source: str,
    title: str,
    abstract: str = "",
    note: str = "",
    authors: Iterable[str] = (),
    ids: Sequence[PaperId | None] = (),
    published: date | None = None,
    updated: date | None = None,
    announced: date | None = None,
    scheduled: date | None = None,
    featured: date | None = None,
    year: int | None = None,
    categories: Iterable[str] = (),
    links: Iterable[Link] = (),
    versions: Iterable[Version] = (),
    venue: str = "",
    comment: str = "",
    withdrawn: bool = False,
    extras: Mapping[str, Json] | None = None,
) -> Record:
    """A record with clean text, each id and link once, and the links that its abstract and comment name.

    Raises BadFileError where there is no title or a field is larger than any paper's.
    """
    title, abstract, comment = clean(title), clean(abstract), clean(comment)
    if not title:
        raise place.error("the title is empty", "Every paper needs a title")
    kinds: dict[str, LinkKind] = {}
    for url, kind in (*links, *find_links(abstract), *find_links(comment)):
        kinds.setdefault(url, kind)
    record = Record(
        source=clean(source),
        title=title,
        abstract=abstract,
        note=clean(note),
        authors=tuple(filter(None, map(clean, authors))),
        ids=tuple(dict.fromkeys(filter(None, ids))),
        published=published,
        updated=updated,
        announced=announced,
        scheduled=scheduled,
        featured=featured,
        year=published.year if published else year,
        categories=tuple(dict.fromkeys(filter(None, map(clean, categories)))),
        links=tuple(Link(url, kind) for url, kind in kinds.items()) if kinds else (),
        versions=tuple(versions),
        venue=clean(venue),
        comment=comment,
        withdrawn=withdrawn,
        extras=_plain(extras, place) if extras else {},
    )
    _bound(record, place)
    return record


def _plain(value: Json, place: Place, depth: int = 8) -> Json:
    """The value with clean strings: a database may refuse a NUL even inside JSON."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, Mapping | list) and not depth:
        raise place.error('"extras" is nested more than eight deep')
    if isinstance(value, Mapping):
        return {clean(str(key)): _plain(one, place, depth - 1) for key, one in value.items()}
    return [_plain(one, place, depth - 1) for one in value] if isinstance(value, list) else value


def given_first(name: str) -> str:
    """`Doe, Jane` as Jane Doe, `Doe, Jr., Jane` as Jane Doe Jr.; a name without a comma stays."""
    family, *rest = (part.strip() for part in name.split(",", 2))
    return " ".join(part for part in (*rest[-1:], family, *rest[:-1]) if part)


def _bound(record: Record, place: Place) -> None:
    """Raise for a field that is larger than any paper's."""
    if any(map(gt, map(len, _bounded(record)), _MOST.values())):
        name = next(name for name, most in _MOST.items() if len(getattr(record, name)) > most)
        size, unit = len(getattr(record, name)), " characters" if isinstance(getattr(record, name), str) else ""
        raise place.error(f'"{name}" has {size:,}{unit}, more than the {_MOST[name]:,} that a paper may have')
    if max(map(len, record.authors + record.categories), default=0) > NAME:
        raise place.error(f"the name of an author or a category is longer than {NAME:,} characters")


def link(url: object, kind: LinkKind | None = None) -> tuple[Link, ...]:
    """The one clean link that a field holds; none if it holds no web address. Unless told, the host says the kind."""
    found = find_links(url.strip()) if isinstance(url, str) else ()
    return tuple(Link(one.url, kind or link_kind(one.url)) for one in found[:1])


def day(text: str) -> date | None:
    """The day that `2024-05-27`, `2024/5/27` or a moment of that day spells; None for anything less."""
    if match := _DAY.match(text.strip()):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
    return None


def orcids(named: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The ORCID iDs of authors by their names, out of pairs of a name and an iD or its address; whoever has one."""
    found = ((name, _ORCID.search(said)) for name, said in named if name)
    return {name: match[0] for name, match in found if match}


def year(text: str) -> int | None:
    """The first year that the text names."""
    match = _YEAR.search(text)
    return int(match[1]) if match else None
