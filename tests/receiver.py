"""A program that is told of events by web hooks, on loopback: keeps what it is sent, and fails when told to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import socket
import struct
import threading
import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import Any

from serving import Serving


@dataclass(frozen=True)
class Call:
    """One request: its path, its headers in lower case, its body as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def name(self) -> str:
        """By which the program knows what it has had."""
        return self.headers["webhook-id"]

    @property
    def said(self) -> Any:
        """What the body says."""
        return json.loads(self.body)

    @property
    def papers(self) -> list[str]:
        """The ids of the papers that it tells of."""
        return [paper["id"] for paper in self.said["data"]["papers"]]

    def is_signed(self, secret: str) -> bool:
        """Whether the signature is what the specification says, made anew from it."""
        key = base64.b64decode(secret.split("_", 1)[1])
        signed = ".".join([self.name, self.headers["webhook-timestamp"], self.body.decode()])
        made = base64.b64encode(hmac.digest(key, signed.encode(), hashlib.sha256)).decode()
        return self.headers["webhook-signature"] == f"v1,{made}"


class Receiver(Serving):
    """The program; `next` says what the next calls are answered: a status, `cut`, `silent`, or where to go instead."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.next: deque[int | str] = deque()
        self.always: int | str = 200
        self._guard = threading.Lock()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            timeout = 30

            def do_POST(self) -> None:
                receiver._answer(self)

            def log_message(self, format: str, *args: object) -> None:
                pass

        super().__init__(Handler)
        self.host = self.url.removeprefix("http://")
        self.url += "/papers"

    def _answer(self, handler: BaseHTTPRequestHandler) -> None:
        length = int(handler.headers["content-length"])
        body = handler.rfile.read(length)
        if len(body) < length:
            handler.close_connection = True  # whoever called has died while it spoke
            return
        headers = {name.lower(): value for name, value in handler.headers.items()}
        with self._guard:
            self.calls.append(Call(handler.path, headers, body))
            answer = self.next.popleft() if self.next else self.always
        if answer == "cut":
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            handler.connection.close()
            handler.close_connection = True
            return
        if answer == "silent":
            time.sleep(0.5)
            return
        handler.send_response(answer if isinstance(answer, int) else 302)
        if isinstance(answer, str):
            handler.send_header("location", answer)
        handler.end_headers()
        handler.wfile.write(b"the words of the program")
