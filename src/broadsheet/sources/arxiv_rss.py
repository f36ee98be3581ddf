"""arXiv's announcements of a day in a category, as its feed tells them: new, cross-listed and replaced papers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from lxml import etree

from broadsheet.errors import BadFileError, UnreadableError
from broadsheet.incoming import AnnounceKind
from broadsheet.sources import arxiv_records
from broadsheet.sources.building import Place, build
from broadsheet.sources.xml import parse_xml, text_of
from broadsheet.types import PaperId, Record, Version

URL = "https://rss.arxiv.org/rss"
PACE = 3.0

_ARXIV = "{http://arxiv.org/schemas/atom}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HEAD = re.compile(r"\s*arXiv:(\S+?)(?:v(\d+))?\s+Announce Type:\s*([\w-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE)
_GUID = re.compile(r"(?:oai:arXiv\.org:|https?://arxiv\.org/abs/)(\S+?)(?:v(\d+))?$", re.IGNORECASE)
_KINDS = {
    "new": AnnounceKind.NEW,
    "cross": AnnounceKind.CROSS,
    "replace": AnnounceKind.REPLACE,
    "replace-cross": AnnounceKind.REPLACE,
}


@dataclass(frozen=True, slots=True)
class Feed:
    """What the feed of a category says: the day it claims, its papers with their kinds, and their records."""

    day: date | None
    papers: tuple[tuple[PaperId, AnnounceKind], ...]
    records: tuple[Record, ...]
    unread: tuple[str, ...]


def parse(body: bytes, url: str) -> Feed:
    """The feed in RSS 2.0. An empty one, as on days without an announcement, has no papers.

    Records of new and cross-listed papers are announced on the day that their item claims; a replacement is not
    announced again, but updated on it.
    """
    root = parse_xml(body, url)
    channel = root.find("channel")
    if root.tag != "rss" or channel is None:
        raise UnreadableError(url, "the answer is not an RSS feed")
    papers: dict[PaperId, AnnounceKind] = {}
    records, unread = [], []
    for number, item in enumerate(channel.findall("item"), 1):
        try:
            record, kind = _record(item, Place(url, f"item {number}"))
        except BadFileError as error:
            unread.append(str(error))
            continue
        if record.ids[0] not in papers:
            papers[record.ids[0]] = kind
            records.append(record)
    claimed = arxiv_records.day(text_of(channel, "pubDate")) or arxiv_records.day(text_of(channel, "lastBuildDate"))
    days = [record.announced for record in records if record.announced]
    return Feed(max(days, default=claimed), tuple(papers.items()), tuple(records), tuple(unread))


def _record(item: etree._Element, place: Place) -> tuple[Record, AnnounceKind]:
    description = item.findtext("description") or ""
    head = _HEAD.match(description)
    match = _GUID.match(text_of(item, "guid")) or _GUID.match(text_of(item, "link"))
    if not head and not match:
        raise place.error("it names no paper of arXiv")
    name = head[1] if head else match[1] if match else ""
    number = int((head and head[2]) or (match and match[2]) or 1)
    told = text_of(item, f"{_ARXIV}announce_type") or (head[3] if head else "new")
    kind = _KINDS.get(told.lower(), AnnounceKind.NEW)
    day = arxiv_records.day(text_of(item, "pubDate"))
    replaced = kind is AnnounceKind.REPLACE
    ids = arxiv_records.ids(name, text_of(item, f"{_ARXIV}DOI"))
    if not ids:
        raise place.error(f"{name[:40]!r} is no id of arXiv")
    abstract = description[head.end() :] if head else description
    record = build(
        place,
        source=arxiv_records.SOURCE,
        title=text_of(item, "title"),
        abstract=abstract,
        authors=arxiv_records.authors_in_line(text_of(item, f"{_DC}creator") or text_of(item, "author")),
        ids=ids,
        announced=None if replaced else day,
        updated=day if replaced else None,
        categories=arxiv_records.categories(" ".join((each.text or "").split()) for each in item.findall("category")),
        versions=[Version(number)],
        venue=text_of(item, f"{_ARXIV}journal_reference"),
        withdrawn=arxiv_records.is_withdrawn(abstract, ""),
    )
    return record, kind
