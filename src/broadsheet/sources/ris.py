"""RIS, as reference managers export it, read record by record with rispy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from broadsheet.sources import building
from broadsheet.sources.building import Place, build, given_first
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Link, Record

SOURCE = "ris"
_STARTS = re.compile(r"^TY {1,2}-", re.MULTILINE)
_LOOSE = re.compile(r"^([A-Z][A-Z0-9]) ?- ? ?", re.MULTILINE)
_ENDS = re.compile(r"^ER {1,2}-", re.MULTILINE)


def parse(text: str, *, file: str) -> Iterator[Record]:
    """A record for each `TY … ER`; what stands between them is ignored. One that never ends is an error."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    starts = [match.start() for match in _STARTS.finditer(text)]
    line, seen = 1, 0
    for number, (start, end) in enumerate(zip(starts, [*starts[1:], len(text)], strict=True), 1):
        line, seen = line + text.count("\n", seen, start), start
        place = Place(file, f"record {number} (line {line})")
        chunk = text[start:end]
        if not _ENDS.search(chunk):
            raise place.error("the record has no end (`ER  -`)", "Export it again, it seems cut off")
        yield _record(_fields(chunk), place)


def _fields(chunk: str) -> dict[str, Any]:
    """rispy's fields of one record; tags with too few spaces, as some exports have, are mended first."""
    import rispy

    lines = _LOOSE.sub(r"\1  - ", chunk).split("\n")
    end = next(number for number, line in enumerate(lines) if line.startswith("ER  -"))
    found = rispy.RisParser().parse_lines(iter(lines[: end + 1]))
    return dict(found[0]) if found else {}


def _record(fields: dict[str, Any], place: Place) -> Record:
    def first(*names: str) -> str:
        for name in names:
            value = fields.get(name)
            if text := " ".join(value) if isinstance(value, list) else value:
                return str(text)
        return ""

    title = first("title", "primary_title", "translated_title", "short_title")
    if not title:
        raise place.error("it has no title (`TI` or `T1`)", "Every paper needs a title")
    dates = [first(name) for name in ("date", "publication_year", "year")]
    doi, urls = first("doi"), fields.get("urls") or []
    return build(
        place,
        source=SOURCE,
        title=title,
        abstract=first("abstract", "notes_abstract"),
        authors=map(given_first, fields.get("authors") or fields.get("first_authors") or []),
        ids=(parse_paper_id(doi), *map(parse_paper_id, urls)),
        published=next(filter(None, map(building.day, dates)), None),
        year=next(filter(None, map(building.year, dates)), None),
        links=_links(urls),
        venue=first("journal_name", "secondary_title", "alternate_title3", "alternate_title2", "tertiary_title"),
    )


def _links(urls: list[str]) -> list[Link]:
    """The addresses that say more than an id of the paper does."""
    return [link for url in urls if not parse_paper_id(url) for link in building.link(url)]
