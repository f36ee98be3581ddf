"""arXiv's API: papers by id, by category or by query, as Atom; one request in three seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple

from lxml import etree

from broadsheet.errors import SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import arxiv_records
from broadsheet.sources.building import Place, build, read_each
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.xml import parse_xml, text_of
from broadsheet.types import Link, LinkKind, PaperId, Record, Version

URL = "https://export.arxiv.org/api/query"
PACE = 3.0
PAGE, MOST_IDS, OF_A_TITLE = 200, 100, 5
REACH = 10_000
"""arXiv answers no further results of one query than this."""

SHORTEST, LONGEST = timedelta(days=1), timedelta(days=366)
"""Of a window that is asked for at once; one with more papers than arXiv would answer is halved all the same."""

_ATOM = "{http://www.w3.org/2005/Atom}"
_ARXIV = "{http://arxiv.org/schemas/atom}"
_SEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"
_VERSION = re.compile(r"v(\d+)$")


class Parsed(NamedTuple):
    """One page: its records, what could not be read, how many entries it had, and how many the query has in all."""

    records: tuple[Record, ...]
    unread: tuple[str, ...]
    entries: int
    total: int


def parse(body: bytes, url: str) -> Parsed:
    """The papers of one answer. UnreadableError if it is no Atom feed, or the API says that the query is wrong."""
    feed = parse_xml(body, url)
    if feed.tag != f"{_ATOM}feed":
        raise UnreadableError(url, "the answer is not an Atom feed")
    entries = feed.findall(f"{_ATOM}entry")
    for entry in entries:
        if "/api/errors" in text_of(entry, f"{_ATOM}id"):
            raise UnreadableError(url, f"arXiv says: {text_of(entry, f'{_ATOM}summary') or 'error'}")
    records, unread = read_each(entries, _record, url, "entry")
    total = text_of(feed, f"{_SEARCH}totalResults")
    return Parsed(tuple(records), tuple(unread), len(entries), int(total) if total.isdecimal() else len(entries))


def _record(entry: etree._Element, place: Place) -> Record:
    address = text_of(entry, f"{_ATOM}id")
    published = arxiv_records.day(text_of(entry, f"{_ATOM}published"))
    updated = arxiv_records.day(text_of(entry, f"{_ATOM}updated"))
    match = _VERSION.search(address)
    number = int(match[1]) if match else 1
    terms = [
        *(each.get("term", "") for each in entry.findall(f"{_ARXIV}primary_category")),
        *(each.get("term", "") for each in entry.findall(f"{_ATOM}category")),
    ]
    abstract, comment = text_of(entry, f"{_ATOM}summary"), text_of(entry, f"{_ARXIV}comment")
    links = [
        Link(each.get("href", ""), LinkKind.PAPER)
        for each in entry.findall(f"{_ATOM}link")
        if each.get("title") == "doi"
    ]
    return build(
        place,
        source=arxiv_records.SOURCE,
        title=text_of(entry, f"{_ATOM}title"),
        abstract=abstract,
        authors=[text_of(author, f"{_ATOM}name") for author in entry.findall(f"{_ATOM}author")],
        ids=arxiv_records.ids(address, text_of(entry, f"{_ARXIV}doi")),
        published=published,
        scheduled=arxiv_records.scheduled(text_of(entry, f"{_ATOM}published")),
        updated=updated if number > 1 else None,
        categories=arxiv_records.categories(terms),
        links=links,
        versions=[Version(1, published), *([Version(number, updated)] if number > 1 else [])],
        venue=text_of(entry, f"{_ARXIV}journal_ref"),
        comment=comment,
        withdrawn=arxiv_records.is_withdrawn(abstract, comment),
    )


@dataclass(frozen=True, slots=True)
class ArxivPapers:
    """Papers of arXiv by their ids, a hundred at once."""

    url: str = URL
    schemes: tuple[str, ...] = ("arxiv",)

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """What arXiv has on these papers, in batches of a hundred; ids that it does not know bring nothing."""
        names = [paper_id.removeprefix("arxiv:") for paper_id in ids if paper_id.startswith("arxiv:")]
        for start in range(0, len(names), MOST_IDS):
            several = names[start : start + MOST_IDS]
            answer = http.get(self.url, {"id_list": ",".join(several), "max_results": len(several)}, pace=PACE)
            page = parse(answer.body, answer.url)
            yield Batch(checkpoint={}, records=page.records, unread=page.unread)

    def by_title(self, http: Http, title: str) -> tuple[Record, ...]:
        """The first papers that have these words in a row in their title."""
        words = " ".join(re.findall(r"\w+", title))
        answer = http.get(self.url, {"search_query": f'ti:"{words}"', "max_results": OF_A_TITLE}, pace=PACE)
        return parse(answer.body, answer.url).records


@dataclass(frozen=True, slots=True)
class ArxivQuery:
    """Papers of arXiv that a query finds: first what is new, then what was replaced.

    New papers are walked through oldest first, in windows by the moment of deposit, the one date that arXiv filters
    by; so every page's checkpoint is good. For replaced ones arXiv has an order, but no filter (what it does with
    `lastUpdatedDate:[…]` is to filter by the deposit): they are read from the newest back to where the last fetch
    began. A version can be fetched only once it is announced, days after its deposit: so every fetch begins `again`
    days before the last one ended.
    """

    query: str
    since: datetime | None
    again: timedelta
    url: str = URL

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """What was deposited since the checkpoint, and what may have been announced only since."""
        told = checkpoint.get("since")
        begin = datetime.fromisoformat(told) if told else (self.since or now - self.again)
        floor = datetime.fromisoformat(checkpoint["floor"]) if "floor" in checkpoint else begin
        if "begun" not in checkpoint:
            for page, following in self._deposited(http, begin, checkpoint, now):
                said = {"floor": floor.isoformat(), **following}
                yield Batch(checkpoint=said, records=page.records, unread=page.unread, total=page.total)
            checkpoint = {"begun": now.isoformat(), "start": 0}
        begun = datetime.fromisoformat(checkpoint["begun"])
        for page, start in self._replaced(http, floor.astimezone(UTC).date(), int(checkpoint.get("start", 0))):
            said = {"floor": floor.isoformat(), "begun": begun.isoformat(), "start": start}
            yield Batch(checkpoint=said, records=page.records, unread=page.unread)
        yield Batch(checkpoint={"since": (begun - self.again).isoformat()})

    def _deposited(
        self, http: Http, begin: datetime, checkpoint: Checkpoint, now: datetime
    ) -> Iterator[tuple[Parsed, dict[str, str | int]]]:
        """Pages of what was deposited from `begin` on, each with where to go on; windows grow where little is found."""
        length = SHORTEST
        until = datetime.fromisoformat(checkpoint["until"]) if checkpoint.get("until") else None
        start = int(checkpoint.get("start", 0)) if until else 0
        while begin < now:
            end = until or min(begin + length, now)
            times = " TO ".join(moment.astimezone(UTC).strftime("%Y%m%d%H%M") for moment in (begin, end))
            page = self._page(http, f"({self.query}) AND submittedDate:[{times}]", start, "submittedDate", "ascending")
            if page.total > REACH:
                if end - begin <= timedelta(hours=1):
                    raise UnreadableError(self.url, f"more than {REACH} papers in an hour")
                until, start, length = None, 0, (end - begin) / 2
                continue
            start += page.entries
            if start < page.total:
                until = end
                yield page, {"since": begin.isoformat(), "until": end.isoformat(), "start": start}
                continue
            length = min(length * 2, LONGEST) if page.total < PAGE else max(length / 2, SHORTEST)
            begin, until, start = end, None, 0
            yield page, {"since": begin.isoformat()}

    def _replaced(self, http: Http, floor: date, start: int) -> Iterator[tuple[Parsed, int]]:
        """Pages of papers by their latest version, newest first, down to this day, each with the next one's start.

        What comes in meanwhile moves the others back, so a paper may be seen twice, but none is passed over.
        """
        while True:
            page = self._page(http, self.query, start, "lastUpdatedDate", "descending")
            start += page.entries
            days = [day for record in page.records if (day := record.updated or record.published)]
            over = start >= page.total or (bool(days) and max(days) < floor)
            if not over and start + PAGE > REACH:
                gap = f"{self.url}: replaced versions from before {min(days, default=floor)} are beyond arXiv's reach"
                page, over = page._replace(unread=(*page.unread, gap)), True
            yield page, start
            if over:
                return

    def _page(self, http: Http, query: str, start: int, by: str, order: str) -> Parsed:
        """One page; arXiv is known to answer an empty one where there is more, so that is asked for again."""
        wanted: dict[str, str | int] = {
            "search_query": query, "start": start, "max_results": PAGE, "sortBy": by, "sortOrder": order,
        }  # fmt: skip
        for _ in range(3):
            answer = http.get(self.url, wanted, pace=PACE)
            page = parse(answer.body, answer.url)
            if page.entries or page.total <= start:
                return page
        raise UnreadableError(answer.url, f"the page is empty, and {page.total - start} papers should follow")


def make(options: Options) -> ArxivQuery:
    """The source of these categories and queries; SourceError if there are none, or a value makes no sense."""
    if not options.words:
        raise SourceError("Say which papers of arXiv: categories such as cs.LG, or queries such as 'au:doe AND ti:x'.")
    parts = [f"cat:{word}" if arxiv_records.is_category(word) else f"({word})" for word in options.words]
    since = options.day("since")
    return ArxivQuery(
        query=" OR ".join(parts),
        since=datetime(since.year, since.month, since.day, tzinfo=UTC) if since else None,
        again=timedelta(days=options.days("again", 7)),
        url=options.value("url", URL),
    )


KIND = Kind(
    name="arxiv-api",
    about="What a query at arXiv's API finds, new and replaced versions.",
    words="categories or queries",
    values={
        "since": "the day to begin at, by default a week ago",
        "again": "days that are asked for again, since papers appear days after they were deposited; by default 7",
        "url": "another address of the API",
    },
    example="arxiv-api 'au:bengio_y AND cat:cs.LG'",
    every=timedelta(hours=6),
    make=make,
)
