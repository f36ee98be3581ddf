"""Which addresses may be asked: public ones, and hosts of one's own network that are named. Opens no connection."""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Collection
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from broadsheet.errors import AddressRefusedError

_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_ONE_S_OWN = tuple(
    ipaddress.ip_network(network)
    for network in ("64:ff9b:1::/48", "fec0::/10", "3fff::/20", "5f00::/16", "192.0.0.0/24", "192.88.99.0/24")
)
"""Not for the whole internet, though not every Python's `is_global` knows it."""

_SECRETS = ("key", "token", "secret", "password", "mailto", "auth", "signature")


def check_form(url: str) -> None:
    """Raise AddressRefusedError unless this is an http or https address with a host and without a password."""
    try:
        parts = urlsplit(url)
        host, _port = parts.hostname, parts.port
    except ValueError:
        raise AddressRefusedError(shown(url), "this is no web address", remedy="Check how it is written") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise AddressRefusedError(shown(url), "only http and https addresses are fetched", remedy="Check its beginning")
    if parts.username is not None or parts.password is not None:
        raise AddressRefusedError(shown(url), "the address holds a name or a password", remedy="Leave it out")


def resolve(host: str, port: int, private: Collection[str]) -> list[tuple[Any, ...]]:
    """Where this host is, as `socket.getaddrinfo` answers; each may be connected to.

    AddressRefusedError if any of them is not public, unless `private` names the host or `host:port`, and if no host
    can have this name. OSError if the name is not known. The answer itself must be connected to: a second look at the
    name might say otherwise.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:
        raise AddressRefusedError(host, "no host can have this name", remedy="Check how it is written") from None
    if host in private or f"{host}:{port}" in private:
        return list(found)
    for *_, address in found:
        if not is_public(str(address[0])):
            raise AddressRefusedError(
                host,
                f"{address[0]} is not a public address, and is not asked",
                remedy="If it is a host of your own, name it in BROADSHEET_PRIVATE_HOSTS",
            )
    return list(found)


def is_public(address: str) -> bool:
    """Whether the whole internet can reach this IP address; those that wrap another one are judged by both."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner: list[ipaddress.IPv4Address] = []
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped:
            return is_public(str(ip.ipv4_mapped))
        if ip in _TRANSLATED:
            return is_public(str(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)))
        inner = [*([ip.sixtofour] if ip.sixtofour else []), *(ip.teredo or ())]
    good = ip.is_global and not ip.is_multicast and not ip.is_reserved and not ip.is_unspecified
    good = good and not any(ip in network for network in _ONE_S_OWN)
    return good and all(is_public(str(wrapped)) for wrapped in inner)


def shown(url: str) -> str:
    """The address fit to be shown and logged: without names, passwords and what its parameters keep secret."""
    try:
        parts = urlsplit(url)
        place = parts.netloc.rpartition("@")[2]
        pairs = parse_qsl(parts.query, keep_blank_values=True)
    except ValueError:
        return re.split(r"[?#]", url)[0].rpartition("@")[2][:80]
    hidden = [(name, "***" if any(word in name.lower() for word in _SECRETS) else value) for name, value in pairs]
    query = urlencode(hidden, safe=":/,*[]+ ") if parts.query else ""
    return urlunsplit((parts.scheme, place, parts.path, query, ""))
