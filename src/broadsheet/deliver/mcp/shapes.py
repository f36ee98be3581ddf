"""What the tools answer: data with a schema, and the same as a short text. Everything is bounded, and can be seen.

What strangers wrote stands in the text behind `> ` or after a number, each on one line, and without the signs that a
reader does not see: nothing in a title can pass for a line of ours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any

from mcp.types import CallToolResult, TextContent
from pydantic import BaseModel, Field

from broadsheet import letters
from broadsheet.deliver import present
from broadsheet.text import first_lines

FIRST_LINES = 300
"""Characters of an abstract in a list."""

AT_ONCE = 6000
"""Characters of an abstract that are read at once; one in ten thousand is longer."""

LONGEST_TITLE = 400
AUTHORS, LINKS, NAMES = 50, 20, 20
"""Authors, links, and other ids or categories of a paper that are told."""


class PaperInShort(BaseModel):
    """A paper in a list."""

    id: str
    title: str
    authors: str
    date: str = Field(description="A day, or a year, or empty.")
    categories: list[str]
    upvotes: int | None
    has_code: bool
    abstract: str = Field(description="Its first lines; `paper` has all of it.")
    rank: int
    why: str = Field(description="Why it stands there.")


class Papers(BaseModel):
    """One page of a list of papers."""

    what: str
    papers: list[PaperInShort]
    total: int
    page: int
    next_page: int | None = Field(description="The page to ask for next; null on the last one.")
    notes: list[str] = Field(description="What to know about this answer.")


class Link(BaseModel):
    """An address, and what is there."""

    label: str
    url: str


class WholePaper(BaseModel):
    """All that is known of a paper."""

    id: str
    title: str
    authors: list[str]
    authors_in_all: int
    abstract: str
    abstract_goes_on_at: int | None = Field(description="`abstract_from` for the rest; null if this is all.")
    date: str
    venue: str
    categories: list[str]
    other_ids: list[str]
    standing: list[str] = Field(description="Withdrawn, replaced, published.")
    comment: str
    upvotes: int | None
    comments: int
    rises: str = Field(description="How it stands in the trending list; empty if it does not.")
    links: list[Link]
    page: str = Field(description="Its page for people.")


class Citations(BaseModel):
    """Papers as entries of a bibliography."""

    format: str
    ids: list[str]
    text: str


class Saved(BaseModel):
    """What the account keeps of a paper now."""

    id: str
    title: str
    state: str
    note: str
    collections: list[str]


class PutForward(BaseModel):
    """A paper that was put forward, and what became of it."""

    id: str
    title: str
    told: str
    page: str


def told(text: str, data: BaseModel) -> CallToolResult:
    """An answer for agents that read text, and for those that read data."""
    return CallToolResult(content=[TextContent(type="text", text=text)], structured_content=data.model_dump())


def refused(sentence: str) -> CallToolResult:
    """The answer that says why there is none, and what to do."""
    return CallToolResult(content=[TextContent(type="text", text=sentence)], is_error=True)


def seen(text: str, longest: int = FIRST_LINES) -> str:
    """One line without signs that nobody sees, in which words for a machine alone could hide; its first lines."""
    shown = "".join(sign for sign in text if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return first_lines(" ".join(shown.split()), longest)


def in_short(shown: present.Shown, rank: int, why: str) -> PaperInShort:
    """A shown paper as lists have it."""
    return PaperInShort(
        id=shown["id"],
        title=seen(shown["title"], LONGEST_TITLE),
        authors=seen(present.in_short(shown["authors"])),
        date=shown["date"],
        categories=[seen(name) for name in shown["categories"][:NAMES]],
        upvotes=shown["upvotes_in_all"],
        has_code=shown["has_code"],
        abstract=seen(shown["abstract"] or shown["note"]),
        rank=rank,
        why=seen(why),
    )


def whole(shown: present.Shown, start: int, rises: str) -> WholePaper:
    """A shown paper with its abstract from this character on."""
    text = seen(shown["abstract"] or shown["note"], len(shown["abstract"] or shown["note"]) + 1)
    end = start + AT_ONCE
    return WholePaper(
        id=shown["id"],
        title=seen(shown["title"], LONGEST_TITLE),
        authors=[seen(name) for name in shown["authors"][:AUTHORS]],
        authors_in_all=len(shown["authors"]),
        abstract=text[start:end],
        abstract_goes_on_at=end if end < len(text) else None,
        date=shown["date"],
        venue=seen(shown["venue"]),
        categories=[seen(name) for name in shown["categories"][:NAMES]],
        other_ids=list(shown["aliases"][:NAMES]),
        standing=[seen(each["words"]) for each in shown["standing"]],
        comment=seen(shown["comment"]),
        upvotes=shown["upvotes_in_all"],
        comments=shown["comments"],
        rises=seen(rises),
        links=[Link(label=each["label"], url=seen(each["url"], 500)) for each in shown["links"][:LINKS]],
        page=page_of(shown),
    )


def page_of(shown: present.Shown) -> str:
    """Where people read about a shown paper."""
    return letters.address() + str(shown["url"])


def page(
    what: str, papers: Sequence[PaperInShort], given: Any, total: int, notes: Iterable[str] = ()
) -> CallToolResult:
    """One page of a list, `given` being what was asked for of it."""
    following = given.page + 1 if given.page * given.size < total else None
    data = Papers(
        what=what, papers=list(papers), total=total, page=given.page, next_page=following, notes=[*map(seen, notes)]
    )
    lines = [f"{what}: {total} papers" + (f", page {given.page}" if given.page > 1 or following else ""), *data.notes]
    for each in papers:
        lines += ["", *_lines(each)]
    if following:
        lines += ["", f"More with page={following}."]
    return told("\n".join(lines), data)


def text_of(paper: WholePaper) -> str:
    """A whole paper to be read."""
    more = paper.authors_in_all - len(paper.authors)
    facts = {
        "Id": ", ".join([paper.id, *paper.other_ids]),
        "Authors": ", ".join(paper.authors) + (f" and {more} more" if more else ""),
        "Date": paper.date,
        "Venue": paper.venue,
        "Categories": " ".join(paper.categories),
        "Standing": ", ".join(paper.standing),
        "Comment": paper.comment,
        "Here": f"{paper.upvotes or 0} upvotes, {paper.comments} comments",
        "Rises": paper.rises,
        **{each.label: each.url for each in paper.links},
        "Page": paper.page,
    }
    lines = [paper.title, "", *(f"{name}: {fact}" for name, fact in facts.items() if fact), ""]
    lines.append(f"> {paper.abstract}" if paper.abstract else "There is no abstract.")
    if paper.abstract_goes_on_at is not None:
        lines.append(f"It goes on with abstract_from={paper.abstract_goes_on_at}.")
    return "\n".join(lines)


def _lines(each: PaperInShort) -> Iterable[str]:
    yield f"{each.rank}. {each.title}"
    upvotes = f"{each.upvotes} upvotes" if each.upvotes else ""
    code = "code" if each.has_code else ""
    yield "   " + " · ".join(filter(None, (each.id, each.authors, each.date, " ".join(each.categories), upvotes, code)))
    if each.abstract:
        yield f"   > {each.abstract}"
    if each.why:
        yield f"   why: {each.why}"
