"""Semantic Scholar: what it knows of a paper by its id, with its citations and its one sentence as extras."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import quote

from broadsheet.errors import BadFileError, FetchError
from broadsheet.incoming import Batch
from broadsheet.sources import building
from broadsheet.sources.building import Place, build
from broadsheet.sources.http import Http
from broadsheet.sources.ids import parse_paper_id
from broadsheet.sources.kinds import Kind, Options
from broadsheet.sources.loose import mapping, mappings, text, whole, year
from broadsheet.types import Json, LinkKind, PaperId, Record

SOURCE = "semanticscholar"
URL = "https://api.semanticscholar.org/graph/v1/paper"
PACE = 1.1
MOST_FAILED = 3
"""Papers that it may fail to describe before it is the service that fails: of some papers it never speaks."""

_FIELDS = "title,abstract,authors,externalIds,venue,year,publicationDate,openAccessPdf,tldr,citationCount"
_PREFIXES = {"arxiv": "ARXIV", "doi": "DOI", "acl": "ACL"}


def record(paper: Json, place: Place) -> Record:
    """The record of one paper. BadFileError if it has no title."""
    if not isinstance(paper, dict):
        raise place.error("here stands no paper")
    names = mapping(paper.get("externalIds"))
    marked = [
        f"{scheme}:{name}" for scheme, key in (("arxiv", "ArXiv"), ("acl", "ACL")) if (name := text(names.get(key)))
    ]
    extras = {
        "tldr": text(mapping(paper.get("tldr")).get("text")) or None,
        "citations": whole(paper.get("citationCount")),
        "id": text(paper.get("paperId")) or None,
    }
    return build(
        place,
        source=SOURCE,
        title=text(paper.get("title")),
        abstract=text(paper.get("abstract")),
        authors=[text(one.get("name")) for one in mappings(paper.get("authors"))],
        ids=[parse_paper_id(one) for one in (*marked, text(names.get("DOI"))) if one],
        published=building.day(text(paper.get("publicationDate"))),
        year=year(paper.get("year")),
        links=building.link(mapping(paper.get("openAccessPdf")).get("url"), LinkKind.PAPER),
        venue=text(paper.get("venue")),
        extras={SOURCE: {name: value for name, value in extras.items() if value is not None}},
    )


@dataclass(frozen=True, slots=True)
class SemanticScholar:
    """Papers by arXiv id, DOI or Anthology id; one request each."""

    url: str = URL
    key: str = ""
    schemes: tuple[str, ...] = tuple(_PREFIXES)

    def look_up(self, http: Http, ids: Sequence[PaperId]) -> Iterator[Batch]:
        """What Semantic Scholar has on these papers; those that it does not know bring nothing.

        One that it refuses, or that it alone stumbles over, is told.
        """
        headers = {"x-api-key": self.key} if self.key else None
        failed, answered = list[FetchError](), False
        for paper_id in ids:
            scheme, _, name = paper_id.partition(":")
            if scheme not in _PREFIXES:
                continue
            address = f"{self.url}/{_PREFIXES[scheme]}:{quote(name, safe='/')}"
            try:
                answer = http.get(address, {"fields": _FIELDS}, pace=PACE, headers=headers)
            except FetchError as error:
                if error.status in {400, 404}:
                    answered = True
                    if error.status == 400:
                        yield Batch(checkpoint={}, unread=(str(error),))
                    continue
                failed.append(error)
                if error.status != 500 or len(failed) >= MOST_FAILED:
                    raise
                continue
            answered = True
            try:
                yield Batch(checkpoint={}, records=(record(answer.json(), Place(answer.url)),))
            except BadFileError as error:
                yield Batch(checkpoint={}, unread=(str(error),))
        if failed and not answered:
            raise failed[0]
        if failed:
            yield Batch(checkpoint={}, unread=tuple(map(str, failed)))


def make(options: Options) -> SemanticScholar:
    """The lookup that these options mean."""
    return SemanticScholar(options.value("url", URL), options.value("key"))


KIND = Kind(
    name="semantic-scholar",
    about="Completes papers that lack an abstract, authors or a venue; slowly, one a second.",
    values={"key": "an API key, if you have one", "url": "another address of the API"},
    example="semantic-scholar",
    every=timedelta(hours=6),
    make=make,
)
