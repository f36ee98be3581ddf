"""arXiv's pages of new papers in a category: what was announced on a day, counted by arXiv itself.

`/list/cs.LG/new` is the newest announcement with its replacements, `/list/cs.LG/recent` the last five without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple

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
_COUNT = re.compile(r"showing\s+(?:(?:first|last)\s+)?\d+\s+of\s+(\d+)\s+entr")
_TOTAL = re.compile(r"Total of (\d+) entr")
_SECTIONS = {"new": AnnounceKind.NEW, "cross": AnnounceKind.CROSS, "replacement": AnnounceKind.REPLACE}


@dataclass
class Day:
    """What pages say was announced on a day: papers in their order, how many entries, and how many each part has."""

    day: date
    papers: dict[PaperId, AnnounceKind] = field(default_factory=dict)
    shown: int = 0
    parts: dict[str, int] = field(default_factory=dict)
    total: int = 0

    @property
    def told(self) -> int:
        """How many entries the day has, as the pages say."""
        return max(self.total, sum(self.parts.values()))

    @property
    def short(self) -> int:
        """How many entries the pages tell of and do not show."""
        return max(self.told - self.shown, 0)

    def add(self, other: Day) -> None:
        """Take in what another page shows of the same day."""
        for paper_id, kind in other.papers.items():
            self.papers.setdefault(paper_id, kind)
        self.shown += other.shown
        self.parts |= other.parts
        self.total = max(self.total, other.total)


class Page(NamedTuple):
    """One page: the days on it, newest first, and how many entries all pages have together, where it says so."""

    days: list[Day]
    total: int


def parse(body: bytes, url: str) -> Page:
    """What a page shows. UnreadableError if it is not such a page.

    A page without a day says that nothing was announced: then there are none. A part that shows nothing has no heading,
    so the total of the page counts too: arXiv has been seen to promise papers and to show none.
    """
    try:
        root = lxml_html.document_fromstring(body, parser=lxml_html.HTMLParser(encoding="utf-8"))
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        raise UnreadableError(url, "the answer is not a page") from None
    days: list[Day] = []
    kind: AnnounceKind | None = None
    headings = newest = False
    for element in root.iter("h3", "dt"):
        text = all_text(element)
        if element.tag == "h3":
            headings = True
            if found := _day(text):
                days.append(Day(found))
                newest = "new listings for" in text
                kind = None
            else:
                kind = _SECTIONS.get(text.partition(" ")[0].lower(), kind)
            if days and (count := _COUNT.search(text)):
                days[-1].parts[kind or ""] = int(count[1])
        elif days:
            for paper_id in _ids(element):
                days[-1].shown += 1
                days[-1].papers.setdefault(paper_id, kind or _kind_of(text))
    if not headings:
        raise UnreadableError(url, "the page has no listing; arXiv may have changed it")
    totals = (_TOTAL.search(all_text(each)) for each in root.iter("div") if each.get("class") == "paging")
    total = max((int(found[1]) for found in totals if found), default=0)
    if newest:
        days[-1].total = total  # elsewhere it is that of all days
    return Page(days, max(total, sum(day.told for day in days)))


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
