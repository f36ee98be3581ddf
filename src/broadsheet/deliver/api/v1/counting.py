"""How many requests came from where, in shared memory: cheap enough to be asked for every one of them."""

from __future__ import annotations

import fcntl
import mmap
import os
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

WINDOW = 60
"""Seconds in which requests are counted together."""

NAMES = 1 << 15
"""Names that there is room for in a window; whoever is one too many goes uncounted."""

TRIES = 32
"""Places at which a name may stand, beginning at the one that it is given by its hash."""


class Count(NamedTuple):
    """How many more requests may come, below 0 if this was one too many; and in how many seconds all may again."""

    remaining: int
    reset: int


class Counter:
    """Counts requests by who makes them, in windows of a minute that begin for all at once.

    Whatever is forked from the process that made it counts with it, as the workers of a generation do; other processes
    count for themselves. This keeps a program that runs wild from taking all threads, and is no more. What may only be
    done so often, by an account in all processes of a house, is counted in the database.
    """

    def __init__(self) -> None:
        self._threads = threading.Lock()
        self._processes, path = tempfile.mkstemp()  # a file's lock is let go by whoever dies, unlike others
        Path(path).unlink()
        weakref.finalize(self, os.close, self._processes)
        self._memory = mmap.mmap(-1, 16 * (NAMES + 1))
        self._table = memoryview(self._memory).cast("Q")  # the window, nothing, then names and their numbers in turns

    def take(self, name: str, most: int, now: float) -> Count:
        """Count a request at this moment, in seconds."""
        window = int(now // WINDOW)
        with self._alone():
            if window != self._table[0]:
                self._memory[:] = bytes(len(self._memory))
                self._table[0] = window
            number = self._counted(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big") or 1)
        return Count(most - number, max(int((window + 1) * WINDOW - now) + 1, 1))

    def _counted(self, name: int) -> int:
        """Which request of this name this is; the first, if there is no room to count it."""
        for place in range(name, name + TRIES):
            at = 2 * (place % NAMES) + 2
            if self._table[at] in {0, name}:
                self._table[at] = name
                self._table[at + 1] += 1
                return self._table[at + 1]
        return 1

    @contextmanager
    def _alone(self) -> Iterator[None]:
        with self._threads:
            fcntl.lockf(self._processes, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.lockf(self._processes, fcntl.LOCK_UN)
