"""Any RSS or Atom feed whose entries point at papers: journals, other bots, a colleague's reading list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit
from xml.sax import SAXException

from lxml import html as lxml_html
from lxml.etree import ParserError

from broadsheet.errors import BadFileError, FetchError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources.addresses import check_form
from broadsheet.sources.building import Place, build, given_first, link
from broadsheet.sources.http import Answer, Http, Validators
from broadsheet.sources.ids import id_at, paper_ids, parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.xml import all_text
from broadsheet.types import PaperId, Record

PACE, LARGEST, AT_ONCE = 1.0, 16 << 20, 1000
_ADDRESS = re.compile(r"https?://[^\s\"'<>]+", re.IGNORECASE)
_BLOCK = re.compile(r"</?(?:p|br|div|li|ul|ol|h[1-6]|tr|td|section)\b", re.IGNORECASE)
_ANNOUNCEMENT = re.compile(r"arXiv:\S+ Announce Type: \S+ Abstract: ")


def parse(answer: Answer, *, all_entries: bool = False) -> tuple[list[Record], list[str], int]:
    """Records of the entries that name a paper, what could not be read, and how many entries name none.

    With `all_entries` those that name none become records too, known by their titles. The source of a record is the
    feed's host. UnreadableError if this is no feed.
    """
    import feedparser

    # Never the bytes themselves: feedparser takes them for the name of a file first, and reads that.
    stream, headers = BytesIO(answer.body), {"content-type": answer.headers.get("content-type", "")}
    found = feedparser.parse(stream, response_headers=headers)
    if not found.version and not found.entries:
        raise UnreadableError(answer.url, "the answer is not a feed")
    host = (urlsplit(answer.url).hostname or "feed").removeprefix("www.")[:64]
    venue = _plain(found.feed.get("title", ""))
    records, unread, nameless = [], [], 0
    if isinstance(found.get("bozo_exception"), SAXException):
        unread.append(f"{answer.url}: the feed is not whole XML; what could be read of it is kept")
    for number, entry in enumerate(found.entries, 1):
        ids = _ids(entry)
        if not ids and not all_entries:
            nameless += 1
            continue
        try:
            records.append(_record(entry, ids, host, venue, Place(answer.url, f"entry {number}"), found.version))
        except BadFileError as error:
            unread.append(str(error))
    return records, unread, nameless


def _record(entry: Any, ids: list[PaperId], host: str, venue: str, place: Place, version: str) -> Record:
    texts = [each.get("value", "") for each in entry.get("content", [])] + [entry.get("summary", "")]
    published = _day(entry.get("published_parsed"))
    updated = _day(entry["updated_parsed"]) if "updated_parsed" in entry else None
    if version.startswith("rss"):  # which has no day of change: this is Dublin Core's, of a feed without any other
        published, updated = published or updated, None
    journal = entry.get("prism_publicationname") or (venue if any(one.startswith("doi:") for one in ids) else "")
    return build(
        place,
        source=host,
        title=_plain(entry.get("title", "")),
        abstract=_ANNOUNCEMENT.sub("", max(map(_plain, texts), key=len, default=""), count=1),
        authors=_authors(entry),
        ids=ids,
        published=published,
        updated=updated if updated != published else None,
        links=() if _id_at(entry.get("link", "")) else link(entry.get("link", "")),
        venue=journal,
    )


def _authors(entry: Any) -> list[str]:
    """The names, given names first, whether each has an element or all share one."""
    named = [_plain(each.get("name", "")) for each in entry.get("authors", [])] or [_plain(entry.get("author", ""))]
    if len(named) == 1:
        several = [part.strip() for part in re.split(r",(?: and )?| and ", named[0])]
        # One comma after a single word parts family and given name, as in `Doe, Jane`; others part names.
        named = named[0].split(";") if ";" in named[0] or (len(several) == 2 and " " not in several[0]) else several
    return [given_first(name) for name in named]


def _ids(entry: Any) -> list[PaperId]:
    """The paper that the entry's own address or id names; else the only one that its text names."""
    named = [
        entry.get(name, "") for name in ("prism_doi", "dc_identifier", "link", "id") if isinstance(entry.get(name), str)
    ]
    spelt = [_id_at(name) if _ADDRESS.match(name) else parse_paper_id(name) for name in named]
    if found := list(dict.fromkeys(filter(None, spelt))):
        return found
    words = unescape(" ".join([*named, entry.get("title", ""), entry.get("summary", "")])[:20_000])
    mentioned = {*map(_id_at, _ADDRESS.findall(words)), *paper_ids(_ADDRESS.sub(" ", words))} - {None}
    return [one for one in mentioned if one] if len(mentioned) == 1 else []


def _id_at(address: str) -> PaperId | None:
    """The paper id that the address of a paper's page spells, at the old address of DOIs too."""
    return id_at(address.replace("//dx.doi.org/", "//doi.org/"))


def _plain(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    try:
        return all_text(lxml_html.fromstring(f"<div>{_BLOCK.sub(_apart, markup[:200_000])}</div>"))
    except (ParserError, ValueError):
        return " ".join(markup.split())


def _apart(tag: re.Match[str]) -> str:
    """A tag that begins a line of its own, so that the words around it stay apart."""
    return f" {tag[0]}"


def _day(moment: Any) -> date | None:
    """The UTC day of a moment as feedparser gives it."""
    try:
        return date(*moment[:3]) if moment else None
    except (TypeError, ValueError):
        return None


@dataclass(frozen=True, slots=True)
class Feeds:
    """These feeds, each read again when it has changed."""

    urls: tuple[str, ...]
    all_entries: bool = False

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG002
        """The entries of each feed that has changed since it was read; a feed that fails is told after the others."""
        known: dict[str, list[str]] = dict(checkpoint.get("feeds", {}))
        failed: FetchError | None = None
        for url in self.urls:
            try:
                answer = http.get(url, pace=PACE, unless=Validators(*known.get(url, ("", ""))), most=LARGEST)
                if answer.unchanged:
                    continue
                records, unread, nameless = parse(answer, all_entries=self.all_entries)
            except FetchError as error:
                failed = failed or error
                continue
            if nameless:
                unread.append(f"{answer.url}: {nameless} entries name no paper; the option all=yes takes them in too")
            while len(records) > AT_ONCE:
                yield Batch(checkpoint={"feeds": dict(known)}, records=tuple(records[:AT_ONCE]))
                del records[:AT_ONCE]
            known[url] = list(answer.validators)
            yield Batch(checkpoint={"feeds": dict(known)}, records=tuple(records), unread=tuple(unread))
        if failed:
            raise failed


def make(options: Options) -> Feeds:
    """The feeds at these addresses; SourceError if there are none."""
    if not options.words:
        raise SourceError("Say which feeds, by their addresses.")
    for word in options.words:
        check_form(word)
    return Feeds(options.words, options.value("all", "no").lower() in {"yes", "true", "1"})


KIND = Kind(
    name="feed",
    about="Any RSS or Atom feed whose entries point at papers.",
    words="addresses",
    values={"all": "yes: take in entries too that name no paper, by their titles"},
    example="feed https://export.arxiv.org/rss/quant-ph",
    every=timedelta(hours=3),
    make=make,
)
