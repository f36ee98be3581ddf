"""An archive of invented papers that speaks as arXiv does: feed, page, API and OAI-PMH; for tests and benchmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from html import escape

from origin import Asked, Origin, Reply

_OAI_HEAD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">'
    '<responseDate>2026-03-17T08:00:00Z</responseDate><request verb="{verb}">http://archive.example/oai</request>'
)


@dataclass(frozen=True)
class Deposit:
    """One paper as the archive has it: deposited on `day`, announced on `announced` in its categories."""

    id: str
    title: str
    abstract: str = "We weigh stones by light & find them < heavy."
    authors: tuple[str, ...] = ("Ada Lovelace", "Bo Babbage")
    categories: tuple[str, ...] = ("cs.LG",)
    day: date = date(2026, 3, 16)
    announced: date = date(2026, 3, 17)
    version: int = 1
    stamp: date = date(2026, 3, 17)
    deleted: bool = False
    comment: str = ""

    def kind(self, category: str) -> str:
        """How it is announced in a category."""
        if self.version > 1:
            return "replace" if self.categories[0] == category else "replace-cross"
        return "new" if self.categories[0] == category else "cross"


def deposits(number: int, **fields: object) -> list[Deposit]:
    """So many papers, numbered."""
    return [
        replace(Deposit(id=f"2603.{count:05}", title=f"The weight of stone number {count}"), **fields)  # type: ignore[arg-type]
        for count in range(1, number + 1)
    ]


@dataclass
class Archive:
    """Papers, and the faults that the real one is known for."""

    papers: list[Deposit] = field(default_factory=list)
    today: date = date(2026, 3, 17)
    stale_feed: date | None = None
    short_page: int = 0
    page_size: int = 100
    forgets_after: int = 0
    repeats: bool = False
    changes: Callable[[int, list[Deposit]], None] = lambda _page, _papers: None
    lists: list[list[Deposit]] = field(default_factory=list)
    pages: int = 0

    def at(self, origin: Origin) -> None:
        """Answer at the paths where arXiv does, for each category that papers have."""
        for category in {name for paper in self.papers for name in paper.categories}:
            origin.route(f"/rss/{category}", lambda asked: Reply(self.feed(asked.path.rpartition("/")[2])))
            for which in ("new", "recent"):
                origin.route(f"/list/{category}/{which}", self._page)
        origin.route("/api/query", lambda asked: Reply(self.api(asked)))
        origin.route("/oai", lambda asked: Reply(self.oai(asked)))

    def announced(self, category: str, day: date) -> list[Deposit]:
        """What was announced in a category on a day."""
        return [paper for paper in self.papers if paper.announced == day and category in paper.categories]

    def feed(self, category: str) -> bytes:
        """The feed of the day; of an earlier one under today's date, if it is stale."""
        items = "".join(
            f"<item><title>{escape(paper.title)}</title><link>https://arxiv.org/abs/{paper.id}</link>"
            f"<description>arXiv:{paper.id}v{paper.version} Announce Type: {paper.kind(category)} \n"
            f"Abstract: {escape(paper.abstract)}</description>"
            f'<guid isPermaLink="false">oai:arXiv.org:{paper.id}v{paper.version}</guid>'
            + "".join(f"<category>{name}</category>" for name in paper.categories)
            + f"<pubDate>{self.today:%a, %d %b %Y} 00:00:00 -0400</pubDate>"
            f"<arxiv:announce_type>{paper.kind(category)}</arxiv:announce_type>"
            f"<dc:creator>{escape(', '.join(paper.authors))}</dc:creator></item>"
            for paper in self.announced(category, self.stale_feed or self.today)
        )
        return (
            '<?xml version="1.0" encoding="UTF-8"?><rss xmlns:arxiv="http://arxiv.org/schemas/atom" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>'
            f"<title>{category} updates on arXiv.org</title><lastBuildDate>{self.today:%a, %d %b %Y} 04:00:02 +0000"
            f"</lastBuildDate><pubDate>{self.today:%a, %d %b %Y} 00:00:00 -0400</pubDate>{items}</channel></rss>"
        ).encode()

    def _page(self, asked: Asked) -> Reply:
        _, _, category, which = asked.path.split("/")
        return Reply(self.new(category) if which == "new" else self.recent(category))

    def new(self, category: str) -> bytes:
        """The page of new papers; it shows less than it tells of, if it is short."""
        papers = self.announced(category, self.today)
        if not papers:
            return b"<html><body><h3>No updates today.</h3></body></html>"
        shown = papers[: len(papers) - self.short_page]
        sections = []
        for heading, kinds in (("New", ("new",)), ("Cross", ("cross",)), ("Replacement", ("replace", "replace-cross"))):
            told = [paper for paper in papers if paper.kind(category) in kinds]
            here = [paper for paper in shown if paper.kind(category) in kinds]
            if told:
                sections.append(
                    f"<h3>{heading} submissions (showing {len(here)} of {len(told)} entries)</h3>"
                    + "".join(_entry(paper, category) for paper in here)
                )
        day = f"{self.today:%A}, {self.today.day} {self.today:%B %Y}"
        return f"<html><body><h3>Showing new listings for {day}</h3>{''.join(sections)}</body></html>".encode()

    def recent(self, category: str) -> bytes:
        """The page of the last days, without replacements."""
        days = sorted({paper.announced for paper in self.papers if paper.announced <= self.today}, reverse=True)[:5]
        parts = []
        for day in days:
            papers = [paper for paper in self.announced(category, day) if paper.version == 1]
            parts.append(
                f"<h3>{day:%a}, {day.day} {day:%b %Y} (showing {len(papers)} of {len(papers)} entries )</h3>"
                + "".join(_entry(paper, category) for paper in papers)
            )
        return f"<html><body>{''.join(parts)}</body></html>".encode()

    def api(self, asked: Asked) -> bytes:
        """The API's answer to a list of ids."""
        wanted = set(asked.query.get("id_list", "").split(","))
        found = [paper for paper in self.papers if paper.id in wanted and not paper.deleted]
        entries = "".join(
            f"<entry><id>http://arxiv.org/abs/{paper.id}v{paper.version}</id><title>{escape(paper.title)}</title>"
            f"<updated>{paper.stamp}T14:57:58Z</updated><published>{paper.day}T14:57:58Z</published>"
            f"<summary>  {escape(paper.abstract)}</summary>"
            + "".join(f'<category term="{name}"/>' for name in paper.categories)
            + f'<arxiv:primary_category term="{paper.categories[0]}"/>'
            + (f"<arxiv:comment>{escape(paper.comment)}</arxiv:comment>" if paper.comment else "")
            + "".join(f"<author><name>{escape(name)}</name></author>" for name in paper.authors)
            + "</entry>"
            for paper in found
        )
        return (
            "<?xml version='1.0' encoding='UTF-8'?><feed xmlns:opensearch=\"http://a9.com/-/spec/opensearch/1.1/\" "
            'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">'
            f"<opensearch:totalResults>{len(found)}</opensearch:totalResults>{entries}</feed>"
        ).encode()

    def oai(self, asked: Asked) -> bytes:
        """ListRecords in the format arXivRaw, page by page; tokens name the list, the place and their number."""
        query, head = asked.query, _OAI_HEAD.format(verb=asked.query.get("verb", ""))
        token = query.get("resumptionToken", "")
        if token:
            which, start, number = map(int, token.split("|"))
            if which >= len(self.lists) or (self.forgets_after and self.pages - number >= self.forgets_after):
                return f'{head}<error code="badResumptionToken">It has expired</error></OAI-PMH>'.encode()
        else:
            begin, end = query.get("from", "0"), query.get("until", "9")
            self.lists.append([paper for paper in self.papers if begin <= paper.stamp.isoformat() <= end])
            which, start = len(self.lists) - 1, 0
        self.pages += 1
        self.changes(self.pages, self.lists[which])
        papers = self.lists[which]
        if not papers:
            return f'{head}<error code="noRecordsMatch">Nothing</error></OAI-PMH>'.encode()
        end_of_page = min(start + self.page_size, len(papers))
        first = max(start - 10, 0) if self.repeats else start
        records = "".join(map(_raw, papers[first:end_of_page]))
        following = f"{which}|{end_of_page}|{self.pages}" if end_of_page < len(papers) else ""
        return (
            f'{head}<ListRecords>{records}<resumptionToken cursor="{start}" completeListSize="{len(papers)}">'
            f"{following}</resumptionToken></ListRecords></OAI-PMH>"
        ).encode()


def _entry(paper: Deposit, category: str) -> str:
    cross = f" (cross-list from {paper.categories[0]})" if paper.kind(category) == "cross" else ""
    return (
        f'<dt><a name="item1">[1]</a> <a href ="/abs/{paper.id}" title="Abstract" id="{paper.id}">arXiv:{paper.id}</a>'
        f'{cross} [<a href="/pdf/{paper.id}">pdf</a>]</dt><dd><div class="list-title mathjax">'
        f"<span>Title:</span> {escape(paper.title)}</div></dd>"
    )


def _raw(paper: Deposit) -> str:
    header = f"<identifier>oai:arXiv.org:{paper.id}</identifier><datestamp>{paper.stamp}</datestamp>"
    if paper.deleted:
        return f'<record><header status="deleted">{header}</header></record>'
    versions = "".join(
        f'<version version="v{number}"><date>{paper.day:%a, %d %b %Y} 18:00:00 GMT</date><size>12kb</size></version>'
        for number in range(1, paper.version + 1)
    )
    return (
        f"<record><header>{header}<setSpec>cs</setSpec></header><metadata>"
        f'<arXivRaw xmlns="http://arxiv.org/OAI/arXivRaw/"><id>{paper.id}</id><submitter>Ada</submitter>{versions}'
        f"<title>{escape(paper.title)}</title><authors>{escape(', '.join(paper.authors))}</authors>"
        f"<categories>{' '.join(paper.categories)}</categories>"
        + (f"<comments>{escape(paper.comment)}</comments>" if paper.comment else "")
        + f"<abstract>  {escape(paper.abstract)}\n</abstract></arXivRaw></metadata></record>"
    )


def ids(papers: Iterable[Deposit]) -> set[str]:
    """Their paper ids."""
    return {f"arxiv:{paper.id}" for paper in papers}
