"""Feeds of collections, of listings and of digests: Atom (RFC 4287) and JSON Feed 1.1."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, time
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.utils.crypto import salted_hmac
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, linebreaks
from django.utils.xmlutils import SimplerXMLGenerator

from broadsheet.community import Collection, Kept
from broadsheet.deliver import present, shelves
from broadsheet.deliver.editions import Shown
from broadsheet.text import plain
from broadsheet.types import Paper

_SITE = "\x00"
"""Stands in an entry's HTML for the address of the site; no escaped text has it."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Place(NamedTuple):
    """Where a feed is: the site's address, the feed's own, and the name of the house."""

    site: str
    feed: str
    house: str


class Entry(NamedTuple):
    """One entry: its id for ever, what it is called, the site path it leads to, and its text as HTML."""

    urn: str
    title: str
    path: str
    html: str
    at: datetime
    changed_at: datetime
    authors: Sequence[str] = ()
    tags: Sequence[str] = ()


class Feed(NamedTuple):
    """A feed of whatever has entries: its id for ever, and the site path of the page that shows the same."""

    urn: str
    title: str
    path: str
    entries: Sequence[Entry]
    changed_at: datetime
    about: str = ""
    by: str = ""


def of_collection(of: Collection, newest: Sequence[Kept]) -> Feed:
    """A collection, the papers added last first."""
    entries = [
        _entry(
            each.paper,
            _urn("kept", each.number),
            each.at,
            each.changed_at,
            linebreaks(plain(each.note), autoescape=True),
        )
        for each in newest
    ]
    path = shelves.collection_path(of.key, of.title)
    return Feed(_urn("collection", of.key), of.title, path, entries, of.changed_at, of.about, of.by)


def of_papers(title: str, path: str, several: Iterable[tuple[Paper, str]], *, name: str = "") -> Feed:
    """A listing in its order: papers, each with the reason that it stands there, if there is one.

    `name` names it for ever, where its path does not.
    """
    entries = [
        _entry(paper, _urn("paper", paper.key), _day_of(paper), _day_of(paper), f"<p>{escape(why)}</p>" if why else "")
        for paper, why in several
    ]
    return Feed(_urn("listing", name or path), title, path, entries, _latest(entries))


def of_digests(title: str, path: str, several: Iterable[Shown]) -> Feed:
    """The digests of a subscriber, newest first, whole; `path` is that of the archive."""
    entries = [
        Entry(
            urn=_urn("edition", each["number"]),
            title=each["subject"],
            path=f"{path}{each['number']}",
            html="".join(_section(part) for part in each["sections"]),
            at=each["composed_at"],
            changed_at=each["composed_at"],
        )
        for each in several
    ]
    return Feed(_urn("digests", path), title, path, entries, _latest(entries))


def atom(given: Feed, place: Place) -> str:
    """A feed as Atom."""
    given = _legible(given, place)
    feed = _Atom(
        title=given.title,
        link=f"{place.site}{given.path}",
        description="",
        subtitle=given.about or None,
        author_name=given.by or place.house,
        feed_url=place.feed,
        feed_guid=given.urn,
        language="en",
    )
    feed.moment = given.changed_at
    for entry in given.entries:
        feed.add_item(
            title=entry.title,
            link=f"{place.site}{entry.path}",
            description="",
            content=entry.html,
            unique_id=entry.urn,
            pubdate=entry.at,
            updateddate=entry.changed_at,
            categories=entry.tags,
            authors=entry.authors,
        )
    return str(feed.writeString("utf-8"))


def json_feed(given: Feed, place: Place) -> str:
    """A feed as a JSON Feed."""
    given = _legible(given, place)
    items = [
        {
            "id": entry.urn,
            "url": f"{place.site}{entry.path}",
            "title": entry.title,
            "content_html": entry.html,
            "date_published": entry.at.astimezone(UTC).isoformat(timespec="seconds"),
            "date_modified": entry.changed_at.astimezone(UTC).isoformat(timespec="seconds"),
            "authors": [{"name": name} for name in entry.authors],
            "tags": list(entry.tags),
        }
        for entry in given.entries
    ]
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": given.title,
        "description": given.about,
        "home_page_url": f"{place.site}{given.path}",
        "feed_url": place.feed,
        "language": "en",
        "authors": [{"name": given.by or place.house}],
        "items": items,
    }
    filled = {name: value for name, value in told.items() if value or name == "items"}
    return orjson.dumps(filled, option=orjson.OPT_INDENT_2).decode() + "\n"


def _legible(given: Feed, place: Place) -> Feed:
    """The feed without signs that feeds must not have, without empty names, and with whole addresses."""
    entries = [
        entry._replace(
            title=plain(entry.title) or entry.path,
            html=plain(entry.html.replace(_SITE, place.site)),
            authors=list(filter(None, map(plain, entry.authors))),
            tags=list(filter(None, map(plain, entry.tags))),
        )
        for entry in given.entries
    ]
    return given._replace(title=plain(given.title), about=plain(given.about), by=plain(given.by), entries=entries)


class _Atom(Atom1Feed):
    """Django's, with every author of an entry, and with the collection's own moment of change."""

    moment: Any = None

    def latest_post_date(self) -> Any:
        """When the collection last changed: the removal of a paper is a change, too."""
        return self.moment

    def add_item_elements(self, handler: SimplerXMLGenerator, item: dict[str, Any]) -> None:
        """The entry, its authors, and its text."""
        for name in item["authors"]:
            handler.startElement("author", {})  # type: ignore[arg-type]
            handler.addQuickElement("name", name)
            handler.endElement("author")
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})
        super().add_item_elements(handler, item | {"description": None})


def _entry(of: Paper, urn: str, at: datetime, changed_at: datetime, note: str) -> Entry:
    """A paper with its abstract, or our note while there is none, and what else is said of it here."""
    shown = present.paper(of)
    told = shown["abstract"] or shown["note"]
    return Entry(
        urn=urn,
        title=shown["title"],
        path=shown["url"],
        html=(f"<p>{escape(told)}</p>" if told else "") + (f"<blockquote>{note}</blockquote>" if note else ""),
        at=at,
        changed_at=changed_at,
        authors=shown["authors"],
        tags=shown["categories"],
    )


def _section(given: Shown) -> str:
    """A section of a digest as HTML. Paths begin with a mark that stands for the site."""
    papers = "".join(
        f'<li><a href="{_SITE}{escape(paper["url"])}">{escape(paper["title"])}</a><br>'
        f"{escape(paper['authors'])}<br>{escape(paper['text'])}<br><i>{escape(paper['why'])}</i></li>"
        for paper in given["papers"]
    )
    return f"<h2>{escape(given['heading'])}</h2><ul>{papers}</ul>"


def _latest(entries: Sequence[Entry]) -> datetime:
    return max((entry.at for entry in entries), default=_BEGINNING)


def _day_of(paper: Paper) -> datetime:
    """The day that a paper was listed on, as a moment."""
    return datetime.combine(paper.listed_on, time(), UTC) if paper.listed_on else _BEGINNING


def _urn(kind: str, name: object) -> str:
    """An id that stays the same for ever and is of no other house, and tells nothing."""
    digest = salted_hmac("broadsheet.feeds", f"{kind} {name}", algorithm="sha256").digest()
    return f"urn:uuid:{UUID(bytes=digest[:16], version=4)}"
