"""The one shape of everything that goes wrong (RFC 9457), and which of our errors is which status."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from ninja import Field, NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from broadsheet.core.collecting import CollectionNotFoundError
from broadsheet.core.subscribing import SuppressedError
from broadsheet.errors import (
    BroadsheetError,
    CommentNotFoundError,
    IndexMissingError,
    MissingExtraError,
    NotAllowedError,
    PaperNotFoundError,
)

MEDIA_TYPE = "application/problem+json"

STATUSES: Mapping[type[BroadsheetError], int] = {
    PaperNotFoundError: 404,
    CommentNotFoundError: 404,
    CollectionNotFoundError: 404,
    NotAllowedError: 403,
    SuppressedError: 409,
    MissingExtraError: 501,
    IndexMissingError: 503,
}
"""What an error of ours is in HTTP; one that is not named here is of what was asked for: 422."""

KINDS = {
    304: "Nothing has changed since the answer that `If-None-Match` names.",
    400: "The request is not one: its body is no JSON, or it holds what no text can hold.",
    401: "The token is not known, is too old, or was ended; or there is none where one is needed.",
    403: "The account may not do this, or the token lets nobody do it.",
    404: "There is nothing at this address, or it is private.",
    405: "This cannot be done here; `Allow` says what can.",
    409: "Something else stands in the way: another request with the same key is still at work.",
    413: "The body is larger than a request may be.",
    422: "The request can be read, and makes no sense: `detail` says what, `errors` says where.",
    429: "This came too often. `Retry-After` says in how many seconds it may come again.",
    500: "Something is broken here. It was noted.",
    501: "This house has not installed what this needs.",
    503: "The index is not built yet.",
}
"""What each status means, in words that the description and the page of documentation share."""


class Fault(Schema):
    """One thing that is wrong with a request."""

    where: list[str | int] = Field(
        description="The way to it: `query` or `body`, and the name.", examples=[["query", "limit"]]
    )
    said: str = Field(description="What is wrong with it.", examples=["Input should be less than or equal to 100"])


class Problem(Schema):
    """What went wrong. Every answer that is not what was asked for has this shape."""

    type: str = Field(description="The address of an explanation.", examples=["/api/v1/docs#problem-404"])
    title: str = Field(description="The kind of problem, always the same words.", examples=["Not Found"])
    status: int = Field(description="The HTTP status again.", examples=[404])
    detail: str = Field(
        description="What failed, which one, what to do.", examples=["No paper in the library has the id 'arxiv:1'."]
    )
    instance: str = Field(description="The path that was asked.", examples=["/api/v1/papers/arxiv:1"])
    errors: list[Fault] | None = Field(None, description="Each thing that is wrong with the request, with status 422.")


def problem(request: HttpRequest, status: int, detail: str = "", **more: Any) -> HttpResponse:
    """The answer that says what went wrong."""
    told = {
        "type": f"/api/v1/docs#problem-{status}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail or KINDS.get(status, HTTPStatus(status).phrase),
        "instance": request.path,
        **more,
    }
    return HttpResponse(orjson.dumps(told), status=status, content_type=MEDIA_TYPE)


def status_of(error: BroadsheetError) -> int:
    """What an error of ours is in HTTP."""
    return next((status for kind, status in STATUSES.items() if isinstance(error, kind)), 422)


def answer_problems(api: NinjaAPI) -> None:
    """Let the API answer its errors, and ours, as problems."""

    @api.exception_handler(BroadsheetError)
    def _ours(request: HttpRequest, error: BroadsheetError) -> HttpResponse:
        return problem(request, status_of(error), str(error))

    @api.exception_handler(ValidationError)
    def _invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        faults = [{"where": _where(each["loc"]), "said": each["msg"]} for each in error.errors]
        first = f"{'.'.join(map(str, faults[0]['where']))}: {faults[0]['said']}." if faults else ""
        return problem(request, 422, first, errors=faults)

    @api.exception_handler(HttpError)
    def _plain(request: HttpRequest, error: HttpError) -> HttpResponse:
        return problem(request, error.status_code, error.message)


def _where(place: tuple[str | int, ...]) -> list[str | int]:
    """Where a fault is, as whoever asks knows it: without the name of our own parameter after `body`."""
    return [place[0], *place[2:]] if place[0] == "body" and len(place) > 1 else list(place)
