"""What validators of feeds demand, in our own words: of Atom (RFC 4287) and of JSON Feed 1.1."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from lxml import etree
from lxml import html as markup

ATOM = "{http://www.w3.org/2005/Atom}"

_OF_A_FEED = {"id", "title", "updated", "author", "link", "subtitle", "entry"}
_OF_AN_ENTRY = {"id", "title", "updated", "published", "author", "link", "category", "content"}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)")


def keep_atom(body: bytes, address: str) -> int:
    """Demand the rules of Atom of a feed at this address; answers how many entries it has."""
    feed = etree.fromstring(body)
    assert feed.tag == f"{ATOM}feed"
    assert feed.get("{http://www.w3.org/XML/1998/namespace}lang")
    _keep_element(feed, _OF_A_FEED)
    assert address in [link.get("href") for link in feed.findall(f"{ATOM}link") if link.get("rel") == "self"]
    entries = feed.findall(f"{ATOM}entry")
    assert feed.find(f"{ATOM}author") is not None
    for entry in entries:
        _keep_element(entry, _OF_AN_ENTRY)
        for category in entry.findall(f"{ATOM}category"):
            assert category.get("term")
        for content in entry.findall(f"{ATOM}content"):
            assert content.get("type") == "html"
            _keep_html(content.text or "")
    ids = [entry.findtext(f"{ATOM}id") for entry in entries]
    assert len(set(ids)) == len(ids)
    assert feed.findtext(f"{ATOM}id") not in ids
    return len(entries)


def _keep_element(element: etree._Element, admitted: set[str]) -> None:
    names = [etree.QName(child).localname for child in element]
    assert set(names) <= admitted
    for name in ("id", "title", "updated"):
        assert names.count(name) == 1, name
    for name in ("published", "content", "subtitle"):
        assert names.count(name) <= 1, name
    assert _is_absolute(element.findtext(f"{ATOM}id") or "")
    for name in ("title", "subtitle"):
        for found in element.findall(f"{ATOM}{name}"):
            assert found.get("type", "text") == "text"
            assert (found.text or "").strip()
    for name in ("updated", "published"):
        for found in element.findall(f"{ATOM}{name}"):
            _keep_moment(found.text or "")
    for author in element.findall(f"{ATOM}author"):
        assert [etree.QName(child).localname for child in author] == ["name"]
        assert (author.findtext(f"{ATOM}name") or "").strip()
    links = [(link.get("rel", "alternate"), link.get("type"), link.get("href") or "") for link in element.iter(f"{ATOM}link")
             if link.getparent() is element]  # fmt: skip
    assert all(_is_absolute(address) for _, _, address in links)
    kinds = [(rel, kind) for rel, kind, _ in links]
    assert len(set(kinds)) == len(kinds)
    assert "alternate" in {rel for rel, _ in kinds}


def keep_json_feed(body: bytes, address: str) -> int:
    """Demand the rules of JSON Feed of a feed at this address; answers how many items it has."""
    feed = json.loads(body)
    _keep_fields(feed, {
        "version": str, "title": str, "home_page_url": str, "feed_url": str, "description": str, "language": str,
        "authors": list, "items": list,
    }, needed={"version", "title", "items"})  # fmt: skip
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == address
    assert _is_absolute(feed["home_page_url"])
    for item in feed["items"]:
        _keep_fields(item, {
            "id": str, "url": str, "title": str, "content_html": str, "date_published": str, "date_modified": str,
            "authors": list, "tags": list,
        }, needed={"id", "content_html"})  # fmt: skip
        assert _is_absolute(item["url"])
        _keep_moment(item["date_published"])
        _keep_moment(item["date_modified"])
        _keep_html(item["content_html"])
        assert all(isinstance(tag, str) and tag for tag in item["tags"])
    for author in [*feed["authors"], *(author for item in feed["items"] for author in item["authors"])]:
        assert set(author) == {"name"}
        assert author["name"].strip()
    ids = [item["id"] for item in feed["items"]]
    assert len(set(ids)) == len(ids)
    return len(ids)


def _keep_fields(given: Any, kinds: dict[str, type], *, needed: set[str]) -> None:
    assert needed <= set(given) <= set(kinds)
    assert all(isinstance(value, kinds[name]) for name, value in given.items())


def _keep_moment(text: str) -> None:
    assert _MOMENT.fullmatch(text), text
    assert datetime.fromisoformat(text)


def _keep_html(text: str) -> None:
    """Whole elements without programs, and no address that means something only on the page it stands on."""
    if not text:
        return
    for element in markup.fragments_fromstring(f"<div>{text}</div>")[0].iter():
        assert element.tag not in {"script", "style", "iframe", "object", "embed", "form", "base", "meta", "link"}
        for name, value in element.attrib.items():
            assert not str(name).startswith("on")
            assert name not in {"href", "src"} or _is_absolute(str(value)), value


def _is_absolute(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.scheme and (parts.netloc or (parts.scheme == "urn" and parts.path))) and " " not in address
