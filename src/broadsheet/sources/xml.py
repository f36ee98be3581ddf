"""XML from strangers: parsed without entities, without a network, without what would never end."""

from __future__ import annotations

from lxml import etree

from broadsheet.errors import UnreadableError


def parse_xml(body: bytes, url: str) -> etree._Element:
    """The root of the document; UnreadableError if it is not whole, or defines entities of its own."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        words = " ".join(str(error).split())[:200]
        raise UnreadableError(url, f"the answer is not whole XML ({words})") from None
    docinfo = root.getroottree().docinfo
    if docinfo.internalDTD is not None and list(docinfo.internalDTD.iterentities()):  # type: ignore[union-attr]
        raise UnreadableError(url, "the answer defines XML entities of its own")
    return root


def text_of(element: etree._Element, path: str) -> str:
    """The text of the first element at this path, on one line; empty if there is none."""
    found = element.find(path)
    return " ".join((found.text or "").split()) if found is not None else ""


def all_text(element: etree._Element) -> str:
    """All text inside an element, whatever markup stands between, on one line."""
    return " ".join("".join(map(str, element.itertext())).split())
