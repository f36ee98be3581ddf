"""BibTeX and BibLaTeX, read with bibtexparser; values are LaTeX and become readable text."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from datetime import date

from broadsheet.sources import building
from broadsheet.sources.building import Place, build, given_first
from broadsheet.sources.ids import paper_ids, parse_paper_id
from broadsheet.text import readable
from broadsheet.types import Link, PaperId, Record

SOURCE = "bibtex"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_UNTITLED = frozenset(("proceedings", "comment", "set", "xdata"))


def parse(text: str, *, file: str) -> Iterator[Record]:
    """A record for each entry, in order. An entry that cannot be parsed is an error with its line."""
    from bibtexparser.entrypoint import parse_string
    from bibtexparser.model import DuplicateBlockKeyBlock, DuplicateFieldKeyBlock, Entry, ParsingFailedBlock

    log = logging.getLogger("bibtexparser")
    if not log.handlers:
        log.addHandler(logging.NullHandler())
    try:
        library = parse_string(text)
    except RecursionError:
        raise Place(file).error("its braces are nested too deeply") from None
    number = 0
    for found in library.blocks:
        # A key that is used twice still names two papers.
        block = found
        if isinstance(found, DuplicateBlockKeyBlock | DuplicateFieldKeyBlock):
            block = found.ignore_error_block or found
        if isinstance(block, Entry | ParsingFailedBlock):
            number += 1
        place = Place(file, f"record {number} (line {(getattr(block, 'start_line', None) or 0) + 1})")
        if isinstance(block, ParsingFailedBlock):
            raise place.error(f"this entry cannot be parsed ({_why(block.error)})", "Mend its braces, quotes or commas")
        if isinstance(block, Entry):
            fields = {field.key.lower(): str(field.value) for field in reversed(block.fields)}
            if "title" in fields or block.entry_type.lower() not in _UNTITLED:
                yield _record(fields, place)


def _record(fields: dict[str, str], place: Place) -> Record:
    def first(*names: str) -> str:
        return next((text for name in names if (text := fields.get(name, "").strip())), "")

    title = _decoded(": ".join(filter(None, (first("title"), first("subtitle")))))
    if not title:
        raise place.error("it has no title", "Every paper needs a title")
    published = building.day(first("date")) or _dated(first("year"), first("month"), first("day"))
    urls = [url for name in ("url", "howpublished", "note") for url in [first(name)] if "http" in url]
    return build(
        place,
        source=SOURCE,
        title=title,
        abstract=_decoded(first("abstract")),
        authors=[_name(name) for name in _AND.split(first("author")) if name.lower().strip() not in ("others", "")],
        ids=_ids(first("eprint"), first("archiveprefix", "eprinttype"), first("doi"), urls, first("journal")),
        published=published,
        year=building.year(first("year")) or building.year(first("date")),
        links=_links(urls),
        venue=_decoded(first("booktitle", "journal", "journaltitle", "school", "publisher")),
        categories=first("primaryclass", "eprintclass").split(),
    )


def _decoded(value: str) -> str:
    """LaTeX as text; braces in BibTeX only ever protect what stands in them."""
    return readable(value).replace("{", "").replace("}", "")


def _name(name: str) -> str:
    """`{Open Group, Inc.}` stays whole, `Doe, Jane` becomes Jane Doe."""
    return _decoded(name if name.strip().startswith("{") else given_first(name))


def _ids(eprint: str, prefix: str, doi: str, urls: list[str], journal: str) -> list[PaperId | None]:
    if eprint and prefix.lower() in ("", "arxiv"):
        eprint = f"arXiv:{eprint.removeprefix('arXiv:')}"
    named = paper_ids(_decoded(journal)) if "arxiv" in journal.lower() else ()
    return [parse_paper_id(eprint), *named, parse_paper_id(_decoded(doi)), *(parse_paper_id(url) for url in urls)]


def _links(urls: list[str]) -> list[Link]:
    return [link for url in urls if not parse_paper_id(url) for link in building.link(url)]


def _dated(year: str, month: str, day: str) -> date | None:
    """The day, if the entry names all three; a month alone is not a day."""
    number = _MONTHS.index(month[:3].lower()) + 1 if month[:3].lower() in _MONTHS else month
    return building.day(f"{year}-{number}-{day}") if year and month and day else None


def _why(error: Exception) -> str:
    reason = " ".join(str(getattr(error, "abort_reason", error)).split())
    return reason[:200].rstrip(".") or type(error).__name__
