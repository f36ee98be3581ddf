"""Answers as they go out: linked to the next page of their list, and some as they were made.

Tests hold those against their description, and not every request does.
"""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse


def as_made(request: HttpRequest, answer: dict[str, Any]) -> HttpResponse:
    """The answer as JSON. To check it and to write it anew costs more than to make it, where it has many papers."""
    return linked(request, HttpResponse(orjson.dumps(answer), content_type="application/json; charset=utf-8"))


def linked(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """The answer with a link to the next page, where `paging.following` found one."""
    if following := getattr(request, "following", None):
        response.headers["Link"] = f'<{following}>; rel="next"'
    return response
