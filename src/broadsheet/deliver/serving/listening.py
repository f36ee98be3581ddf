"""The socket that the service is spoken to by."""

from __future__ import annotations

import socket

from broadsheet.errors import BroadsheetError

WAITING = 1024
"""Connections that wait while nobody takes them: those that come while the service starts."""


class AddressTakenError(BroadsheetError):
    """The address to listen on is not to be had."""


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens at this address; port 0 takes any free one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Only where the protocol is named, asyncio sees that it is TCP, and lets answers go out without delay.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(WAITING)
    except OSError as error:
        listener.close()
        raise AddressTakenError(
            f"Cannot listen on {host}:{port}: {error.strerror}. Stop what uses it, or choose another with --port."
        ) from error
    return listener


def address(listener: socket.socket) -> str:
    """The address to type into a browser."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}/"
