"""What an account keeps of papers to itself: how far it is with each, what is hidden, notes; and the lists of them."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Path, Query, Router, Schema

from broadsheet.community import ReadingState
from broadsheet.core import papers, reading
from broadsheet.core.reading import LONGEST_NOTE
from broadsheet.deliver import shelves
from broadsheet.deliver.api.v1.access import actor_of, reads, writes
from broadsheet.deliver.api.v1.paging import Page, Slice, following
from broadsheet.deliver.api.v1.papers import Marks, PaperShown, shown
from broadsheet.deliver.web.limits import limited

TAG = "marks"
router = Router()

Which = Literal["to-read", "reading", "read", "notes", "hidden"]


class ReadingListShown(Page):
    """A page of one of the account's lists."""

    counts: dict[str, int] = Field(description="How many papers each list has.", examples=[{"to read": 3}])
    papers: list[PaperShown]


class MarksWanted(Schema, extra="forbid"):
    """What is to be kept; what is left out stays as it is."""

    state: ReadingState | Literal[""] | None = Field(None, description="Empty takes it away.", examples=["to read"])
    hidden: bool | None = None
    note: str | None = Field(
        None, max_length=LONGEST_NOTE, description="Empty takes it away.", examples=["For Thursday."]
    )


@router.get("/papers/{path:paper_id}/marks", response=Marks, auth=reads)
def marks_of_paper(request: HttpRequest, paper_id: str) -> dict[str, Any]:
    """Show what the account keeps of a paper."""
    found = papers.paper(paper_id)
    return shelves.marks(reading.marks(actor_of(request).key, [found]).get(found.key))


@router.patch("/papers/{path:paper_id}/marks", response=Marks, auth=writes)
@limited("save")
def mark_paper(request: HttpRequest, paper_id: str, wanted: MarksWanted) -> dict[str, Any]:
    """Keep a paper to be read, say how far it is read, hide it, note something."""
    found, actor = papers.paper(paper_id), actor_of(request)
    reading.mark(actor, found, state=wanted.state, hidden=wanted.hidden, note=wanted.note, now=datetime.now(UTC))
    return shelves.marks(reading.marks(actor.key, [found]).get(found.key))


@router.get("/reading/{which}", response=ReadingListShown, auth=reads, exclude_unset=True)
def reading_list(request: HttpRequest, which: Path[Which], asked: Query[Slice]) -> dict[str, Any]:
    """List the papers that the account has marked so, the latest first."""
    paging = asked.paging()
    found = reading.reading_list(actor_of(request), which.replace("-", " "), paging)
    return {
        "total": found.total,
        "next": following(request, paging, found.total),
        "counts": found.counts,
        "papers": shown(request, [each.paper for each in found.marked]),
    }
