"""A person's or a group's library at Zotero, read and never written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from broadsheet.errors import BadFileError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, link
from broadsheet.sources.http import Answer, Http
from broadsheet.sources.ids import id_at, parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.loose import mapping, mappings, text
from broadsheet.types import Json, Record

SOURCE = "zotero"
URL = "https://api.zotero.org"
PACE, PAGE = 1.0, 100
_PAPERS = frozenset(
    ("bookSection", "conferencePaper", "document", "journalArticle", "manuscript", "preprint", "report", "thesis")
)
_MARKUP = re.compile(r"</?(?:i|b|sub|sup|sc|span)(?:\s[^<>]{0,100})?>", re.IGNORECASE)
_LIBRARY = re.compile(r"(?:users|groups)/\d{1,12}(?:/collections/[A-Z0-9]{8})?")


def parse(answer: Answer) -> tuple[list[Record], list[str], int]:
    """Records of the items that are papers, what could not be read, and how many items the page had."""
    found = answer.json()
    if not isinstance(found, list):
        raise UnreadableError(answer.url, "the answer is not a list of items")
    records, unread = [], []
    for number, item in enumerate(found, 1):
        data = mapping(mapping(item).get("data"))
        if data.get("itemType") not in _PAPERS:
            continue
        try:
            records.append(_record(data, Place(answer.url, f"item {number}")))
        except BadFileError as error:
            unread.append(str(error))
    return records, unread, len(found)


def _record(data: dict[str, Json], place: Place) -> Record:
    said = {name: value for name, value in data.items() if isinstance(value, str)}
    venue = next(
        (said[name] for name in ("publicationTitle", "proceedingsTitle", "bookTitle", "repository") if said.get(name)),
        "",
    )
    creators = [one for one in mappings(data.get("creators")) if one.get("creatorType", "author") == "author"]
    address, told = said.get("url", ""), said.get("date", "")
    tags = [tag for one in mappings(data.get("tags")) if (tag := text(one.get("tag")))][:50]
    # `extra` also holds notes: only a line that is an id and nothing else is this paper's.
    named = [said.get("DOI", ""), said.get("archiveID", ""), *said.get("extra", "").splitlines()]
    return build(
        place,
        source=SOURCE,
        title=_MARKUP.sub("", said.get("title", "")),
        abstract=said.get("abstractNote", ""),
        authors=[
            " ".join(filter(None, (text(one.get("firstName")), text(one.get("lastName"))))) or text(one.get("name"))
            for one in creators
        ],
        ids=[*map(parse_paper_id, named), id_at(address)],
        published=building.day(told),
        year=building.year(told),
        links=() if id_at(address) else link(address),
        venue=venue,
        extras={SOURCE: {"tags": tags}} if tags else {},
    )


@dataclass(frozen=True, slots=True)
class ZoteroLibrary:
    """What stands in a library, or one of its collections, and what is added or changed later."""

    place: str
    key: str = ""
    url: str = URL

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG002
        """What changed since the checkpoint's version of the library.

        The next version to begin at is that of the first page: what changes while the pages are read has a later one
        and comes with the next fetch. Where fewer items are left than before, those that follow have moved up, and the
        pages go back as far.
        """
        since, start = int(checkpoint.get("since", 0)), int(checkpoint.get("start", 0))
        version, left = int(checkpoint.get("version", 0)), int(checkpoint.get("total", 0))
        before: list[Record] = []
        headers = {"Zotero-API-Version": "3"} | ({"Zotero-API-Key": self.key} if self.key else {})
        while True:
            wanted: dict[str, str | int] = {
                "format": "json", "limit": PAGE, "start": start, "since": since,
                "sort": "dateAdded", "direction": "asc",
            }  # fmt: skip
            answer = http.get(f"{self.url}/{self.place}/items/top", wanted, pace=PACE, headers=headers)
            records, unread, size = parse(answer)
            total = _number(answer.headers.get("total-results", ""))
            if start and total is not None and total < left:
                start, left, before = max(0, start - (left - total)), total, []
                continue
            if records and records == before:
                raise UnreadableError(answer.url, "it gives the same page twice")
            left, before = total or 0, records
            version = version or _number(answer.headers.get("last-modified-version", "")) or since
            start += size
            last = size < PAGE
            where = {"since": since, "start": start, "version": version} | ({"total": left} if left else {})
            yield Batch(
                checkpoint={"since": version} if last else where,
                records=tuple(records),
                unread=tuple(unread),
                total=total,
            )
            if last:
                return


def _number(told: str) -> int | None:
    """The number that a header tells."""
    return int(told) if told.isdecimal() else None


def make(options: Options) -> ZoteroLibrary:
    """The library that these options name; SourceError if they name none."""
    if len(options.words) != 1 or not _LIBRARY.fullmatch(options.words[0]):
        raise SourceError("Say which library: users/12345 or groups/12345, perhaps with /collections/ABCD2345.")
    return ZoteroLibrary(options.words[0], options.value("key"), options.value("url", URL).rstrip("/"))


KIND = Kind(
    name="zotero",
    about="A person's or a group's library at Zotero, or one collection of it; it is only read.",
    words="users/NUMBER or groups/NUMBER",
    values={"key": "an API key that may read it, unless it is public", "url": "another address of the API"},
    example="zotero groups/2524166",
    every=timedelta(hours=1),
    make=make,
)
