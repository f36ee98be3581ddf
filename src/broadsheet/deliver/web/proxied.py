"""The mode behind a proxy: a proxy that signs people in names them in a header, and this house asks nobody again."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from broadsheet.core import accounts
from broadsheet.core.accounts import AccountNameError
from broadsheet.deliver.web.network import came_by_proxy, named_by_proxy

log = logging.getLogger("broadsheet.web")


def account_of_proxy(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Where the settings name a header, let each request be made by the account that it names, and by no other.

    Nothing is kept from one request to the next: whom the proxy names no longer is signed in no longer. The header is
    refused from whoever is no trusted proxy.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        header = settings.PROXY_HEADER
        if not header:
            return get_response(request)
        name = named_by_proxy(request)
        request.user = AnonymousUser()
        if name and not came_by_proxy(request):
            log.warning(
                "%s came from %s, not by a proxy of BROADSHEET_PROXY_FROM.", header, request.META["REMOTE_ADDR"]
            )
            return _refuse(request, "It says who you are, but did not come by the proxy of this house.")
        if name:
            try:
                account = accounts.vouched(_text(name))
            except AccountNameError as error:
                return _refuse(request, str(error))
            if not account.is_active:
                return _refuse(request, "This account is closed.")
            request.user = account
        if request.path.startswith("/accounts/"):
            return render(request, "web/proxied.html", status=404 if request.path != settings.LOGIN_URL else 200)
        return get_response(request)

    return respond


def _text(name: str) -> str:
    """What a header says, which WSGI reads as Latin-1, as the UTF-8 that proxies write."""
    try:
        return name.encode("latin-1").decode("utf-8").strip()
    except UnicodeError:
        return name


def _refuse(request: HttpRequest, reason: str) -> HttpResponse:
    return render(request, "403.html", {"reason": reason}, status=403)
