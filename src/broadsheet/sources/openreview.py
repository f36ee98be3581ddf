"""Papers of venues that review in the open, from OpenReview's API, version 2."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from broadsheet.errors import FetchError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, read_each
from broadsheet.sources.http import Answer, Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.loose import texts
from broadsheet.types import Json, Link, LinkKind, PaperId, Record

SOURCE = "openreview"
URL = "https://api2.openreview.net/notes"
PACE, PAGE = 1.0, 1000
_TAKEN_BACK = ("/Withdrawn_Submission", "/Desk_Rejected_Submission", "/Retracted_Acceptance")


def parse(answer: Answer) -> tuple[tuple[Record, ...], tuple[str, ...], int]:
    """Records, what could not be read, and how many notes the answer had. UnreadableError if it lists none."""
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("notes"), list):
        raise UnreadableError(answer.url, "the answer lists no notes")
    records, unread = read_each(found["notes"], _record, answer.url, "note")
    return tuple(records), tuple(unread), len(found["notes"])


def _record(note: Json, place: Place) -> Record:
    if not isinstance(note, dict) or not isinstance(note.get("content"), dict):
        raise place.error("here stands no note")
    if note.get("forum") not in (None, note.get("id")):
        raise place.error("this is a reply to a paper, not a paper")

    def value(name: str) -> Json:
        """What the note says under this name; version 2 wraps it, version 1 does not."""
        found = note["content"].get(name)
        return found.get("value") if isinstance(found, dict) else found

    def text(*names: str) -> str:
        return next((found for name in names if isinstance(found := value(name), str) and found), "")

    def authors() -> list[str]:
        """Newer venues describe each author, older ones name them."""
        found = value("authors")
        said = found if isinstance(found, list) else []
        names = [one.get("fullname") if isinstance(one, dict) else one for one in said]
        return [name for name in names if isinstance(name, str)]

    links = [*building.link(text("code", "code_url", "software"), LinkKind.CODE)]
    links += [*building.link(text("project_page", "website"), LinkKind.PROJECT)]
    pdf = text("pdf")
    if pdf.startswith("/"):
        links.append(Link(f"https://openreview.net{pdf}", LinkKind.PAPER))
    venue_id = text("venueid")
    forum = str(note.get("forum") or note.get("id") or "")
    extras = {
        "keywords": texts(value("keywords"))[:50], "tldr": text("TLDR", "TL;DR", "tldr"), "area": text("primary_area"),
        "venue_id": venue_id,
    }  # fmt: skip
    return build(
        place,
        source=SOURCE,
        title=text("title"),
        abstract=text("abstract"),
        authors=authors(),
        ids=(parse_paper_id(f"openreview:{forum}"), parse_paper_id(text("doi"))),
        published=_moment(note.get("pdate")) or _moment(note.get("cdate")),
        updated=_moment(note.get("mdate")) if note.get("pdate") else None,
        links=links,
        venue=text("venue"),
        withdrawn=venue_id.endswith(_TAKEN_BACK),
        extras={SOURCE: {name: said for name, said in extras.items() if said}},
    )


def _moment(milliseconds: Json) -> date | None:
    """The UTC day of a moment in milliseconds since the epoch."""
    if not isinstance(milliseconds, int | float) or not 0 < milliseconds < 4e12:
        return None
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date()


@dataclass(frozen=True, slots=True)
class Venues:
    """The papers of these venues, such as `ICLR.cc/2024/Conference`: those that are public at each fetch."""

    venues: tuple[str, ...]
    url: str = URL

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG002
        """All papers of each venue, page by page: decisions change them, so each fetch asks for all again."""
        first = int(checkpoint.get("venue", 0))
        offset = int(checkpoint.get("offset", 0))
        for number in range(first if first < len(self.venues) else 0, len(self.venues)):
            before: tuple[Record, ...] = ()
            while True:
                wanted: dict[str, str | int] = {
                    "content.venueid": self.venues[number], "limit": PAGE, "offset": offset, "sort": "number:asc",
                }  # fmt: skip
                answer = http.get(self.url, wanted, pace=PACE)
                records, unread, size = parse(answer)
                if records and records == before:
                    raise UnreadableError(answer.url, "it gives the same page twice")
                before = records
                offset += size
                last = size < PAGE
                where = {"venue": number + 1, "offset": 0} if last else {"venue": number, "offset": offset}
                yield Batch(checkpoint=where, records=records, unread=unread)
                if last:
                    break
            offset = 0
        yield Batch(checkpoint={})


@dataclass(frozen=True, slots=True)
class OpenReviewPapers:
    """Papers by their OpenReview ids."""

    url: str = URL
    schemes: tuple[str, ...] = (SOURCE,)

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """One request a paper; those that are unknown or not public bring nothing."""
        for paper_id in ids:
            if not paper_id.startswith("openreview:"):
                continue
            try:
                answer = http.get(self.url, {"id": paper_id.partition(":")[2]}, pace=PACE)
            except FetchError as error:
                if error.status in {400, 403, 404}:
                    continue
                raise
            records, unread, _ = parse(answer)
            yield Batch(checkpoint={}, records=records, unread=unread)


def make(options: Options) -> Venues:
    """The venues that these options name; SourceError if there are none."""
    if not options.words or not all("/" in word for word in options.words):
        raise SourceError("Say which venues, by their ids at OpenReview, such as ICLR.cc/2024/Conference.")
    return Venues(options.words, options.value("url", URL))


KIND = Kind(
    name="openreview",
    about="The papers of conferences and workshops that review at OpenReview.",
    words="ids of venues",
    values={"url": "another address that answers as its API does"},
    example="openreview ICLR.cc/2024/Conference",
    every=timedelta(hours=24),
    make=make,
)
