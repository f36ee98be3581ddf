"""Many records, one paper: which source is believed for which field. Pure: same records, same paper, in any order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import fields, replace
from datetime import date
from typing import TypeVar

from broadsheet.sources.ids import strength
from broadsheet.types import Json, Link, LinkKind, Paper, PaperId, Record, Version

TRUST = (
    "person",
    "arxiv",
    "openreview",
    "acl",
    "biorxiv",
    "medrxiv",
    "jsonl",
    "crossref",
    "openalex",
    "semanticscholar",
    "paperswithcode",
    "huggingface",
    "zotero",
    "oai",
    "ris",
    "bibtex",
    "html",
    "page",
    "sample",
    "pasted",
    "submission",
    "reader",
)
"""Sources from the most to the least believed; one that is not named stands before `page`, whose text is damaged."""

PUBLISHERS = ("person", "acl", "openreview", "crossref", "openalex")
"""Who is believed before the others about where a paper was published: those who published it, or register it."""

T = TypeVar("T")


def _trust(record: Record) -> int:
    return TRUST.index(record.source if record.source in TRUST else "page") * 2 - (record.source not in TRUST)


def _nearness_to_print(record: Record) -> int:
    return PUBLISHERS.index(record.source) if record.source in PUBLISHERS else len(PUBLISHERS)


def by_trust(records: Iterable[Record]) -> list[Record]:
    """The records from the most believed; of one source, the latest listing first, then the longest abstract."""

    def order(record: Record) -> tuple[int, int, int, str]:
        day = record.featured or record.announced or record.published or date.min
        return _trust(record), -day.toordinal(), -len(record.abstract), repr(record)

    several = list(records)
    return sorted(several, key=order) if len(several) > 1 else several


def overlay(old: Record, new: Record) -> Record:
    """What a source says now over what it said before: silence is not a deletion, and a first day stays the first.

    What it says of an earlier state of the paper does not stand over what it said of a later one, whichever comes
    last. Taken back is a paper until its source tells of a later version that is not.
    """
    if old.updated and new.updated and new.updated < old.updated:
        old, new = new, old
    said = {field.name: getattr(new, field.name) for field in fields(Record) if getattr(new, field.name)}
    said["extras"] = _extras([new, old])
    said["versions"] = _versions([new, old])
    said["withdrawn"] = new.withdrawn or (old.withdrawn and not (new.updated and new.updated != old.updated))
    for name in ("featured", "announced"):
        said[name] = min((day for day in (getattr(old, name), getattr(new, name)) if day), default=None)
    return replace(old, **said)


def merge(key: int, records: Sequence[Record], ids: Iterable[PaperId]) -> Paper:
    """The paper that these records make; `ids` are all that lead to it. Votes here are not in records, and are nought.

    Titles, texts, authors and dates come whole from the most believed record that has them, the venue from publishers
    first; links, categories and versions are gathered from all; days of a listing are the first that any record saw,
    and where no listing was seen, the day on which the source's calendar puts the paper.
    """
    ranked = by_trust(records)
    names = sorted(set(ids), key=strength)
    extras = _extras(ranked)
    published = _first(ranked, lambda record: record.published)
    return Paper(
        key=key,
        paper_id=names[0],
        aliases=tuple(sorted(names[1:])),
        title=_first(ranked, lambda record: record.title) or "",
        abstract=_first(ranked, lambda record: record.abstract) or "",
        note=_first(ranked, lambda record: record.note) or "",
        authors=_first(ranked, lambda record: record.authors) or (),
        published=published,
        updated=_first(ranked, lambda record: record.updated),
        announced=_earliest(record.announced for record in records)
        or _earliest(record.scheduled for record in records),
        featured=_earliest(record.featured for record in records),
        year=published.year if published else _first(ranked, lambda record: record.year),
        categories=tuple(dict.fromkeys(category for record in ranked for category in record.categories)),
        links=_links(ranked),
        versions=_versions(ranked),
        venue=_first(sorted(ranked, key=_nearness_to_print), lambda record: record.venue) or "",
        comment=_first(ranked, lambda record: record.comment) or "",
        withdrawn=any(record.withdrawn for record in records),
        extras=extras,
        upvotes=_upvotes(extras),
    )


def _first(ranked: Iterable[Record], field: Callable[[Record], T | None]) -> T | None:
    return next((value for record in ranked if (value := field(record))), None)


def _earliest(days: Iterable[date | None]) -> date | None:
    return min((day for day in days if day), default=None)


def _links(ranked: Iterable[Record]) -> tuple[Link, ...]:
    """Each address once, with the first kind that says more than `other`."""
    links: dict[str, LinkKind] = {}
    for record in ranked:
        for url, kind in record.links:
            if links.get(url, LinkKind.OTHER) is LinkKind.OTHER:
                links[url] = kind
    return tuple(Link(url, kind) for url, kind in links.items())


def _versions(ranked: Iterable[Record]) -> tuple[Version, ...]:
    versions: dict[int, date | None] = {}
    for record in ranked:
        for number, day in record.versions:
            versions[number] = versions.get(number) or day
    return tuple(Version(number, versions[number]) for number in sorted(versions))


def _extras(ranked: Iterable[Record]) -> dict[str, dict[str, Json]]:
    """What each source adds of its own, by the source's name; what comes first wins."""
    extras: dict[str, dict[str, Json]] = {}
    for record in ranked:
        for source, values in record.extras.items():
            mine = extras.setdefault(source, {})
            for name, value in values.items():
                mine.setdefault(name, value)
    return extras


def _upvotes(extras: dict[str, dict[str, Json]]) -> int | None:
    counts = [values["upvotes"] for values in extras.values() if isinstance(values.get("upvotes"), int)]
    return sum(counts) if counts else None
