"""A real web server on loopback that speaks as the places do that papers come from, and fails when told to."""

from __future__ import annotations

import random
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from urllib.parse import parse_qsl, urlsplit

from serving import Serving

FAULTS = ("slow", "cut", "reset", "busy", "down", "malformed")
"""Late; less than was announced; no answer; 429; 503; half of the answer as if it were the whole.

`drip`, a byte at a time, is to be asked for by name: it is no fault that a second try repairs.
"""


@dataclass(frozen=True)
class Asked:
    """One request: its path, its parameters, and its headers in lower case."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Reply:
    """What to answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Speaker = Callable[[Asked], Reply]


class Origin(Serving):
    """The server; `route` says who answers where, `fails` and `next_faults` what goes wrong."""

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._speakers: dict[str, Speaker] = {}
        self._faults: deque[str] = deque()
        self._share, self._dice = 0.0, random.Random(0)
        self._kinds: tuple[str, ...] = FAULTS
        self._guard = threading.Lock()
        origin = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 30

            def do_GET(self) -> None:
                origin._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(Handler)

    def route(self, path: str, speaker: Speaker | bytes) -> None:
        """Let this speaker, or always these bytes, answer at this path."""
        self._speakers[path] = speaker if callable(speaker) else lambda _asked: Reply(speaker)

    def fails(self, share: float, *, seed: int = 1, kinds: Iterable[str] = FAULTS) -> None:
        """Let this share of all requests fail, by chance but always the same."""
        self._share, self._kinds, self._dice = share, tuple(kinds), random.Random(seed)

    def next_faults(self, *faults: str) -> None:
        """Let the next requests fail so; an empty string lets one pass."""
        self._faults.extend(faults)

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        parts = urlsplit(handler.path)
        asked = Asked(
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in handler.headers.items()},
        )
        with self._guard:
            self.asked.append(asked)
            fault = self._fault()
        if fault == "reset":
            _reset(handler)
            return
        if fault == "busy":
            reply = Reply(b"slow down", 429, {"Retry-After": "0"})
        elif fault == "down":
            reply = Reply(b"<html>try later</html>", 503)
        else:
            speaker = self._speakers.get(asked.path)
            reply = speaker(asked) if speaker else Reply(b"nothing here", 404)
        body = reply.body
        if fault == "slow":
            time.sleep(0.02)
        if fault == "malformed":
            body = body[: len(body) // 2]
        handler.send_response(reply.status)
        for name, value in reply.headers.items():
            handler.send_header(name, value)
        if reply.status != 304:
            handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        if fault == "cut":
            handler.wfile.write(body[: len(body) // 2])
            _reset(handler)
        elif fault == "drip":
            for byte in body:
                handler.wfile.write(bytes([byte]))
                time.sleep(0.02)
        elif reply.status != 304:
            handler.wfile.write(body)

    def _fault(self) -> str:
        if self._faults:
            return self._faults.popleft()
        return self._dice.choice(self._kinds) if self._share and self._dice.random() < self._share else ""


def _reset(handler: BaseHTTPRequestHandler) -> None:
    """End the connection as a crashed server does."""
    handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    handler.connection.close()
    handler.close_connection = True
