"""Comments: what is said of papers, by whom; saying something, saying it otherwise, taking it back."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from broadsheet import wiring
from broadsheet.core import discussing, papers, threads
from broadsheet.deliver import discussion
from broadsheet.deliver.api.v1.access import actor_of, viewer_of, writes
from broadsheet.deliver.api.v1.paging import Number, Page, Slice, following
from broadsheet.deliver.web.limits import limited
from broadsheet.markdown import LONGEST

TAG = "comments"
router = Router()


class CommentShown(Schema):
    """A comment in its thread."""

    key: int = Field(description="Its number.", examples=[12])
    url: str = Field(description="The path to pass on.", examples=["/comments/12"])
    parent: int | None = Field(description="The comment that it replies to.")
    by: str = Field(description="Empty where the account is gone.", examples=["ada"])
    at: datetime
    edited_at: datetime | None
    depth: int = Field(description="How far its thread is moved in.")
    to: str = Field(description="Whom it replies to.")
    stands: bool = Field(description="Whether everybody may read it.")
    text: str = Field(description="Markdown, as it was written.", examples=["See *section 3*."])
    html: str = Field(description="The same as HTML that is safe.", examples=["<p>See <em>section 3</em>.</p>"])
    gone: str = Field(description="Why there is nothing to read.")
    locked: bool


class ThreadShown(Schema):
    """All that was said of a paper, each comment followed by its replies, oldest first."""

    number: int = Field(description="How many comments stand.")
    lock: str | None = Field(description="Why nothing more may be said; null where more may.")
    comments: list[CommentShown]


class About(Schema):
    """The paper that a comment is about."""

    title: str
    url: str


class Heard(Schema):
    """A comment away from its thread."""

    url: str
    by: str
    at: datetime
    html: str
    paper: About
    reply: bool = Field(description="Whether it replies to another comment.")


class Latest(Page):
    """What was said last, over all papers."""

    comments: list[Heard]


class Text(Schema, extra="forbid"):
    """What a comment is to say."""

    text: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="Markdown, with TeX between dollar signs.",
        examples=["See *section 3*."],
    )


class NewComment(Text, extra="forbid"):
    """A comment to be."""

    in_reply_to: int | None = Field(None, ge=1, le=2**53, description="The number of the comment that it replies to.")


class Left(Schema):
    """What is left of a comment that was taken back."""

    place: int | None = Field(
        description="The number of the empty place, where others had replied; null if nothing is."
    )


@router.get("/papers/{path:paper_id}/comments", response=ThreadShown)
def comments_of_paper(request: HttpRequest, paper_id: str) -> dict[str, Any]:
    """Read all that was said of a paper."""
    viewer = viewer_of(request)
    thread = threads.thread(papers.paper(paper_id).key, viewer)
    told = discussion.thread(thread, viewer)
    for each, one in zip(told["comments"], thread.said, strict=True):
        each["text"] = one.comment.text
    return told


@router.post("/papers/{path:paper_id}/comments", response={201: CommentShown}, auth=writes)
@limited("comment")
def comment(request: HttpRequest, paper_id: str, said: NewComment) -> Status[Any]:
    """Say something of a paper, or reply to what was said."""
    made = discussing.comment(
        actor_of(request), papers.paper(paper_id), said.text, wiring.formula(),
        now=datetime.now(UTC), parent=said.in_reply_to,
    )  # fmt: skip
    return Status(201, _one(request, made.key))


@router.get("/comments", response=Latest)
def latest_comments(request: HttpRequest, asked: Query[Slice]) -> dict[str, Any]:
    """Read what was said last, over all papers, newest first."""
    paging = asked.paging()
    heard, total = threads.latest(paging)
    names, known = threads.named_in(one.comment.text for one in heard)
    return {
        "total": total,
        "next": following(request, paging, total),
        "comments": [discussion.heard(one, names, known) for one in heard],
    }


@router.patch("/comments/{int:number}", response=CommentShown, auth=writes)
@limited("comment")
def edit_comment(request: HttpRequest, number: Number, said: Text) -> dict[str, Any]:
    """Let a comment of the account say something else; what it said stays readable."""
    return _one(request, discussing.edit(actor_of(request), number, said.text, now=datetime.now(UTC)).key)


@router.delete("/comments/{int:number}", response=Left, auth=writes)
@limited("comment")
def take_back_comment(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Erase a comment of the account with its history, for good."""
    return {"place": discussing.take_back(actor_of(request), number, now=datetime.now(UTC))}


def _one(request: HttpRequest, key: int) -> dict[str, Any]:
    actor = actor_of(request)
    said = threads.comment(key, actor)
    names, known = threads.named_in([said.comment.text])
    return {**discussion.said(said, actor, names, known), "text": said.comment.text}
