"""The tools that read: search, paper, similar, front_page, trending, cite. Each calls a verb and presents it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Annotated, Literal

from mcp.types import CallToolResult
from pydantic import Field

from broadsheet import wiring
from broadsheet.core import listings, papers, periods
from broadsheet.core import search as search_verb
from broadsheet.core import trending as rising
from broadsheet.deliver import cite as citations
from broadsheet.deliver import present
from broadsheet.deliver.mcp import shapes
from broadsheet.errors import BroadsheetError
from broadsheet.types import Answer, Filter, Paging, Sort

LONGEST_QUERY, LONGEST_ID = 2000, 300

AnyId = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_ID,
        description="A paper's id in any form: arXiv id or address, DOI, OpenReview, ACL, or as answers here have it.",
    ),
]
Page = Annotated[int, Field(ge=1, le=1000, description="Which page, from 1.")]
Limit = Annotated[int, Field(ge=1, le=30, description="Papers on a page; about 200 tokens each.")]
Day = Annotated[date | None, Field(description="A day, 2024-03-17; it counts, too.")]


class NoSuchPeriodError(BroadsheetError):
    """What was asked for is no day, week or month."""

    def __init__(self, text: str) -> None:
        super().__init__(f"“{text}” is no day, week or month that there is. Write 2026-03-17, 2026-W12 or 2026-03.")


def search(
    query: Annotated[
        str,
        Field(
            min_length=1,
            max_length=LONGEST_QUERY,
            description="What the paper is about, in plain words; a title, an author and a year, or an id. Operators: "
            '"a phrase", -without, author:, title:.',
        ),
    ],
    after: Day = None,
    before: Day = None,
    category: Annotated[
        tuple[Annotated[str, Field(max_length=60, pattern=r"^\S+$")], ...],
        Field(max_length=20, description="Only papers in one of these: cs.LG, or cs for all of it."),
    ] = (),
    has_code: Annotated[bool, Field(description="Only papers that link to their code.")] = False,  # noqa: FBT002
    sort: Sort = Sort.RELEVANCE,
    page: Page = 1,
    limit: Limit = 10,
) -> Annotated[CallToolResult, shapes.Papers]:
    """Search the library by words and by meaning. Begin here; describe what is sought rather than guess keywords.

    Answers papers in short, each with the reason that it was found. Read an abstract whole with `paper`.
    """
    admitting = Filter(after=after, before=before, categories=category, has_code=True if has_code else None)
    paging = Paging(page, limit)
    answer = search_verb.search(wiring.index(), query, filter=admitting, sort=sort, paging=paging)
    shown = [present.found(each) for each in answer.found]
    found = [shapes.in_short(each["paper"], each["rank"], each["reason"]) for each in shown]
    return shapes.page(f"Search for “{shapes.seen(query, 100)}”", found, paging, answer.total, _notes(answer))


def paper(
    id: AnyId,
    abstract_from: Annotated[int, Field(ge=0, le=10_000_000, description="For a long abstract: where to go on.")] = 0,
) -> Annotated[CallToolResult, shapes.WholePaper]:
    """Read one paper: its abstract whole, authors, links to its text and code, versions, how it stands here.

    The library has abstracts, not full texts: follow the links for those.
    """
    found = papers.paper(id)
    rises = rising.of_paper(found, wiring.formula(), now=datetime.now(UTC))
    told = shapes.whole(present.paper(found), abstract_from, rising.reason_of(rises) if rises else "")
    return shapes.told(shapes.text_of(told), told)


def similar(
    id: AnyId,
    limit: Limit = 8,
) -> Annotated[CallToolResult, shapes.Papers]:
    """Find the papers of the library that are nearest to one of its papers in meaning."""
    of = papers.paper(id)
    shown = [present.found(each) for each in papers.similar(wiring.index(), of, limit)]
    found = [shapes.in_short(each["paper"], each["rank"], each["reason"]) for each in shown]
    return shapes.page(f"Similar to {of.paper_id}", found, Paging(1, limit), len(found))


def front_page(
    when: Annotated[
        str | None,
        Field(max_length=10, description="A day 2026-03-17, a week 2026-W12 or a month 2026-03; else the newest day."),
    ] = None,
    page: Page = 1,
    limit: Limit = 15,
) -> Annotated[CallToolResult, shapes.Papers]:
    """What came out on a day, in a week or in a month, the most upvoted first."""
    paging = Paging(page, limit)
    period = (periods.week_of(when) or periods.month_of(when)) if when else None
    if period:
        listing = listings.listing(period, paging)
    else:
        listing = listings.front_page(_day(when) if when else None, paging, today=datetime.now(UTC).date())
    shown = present.listing(listing)
    found = [shapes.in_short(each, each["rank"], "") for each in shown["papers"]]
    around = [shown[name] and f"{name} with papers: {shown[name]['first']}" for name in ("previous", "later", "newest")]
    return shapes.page(shown["period"]["name"], found, paging, listing.total, filter(None, around))


def trending(page: Page = 1, limit: Limit = 15) -> Annotated[CallToolResult, shapes.Papers]:
    """What rises now, by upvotes, comments and stars against what is usual in its field and at its age."""
    given = rising.trending(Paging(page, limit), wiring.formula(), now=datetime.now(UTC))
    shown = present.trending(given)
    found = [shapes.in_short(each, each["rank"], each["reason"]) for each in shown["papers"]]
    notes = [] if found else ["Nothing rises: the library knows of no upvotes that grow."]
    return shapes.page(f"Trending on {shown['as_of'][:10]}", found, given.paging, given.total, notes)


def cite(
    ids: Annotated[list[AnyId], Field(min_length=1, max_length=20)],
    format: Literal["bibtex", "ris", "csl"] = "bibtex",
) -> Annotated[CallToolResult, shapes.Citations]:
    """Write papers of the library as entries of a bibliography: BibTeX, RIS or CSL-JSON. Never make one up."""
    several = map(papers.paper, ids)
    found = list({each.key: each for each in several}.values())
    text = citations.cite_all(found, format)
    told = shapes.Citations(format=format, ids=[each.paper_id for each in found], text=text)
    return shapes.told(text, told)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise NoSuchPeriodError(text) from None


def _notes(answer: Answer) -> Iterator[str]:
    """What to know about what a search found, and did not."""
    for typed, taken in answer.query.corrected:
        yield f"“{typed}” was taken for “{taken}”; in quotes it is kept."
    for paper_id in answer.missing:
        yield f"{paper_id} is not in the library."
    if answer.without_filter:
        yield f"Nothing passes the filters; without them there are {answer.without_filter}."
    if answer.state.building:
        yield "The search index is being built: {} of {} papers so far.".format(*answer.state.building)
    elif answer.state.documents is None:
        yield "There is no search index yet; it is built from the library when the service runs."
    elif not answer.total:
        yield "Try other words, or fewer: the search goes by meaning, too."
