"""arXiv's pages of new papers in a category: what was announced on a day, counted by arXiv itself.

`/list/cs.LG/new` is the newest announcement with its replacements, `/list/cs.LG/recent` the last five without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from lxml import etree
from lxml import html as lxml_html

from broadsheet.errors import UnreadableError
from broadsheet.incoming import AnnounceKind
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.xml import all_text
from broadsheet.types import PaperId

URL = "https://arxiv.org/list"
PACE = 15.0
"""The pause that arXiv's robots.txt asks for."""

SHOW = 2000
_DAY = re.compile(r"(?:new listings for|^)\s*(\w{3,9}),?\s+(\d{1,2})\s+(\w{3,9})\s+(\d{4})")
_COUNT = re.compile(r"showing\s+(?:first\s+)?(\d+)\s+of\s+(\d+)\s+entr")
_SECTIONS = {"new": AnnounceKind.NEW, "cross": AnnounceKind.CROSS, "replacement": AnnounceKind.REPLACE}


@dataclass
class Day:
    """What a page says was announced on a day: papers in its order, and how many it says there are."""

    day: date
    papers: dict[PaperId, AnnounceKind] = field(default_factory=dict)
    told: int = 0

    @property
    def short(self) -> int:
        """How many papers the page tells of and does not show."""
        return max(self.told - len(self.papers), 0)


def parse(body: bytes, url: str) -> list[Day]:
    """The days on a page, newest first. UnreadableError if the page is not such a page.

    A page without a day says that nothing was announced: then there are none.
    """
    try:
        root = lxml_html.document_fromstring(body, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableError(url, "the answer is not a page") from None
    days: list[Day] = []
    kind: AnnounceKind | None = None
    headings = False
    for element in root.iter("h3", "dt"):
        text = all_text(element)
        if element.tag == "h3":
            headings = True
            if found := _day(text):
                days.append(Day(found))
                kind = None
            else:
                kind = _SECTIONS.get(text.partition(" ")[0].lower(), kind)
            if days and (count := _COUNT.search(text)):
                days[-1].told += int(count[2])
        elif days:
            for paper_id in _ids(element):
                days[-1].papers.setdefault(paper_id, kind or _kind_of(text))
    if not headings:
        raise UnreadableError(url, "the page has no listing; arXiv may have changed it")
    return days


def _ids(element: etree._Element) -> Iterator[PaperId]:
    for anchor in element.iter("a"):
        _, is_paper, name = anchor.get("href", "").rpartition("/abs/")
        if is_paper and (found := parse_paper_id(name)):
            yield found
            return


def _kind_of(text: str) -> AnnounceKind:
    return AnnounceKind.CROSS if "(cross-list from" in text else AnnounceKind.NEW


def _day(text: str) -> date | None:
    if not (match := _DAY.search(text)):
        return None
    for months in ("%B", "%b"):
        try:
            return datetime.strptime(f"{match[2]} {match[3]} {match[4]}", f"%d {months} %Y").date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
