"""What every answer carries, and every session: the policy of what a page may load, and where a browser was seen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import cast
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.library.sessions import Place, SessionStore

_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; manifest-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)

SEEN_AGAIN = timedelta(hours=1)
"""How old the last sight of a browser may be before it is written anew."""


def content_security_policy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Send the policy, and ask caches to come back before they show a page again."""

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", _POLICY)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response

    return respond


def lead_on(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Lead from a form to another site by a page of ours, which goes on by itself.

    A form may lead to our own pages only, says the policy, and browsers hold every further redirect to it too: those
    between the sites of a university's sign-in could not all be named. A page that goes on is no form.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        address = response.headers.get("Location", "")
        elsewhere = urlsplit(address).netloc not in {"", request.get_host()}
        if request.method == "POST" and elsewhere:
            place = {"address": address, "host": urlsplit(address).hostname}
            page = render(request, "web/leaving.html", place)
            page.cookies = response.cookies
            return page
        return response

    return respond


def place_of_session(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Tell a session where the browser is, and let it be written when it was last seen long ago."""

    def respond(request: HttpRequest) -> HttpResponse:
        session = cast("SessionStore", request.session)
        session.place = Place(request.META.get("REMOTE_ADDR", ""), request.headers.get("User-Agent", "")[:200])
        response = get_response(request)
        if session.accessed and session.seen_at and datetime.now(UTC) - session.seen_at > SEEN_AGAIN:
            session.modified = True
        return response

    return respond
