"""Keeps the service alive: one generation of it at a time, and a new one in its place when told to.

This process holds the listening socket and little else, so that the program, its settings and its data folder's layout
can be changed below it while no connection is refused.
"""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from io import FileIO
from types import FrameType

from broadsheet.deliver.serving.children import LOOK, Child, Pauses, log

PATIENCE = 12.0
"""Seconds from being told to stop until what still runs is killed."""


def keep(command: Sequence[str], listener: socket.socket, *, ready: Callable[[], None]) -> int:
    """Run the service until SIGTERM or ctrl-c; answers the exit status: that of a first start that failed, or 0.

    `command` is what runs a generation; it is given the numbers of two open files, `--listener` and `--ready`, and of
    this process, `--keeper`. `ready` is called whenever one answers. At SIGHUP a new generation is started. Once it
    answers, the old one finishes what it began, and ends; if it never does, the old one goes on, and the log tells.
    """
    told = _Told()
    current = _Generation(command, listener)
    while not current.ready():
        if current.child.ended() or told.stop:
            _end([current])
            return 0 if told.stop else (current.child.status or 1)
        time.sleep(LOOK / 10)
    ready()
    coming: _Generation | None = None
    leaving: list[_Generation] = []
    pauses = Pauses()
    while not told.stop:
        if coming and coming.ready():
            current.child.ask_to_end()
            leaving.append(current)
            current, coming = coming, None
            ready()
        elif coming and coming.child.ended():
            log.error("A new start failed with status %s; the service goes on as it was.", coming.child.status)
            coming = None
        if coming is None and told.renew:
            told.renew, coming = False, _Generation(command, listener)
        if coming is None and current.child.ended() and pauses.over("The service", current.child):
            coming = _Generation(command, listener)
        leaving = [one for one in leaving if not one.child.ended()]
        time.sleep(LOOK)
    _end([one for one in (current, coming, *leaving) if one])
    return 0


class _Generation:
    """A generation that was started; `ready` once it answers requests."""

    def __init__(self, command: Sequence[str], listener: socket.socket) -> None:
        hearing, saying = os.pipe()
        os.set_blocking(hearing, False)
        self._hearing = FileIO(hearing)
        self._ready = False
        told = {"--listener": listener.fileno(), "--ready": saying, "--keeper": os.getpid()}
        full = [*command, *(word for name, number in told.items() for word in (name, str(number)))]

        def become() -> None:
            os.setsid()  # ctrl-c is meant for the keeper, which tells the others
            for number in (listener.fileno(), saying):
                os.set_inheritable(number, True)  # noqa: FBT003 - takes no name
            os.execv(full[0], full)  # noqa: S606 - a program of ours, without a shell

        self.child = Child(become)
        os.close(saying)

    def ready(self) -> bool:
        """Whether all of its processes answer."""
        self._ready = self._ready or bool(self._hearing.read(1))
        return self._ready


def _end(several: Sequence[_Generation]) -> None:
    for one in several:
        one.child.ask_to_end()
    for one in several:
        one.child.end(PATIENCE)


class _Told:
    """What this process was told by signals."""

    def __init__(self) -> None:
        self.stop = self.renew = False
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        # From a terminal it means that the terminal is gone.
        signal.signal(signal.SIGHUP, self._stop if os.isatty(0) else self._renew)

    def _stop(self, _signal: int, _frame: FrameType | None) -> None:
        self.stop = True

    def _renew(self, _signal: int, _frame: FrameType | None) -> None:
        self.renew = True
