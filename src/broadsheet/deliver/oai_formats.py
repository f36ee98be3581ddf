"""The forms in which a paper is given to harvesters: Dublin Core, and arXiv's own for what has an arXiv id."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import NamedTuple, cast

from lxml import etree

from broadsheet.deliver import present
from broadsheet.deliver.cite import family_and_given
from broadsheet.text import plain
from broadsheet.types import Paper

XSI = "http://www.w3.org/2001/XMLSchema-instance"
_DC = "http://purl.org/dc/elements/1.1/"

Fields = Iterable[tuple[str, str]]


class Format(NamedTuple):
    """A form of metadata: where its rules are, its namespace, and how a paper, at an address here, is written.

    Only papers with an id of this `kind` have it, or all if that is empty.
    """

    schema: str
    namespace: str
    write: Callable[[Paper, str], etree._Element]
    kind: str = ""

    def fits(self, kind: str) -> bool:
        """Whether papers with this kind of id have it."""
        return self.kind in {"", kind}


def put(parent: etree._Element, name: str, text: str, **attributes: str) -> etree._Element:
    """Add an element with a text, less what XML does not admit; in the namespace of its parent."""
    element = etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, name), attributes)
    element.text = plain(text)
    return element


def root(namespace: str, schema: str, name: str, prefixes: Mapping[str | None, str]) -> etree._Element:
    """An element, with these prefixes for namespaces, that says where the rules of its own are."""
    element = etree.Element(etree.QName(namespace, name), nsmap=_map(prefixes))
    element.set(etree.QName(XSI, "schemaLocation"), f"{namespace} {schema}")
    return element


def _map(prefixes: Mapping[str | None, str]) -> dict[str, str]:
    """Prefixes as lxml takes them, None among them, whatever its types say."""
    return cast("dict[str, str]", {**prefixes, "xsi": XSI})


def _dublin_core(paper: Paper, address: str) -> etree._Element:
    """Readable text; dates oldest first; every address and id by which the paper is known."""
    form = FORMATS["oai_dc"]
    element = root(form.namespace, form.schema, "dc", {"oai_dc": form.namespace, "dc": _DC})
    shown = present.paper(paper)
    own = [link["url"] for link in shown["links"] if link["kind"] == "paper" and link["label"] != "PDF"]
    fields: Fields = [
        ("title", shown["title"]),
        *(("creator", ", ".join(filter(None, family_and_given(name)))) for name in paper.authors),
        *(("subject", name) for name in paper.categories),
        ("description", shown["abstract"]),
        ("description", f"Comment: {shown['comment']}" if shown["comment"] else ""),
        *(("date", day) for day in dict.fromkeys((shown["published"], shown["updated"]))),
        ("type", "text"),
        ("identifier", address),
        *(("identifier", url) for url in own),
        ("source", shown["venue"]),
        *(("relation", link["url"]) for link in shown["links"] if link["kind"] != "paper"),
    ]
    for name, text in fields:
        if clean := plain(text):
            etree.SubElement(element, etree.QName(_DC, name)).text = clean
    return element


def _arxiv(paper: Paper, _address: str) -> etree._Element:
    """As arXiv's own repository tells of it, its TeX as it was written."""
    form = FORMATS["arXiv"]
    element = root(form.namespace, form.schema, "arXiv", {None: form.namespace})
    ids = dict(reversed([one.partition(":")[::2] for one in (paper.paper_id, *paper.aliases)]))
    put(element, "id", ids.get("arxiv", ""))
    for name, day in (("created", paper.published), ("updated", paper.updated)):
        if day:
            put(element, name, day.isoformat())
    authors = etree.SubElement(element, etree.QName(form.namespace, "authors"))
    for name in paper.authors:
        author = etree.SubElement(authors, etree.QName(form.namespace, "author"))
        family, given = family_and_given(name)
        put(author, "keyname", family)
        if given:
            put(author, "forenames", given)
    fields: Fields = [
        ("title", paper.title),
        ("categories", " ".join(name for name in paper.categories if " " not in name)),
        ("comments", paper.comment),
        ("journal-ref", paper.venue),
        ("doi", ids.get("doi", "")),
        ("abstract", paper.abstract),
    ]
    for name, text in fields:
        if text:
            put(element, name, text)
    return element


FORMATS: Mapping[str, Format] = {
    "oai_dc": Format(
        schema="http://www.openarchives.org/OAI/2.0/oai_dc.xsd",
        namespace="http://www.openarchives.org/OAI/2.0/oai_dc/",
        write=_dublin_core,
    ),
    "arXiv": Format(
        schema="http://arxiv.org/OAI/arXiv.xsd",
        namespace="http://arxiv.org/OAI/arXiv/",
        write=_arxiv,
        kind="arxiv",
    ),
}
