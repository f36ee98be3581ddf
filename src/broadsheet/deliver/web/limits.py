"""How often something may be done by one account and from one network, and the page that says: not so fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from allauth.core.internal import ratelimit
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from broadsheet.deliver.web.acting import wants_json

APP = "broadsheet"
Answered = TypeVar("Answered")
View = Callable[..., Answered]
READS = frozenset({"GET", "HEAD"})
A_MINUTE = 60
"""Seconds to wait that are told where nothing better is known."""


class Rate(NamedTuple):
    """How often something may be done: `60/m` is sixty times in any minute; `s`, `h` and `d` are others."""

    per_account: str
    per_network: str


RATES: dict[str, Rate] = {
    "upvote": Rate("60/m", "600/m"),
    "comment": Rate("30/m", "300/m"),
    "flag": Rate("10/m", "100/m"),
    "save": Rate("60/m", "600/m"),
    "open": Rate("120/m", "1200/m"),
    "collection": Rate("60/m", "600/m"),
    "submit": Rate("10/m", "60/m"),
    "claim": Rate("10/m", "60/m"),
    "library": Rate("5/m", "20/m"),
    "settings": Rate("30/m", "300/m"),
    "notices": Rate("60/m", "600/m"),
    "subscription": Rate("30/m", "300/m"),
    "delete": Rate("10/m", "60/m"),
    "invite": Rate("30/h", "100/h"),
    "tokens": Rate("30/h", "300/h"),
}
"""What may be done so often: on pages, by the API and by agents together."""


def limited(action: str) -> Callable[[View[Answered]], View[Answered | HttpResponse]]:
    """Let a view be asked to write only as often as this action may be done.

    Only where it is known whose request it is. What comes too often is answered 429 with `Retry-After`, as a page
    or as JSON; nothing of it is done. A network of IPv6 is a /64.
    """
    rates = {action: f"{RATES[action].per_account}/user,{RATES[action].per_network}/ip"}

    def limit(view: View[Answered]) -> View[Answered | HttpResponse]:
        @wraps(view)
        def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> Answered | HttpResponse:
            if request.method not in READS and not ratelimit.consume(request, app=APP, action=action, config=rates):
                return too_often(request, _wait(request, action, rates))
            return view(request, *args, **kwargs)

        return respond

    return limit


def allowed(action: str, account: int) -> bool:
    """Count an act of an account that came by no request of Django's; False, and nothing counted, if too often."""
    rates = {action: f"{RATES[action].per_account}/user"}
    who = SimpleNamespace(pk=account)
    return bool(ratelimit.consume(HttpRequest(), app=APP, action=action, config=rates, user=who))


def too_often(request: HttpRequest, wait: int = A_MINUTE) -> HttpResponse:
    """Say that this came too often, and in how many seconds it may come again."""
    if wants_json(request):
        said = f"This came too often. Try again in {wait} seconds."
        response: HttpResponse = JsonResponse({"error": said}, status=429)
    else:
        response = render(request, "429.html", {"wait": wait}, status=429)
    response.headers["Retry-After"] = str(wait)
    return response


def _wait(request: HttpRequest, action: str, rates: dict[str, str]) -> int:
    """Whole seconds until the oldest of those that fill a limit is out of its window."""
    longest = 1.0
    for rate in ratelimit.get_rates(app=APP, action=action, config=rates):
        history = cache.get(ratelimit.get_cache_key(request, app=APP, action=action, rate=rate), [])
        if len(history) >= rate.amount:
            longest = max(longest, history[-1] + rate.duration - time.time())
    return int(longest) + 1
