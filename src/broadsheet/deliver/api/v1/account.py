"""The account that a token acts for."""

from typing import Any

from django.http import HttpRequest
from ninja import Field, Router, Schema

from broadsheet.deliver.api.v1.access import known, reads
from broadsheet.people import Scope

TAG = "account"
router = Router()


class Me(Schema):
    """Whose token this is, and what it was made for."""

    name: str = Field(examples=["ada"])
    role: str = Field(description="`reader`, `contributor`, `editor` or `administrator`.", examples=["reader"])
    banned: bool = Field(description="Whether the account may only read for now.")
    scopes: list[str] = Field(examples=[["read", "write"]])


@router.get("/me", response=Me, auth=reads)
def me(request: HttpRequest) -> dict[str, Any]:
    """Show whose token this is, and what it may do."""
    bearer = known(request)
    return {
        "name": bearer.actor.name,
        "role": str(bearer.actor.role),
        "banned": bearer.actor.banned,
        "scopes": [scope for scope in Scope if scope in bearer.scopes],
    }
