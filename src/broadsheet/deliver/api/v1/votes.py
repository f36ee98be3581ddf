"""Upvotes: one of each account for each paper, given and taken back."""

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from broadsheet import wiring
from broadsheet.core import papers, voting
from broadsheet.deliver.api.v1.access import actor_of, writes
from broadsheet.deliver.web.limits import limited

TAG = "votes"
router = Router()


class Vote(Schema):
    """How a vote stands, and how many there are."""

    voted: bool
    votes: int = Field(description="Upvotes here.")
    upvotes_in_all: int = Field(description="Those elsewhere too.")


@router.put("/papers/{path:paper_id}/vote", response=Vote, auth=writes)
@limited("upvote")
def upvote(request: HttpRequest, paper_id: str) -> dict[str, Any]:
    """Give a paper the account's vote; given again, it is the same one."""
    found, now = papers.paper(paper_id), datetime.now(UTC)
    network = wiring.network(request.META["REMOTE_ADDR"], now)
    votes = voting.upvote(actor_of(request).key, found, now=now, network=network)
    return {"voted": True, "votes": votes, "upvotes_in_all": votes + (found.upvotes or 0)}


@router.delete("/papers/{path:paper_id}/vote", response=Vote, auth=writes)
@limited("upvote")
def withdraw_vote(request: HttpRequest, paper_id: str) -> dict[str, Any]:
    """Take the account's vote for a paper back."""
    found = papers.paper(paper_id)
    votes = voting.withdraw(actor_of(request).key, found, now=datetime.now(UTC))
    return {"voted": False, "votes": votes, "upvotes_in_all": votes + (found.upvotes or 0)}
