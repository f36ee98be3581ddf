"""Crossref: what publishers registered of a DOI: title, authors, venue, dates, retractions, the preprint it was."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import quote

from lxml import html as lxml_html
from lxml.etree import ParserError

from broadsheet.errors import FetchError, UnreadableError
from broadsheet.incoming import Batch
from broadsheet.sources import building
from broadsheet.sources.building import Place, build, read_each
from broadsheet.sources.http import Answer, Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.loose import mapping, mappings, text, texts, whole, year
from broadsheet.sources.xml import all_text
from broadsheet.types import Json, PaperId, Record

SOURCE = "crossref"
URL = "https://api.crossref.org/works"
PACE, MOST_IDS, OF_A_TITLE = 1.0, 40, 5
_SAME_WORK = ("is-preprint-of", "has-preprint", "is-version-of", "has-version", "is-same-as", "is-identical-to")


def parse(answer: Answer) -> tuple[list[Record], list[str]]:
    """The records of one work or a list of works, and what could not be read. UnreadableError if there is neither."""
    found = answer.json()
    message = mapping(mapping(found).get("message"))
    if not message:
        raise UnreadableError(answer.url, "the answer has no message")
    works: list[Json] = message["items"] if isinstance(message.get("items"), list) else [message]
    return read_each(works, record, answer.url, "work")


def record(work: Json, place: Place) -> Record:
    """The record of one work. A preprint and its printed version name each other's ids: they are one paper."""
    if not isinstance(work, dict):
        raise place.error("here stands no work")
    title, subtitle = plain(_first(work.get("title"))), plain(_first(work.get("subtitle")))
    related = mapping(work.get("relation"))
    same = [one for kind in _SAME_WORK for one in mappings(related.get(kind))]
    ids = [text(work.get("DOI")), *(text(one.get("id")) for one in same)]
    published, printed = _day(work)
    notices = {text(one.get("type")) for one in mappings(work.get("updated-by"))}
    extras = {
        "type": text(work.get("type")),
        "publisher": text(work.get("publisher")),
        "cited_by": whole(work.get("is-referenced-by-count")),
        "orcids": building.orcids((_name(one), text(one.get("ORCID"))) for one in mappings(work.get("author"))),
    }
    return build(
        place,
        source=SOURCE,
        title=f"{title}: {subtitle}" if subtitle and subtitle not in title else title,
        abstract=plain(work.get("abstract")),
        authors=[_name(one) for one in mappings(work.get("author"))],
        ids=[parse_paper_id(one) for one in ids if one],
        published=published,
        year=printed,
        venue=plain(_first(work.get("container-title"))),
        withdrawn=bool(notices & {"retraction", "withdrawal", "removal"}),
        extras={SOURCE: {name: value for name, value in extras.items() if value}},
    )


def _name(author: dict[str, Json]) -> str:
    parts = [text(author.get(part)) for part in ("given", "family", "suffix")]
    return " ".join(filter(None, parts)) or text(author.get("name"))


def plain(markup: Json) -> str:
    """The text of a title or an abstract in JATS or HTML, without its heading "Abstract"."""
    if not isinstance(markup, str) or not markup.strip():
        return ""
    if "<" not in markup and "&" not in markup:
        return " ".join(markup.split())
    spaced = re.sub(r"<(/?)(?:jats:)?(?:title|sec)\b", r"<\1p", markup)
    spaced = re.sub(r"<(/?)jats:", r"<\1", spaced)
    spaced = re.sub(r"</(?:p|list-item)>", " ", spaced)
    try:
        shown = all_text(lxml_html.fromstring(f"<div>{spaced}</div>"))
    except (ParserError, ValueError):
        shown = " ".join(re.sub(r"<[^>]*>", " ", markup).split())
    return re.sub(r"^\s*(?:abstract|summary)\b[:.]?\s*", "", shown, flags=re.IGNORECASE)


def _first(found: Json) -> str:
    return next(iter(texts(found)), "") if isinstance(found, list) else text(found)


def _day(work: dict[str, Json]) -> tuple[date | None, int | None]:
    """The earliest day of publication that is told whole, and the earliest year."""
    days, years = [], []
    for name in ("published-online", "published-print", "published", "issued", "posted"):
        told = mapping(work.get(name)).get("date-parts")
        first = told[0] if isinstance(told, list) and told and isinstance(told[0], list) else []
        if first and (printed := year(first[0])):
            years.append(printed)
            days += [day for day in [building.day("-".join(map(str, first)))] if day]
    return min(days, default=None), min(years, default=None)


@dataclass(frozen=True, slots=True)
class Crossref:
    """Works by their DOIs, forty at once."""

    url: str = URL
    contact: str = ""
    schemes: tuple[str, ...] = ("doi",)

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """What Crossref has on these DOIs; those that it does not know bring nothing."""
        names = [one.removeprefix("doi:") for one in ids if one.startswith("doi:")]
        plain_names = [name for name in names if "," not in name]
        for start in range(0, len(plain_names), MOST_IDS):
            yield from self._several(http, plain_names[start : start + MOST_IDS])
        for name in names:
            if "," in name:  # would end the filter
                yield from self._several(http, [name])

    def by_title(self, http: Http, title: str) -> list[Record]:
        """The works whose titles Crossref finds most like this one."""
        wanted: dict[str, str | int] = {"mailto": self.contact} if self.contact else {}
        return parse(http.get(self.url, wanted | {"query.title": title, "rows": OF_A_TITLE}, pace=PACE))[0]

    def _several(self, http: Http, names: Sequence[str]) -> Iterator[Batch]:
        """What Crossref has on these DOIs. One that it refuses is told, and keeps nothing from the others."""
        wanted: dict[str, str | int] = {"mailto": self.contact} if self.contact else {}
        url = self.url
        if len(names) == 1:
            url += f"/{quote(names[0], safe='')}"
        else:
            wanted |= {"filter": ",".join(f"doi:{name}" for name in names), "rows": len(names)}
        try:
            records, unread = parse(http.get(url, wanted, pace=PACE))
        except FetchError as error:
            if len(names) == 1 and error.status == 404:
                return
            if error.status != 400:
                raise
            if len(names) == 1:
                yield Batch(checkpoint={}, unread=(str(error),))
                return
            half = len(names) // 2
            yield from self._several(http, names[:half])
            yield from self._several(http, names[half:])
        else:
            yield Batch(checkpoint={}, records=tuple(records), unread=tuple(unread))


def make(options: Options) -> Crossref:
    """The lookup that these options mean."""
    return Crossref(options.value("url", URL), options.value("contact"))


KIND = Kind(
    name="crossref",
    about="Completes papers that have a DOI but lack an abstract, authors or a venue.",
    values={"contact": "a mail address, for Crossref's quicker pool", "url": "another address of the API"},
    example="crossref --set contact=keeper@example.org",
    every=timedelta(hours=6),
    make=make,
)
