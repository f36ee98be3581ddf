"""OAI-PMH: whole archives, arXiv's above all, window by window, and from then on what changes.

A harvest walks through windows of time by datestamp, each one list with its own resumption tokens. A token that has
expired repeats its window only; nothing is assumed about the order inside a list.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from lxml import etree

from broadsheet.errors import BadFileError, FetchError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import arxiv_records, building
from broadsheet.sources.building import Place, build, given_first
from broadsheet.sources.http import Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.xml import parse_xml
from broadsheet.types import Link, LinkKind, PaperId, Record, Version

URL = "https://oaipmh.arxiv.org/oai"
PACE = 3.0
FIRST = date(2005, 9, 16)
"""The oldest datestamp of arXiv's records."""

OVERLAP = timedelta(days=2)
"""Datestamps are days in the repository's own zone, and a day's records may come out after it: so long they are asked
for again."""

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_ARX = "{http://arxiv.org/OAI/arXiv/}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_HEADER, _METADATA, _IDENTIFIER = f"{_OAI}header", f"{_OAI}metadata", f"{_OAI}identifier"


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to ListRecords: records, ids of deleted ones, the token of the next page, the size of the list."""

    records: tuple[Record, ...] = ()
    deleted: tuple[PaperId, ...] = ()
    unread: tuple[str, ...] = ()
    token: str = ""
    total: int | None = None


class _TokenExpiredError(Exception):
    """The repository does not know the resumption token any more."""


def parse(body: bytes, url: str, source: str = arxiv_records.SOURCE) -> Page:
    """One page of records, in the formats arXivRaw, arXiv or oai_dc.

    UnreadableError if it is no OAI-PMH, FetchError if the repository says that the request is wrong. That nothing
    matches is an empty page.
    """
    root = parse_xml(body, url)
    if root.tag != f"{_OAI}OAI-PMH":
        raise UnreadableError(url, "the answer is not OAI-PMH")
    for error in root.findall(f"{_OAI}error"):
        code, words = error.get("code", ""), " ".join((error.text or "").split())
        if code == "noRecordsMatch":
            return Page()
        if code == "badResumptionToken":
            raise _TokenExpiredError
        raise FetchError(url, f"the repository answers {code}: {words or 'no reason'}", remedy="Check the options")
    listing = root.find(f"{_OAI}ListRecords")
    if listing is None:
        listing = root.find(f"{_OAI}GetRecord")
    if listing is None:
        raise UnreadableError(url, "the answer lists no records")
    records: list[Record] = []
    deleted: list[PaperId] = []
    unread: list[str] = []
    token, total = "", None
    for number, element in enumerate(listing.iterchildren("*"), 1):
        if element.tag == f"{_OAI}resumptionToken":
            token = (element.text or "").strip()
            size = element.get("completeListSize", "")
            total = int(size) if size.isdecimal() else None
            continue
        header = element.find(_HEADER)
        identifier = header.findtext(_IDENTIFIER, "") if header is not None else ""
        if header is not None and header.get("status") == "deleted":
            deleted += filter(None, [parse_paper_id(identifier.rpartition(":")[2])])
            continue
        try:
            records.append(_record(element, identifier, Place(url, f"record {number} ({identifier})"), source))
        except BadFileError as error:
            unread.append(str(error))
    return Page(tuple(records), tuple(deleted), tuple(unread), token, total)


def _record(element: etree._Element, identifier: str, place: Place, source: str) -> Record:
    metadata = element.find(_METADATA)
    inner = next(metadata.iterchildren("*"), None) if metadata is not None else None
    if inner is None:
        raise place.error("it has no metadata")
    if inner.tag == f"{_RAW}arXivRaw":
        return _raw(inner, place)
    if inner.tag == f"{_ARX}arXiv":
        return _arxiv(inner, place)
    if inner.tag.endswith("}dc"):
        return _dublin_core(inner, identifier, place, source)
    raise place.error(f"its metadata is of a kind that is not read ({etree.QName(inner).localname})")


def _raw(inner: etree._Element, place: Place) -> Record:
    """arXivRaw: every version with its date, authors in one line."""
    said: dict[str, str] = {}
    versions: list[Version] = []
    first = ""
    for child in inner.iterchildren("*"):
        name = child.tag[len(_RAW) :]
        if name == "version":
            number = child.get("version", "v1")[1:]
            moment = child.findtext(f"{_RAW}date", "")
            deposited = arxiv_records.day(moment)
            first = moment if number == "1" else first
            if number.isdecimal():
                versions.append(Version(int(number), deposited))
        else:
            said[name] = child.text or ""
    versions.sort()
    abstract, comment = said.get("abstract", ""), said.get("comments", "")
    return build(
        place,
        source=arxiv_records.SOURCE,
        title=said.get("title", ""),
        abstract=abstract,
        authors=arxiv_records.authors_in_line(said.get("authors", "")),
        ids=arxiv_records.ids(said.get("id", ""), said.get("doi", "")),
        published=versions[0].deposited if versions else None,
        scheduled=arxiv_records.scheduled(first),
        updated=versions[-1].deposited if len(versions) > 1 else None,
        categories=arxiv_records.categories(said.get("categories", "").split()),
        versions=versions,
        venue=said.get("journal-ref", ""),
        comment=comment,
        withdrawn=arxiv_records.is_withdrawn(abstract.strip(), comment),
    )


def _arxiv(inner: etree._Element, place: Place) -> Record:
    """arXiv: authors in parts, one date of deposit and perhaps one of an update.

    The server of 2025 gives the date of the latest version as that of the first one; it is believed only if the
    paper's number is of about that month.
    """
    said: dict[str, str] = {}
    authors: list[str] = []
    for child in inner.iterchildren("*"):
        name = child.tag[len(_ARX) :]
        if name == "authors":
            authors = [_name(author) for author in child.iterchildren("*")]
        else:
            said[name] = child.text or ""
    created, updated = arxiv_records.day(said.get("created", "")), arxiv_records.day(said.get("updated", ""))
    published = created if created and _fits(said.get("id", ""), created) else None
    abstract, comment = said.get("abstract", ""), said.get("comments", "")
    return build(
        place,
        source=arxiv_records.SOURCE,
        title=said.get("title", ""),
        abstract=abstract,
        authors=authors,
        ids=arxiv_records.ids(said.get("id", ""), said.get("doi", "")),
        published=published,
        scheduled=arxiv_records.scheduled(said.get("created", "")) if published else None,
        updated=updated or (None if published else created),
        categories=arxiv_records.categories(said.get("categories", "").split()),
        venue=said.get("journal-ref", ""),
        comment=comment,
        withdrawn=arxiv_records.is_withdrawn(abstract.strip(), comment),
    )


def _name(author: etree._Element) -> str:
    parts = {child.tag[len(_ARX) :]: (child.text or "").strip() for child in author.iterchildren("*")}
    return " ".join(filter(None, (parts.get("forenames"), parts.get("keyname"), parts.get("suffix"))))


def _fits(arxiv_id: str, created: date) -> bool:
    """Whether a paper of this number can have been deposited on this day: not after the month in the number."""
    number = arxiv_id.rpartition("/")[2][:4]
    if not number.isdigit():
        return True
    year = int(number[:2]) + (1900 if number[:2] > "90" else 2000)
    return (created.year, created.month) <= (year, int(number[2:]))


def _dublin_core(inner: etree._Element, identifier: str, place: Place, source: str) -> Record:
    """oai_dc: fifteen kinds of fields, each any number of times."""
    said: dict[str, list[str]] = {}
    for child in inner:
        if isinstance(child.tag, str) and (text := " ".join((child.text or "").split())):
            said.setdefault(child.tag[len(_DC) :], []).append(text)
    addresses = said.get("identifier", []) + said.get("relation", [])
    named = [parse_paper_id(text) for text in [*said.get("identifier", []), identifier.rpartition(":")[2]]]
    days = sorted(filter(None, map(building.day, said.get("date", []))))
    texts = said.get("description", [])
    comments = [text.removeprefix("Comment: ") for text in texts if text.startswith("Comment: ")]
    abstract = max((text for text in texts if not text.startswith("Comment: ")), key=len, default="")
    return build(
        place,
        source=source,
        title=" ".join(said.get("title", [""])[:1]),
        abstract=abstract,
        authors=map(given_first, said.get("creator", [])),
        ids=named,
        published=days[0] if days else None,
        updated=days[-1] if len(days) > 1 else None,
        year=next(filter(None, map(building.year, said.get("date", []))), None),
        links=[Link(text, LinkKind.PAPER) for text in addresses if text.startswith(("http://", "https://"))],
        venue=next(iter(said.get("source", [])), ""),
        comment=comments[0] if comments else "",
        withdrawn=source == arxiv_records.SOURCE and arxiv_records.is_withdrawn(abstract, " ".join(comments)),
        extras={source: {"identifier": identifier, "subjects": said.get("subject", [])[:50]}},
    )


@dataclass(frozen=True, slots=True)
class Harvest:
    """Everything that a repository has in some sets, and from then on what changes.

    Windows are `days` long by datestamp. The newest days are asked for again by the next fetch, see `OVERLAP`.
    """

    url: str
    format: str
    sets: tuple[str, ...]
    since: date
    days: int
    source: str = arxiv_records.SOURCE
    pace: float = PACE

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
        """What has a datestamp since the checkpoint's, set by set, window by window."""
        today = now.astimezone(UTC).date()
        done: dict[str, str] = dict(checkpoint.get("done", {}))
        token, until = checkpoint.get("token", ""), checkpoint.get("until", "")
        for name in self.sets or ("",):
            begin = date.fromisoformat(done[name]) if name in done else self.since
            while begin <= today:
                end = min(begin + timedelta(days=self.days - 1), today)
                if token and until and checkpoint.get("set", "") == name:
                    end = date.fromisoformat(until)
                else:
                    token = ""
                whole, count = not token, 0
                for page in self._window(http, name, begin, end, token):
                    unread = page.unread
                    count += len(page.records) + len(page.deleted) + len(unread)
                    if whole and not page.token and page.total is not None and count < page.total:
                        unread += (f"{begin} to {end}: the list tells of {page.total} records, and gave {count}",)
                    if page.token:
                        said: dict[str, Any] = {"token": page.token, "until": end.isoformat(), "set": name}
                    else:
                        done[name] = min(end + timedelta(days=1), today - OVERLAP).isoformat()
                        said = {}
                    yield Batch(
                        checkpoint={"done": dict(done), **said},
                        records=page.records,
                        deleted=page.deleted,
                        unread=unread,
                        total=page.total,
                    )
                token = ""
                begin = end + timedelta(days=1)

    def _window(self, http: Http, name: str, begin: date, end: date, token: str) -> Iterator[Page]:
        """The pages of one list, from this token on if there is one; the last one has no token."""
        whole = {
            "verb": "ListRecords", "metadataPrefix": self.format, "from": begin.isoformat(), "until": end.isoformat(),
        } | ({"set": name} if name else {})  # fmt: skip
        seen: set[str] = set()
        begun_anew = False
        while True:
            further = {"verb": "ListRecords", "resumptionToken": token}
            answer = http.get(self.url, further if token else whole, pace=self.pace)
            try:
                page = parse(answer.body, answer.url, self.source)
            except _TokenExpiredError:
                if begun_anew or not token:
                    raise UnreadableError(answer.url, "its own resumption token is refused again and again") from None
                begun_anew, token, seen = True, "", set()
                continue
            if page.token and page.token in seen:
                raise UnreadableError(answer.url, "it gives the same resumption token twice, without end")
            seen.add(page.token)
            yield page
            token = page.token
            if not token:
                return


def make(options: Options) -> Harvest:
    """The harvest of arXiv that these options mean."""
    return Harvest(
        url=options.value("url", URL),
        format=_format(options, "arXivRaw", ("arXivRaw", "arXiv", "oai_dc")),
        sets=options.words,
        since=max(options.day("since") or FIRST, FIRST),  # what is asked for from before it, arXiv refuses
        days=31,
    )


def make_general(options: Options) -> Harvest:
    """The harvest of any repository that these options mean."""
    if len(options.words) != 1 or urlsplit(options.words[0]).scheme not in {"http", "https"}:
        raise SourceError("Say which repository: the address that answers OAI-PMH, such as https://example.org/oai.")
    return Harvest(
        url=options.value("url", options.words[0]),
        format=_format(options, "oai_dc", ()),
        sets=tuple(options.value("set").split()),
        since=options.day("since") or date(1990, 1, 1),
        days=36_500,
        source="oai",
        pace=1.0,
    )


def _format(options: Options, usual: str, known: tuple[str, ...]) -> str:
    name = options.value("format", usual)
    if known and name not in known:
        raise SourceError(f"format={name} is not one of {', '.join(known)}.")
    return name


KIND = Kind(
    name="arxiv-oai",
    about="All of arXiv, or some of its sets, and what changes from then on; the way to three million papers.",
    words="sets, such as cs or physics:hep-th or cs:cs:LG",
    values={
        "since": "the day to begin at, by default the first of all",
        "format": "arXivRaw (usual, with every version), arXiv, or oai_dc",
        "url": "another address of the repository",
    },
    example="arxiv-oai cs --set since=2026-01-01",
    every=timedelta(hours=12),
    make=make,
)

OAI = Kind(
    name="oai",
    about="Any repository that speaks OAI-PMH: universities, journals, archives.",
    words="its address",
    values={
        "set": "sets to keep to, separated by blanks",
        "since": "the day to begin at",
        "format": "oai_dc, unless it has another that is read",
        "url": "another address that answers",
    },
    example="oai https://example.org/oai --set since=2026-01-01",
    every=timedelta(hours=12),
    make=make_general,
)
