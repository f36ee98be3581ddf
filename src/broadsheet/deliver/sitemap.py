"""Sitemaps as sitemaps.org has them: an index, and parts that list addresses and when each last changed."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from lxml import etree

NAMESPACE = "http://www.sitemaps.org/schemas/sitemap/0.9"

Places = Iterable[tuple[str, datetime | None]]


def index(parts: Places) -> bytes:
    """The index of parts at these addresses."""
    return _written("sitemapindex", "sitemap", parts)


def part(pages: Places) -> bytes:
    """A part with pages at these addresses: at most 50,000, says the protocol."""
    return _written("urlset", "url", pages)


def _written(whole: str, each: str, places: Places) -> bytes:
    root = etree.XML(f'<{whole} xmlns="{NAMESPACE}"/>')
    for address, at in places:
        element = etree.SubElement(root, etree.QName(NAMESPACE, each))
        etree.SubElement(element, etree.QName(NAMESPACE, "loc")).text = address
        if at:
            moment = at.astimezone(UTC).isoformat(timespec="seconds")
            etree.SubElement(element, etree.QName(NAMESPACE, "lastmod")).text = moment
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True)
