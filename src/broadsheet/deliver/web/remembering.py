"""Remembers what strangers were answered, as long as nothing changes that an answer may depend on.

That is the library, the index, and the time, which words such as “three hours ago” depend on: after a few seconds each
answer is made anew, but for those that are said to be `lasting`. Who is known by anything, a cookie, a token, a proxy's
word, is never answered from memory; what was made for one asker alone, such as a form with a secret, is never
remembered.
"""

from __future__ import annotations

import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response

from broadsheet import wiring
from broadsheet.deliver.web.network import named_by_proxy
from broadsheet.library.version import version

SECONDS = 10.0
"""How long an answer is remembered at most that is not lasting."""

ROOM = 32 << 20
"""Bytes of answers that a process remembers."""

LARGEST = 1 << 20
"""Bytes of the largest answer that is remembered."""

DEPENDS = {"cookie", "authorization", "accept", "accept-encoding"}
"""What an answer may depend on, of what came with the request: strangers have no such thing, or the key tells it."""


class _Answer(NamedTuple):
    body: bytes
    headers: dict[str, str]
    version: Hashable
    until: float


class Memory:
    """Answers under their keys; those that were asked for least lately are forgotten when there is no more room."""

    def __init__(self, room: int = ROOM) -> None:
        self._lock = threading.Lock()
        self._answers: OrderedDict[Hashable, _Answer] = OrderedDict()
        self._free = room

    def find(self, key: Hashable, version: Hashable) -> HttpResponse | None:
        """What was answered at this version, a moment ago."""
        with self._lock:
            found = self._answers.get(key)
            if found is None:
                return None
            if found.version != version or found.until < time.monotonic():
                self._forget(key)
                return None
            self._answers.move_to_end(key)
        return HttpResponse(found.body, headers=found.headers)

    def keep(self, key: Hashable, version: Hashable, response: HttpResponse) -> None:
        """Remember what was answered; `version` is that of before the answer was made."""
        until = math.inf if getattr(response, "lasting", False) else time.monotonic() + SECONDS
        answer = _Answer(response.content, dict(response.items()), version, until)
        with self._lock:
            if key in self._answers:
                self._forget(key)
            self._answers[key] = answer
            self._free -= len(answer.body)
            while self._free < 0:
                self._forget(next(iter(self._answers)))

    def _forget(self, key: Hashable) -> None:
        self._free += len(self._answers.pop(key).body)


def lasting(response: HttpResponse) -> HttpResponse:
    """The same, said to depend on no moment: it is remembered for as long as nothing changes."""
    response.lasting = True  # type: ignore[attr-defined]
    return response


def remembering(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Answer strangers from memory, where that is what they would be answered anyway."""
    memory = Memory()

    def respond(request: HttpRequest) -> HttpResponseBase:
        now = _version() if _by_stranger(request) else None
        if now is None:
            return get_response(request)
        key = _key(request)
        response = memory.find(key, now)
        if response is None:
            known = request.META.pop("HTTP_IF_NONE_MATCH", None)  # for a whole answer, which others get too
            response = get_response(request)
            if known is not None:
                request.META["HTTP_IF_NONE_MATCH"] = known
            if _for_anybody(response):
                memory.keep(key, now, response)
        if response.status_code != 200:
            return response
        told = get_conditional_response(request, etag=response.headers.get("ETag"), response=response)
        return told or response

    return respond


def _by_stranger(request: HttpRequest) -> bool:
    """Whether nothing tells who asks for this page."""
    known = ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_RANGE")
    return request.method == "GET" and not any(request.META.get(name) for name in known) and not named_by_proxy(request)


def _version() -> Hashable:
    """What the answers depend on, as it is now; None where that cannot be told."""
    library = version()
    return None if library is None else (library, wiring.index().version())


def _key(request: HttpRequest) -> Hashable:
    asked = request.META
    return (
        request.scheme,
        asked.get("HTTP_HOST", ""),
        request.get_full_path_info(),
        asked.get("HTTP_ACCEPT", ""),
        "gzip" in asked.get("HTTP_ACCEPT_ENCODING", ""),
    )


def _for_anybody(response: HttpResponse) -> bool:
    """Whether any stranger would be answered the same."""
    if response.status_code != 200 or response.streaming or response.cookies or len(response.content) > LARGEST:
        return False
    control = response.headers.get("Cache-Control", "")
    varies = {name.strip().lower() for name in response.headers.get("Vary", "").split(",") if name.strip()}
    return varies <= DEPENDS and "private" not in control and "no-store" not in control
