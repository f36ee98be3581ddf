"""Writes that are sent again under one key are done once, and answered as they were the first time."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime

from django.http import HttpRequest, HttpResponse

from broadsheet.core import repeating
from broadsheet.core.repeating import State
from broadsheet.deliver.api.v1.problems import problem

_KEY = re.compile(r"[\x21-\x7e]{1,128}")


def once(
    request: HttpRequest, account: int, key: str, do: Callable[[], HttpResponse], *, now: datetime
) -> HttpResponse:
    """Do what is asked for, unless this account has asked for it under this key before: then only say it again.

    422 if the key was used for something else; 409 while the first one is still at work. What failed for a reason of
    ours, or came too often, is not kept: it can be tried again under its key.
    """
    if not _KEY.fullmatch(key):
        return problem(request, 422, "An Idempotency-Key is 1 to 128 visible characters of ASCII.")
    asked = f"{request.method} {request.get_full_path()}\n".encode() + request.body
    known = repeating.begin(account, key, hashlib.sha256(asked).hexdigest(), now=now)
    if known.state is State.OTHER:
        return problem(request, 422, "This Idempotency-Key was used for another request. Take a new one for this.")
    if known.state is State.AT_WORK:
        return problem(request, 409, "The first request with this Idempotency-Key is still at work. Ask again soon.")
    if known.state is State.DONE:
        again = HttpResponse(known.body, status=known.status, content_type=known.media_type)
        again.headers["Idempotent-Replayed"] = "true"
        return again
    request.META.pop("HTTP_ACCEPT_ENCODING", None)  # what is kept must be good for whoever asks again
    kept = False
    try:
        response = do()
        kept = response.status_code < 500 and response.status_code != 429
    finally:
        if not kept:
            repeating.drop(account, key)
    if kept:
        repeating.keep(
            account, key, response.status_code, response.headers.get("Content-Type", ""), response.content.decode()
        )
    return response
