"""An SMTP server that does as little as one can: it takes mails, counts them by Message-ID, and fails when it should.

aiosmtpd, which the tests use, reads a mail line by line and takes two to four milliseconds for it: beside it one would
measure it, not the sender.
"""

from __future__ import annotations

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Sink:
    """The server; `fault` says by recipient, and how often it was asked for before, what goes wrong.

    `refuse`, `refuse data`, or `cut`: to take the mail and close without a word. `on_accept` is told of each mail that
    is taken, before the sender is.
    """

    fault: Callable[[str, int], str] = lambda _recipient, _time: ""
    on_accept: Callable[[bytes], None] = lambda _name: None
    accepted: Counter[bytes] = field(default_factory=Counter)
    asked: Counter[str] = field(default_factory=Counter)
    port: int = 0

    def start(self) -> None:
        """Serve on loopback, in a thread of its own."""
        ready = threading.Event()

        async def serve() -> None:
            server = await asyncio.get_running_loop().create_server(lambda: _Session(self), "127.0.0.1", 0)
            self.port = server.sockets[0].getsockname()[1]
            ready.set()
            await server.serve_forever()

        threading.Thread(target=lambda: asyncio.run(serve()), daemon=True).start()
        ready.wait()


class _Session(asyncio.Protocol):
    def __init__(self, sink: Sink) -> None:
        self._sink, self._read, self._data, self._fault = sink, bytearray(), False, ""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._say(b"220 sink")

    def data_received(self, data: bytes) -> None:
        self._read += data
        while True:
            end = self._read.find(b"\r\n.\r\n" if self._data else b"\r\n")
            if end < 0:
                return
            said = bytes(self._read[:end])
            del self._read[: end + (5 if self._data else 2)]
            if self._data:
                self._take(said)
            else:
                self._answer(said)

    def _say(self, line: bytes) -> None:
        self._transport.write(line + b"\r\n")  # type: ignore[attr-defined]

    def _answer(self, line: bytes) -> None:
        verb = line[:4].upper()
        if verb == b"RCPT":
            address = line.partition(b"<")[2].partition(b">")[0].decode()
            self._fault = self._sink.fault(address, self._sink.asked[address])
            self._sink.asked[address] += 1
            self._say(b"451 4.3.0 not now" if self._fault == "refuse" else b"250 OK")
        elif verb == b"DATA":
            self._data = True
            self._say(b"354 go on")
        elif verb == b"QUIT":
            self._say(b"221 bye")
            self._transport.close()
        else:
            self._say(b"250 OK")

    def _take(self, mail: bytes) -> None:
        self._data = False
        if self._fault == "refuse data":
            self._say(b"451 4.3.0 the disk is full")
            return
        start = mail.index(b"\r\nMessage-ID: <") + 15
        name = mail[start : mail.index(b"@", start)]
        self._sink.accepted[name] += 1
        self._sink.on_accept(name)
        if self._fault == "cut":
            self._transport.abort()  # type: ignore[attr-defined]
        else:
            self._say(b"250 2.0.0 OK")
