"""Child processes, and how they are kept running: one that dies is started again, and waits longer each time."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from types import FrameType

PAUSES = (1.0, 2.0, 5.0, 15.0, 60.0)
"""Seconds before a child is started again, by how often it died of late."""

FORGIVEN = 600.0
"""Seconds of life after which a child's earlier deaths count no more."""

LOOK = 0.1
"""Seconds after which whoever keeps children looks after them."""

log = logging.getLogger("broadsheet.serve")


class Child:
    """A process forked from this one, that does what `run` does and ends with it."""

    def __init__(self, run: Callable[[], None]) -> None:
        self.status: int | None = None
        self.begun = time.monotonic()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if not self._pid:
            _be(run)

    def ended(self) -> bool:
        """Whether it has ended; then `status` is its exit status, below 0 if a signal ended it."""
        if self.status is None:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            self.status = os.waitstatus_to_exitcode(status) if pid else None
        return self.status is not None

    def ask_to_end(self) -> None:
        """Send SIGTERM."""
        if not self.ended():
            os.kill(self._pid, signal.SIGTERM)

    def end(self, patience: float) -> None:
        """Wait until it has ended; after so many seconds, kill it."""
        late = time.monotonic() + patience
        while not self.ended():
            if time.monotonic() > late:
                os.kill(self._pid, signal.SIGKILL)
                self.status = os.waitstatus_to_exitcode(os.waitpid(self._pid, 0)[1])
            else:
                time.sleep(LOOK / 10)


def told_to_end(parent: int) -> Callable[[], bool]:
    """What says whether this process is to end: SIGTERM or ctrl-c came, or `parent` is gone, which started it."""
    told: list[int] = []

    def note(number: int, _frame: FrameType | None) -> None:
        told.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, note)
    return lambda: bool(told) or os.getppid() != parent


class Pauses:
    """When something that dies again and again may be started again: after pauses that grow with its deaths of late."""

    def __init__(self) -> None:
        self._deaths, self._due = 0, 0.0

    def over(self, name: str, dead: Child) -> bool:
        """Whether it may be started now. Asked for the first time after a death, it logs that, and the pause begins."""
        now = time.monotonic()
        if not self._due:
            self._deaths = 0 if now > dead.begun + FORGIVEN else self._deaths
            pause = PAUSES[min(self._deaths, len(PAUSES) - 1)]
            self._deaths, self._due = self._deaths + 1, now + pause
            log.error("%s ended with status %s and will start again in %g s.", name, dead.status, pause)
        elif now >= self._due:
            self._due = 0.0
            return True
        return False


class Kept:
    """A child of this name that is to live on; whoever keeps it calls `tend` now and then."""

    def __init__(self, name: str, run: Callable[[], None]) -> None:
        self._name, self._run, self._pauses = name, run, Pauses()
        self.child = Child(run)

    def tend(self) -> None:
        """Start it again if it died and its pause is over."""
        if self.child.ended() and self._pauses.over(self._name, self.child):
            self.child = Child(self._run)


def _be(run: Callable[[], None]) -> None:
    """What a forked process does instead of what it was forked from; it never returns."""
    status = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        run()
        status = 0
    except BaseException:  # noqa: BLE001 - whatever it is, nobody above may catch it in this process too
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)
