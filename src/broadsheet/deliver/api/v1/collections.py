"""Collections: papers in an order, with notes; one's own, those shared, and those that everybody may read."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from broadsheet.core import collecting, papers, shelving
from broadsheet.core.collecting import LONGEST_ABOUT, LONGEST_TITLE
from broadsheet.core.shelving import LONGEST_NOTE
from broadsheet.deliver import shelves
from broadsheet.deliver.api.v1.access import actor_of, viewer_of, writes
from broadsheet.deliver.api.v1.paging import Number, Page, Slice, following
from broadsheet.deliver.api.v1.papers import AskedWronglyError, PaperShown, with_own
from broadsheet.deliver.web.limits import limited

TAG = "collections"
router = Router()

paced = limited("collection")


class CollectionShown(Schema):
    """A collection without its papers."""

    id: int = Field(description="Its number.", examples=[3])
    url: str = Field(examples=["/collections/3-reading-group"])
    title: str = Field(examples=["Reading group"])
    about: str
    public: bool = Field(description="Whether everybody may read it.")
    origin: str = Field(description="Where it is imported from, if it is.")
    by: str = Field(description="Whose it is.", examples=["ada"])
    size: int = Field(description="How many papers it has.")
    made_at: datetime
    changed_at: datetime
    own: bool = Field(description="Whether it is the account's own.")
    edits: bool = Field(description="Whether the account may change what is in it.")
    member: bool = Field(description="Whether it is shared with the account.")


class Collections(Page):
    """A page of collections."""

    collections: list[CollectionShown]


class Kept(PaperShown):
    """A paper in a collection."""

    place: int = Field(description="From 1.")
    kept_note: str = Field(description="The note beside it.")
    added_at: datetime
    added_by: str


class KeptPapers(Page):
    """A page of the papers of a collection, in their order."""

    papers: list[Kept]


class Asked(Slice):
    """Which collections are asked for."""

    of: Literal["all", "account"] = Field(
        "all", description="The public ones of all, or with a token the account's own and those shared with it."
    )


class NewCollection(Schema, extra="forbid"):
    """A collection to be."""

    title: str = Field(min_length=1, max_length=LONGEST_TITLE, examples=["Reading group"])
    about: str = Field("", max_length=LONGEST_ABOUT)
    public: bool = False


class CollectionWanted(Schema, extra="forbid"):
    """How a collection is to be; what is left out stays as it is."""

    title: str | None = Field(None, min_length=1, max_length=LONGEST_TITLE)
    about: str | None = Field(None, max_length=LONGEST_ABOUT)
    public: bool | None = None


class KeptWanted(Schema, extra="forbid"):
    """How a paper is to stand in a collection; what is left out stays as it is."""

    note: str | None = Field(None, max_length=LONGEST_NOTE)
    place: int | None = Field(None, ge=1, le=shelving.MOST, description="From 1; one that is too high is the last one.")


class Stands(Schema):
    """Whether a paper is in a collection, and whether this request changed that."""

    here: bool = Field(description="Whether it is in it now.")
    changed: bool


@router.get("/collections", response=Collections)
def collections(request: HttpRequest, asked: Query[Asked]) -> dict[str, Any]:
    """List collections: the public ones, the latest changed first; or those of the account, by title."""
    paging, viewer = asked.paging(), viewer_of(request)
    if asked.of == "all":
        public = collecting.public(viewer, paging)
        found, total = list(public.collections), public.total
    elif viewer:
        mine, first = collecting.of_account(viewer), (paging.page - 1) * paging.size
        found, total = mine[first : first + paging.size], len(mine)
    else:
        raise AskedWronglyError("`of=account` needs a token that may read.")
    return {
        "total": total,
        "next": following(request, paging, total),
        "collections": [shelves.collection(each) for each in found],
    }


@router.post("/collections", response={201: CollectionShown}, auth=writes)
@paced
def make_collection(request: HttpRequest, wanted: NewCollection) -> Status[Any]:
    """Make a collection; private, unless told otherwise."""
    made = collecting.make(actor_of(request), wanted.title, wanted.about, public=wanted.public, now=datetime.now(UTC))
    return Status(201, shelves.collection(made))


@router.get("/collections/{int:number}", response=CollectionShown)
def collection(request: HttpRequest, number: Number) -> dict[str, Any]:
    """Show a collection, without its papers; a private one only to whom it is shared with."""
    return shelves.collection(collecting.collection(number, viewer_of(request)))


@router.patch("/collections/{int:number}", response=CollectionShown, auth=writes)
@paced
def change_collection(request: HttpRequest, number: Number, wanted: CollectionWanted) -> dict[str, Any]:
    """Give a collection another title or description, publish it, or make it private."""
    actor, now = actor_of(request), datetime.now(UTC)
    collecting.change(actor, number, title=wanted.title, about=wanted.about, public=wanted.public, now=now)
    return shelves.collection(collecting.collection(number, actor))


@router.delete("/collections/{int:number}", response={204: None}, auth=writes)
@paced
def delete_collection(request: HttpRequest, number: Number) -> Status[Any]:
    """Put a collection into the bin, from which its owner can take it back for 30 days."""
    collecting.delete(actor_of(request), number, now=datetime.now(UTC))
    return Status(204, None)


@router.get("/collections/{int:number}/papers", response=KeptPapers, exclude_unset=True)
def papers_of_collection(request: HttpRequest, number: Number, asked: Query[Slice]) -> dict[str, Any]:
    """List the papers of a collection, in their order."""
    paging, found = asked.paging(), collecting.collection(number, viewer_of(request))
    kept = shelving.page(found, paging)
    return {
        "total": found.size,
        "next": following(request, paging, found.size),
        "papers": with_own(request, [each.paper for each in kept], [shelves.kept(each) for each in kept]),
    }


@router.put("/collections/{int:number}/papers/{path:paper_id}", response=Stands, auth=writes)
@paced
def add_to_collection(request: HttpRequest, number: Number, paper_id: str) -> dict[str, Any]:
    """Put a paper behind the last one of a collection; one that is there stays where it is."""
    new = shelving.add(actor_of(request), number, [papers.paper(paper_id)], now=datetime.now(UTC))
    return {"here": True, "changed": new > 0}


@router.patch("/collections/{int:number}/papers/{path:paper_id}", response={204: None}, auth=writes)
@paced
def change_in_collection(request: HttpRequest, number: Number, paper_id: str, wanted: KeptWanted) -> Status[Any]:
    """Write the note beside a paper of a collection, or move it to another place."""
    actor, paper, now = actor_of(request), papers.paper(paper_id), datetime.now(UTC)
    if wanted.note is not None:
        shelving.note(actor, number, paper, wanted.note, now=now)
    if wanted.place is not None:
        shelving.move(actor, number, paper, wanted.place, now=now)
    return Status(204, None)


@router.delete("/collections/{int:number}/papers/{path:paper_id}", response=Stands, auth=writes)
@paced
def remove_from_collection(request: HttpRequest, number: Number, paper_id: str) -> dict[str, Any]:
    """Take a paper out of a collection."""
    gone = shelving.remove(actor_of(request), number, papers.paper(paper_id), now=datetime.now(UTC))
    return {"here": False, "changed": gone is not None}
