"""Who is at the other end: the address of whoever asks, past the proxies that the settings trust and no others."""

from __future__ import annotations

from collections.abc import Callable
from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse

Address = IPv4Address | IPv6Address

BY_PROXY = "broadsheet.by_proxy"
"""Where a request keeps whether it came by a trusted proxy: no header can write there."""


def client_address(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[..., HttpResponse]:
    """Let `REMOTE_ADDR` be the address of whoever asks.

    What came by a trusted proxy is believed as far as the trust goes: of the addresses in `X-Forwarded-For`, each
    written by the one after it, the last one that is no trusted proxy itself. From others the header means nothing.
    """

    def respond(request: HttpRequest) -> HttpResponse:
        peer = _address(request.META.get("REMOTE_ADDR", ""))
        request.META[BY_PROXY] = trusted = peer is not None and _trusted(peer)
        forwarded = request.META.pop("HTTP_X_FORWARDED_FOR", "")
        if trusted:
            request.META["REMOTE_ADDR"] = str(_furthest(forwarded) or peer)
        return get_response(request)

    return respond


def came_by_proxy(request: HttpRequest) -> bool:
    """Whether the request came by a proxy that the settings trust."""
    return bool(request.META.get(BY_PROXY))


def named_by_proxy(request: HttpRequest) -> str:
    """What the header says in which a proxy names accounts; empty where the settings name none, or it is not there.

    Whether a trusted proxy has said it is another question.
    """
    name = settings.PROXY_HEADER.upper().replace("-", "_")
    return str(request.META.get(f"HTTP_{name}", "")) if name else ""


def _furthest(forwarded: str) -> Address | None:
    """The address nearest to the asker that a trusted proxy has seen; None if none has named one."""
    found = None
    for text in reversed(forwarded.split(",")):
        address = _address(text.strip())
        if address is None:
            break
        found = address
        if not _trusted(address):
            break
    return found


def _address(text: str) -> Address | None:
    try:
        address = ip_address(text.strip("[]"))
    except ValueError:
        return None
    return (address.ipv4_mapped if isinstance(address, IPv6Address) else None) or address


def _trusted(address: Address) -> bool:
    return any(address in network for network in settings.PROXY_FROM)
