"""A process that answers requests, until it is told to retire: then it answers what was begun, and loses nothing."""

from __future__ import annotations

import mmap
import os
import signal
import socket
import time
from collections.abc import Callable
from types import FrameType
from typing import Any, NamedTuple

from waitress.channel import HTTPChannel
from waitress.server import create_server
from waitress.task import WSGITask

CONNECTIONS = 500
"""Connections that a worker keeps open, most of them idle; half of the files that a process may usually have."""

LINGER = 1.0
"""Seconds that a retiring worker waits for the next request of a connection that is kept open, to say good-bye in its
answer: closed without a word, it could be closed in the face of a request that is under way."""

PATIENCE = 60.0
"""Seconds that a retiring worker gives to answers that take long, such as downloads."""

ORPHANED = 3.0
"""Seconds that it gives to them when the process that started it is gone."""

HOLD = 0.1
"""Seconds that a worker leaves new connections to others that have fewer: one of those may hang."""

LOOK = 1.0
"""Seconds after which a worker looks whether the process that started it is still there."""


class Crowd:
    """How many connections each of several workers has, in memory that they share when they are forked.

    Without it a worker that is quick takes whatever comes at a time, and the others have nothing to do.
    """

    def __init__(self, workers: int) -> None:
        self._counts = memoryview(mmap.mmap(-1, 4 * workers)).cast("i")

    def tell(self, worker: int, connections: int) -> None:
        """Say how many connections a worker has now."""
        self._counts[worker] = connections

    def leave(self, worker: int) -> None:
        """Say that a worker takes no more connections."""
        self._counts[worker] = 1 << 30

    def least(self) -> int:
        """How many connections the worker has that has least."""
        return min(self._counts)


class Place(NamedTuple):
    """Where a worker stands: its number in the crowd, the process that started it, and how many threads it has."""

    number: int
    crowd: Crowd
    parent: int
    threads: int


def answer(application: Any, listener: socket.socket, place: Place, *, ready: Callable[[], object]) -> None:
    """Answer requests until SIGTERM, or until the process that started this one is gone.

    Other workers may answer at the same socket; this one leaves new connections to them while they have fewer. After
    SIGTERM all are left to them; those that are open get the answers that they wait for, and one more, which tells them
    to close.
    """
    server: Any = create_server(
        application,
        sockets=[listener],
        threads=place.threads,
        connection_limit=CONNECTIONS,
        asyncore_use_poll=True,  # which knows no limit of its own
        ident="broadsheet",
        clear_untrusted_proxy_headers=False,  # `web.network` believes proxies by the settings, on any server
    )
    server.channel_class = _Channel
    server.retiring = False

    def retire(_signal: int, _frame: FrameType | None) -> None:
        server.retiring = True
        server.pull_trigger()  # wakes the loop

    signal.signal(signal.SIGTERM, retire)
    ready()
    look = 0.0
    while not server.retiring and os.getppid() == place.parent:
        place.crowd.tell(place.number, len(server.active_channels))
        now = time.monotonic()
        server.accepting = len(server.active_channels) <= place.crowd.least() or now >= look
        if server.accepting:
            look = now + HOLD
        _turn(server, LOOK if server.accepting else look - now)
    place.crowd.leave(place.number)
    server.retiring, server.accepting = True, False
    server.del_channel()
    server.socket.close()
    start = time.monotonic()
    while server.active_channels and time.monotonic() < start + (
        PATIENCE if os.getppid() == place.parent else ORPHANED
    ):
        if time.monotonic() > start + LINGER:
            for channel in server.active_channels.values():
                channel.will_close = channel.will_close or channel.idle()
        _turn(server, 0.1)
    server.task_dispatcher.shutdown()


def _turn(server: Any, seconds: float) -> None:
    """Send and receive once, as soon as there is something to, or after so many seconds."""
    server.asyncore.loop(timeout=seconds, use_poll=True, map=server._map, count=1)


class _Task(WSGITask):  # type: ignore[misc]
    """Tells a connection to close with its answer, once the worker retires."""

    def build_response_header(self) -> Any:
        if self.channel.server.retiring:
            self.set_close_on_finish()
        return super().build_response_header()


class _Channel(HTTPChannel):  # type: ignore[misc]
    """A connection."""

    task_class = _Task

    def idle(self) -> bool:
        """Whether nothing was begun that is not answered and sent."""
        return not (self.requests or self.request or self.total_outbufs_len)
