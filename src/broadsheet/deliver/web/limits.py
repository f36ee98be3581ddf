"""How often something may be done by one account and from one network, and the page that says: not so fast."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import wraps
from types import SimpleNamespace
from typing import Any, TypeVar

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


def limited(
    action: str, *, per_account: str, per_network: str
) -> Callable[[View[Answered]], View[Answered | HttpResponse]]:
    """Let a view be asked to write only so often: `60/m` is sixty times in any minute; `s`, `h` and `d` are others.

    Only where it is known whose request it is. What comes too often is answered 429 with `Retry-After`, as a page
    or as JSON; nothing of it is done. Views with one action are counted together. A network of IPv6 is a /64.
    """
    rates = {action: f"{per_account}/user,{per_network}/ip"}

    def limit(view: View[Answered]) -> View[Answered | HttpResponse]:
        @wraps(view)
        def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> Answered | HttpResponse:
            if request.method not in READS and not ratelimit.consume(request, app=APP, action=action, config=rates):
                return too_often(request, _wait(request, action, rates))
            return view(request, *args, **kwargs)

        return respond

    return limit


def allowed(action: str, account: int, *, per_account: str) -> bool:
    """Count one more act of an account that came by another way than a page; False, and nothing counted, if too often.

    It is counted together with what the account does on pages under this action.
    """
    rates = {action: f"{per_account}/user"}
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
