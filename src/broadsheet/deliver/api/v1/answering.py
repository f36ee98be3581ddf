"""Answers that go out as they were made: tests hold them against their description, and not every request does."""

from __future__ import annotations

from typing import Any

import orjson
from django.http import HttpResponse


def as_made(answer: dict[str, Any]) -> HttpResponse:
    """The answer as JSON. To check it and to write it anew costs more than to make it, where it has many papers."""
    return HttpResponse(orjson.dumps(answer), content_type="application/json; charset=utf-8")
