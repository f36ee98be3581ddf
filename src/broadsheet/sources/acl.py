"""The ACL Anthology: proceedings of computational linguistics, from the XML that it is made of."""

from __future__ import annotations

import re
from calendar import month_name
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lxml import etree

from broadsheet.errors import BadFileError, FetchError, SourceError, UnreadableError
from broadsheet.incoming import Batch, Checkpoint
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, link
from broadsheet.sources.http import Http, Validators
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.xml import all_text, parse_xml, text_of
from broadsheet.types import LinkKind, PaperId, Record, Version

SOURCE = "acl"
URL = "https://raw.githubusercontent.com/acl-org/acl-anthology/master/data/xml"
PACE, LARGEST, AT_ONCE = 1.0, 128 << 20, 1000
_COLLECTION = re.compile(r"(?:\d{4}\.[a-z0-9_]+|[A-Z]\d{2})")
_MONTHS = {name.lower(): number for number, name in enumerate(month_name) if name}


def parse(body: bytes, file: str) -> tuple[list[Record], list[str]]:
    """The papers of one collection, and what could not be read. UnreadableError if the file is none."""
    root = parse_xml(body, file)
    if root.tag != "collection":
        raise UnreadableError(file, "this is not a collection of the ACL Anthology")
    collection = root.get("id", "")
    records, unread = [], []
    for volume in root.findall("volume"):
        meta = volume.find("meta")
        for paper in volume.findall("paper"):
            place = Place(file, f"volume {volume.get('id')}, paper {paper.get('id')}")
            try:
                records.append(_record(collection, volume.get("id", ""), meta, paper, place))
            except BadFileError as error:
                unread.append(str(error))
    return records, unread


def _record(collection: str, volume: str, meta: etree._Element | None, paper: etree._Element, place: Place) -> Record:
    name = _name(collection, volume, paper.get("id", ""))
    title, abstract = paper.find("title"), paper.find("abstract")
    year = text_of(meta, "year") if meta is not None else ""
    month = (text_of(meta, "month") if meta is not None else "").lower()
    revisions = [
        Version(int(each.get("id", "1")), building.day(each.get("date", "")))
        for each in paper.findall("revision")
        if each.get("id", "").isdecimal()
    ]
    booktitle = meta.find("booktitle") if meta is not None else None
    return build(
        place,
        source=SOURCE,
        title=all_text(title) if title is not None else "",
        abstract=all_text(abstract) if abstract is not None else "",
        authors=[
            " ".join(filter(None, (text_of(each, "first"), text_of(each, "last")))) for each in paper.findall("author")
        ],
        ids=(parse_paper_id(f"acl:{name}"), parse_paper_id(text_of(paper, "doi"))),
        published=_first_of(year, month),
        year=building.year(year),
        links=[one for each in paper.findall("pwccode") for one in link(each.get("url", ""), LinkKind.CODE)],
        versions=revisions,
        venue=all_text(booktitle) if booktitle is not None else "",
        withdrawn=paper.find("retracted") is not None or paper.find("removed") is not None,
    )


def _name(collection: str, volume: str, paper: str) -> str:
    """The id of a paper: `2024.acl-long.1`; before 2020 `P19-1001`, and with volumes of two digits `W19-0101`."""
    if not re.fullmatch(r"[A-Z]\d{2}", collection):
        return f"{collection}-{volume}.{paper}"
    late = collection == "D19" and volume.isdecimal() and int(volume) >= 5
    two = collection[0] == "W" or collection == "C69" or late
    return f"{collection}-{volume.zfill(2)}{paper.zfill(2)}" if two else f"{collection}-{volume}{paper.zfill(3)}"


def _first_of(year: str, month: str) -> date | None:
    """The first day of the month of the proceedings: the day itself is seldom told."""
    name = re.match(r"[a-z]+", month)
    number = _MONTHS.get(name[0]) if name else None
    return date(int(year), number, 1) if number and re.fullmatch(r"(?:19|20)\d\d", year) else None


@dataclass(frozen=True, slots=True)
class Collections:
    """The papers of these collections, read again when their files change."""

    collections: tuple[str, ...]
    url: str = URL

    def fetch(self, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:  # noqa: ARG002
        """Each collection that has changed since it was read; one that does not exist yet is passed over."""
        known: dict[str, list[str]] = dict(checkpoint.get("files", {}))
        for name in self.collections:
            try:
                answer = http.get(
                    f"{self.url}/{name}.xml",
                    pace=PACE,
                    unless=Validators(*known.get(name, ("", ""))),
                    most=LARGEST,
                )
            except FetchError as error:
                if error.status != 404:
                    raise
                yield Batch(checkpoint={"files": dict(known)}, unread=(f"{name}: there is no such collection yet",))
                continue
            if answer.unchanged:
                continue
            records, unread = parse(answer.body, answer.url)
            for start in range(0, len(records), AT_ONCE):
                yield Batch(
                    checkpoint={"files": dict(known)},
                    records=tuple(records[start : start + AT_ONCE]),
                    total=len(records),
                )
            known[name] = list(answer.validators)
            yield Batch(checkpoint={"files": dict(known)}, unread=tuple(unread))


@dataclass(frozen=True, slots=True)
class AclPapers:
    """Papers by their Anthology ids, out of the collections that have them."""

    url: str = URL
    schemes: tuple[str, ...] = (SOURCE,)

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """One request a collection; ids that are in none bring nothing."""
        wanted = {paper_id for paper_id in ids if paper_id.startswith("acl:")}
        for name in sorted({paper_id.removeprefix("acl:").partition("-")[0] for paper_id in wanted}):
            if not _COLLECTION.fullmatch(name):
                continue
            try:
                answer = http.get(f"{self.url}/{name}.xml", pace=PACE, most=LARGEST)
            except FetchError as error:
                if error.status == 404:
                    continue
                raise
            records, _ = parse(answer.body, answer.url)
            yield Batch(checkpoint={}, records=tuple(one for one in records if set(one.ids) & wanted))


def make(options: Options) -> Collections:
    """The collections that these options name; SourceError if there are none."""
    if not options.words or not all(map(_COLLECTION.fullmatch, options.words)):
        raise SourceError("Say which collections of the Anthology, such as 2024.acl, 2024.emnlp or P19.")
    return Collections(options.words, options.value("url", URL).rstrip("/"))


KIND = Kind(
    name="acl",
    about="Proceedings in the ACL Anthology, with corrections and retractions.",
    words="collections",
    values={"url": "another folder that has the files"},
    example="acl 2024.acl 2024.emnlp",
    every=timedelta(hours=24),
    make=make,
)
