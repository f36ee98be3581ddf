"""Submissions: putting papers forward, and what became of one's own."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from broadsheet import wiring
from broadsheet.core import submitting
from broadsheet.core.submitting import LONGEST_REASON
from broadsheet.deliver import deciding, present
from broadsheet.deliver.api.v1.access import actor_of, reads, writes
from broadsheet.deliver.api.v1.paging import Number, Page, Slice, following
from broadsheet.deliver.api.v1.papers import PaperShown
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.submitting import PATIENCE

TAG = "submissions"
router = Router()

paced = limited("submit")


class SubmissionShown(Schema):
    """That the account put a paper forward, and what became of it."""

    id: int
    paper: PaperShown
    by: str
    why: str
    at: datetime
    state: str = Field(description="`waiting`, `shown` or `refused`.", examples=["shown"])
    state_words: str = Field(examples=["waits for an editor"])
    reason: str = Field(description="Why it was refused.")


class Submissions(Page):
    """A page of what the account put forward."""

    submissions: list[SubmissionShown]


class NewSubmission(Schema, extra="forbid"):
    """A paper to be put forward."""

    paper: str = Field(
        min_length=1, max_length=500, description="Its id, address or DOI, perhaps among other words; or its title.",
        examples=["https://arxiv.org/abs/2006.08217"],
    )  # fmt: skip
    why: str = Field("", max_length=LONGEST_REASON, description="A line that says why.", examples=["It rolls."])


class Submitted(Schema):
    """What became of it at once."""

    paper: PaperShown
    again: bool = Field(description="Whether it had stood on a front page before, and keeps its day.")
    waiting: bool = Field(description="Whether an editor has yet to nod.")
    refused: bool = Field(description="Whether an editor has refused it from this account before.")


@router.get("/submissions", response=Submissions, auth=reads, exclude_unset=True)
def submissions(request: HttpRequest, asked: Query[Slice]) -> dict[str, Any]:
    """List what the account put forward, the latest first."""
    paging = asked.paging()
    found, total = submitting.of_account(actor_of(request), paging)
    return {
        "total": total,
        "next": following(request, paging, total),
        "submissions": [deciding.submission(each) for each in found],
    }


@router.post("/submissions", response={201: Submitted}, auth=writes, exclude_unset=True)
@paced
def submit(request: HttpRequest, wanted: NewSubmission) -> Status[Any]:
    """Put a paper on today's front page; one that is not here is fetched, which may take some seconds."""
    done = submitting.submit(
        wanted.paper,
        wanted.why,
        actor=actor_of(request),
        nod=settings.SUBMISSIONS == "nod",
        http=wiring.http(patience=PATIENCE),
        formula=wiring.formula(),
        now=datetime.now(UTC),
    )
    told = {"again": done.again, "waiting": done.waiting, "refused": done.refused}
    return Status(201, {"paper": present.paper(done.paper), **told})


@router.delete("/submissions/{int:number}", response={204: None}, auth=writes)
@paced
def withdraw_submission(request: HttpRequest, number: Number) -> Status[Any]:
    """Take back one's own submission while it waits."""
    submitting.withdraw(actor_of(request), number)
    return Status(204, None)
