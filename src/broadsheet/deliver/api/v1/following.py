"""What an account follows: authors, categories, and searches, which are its saved ones."""

from datetime import UTC, datetime
from typing import Any, Literal

from django.http import HttpRequest
from ninja import Field, Query, Router, Schema, Status

from broadsheet.core import following as verbs
from broadsheet.core.following import LONGEST
from broadsheet.deliver.api.v1.access import actor_of, reads, writes
from broadsheet.deliver.web.limits import limited
from broadsheet.tastes import Followed

TAG = "saved searches"
router = Router()

paced = limited("save")


class FollowedShown(Schema):
    """An author, a category or a saved search."""

    kind: Literal["author", "category", "search"] = Field(examples=["search"])
    value: str = Field(
        min_length=1,
        max_length=LONGEST,
        description="The line, the name or the category.",
        examples=["graph transformers cat:cs.LG"],
    )


class FollowWanted(FollowedShown, extra="forbid"):
    """What is to be followed, or no longer."""


class Follows(Schema):
    """All that the account follows."""

    follows: list[FollowedShown]


@router.get("/follows", response=Follows, auth=reads)
def follows(request: HttpRequest) -> dict[str, Any]:
    """List the account's saved searches, and the authors and categories that it follows, 200 at most."""
    return {"follows": [_told(each) for each in verbs.followed(actor_of(request).key)]}


@router.put("/follows", response=FollowedShown, auth=writes)
@paced
def follow(request: HttpRequest, wanted: FollowWanted) -> dict[str, Any]:
    """Save a search, or follow an author or a category; For you and the account's searches have them."""
    return _told(verbs.follow(actor_of(request), wanted.kind, wanted.value, now=datetime.now(UTC)))


@router.delete("/follows", response={204: None}, auth=writes)
@paced
def unfollow(request: HttpRequest, unwanted: Query[FollowWanted]) -> Status[Any]:
    """Forget a saved search, or unfollow an author or a category."""
    verbs.unfollow(actor_of(request), unwanted.kind, unwanted.value)
    return Status(204, None)


def _told(each: Followed) -> dict[str, Any]:
    return {"kind": each.kind, "value": each.value}
