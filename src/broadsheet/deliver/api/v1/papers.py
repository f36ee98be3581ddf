"""Papers: one by any of its ids, those like it, and the newest of all, of a category, a venue, an author."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Field, Query, Router, Schema

from broadsheet import wiring
from broadsheet.core import browsing, listings, reading, voting
from broadsheet.core import papers as verbs
from broadsheet.deliver import present, shelves
from broadsheet.deliver.api.v1.access import viewer_of
from broadsheet.deliver.api.v1.answering import as_made
from broadsheet.deliver.api.v1.paging import Page, Slice, following
from broadsheet.errors import BroadsheetError
from broadsheet.types import Browsed, Paging, Paper

TAG = "papers"
router = Router()

SIMILAR = 8


class AskedWronglyError(BroadsheetError):
    """What is asked for makes no sense; the text says why."""


class Link(Schema):
    """An address that belongs to a paper."""

    label: str = Field(examples=["arXiv"])
    url: str = Field(examples=["https://arxiv.org/abs/2006.08217"])
    kind: str = Field(description="`code`, `project`, `data`, `paper` or `other`.", examples=["paper"])
    place: str = Field(description="The address in short.", examples=["arxiv.org/abs/2006.08217"])


class Version(Schema):
    """One deposited text of a paper."""

    number: int = Field(examples=[1])
    date: str = Field(description="A day, or empty.", examples=["2020-06-15"])


class Standing(Schema):
    """Something to know before reading."""

    kind: str = Field(description="`withdrawn`, `replaced` or `printed`.", examples=["replaced"])
    words: str = Field(examples=["version 3"])


class Marks(Schema):
    """What the account keeps of a paper to itself."""

    state: str = Field(description="`to read`, `reading`, `read` or empty.", examples=["to read"])
    hidden: bool = Field(description="Whether it is shown no more.", examples=[False])
    note: str = Field(examples=["For Thursday."])
    collections: list[int] = Field(
        description="The collections that have it and that the account may edit.", examples=[[3]]
    )
    words: str = Field(description="All that in a few words.", examples=["To read, in 1 collection"])


class PaperShown(Schema):
    """A paper. Days are ISO 8601, or a year alone, or empty; absent text is empty, absent numbers null."""

    id: str = Field(description="The paper id.", examples=["arxiv:2006.08217"])
    url: str = Field(description="The path of its page.", examples=["/papers/arxiv:2006.08217"])
    title: str = Field(examples=["A Lantern for Small Models"])
    authors: list[str] = Field(examples=[["Ada Stone", "Bo Lind"]])
    abstract: str = Field(description="The authors' own, readable.")
    note: str = Field(description="Our words, where there is no abstract.")
    date: str = Field(description="Published, else announced, else featured.", examples=["2020-06-15"])
    published: str = Field(examples=["2020-06-15"])
    listed_on: str = Field(description="The day whose front page shows it.", examples=["2020-06-16"])
    categories: list[str] = Field(examples=[["cs.LG", "stat.ML"]])
    links: list[Link]
    has_code: bool
    versions: list[Version]
    aliases: list[str] = Field(description="All its other ids.", examples=[["doi:10.48550/arxiv.2006.08217"]])
    venue: str
    updated: str
    announced: str
    featured: str
    withdrawn: bool
    standing: list[Standing]
    comment: str = Field(description="The authors' comment.", examples=["8 pages"])
    upvotes: int | None = Field(description="Upvotes at other places, where they are known.")
    votes: int = Field(description="Upvotes here.")
    light_votes: int = Field(description="Those of them that count little.")
    upvotes_in_all: int | None = Field(description="Both together.")
    comments: int = Field(description="What stands of what was said here.")
    extras: dict[str, Any] = Field(description="What single sources say of it, by source.")
    voted: bool | None = Field(None, description="Whether the account has voted for it; with a token that may read.")
    saved: Marks | None = Field(None, description="What the account keeps of it; with a token that may read.")


class Hit(PaperShown):
    """A paper that was found, and why it stands there."""

    rank: int = Field(description="From 1.", examples=[1])
    score: float = Field(description="Higher is better; comparable within one answer only.", examples=[0.8123])
    found_by: str = Field(description="`id`, `words`, `meaning`, `both` or `filter`.", examples=["both"])
    reason: str = Field(description="Why it stands there, in a line.", examples=["words: momentum in title"])
    reasons: list[tuple[str, str]] = Field(description="The same in pairs of a kind and the detail.")
    words: list[str] = Field(description="The words of the query that the paper has.", examples=[["momentum"]])


class Papers(Page):
    """A page of papers."""

    papers: list[PaperShown]


class Similar(Schema):
    """Papers that are near in meaning, nearest first."""

    papers: list[Hit]


class Asked(Slice):
    """Which papers are asked for: of all, or of one of these."""

    category: str = Field(
        "", max_length=100, description="A category, or an archive with all below it.", examples=["cs.LG"]
    )
    venue: str = Field("", max_length=300, description="A journal or a series of conferences.", examples=["NeurIPS"])
    author: str = Field("", max_length=300, description="A name, which may be several people.", examples=["Ada Stone"])


@router.get("/papers", response=Papers)
def papers(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """List papers, newest first: of all days as front pages have them, or of a category, a venue, an author."""
    paging = asked.paging()
    if sum(map(bool, (asked.category, asked.venue, asked.author))) > 1:
        raise AskedWronglyError(
            "Ask for a category, a venue or an author, not for several. /api/v1/search joins filters."
        )
    found = _found(asked, paging)
    return as_made(
        request,
        {
            "total": found.total,
            "next": following(request, paging, found.total),
            "papers": shown(request, found.papers),
        },
    )


@router.get("/papers/{path:paper_id}/similar", response=Similar)
def similar(request: HttpRequest, paper_id: str) -> HttpResponse:
    """List the papers that are nearest to one in meaning, nearest first; none while there is no index."""
    found = verbs.similar(wiring.index(), verbs.paper(paper_id), SIMILAR)
    hits = [present.found(each) for each in found]
    flat = [{**hit.pop("paper"), **hit} for hit in hits]
    return as_made(request, {"papers": with_own(request, [each.paper for each in found], flat)})


@router.get("/papers/{path:paper_id}", response=PaperShown, exclude_unset=True)
def paper(request: HttpRequest, paper_id: str) -> dict[str, Any]:
    """Show one paper, by any of its ids: an arXiv id, a DOI, an address of its page."""
    found = verbs.paper(paper_id)
    return shown(request, [found])[0]


def shown(request: HttpRequest, several: Sequence[Paper]) -> list[dict[str, Any]]:
    """Papers as every front end shows them, with what is the account's own."""
    return with_own(request, several, [present.paper(each) for each in several])


def with_own(request: HttpRequest, several: Sequence[Paper], told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Tell each of the shown papers what its reader did with it; two statements, and none for strangers."""
    viewer = viewer_of(request)
    if viewer and several:
        voted, marks = voting.voted(viewer.key, several), reading.marks(viewer.key, several)
        for each, paper in zip(told, several, strict=True):
            each["voted"], each["saved"] = paper.key in voted, shelves.marks(marks.get(paper.key))
    return told


def _found(asked: Asked, paging: Paging) -> Browsed:
    if asked.category:
        return browsing.in_category(wiring.index(), asked.category, paging)
    if asked.venue:
        return browsing.at_venue(wiring.index(), asked.venue, paging)
    if asked.author:
        return browsing.by_author(wiring.index(), asked.author, paging)[0]
    return listings.every_day(paging)
