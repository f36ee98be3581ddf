"""The door of the API: who comes in, how often, with how much; and what every answer carries on its way out."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache

from allauth.core.internal.ratelimit import truncate_ip
from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_cache_control, patch_vary_headers

from broadsheet.core import tokens
from broadsheet.deliver.api.v1 import repeating
from broadsheet.deliver.api.v1.counting import Counter
from broadsheet.deliver.api.v1.problems import MEDIA_TYPE, problem
from broadsheet.people import Bearer

PREFIX = "/api/v1/"

LARGEST = 256 << 10
"""Bytes of a request's body: a comment of the most letters, a hundred times."""

WRITES = frozenset({"POST", "PUT", "PATCH", "DELETE"})

ALLOWED_ANYWHERE = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, Idempotency-Key",
    "Access-Control-Max-Age": "86400",
}
EXPOSED = "ETag, Link, Retry-After, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Idempotent-Replayed"

log = logging.getLogger("broadsheet.api")
counter = Counter()
_network = lru_cache(maxsize=4096)(truncate_ip)


def door(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponseBase]:
    """Let requests to the API in by their token, count them, and answer whatever goes wrong in one shape.

    Cookies open nothing here, so pages of other sites may ask: what their reader may do, only a token says.
    """

    def respond(request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(PREFIX):
            return get_response(request)
        response = _answer(request, get_response)
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = EXPOSED
        if request.headers.get("Authorization"):
            patch_cache_control(response, private=True, no_cache=True)
        patch_vary_headers(response, ["Authorization"])
        return response

    return respond


def bearer_of(request: HttpRequest) -> Bearer | None:
    """Whose token came with the request; None for a stranger."""
    found = getattr(request, "bearer", None)
    return found if isinstance(found, Bearer) else None


def _answer(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    if request.method == "OPTIONS":
        return HttpResponse(status=204, headers=ALLOWED_ANYWHERE)
    now = datetime.now(UTC)
    said = request.headers.get("Authorization", "")
    bearer = tokens.bearer(said.partition(" ")[2].strip(), now=now) if said.lower().startswith("bearer ") else None
    request.bearer = bearer  # type: ignore[attr-defined]
    name = f"token {bearer.token}" if bearer else f"network {_network(request.META.get('REMOTE_ADDR', ''))}"
    count = counter.take(name, settings.API_RATE, now.timestamp())
    if count.remaining < 0:
        response = problem(request, 429, f"This came too often. Try again in {count.reset} seconds.")
        response.headers["Retry-After"] = str(count.reset)
    elif said and bearer is None:
        response = problem(
            request, 401, "The token is not known, is too old, or was ended. Make one at /settings/tokens."
        )
    else:
        response = _refused(request) or _done(request, bearer, get_response, now)
    if response.status_code == 401:
        response.headers["WWW-Authenticate"] = 'Bearer realm="Broadsheet"'
    response.headers["X-RateLimit-Limit"] = str(settings.API_RATE)
    response.headers["X-RateLimit-Remaining"] = str(max(count.remaining, 0))
    response.headers["X-RateLimit-Reset"] = str(count.reset)
    return response


def _refused(request: HttpRequest) -> HttpResponse | None:
    """The problem with a request that need not be looked at any further."""
    if request.method in WRITES and _is_too_large(request):
        return problem(request, 413, f"A body has at most {LARGEST >> 10} kB.")
    if "\0" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return problem(request, 400, "There is a character NUL in the address, which no text has.")
    return None


def _is_too_large(request: HttpRequest) -> bool:
    try:
        return len(request.body) > LARGEST
    except RequestDataTooBig:  # larger than anything that this house takes
        return True


def _done(
    request: HttpRequest, bearer: Bearer | None, get_response: Callable[[HttpRequest], HttpResponse], now: datetime
) -> HttpResponse:
    key = request.headers.get("Idempotency-Key", "")
    if key and bearer and request.method in WRITES:
        return repeating.once(request, bearer.actor.key, key, lambda: _asked(request, get_response), now=now)
    return _asked(request, get_response)


def _asked(request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """What the API answers; what is no answer of its own is made a problem, whoever said it."""
    method = request.method
    if method == "HEAD":
        request.method = "GET"
    try:
        response = get_response(request)
    finally:
        request.method = method
    if response.status_code < 400 or response.headers.get("Content-Type") == MEDIA_TYPE:
        return response
    told = problem(request, response.status_code)
    for name in ("Allow", "Retry-After"):
        if name in response.headers:
            told.headers[name] = response.headers[name]
    return told
