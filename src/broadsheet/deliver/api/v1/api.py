"""The API itself: its modules put together, how it reads JSON and writes it, and what it calls its operations."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError
from ninja.operation import Operation
from ninja.parser import Parser
from ninja.renderers import BaseRenderer

from broadsheet.deliver.api.v1 import (
    account,
    collections,
    comments,
    export,
    following,
    listings,
    marks,
    papers,
    search,
    submissions,
    subscriptions,
    votes,
)
from broadsheet.deliver.api.v1.answering import linked
from broadsheet.deliver.api.v1.problems import answer_problems

VERSION = "1.0"


class _Json(BaseRenderer):
    """Writes answers as JSON; moments are ISO 8601."""

    media_type = "application/json"

    def render(self, request: HttpRequest, data: Any, *, response_status: int) -> bytes:  # noqa: ARG002
        return orjson.dumps(data)


class _Reader(Parser):
    """Reads bodies strictly: what is half a character or no number is no JSON."""

    def parse_body(self, request: HttpRequest) -> Any:
        try:
            said = orjson.loads(request.body)
        except orjson.JSONDecodeError as error:
            raise HttpError(400, f"The body is not JSON: {error}.") from None
        if b"\\u0000" in request.body and _has_nul(said):
            raise HttpError(400, "There is a character NUL in the body, which no text has.")
        return said


def _has_nul(said: Any) -> bool:
    """Whether any text of a value, however deep, has the character that PostgreSQL takes in no text."""
    waiting = [said]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str) and "\0" in each:
            return True
        waiting += [*each, *each.values()] if isinstance(each, dict) else each if isinstance(each, list) else []
    return False


class Api(NinjaAPI):
    """Calls its operations by the names of their functions, and links pages of lists to the next."""

    def create_response(self, request: HttpRequest, data: Any, **more: Any) -> HttpResponse:
        """An answer, with a link to the next page if there is one."""
        return linked(request, super().create_response(request, data, **more))

    def get_openapi_operation_id(self, operation: Operation) -> str:
        """The name of an operation."""
        return str(operation.view_func.__name__)


api = Api(
    title="Broadsheet",
    version=VERSION,
    urls_namespace="api-v1",
    docs_url=None,
    openapi_url=None,
    renderer=_Json(),
    parser=_Reader(),
)
answer_problems(api)
# The address of a paper may hold slashes, so what stands below it is looked for first.
for module in (
    search, listings, comments, votes, marks, collections, submissions, following, subscriptions, account, export,
    papers,
):  # fmt: skip
    api.add_router("", module.router, tags=[module.TAG])
