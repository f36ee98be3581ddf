"""Feeds of collections: Atom (RFC 4287) and JSON Feed 1.1. The papers added last come first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from django.utils.crypto import salted_hmac
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape, linebreaks
from django.utils.xmlutils import SimplerXMLGenerator

from broadsheet.community import Collection, Kept
from broadsheet.deliver import present, shelves
from broadsheet.text import plain


class Place(NamedTuple):
    """Where a feed is: the site's address, the feed's own, and the name of the house."""

    site: str
    feed: str
    house: str


def atom(of: Collection, newest: Sequence[Kept], place: Place) -> str:
    """A collection as an Atom feed."""
    feed = _Atom(
        title=plain(of.title),
        link=f"{place.site}{shelves.collection_path(of.key, of.title)}",
        description="",
        subtitle=plain(of.about) or None,
        author_name=of.by,
        feed_url=place.feed,
        feed_guid=_urn("collection", of.key),
        language="en",
    )
    feed.moment = of.changed_at
    for each in newest:
        shown = present.paper(each.paper)
        feed.add_item(
            title=plain(shown["title"]),
            link=f"{place.site}{shown['url']}",
            description="",
            content=_content(each),
            unique_id=_urn("kept", each.number),
            pubdate=each.at,
            updateddate=each.changed_at,
            categories=shown["categories"],
            authors=shown["authors"],
        )
    return str(feed.writeString("utf-8"))


def json_feed(of: Collection, newest: Sequence[Kept], place: Place) -> str:
    """A collection as a JSON Feed."""
    items = []
    for each in newest:
        shown = present.paper(each.paper)
        items.append(
            {
                "id": _urn("kept", each.number),
                "url": f"{place.site}{shown['url']}",
                "title": shown["title"],
                "content_html": _content(each),
                "date_published": each.at.astimezone(UTC).isoformat(timespec="seconds"),
                "date_modified": each.changed_at.astimezone(UTC).isoformat(timespec="seconds"),
                "authors": [{"name": name} for name in shown["authors"]],
                "tags": shown["categories"],
            }
        )
    told = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": of.title,
        "description": of.about,
        "home_page_url": f"{place.site}{shelves.collection_path(of.key, of.title)}",
        "feed_url": place.feed,
        "language": "en",
        "authors": [{"name": of.by}],
        "items": items,
    }
    filled = {name: value for name, value in told.items() if value or name == "items"}
    return orjson.dumps(filled, option=orjson.OPT_INDENT_2).decode() + "\n"


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
            handler.addQuickElement("name", plain(name))
            handler.endElement("author")
        if item["content"]:
            handler.addQuickElement("content", item["content"], {"type": "html"})
        super().add_item_elements(handler, item | {"description": None})


def _content(each: Kept) -> str:
    """The abstract, or our note while there is none, and the note of the collection, as HTML."""
    shown = present.paper(each.paper)
    told = shown["abstract"] or shown["note"]
    parts = [f"<p>{escape(told)}</p>"] if told else []
    if each.note:
        parts.append(f"<blockquote>{linebreaks(plain(each.note), autoescape=True)}</blockquote>")
    return "".join(parts)


def _urn(kind: str, number: int) -> str:
    """An id that stays the same for ever and is of no other house, and tells nothing."""
    digest = salted_hmac("broadsheet.feeds", f"{kind} {number}", algorithm="sha256").digest()
    return f"urn:uuid:{UUID(bytes=digest[:16], version=4)}"
