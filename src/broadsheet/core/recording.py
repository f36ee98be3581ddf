"""Records as the library keeps them: JSON without what they do not say."""

from __future__ import annotations

from datetime import date
from typing import Any

import orjson

from broadsheet.types import Link, LinkKind, Record, Version


def dump(record: Record) -> str:
    """A record as JSON, without what it does not say; `load` gives it back."""
    said: dict[str, Any] = {"source": record.source, "title": record.title}
    for name in ("abstract", "note", "authors", "ids", "published", "updated", "announced", "scheduled",
                 "featured", "year",
                 "categories", "venue", "comment", "withdrawn", "extras"):  # fmt: skip
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
    for name in ("published", "updated", "announced", "scheduled", "featured"):
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
