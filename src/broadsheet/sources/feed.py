"""Any RSS or Atom feed whose entries point at papers: journals, other bots, a colleague's reading list."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from lxml import html as lxml_html
from lxml.etree import ParserError

from broadsheet.errors import BadFileError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources.addresses import check_form
from broadsheet.sources.building import Place, build, link
from broadsheet.sources.http import Answer, Http, Validators
from broadsheet.sources.ids import paper_ids, parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.xml import all_text
from broadsheet.types import PaperId, Record

PACE, LARGEST = 1.0, 16 << 20


def parse(answer: Answer, *, all_entries: bool = False) -> tuple[list[Record], list[str], int]:
    """Records of the entries that name a paper, what could not be read, and how many entries name none.

    With `all_entries` those that name none become records too, known by their titles. The source of a record is the
    feed's host. UnreadableError if this is no feed.
    """
    import feedparser

    found = feedparser.parse(answer.body, response_headers={"content-type": answer.headers.get("content-type", "")})
    if not found.version and not found.entries:
        raise UnreadableError(answer.url, "the answer is not a feed")
    host = (urlsplit(answer.url).hostname or "feed").removeprefix("www.")[:64]
    venue = _plain(found.feed.get("title", ""))
    records, unread, nameless = [], [], 0
    for number, entry in enumerate(found.entries, 1):
        ids = _ids(entry)
        if not ids and not all_entries:
            nameless += 1
            continue
        try:
            records.append(_record(entry, ids, host, venue, Place(answer.url, f"entry {number}")))
        except BadFileError as error:
            unread.append(str(error))
    return records, unread, nameless


def _record(entry: Any, ids: list[PaperId], host: str, venue: str, place: Place) -> Record:
    texts = [each.get("value", "") for each in entry.get("content", [])] + [entry.get("summary", "")]
    authors = [each.get("name", "") for each in entry.get("authors", [])] or [entry.get("author", "")]
    published = _day(entry.get("published_parsed"))
    updated = _day(entry["updated_parsed"]) if "updated_parsed" in entry else None
    journal = entry.get("prism_publicationname") or (venue if any(one.startswith("doi:") for one in ids) else "")
    return build(
        place,
        source=host,
        title=_plain(entry.get("title", "")),
        abstract=max(map(_plain, texts), key=len, default=""),
        authors=[name.strip() for author in authors for name in _plain(author).split(",")],
        ids=ids,
        published=published,
        updated=updated if updated != published else None,
        links=link(entry.get("link", "")),
        venue=journal,
    )


def _ids(entry: Any) -> list[PaperId]:
    """The paper that the entry's own address or id names; else the only one that its text names."""
    named = [
        entry.get(name, "") for name in ("prism_doi", "dc_identifier", "link", "id") if isinstance(entry.get(name), str)
    ]
    if found := list(dict.fromkeys(filter(None, map(parse_paper_id, named)))):
        return found
    mentioned = paper_ids(" ".join([*named, entry.get("title", ""), entry.get("summary", "")])[:20_000])
    return list(mentioned) if len(mentioned) == 1 else []


def _plain(markup: str) -> str:
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    try:
        return all_text(lxml_html.fromstring(f"<div>{markup[:200_000]}</div>"))
    except (ParserError, ValueError):
        return " ".join(markup.split())


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
        """The entries of each feed that has changed since it was read."""
        known: dict[str, list[str]] = dict(checkpoint.get("feeds", {}))
        for url in self.urls:
            answer = http.get(url, pace=PACE, unless=Validators(*known.get(url, ("", ""))), most=LARGEST)
            if answer.unchanged:
                continue
            records, unread, nameless = parse(answer, all_entries=self.all_entries)
            if nameless:
                unread.append(f"{answer.url}: {nameless} entries name no paper; the option all=yes takes them in too")
            known[url] = list(answer.validators)
            yield Batch(checkpoint={"feeds": dict(known)}, records=tuple(records), unread=tuple(unread))


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
