"""OpenAlex: works by filter or by DOI, and the JSON lines of its snapshot."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

from broadsheet.errors import BadFileError, FetchError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, read_each
from broadsheet.sources.http import Answer, Http
from broadsheet.sources.ids import id_at, parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.loose import mapping, mappings, text, whole, year
from broadsheet.types import Json, LinkKind, PaperId, Record

SOURCE = "openalex"
URL = "https://api.openalex.org/works"
PACE, PAGE = 0.2, 100
OVERLAP = timedelta(days=14)
"""Works appear in OpenAlex days after they are published: so long back every fetch begins."""

LONGEST = 20_000
"""Words of an abstract; positions beyond it are not believed."""


def recognises(found: Json) -> bool:
    """Whether this is a work as OpenAlex describes one."""
    return isinstance(found, dict) and str(found.get("id", "")).startswith("https://openalex.org/W")


def record(work: Json, place: Place) -> Record:
    """The record of one work. BadFileError if it has no title."""
    if not isinstance(work, dict):
        raise place.error("here stands no work")
    locations = [*mappings(work.get("locations")), mapping(work.get("primary_location"))]
    addresses = [text(one.get(name)) for one in locations for name in ("landing_page_url", "pdf_url")]
    names = mapping(work.get("ids"))
    ids = [text(work.get("doi")), text(names.get("doi")), text(names.get("arxiv"))]
    authors = [mapping(one.get("author")) for one in mappings(work.get("authorships"))]
    extras = {
        "id": text(work.get("id")).rpartition("/")[2],
        "type": text(work.get("type")),
        "cited_by": whole(work.get("cited_by_count")),
        "orcids": building.orcids((text(one.get("display_name")), text(one.get("orcid"))) for one in authors),
        "topics": [text(one.get("display_name")) for one in mappings(work.get("topics"))][:5],
    }
    free = text(mapping(work.get("open_access")).get("oa_url"))
    return build(
        place,
        source=SOURCE,
        title=text(work.get("title")) or text(work.get("display_name")),
        abstract=abstract(work.get("abstract_inverted_index")),
        authors=[text(one.get("display_name")) for one in authors],
        ids=[*(parse_paper_id(one) for one in ids if one), *map(id_at, filter(None, addresses))],
        published=building.day(text(work.get("publication_date"))),
        year=year(work.get("publication_year")),
        links=building.link(free, LinkKind.PAPER),
        venue=text(mapping(mapping(work.get("primary_location")).get("source")).get("display_name")),
        withdrawn=work.get("is_retracted") is True,
        extras={SOURCE: {name: value for name, value in extras.items() if value}},
    )


def abstract(inverted: Json) -> str:
    """The text of an inverted index: each word with its positions. Gaps are left out."""
    if not isinstance(inverted, dict):
        return ""
    words = {
        place: word
        for word, places in inverted.items()
        if isinstance(places, list)
        for place in places
        if isinstance(place, int) and 0 <= place < LONGEST
    }
    return " ".join(words[place] for place in sorted(words))


def parse(answer: Answer) -> tuple[list[Record], list[str], str, int]:
    """Records, what could not be read, the cursor of the next page, and the number of all works."""
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("results"), list):
        raise UnreadableError(answer.url, "the answer lists no works")
    records, unread = read_each(found["results"], record, answer.url, "work")
    meta = mapping(found.get("meta"))
    return records, unread, text(meta.get("next_cursor")), whole(meta.get("count")) or 0


@dataclass(frozen=True, slots=True)
class Works:
    """The works that a filter admits, by the day of publication."""

    filter: str
    since: date | None
    url: str = URL
    key: str = ""

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """What was published since the checkpoint's day; the two weeks before the last walk began are asked for again.

        A cursor that is not taken any more begins the walk anew.
        """
        today = now.astimezone(UTC).date()
        since = building.day(str(checkpoint.get("since", ""))) or self.since or today - OVERLAP
        began = building.day(str(checkpoint.get("began", ""))) or today
        cursor, seen = str(checkpoint.get("cursor") or "*"), set[str]()
        while cursor:
            if cursor in seen:
                raise UnreadableError(self.url, "it gives the same cursor twice, without end")
            seen.add(cursor)
            wanted: dict[str, str | int] = {
                "filter": f"{self.filter},from_publication_date:{since}", "per_page": PAGE, "cursor": cursor,
            }  # fmt: skip
            if self.key:
                wanted["api_key"] = self.key
            try:
                answer = http.get(self.url, wanted, pace=PACE)
            except FetchError as error:
                if error.status != 400 or cursor == "*":
                    raise
                cursor, began = "*", today
                continue
            records, unread, cursor, total = parse(answer)
            where = {"since": (began - OVERLAP).isoformat()}
            if cursor and (records or unread):
                where = {"since": since.isoformat(), "began": began.isoformat(), "cursor": cursor}
            yield Batch(checkpoint=where, records=tuple(records), unread=tuple(unread), total=total)
            cursor = where.get("cursor", "")


@dataclass(frozen=True, slots=True)
class OpenAlexPapers:
    """Works by their DOIs, one request each: those are free and need no key, while a list of fifty is counted."""

    url: str = URL
    schemes: tuple[str, ...] = ("doi",)

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """What OpenAlex has on these DOIs; those that it does not know bring nothing."""
        for name in (one.removeprefix("doi:") for one in ids if one.startswith("doi:")):
            try:
                answer = http.get(f"{self.url}/doi:{quote(name, safe='/')}", pace=PACE)
            except FetchError as error:
                if error.status == 404:
                    continue
                raise
            try:
                yield Batch(checkpoint={}, records=(record(answer.json(), Place(answer.url)),))
            except BadFileError as error:
                yield Batch(checkpoint={}, unread=(str(error),))


def make(options: Options) -> Works:
    """The works that these options mean; SourceError if there is no filter."""
    if not options.words:
        raise SourceError("Say which works, as a filter of OpenAlex, such as topics.id:T10320,language:en.")
    return Works(
        filter=",".join(options.words),
        since=options.day("since"),
        url=options.value("url", URL),
        key=options.value("key"),
    )


KIND = Kind(
    name="openalex",
    about="Works of all fields, by a filter of OpenAlex: topics, institutions, journals, authors.",
    words="a filter",
    values={
        "since": "the day to begin at, by default two weeks ago",
        "key": "an API key, free at openalex.org: without one it answers only a few requests a day",
        "url": "another address that answers as its API does",
    },
    example="openalex primary_topic.id:T10320,language:en",
    every=timedelta(hours=24),
    make=make,
)
