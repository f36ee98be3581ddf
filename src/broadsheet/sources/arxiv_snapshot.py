"""arXiv's public metadata snapshot: one JSON object a line, with every version of every paper."""

from __future__ import annotations

from broadsheet.sources import arxiv_records
from broadsheet.sources.building import Place, build
from broadsheet.sources.loose import mappings, text
from broadsheet.types import Json, Record, Version


def recognises(found: Json) -> bool:
    """Whether this is a paper as the snapshot has it."""
    return isinstance(found, dict) and {"id", "authors_parsed", "versions", "update_date"} <= found.keys()


def record(found: Json, place: Place) -> Record:
    """The record of one line. BadFileError if it has no title."""
    if not isinstance(found, dict):
        raise place.error("here stands no paper")
    told = mappings(found.get("versions"))
    versions = [
        Version(int(name[1:]), arxiv_records.day(text(one.get("created"))))
        for one in told
        if (name := text(one.get("version")))[1:].isdecimal()
    ]
    abstract, comment = text(found.get("abstract")).strip(), text(found.get("comments"))
    parsed = found.get("authors_parsed")
    return build(
        place,
        source=arxiv_records.SOURCE,
        title=text(found.get("title")),
        abstract=abstract,
        authors=[
            " ".join(filter(None, (name[1], name[0], *name[2:3]))) if len(name) > 1 else name[0]
            for name in (parsed if isinstance(parsed, list) else [])
            if isinstance(name, list) and name and all(isinstance(part, str) for part in name)
        ],
        ids=arxiv_records.ids(text(found.get("id")), text(found.get("doi"))),
        published=versions[0].deposited if versions else None,
        scheduled=arxiv_records.scheduled(text(told[0].get("created"))) if versions else None,
        updated=versions[-1].deposited if len(versions) > 1 else None,
        categories=arxiv_records.categories(text(found.get("categories")).split()),
        versions=versions,
        venue=text(found.get("journal-ref")),
        comment=comment,
        withdrawn=arxiv_records.is_withdrawn(abstract, comment),
    )
