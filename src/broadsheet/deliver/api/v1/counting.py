"""How many requests came from where, in memory: cheap enough to be asked for every one of them."""

from __future__ import annotations

import threading
from typing import NamedTuple

WINDOW = 60
"""Seconds in which requests are counted together."""


class Count(NamedTuple):
    """How many more requests may come, below 0 if this was one too many; and in how many seconds all may again."""

    remaining: int
    reset: int


class Counter:
    """Counts requests by who makes them, in windows of a minute that begin for all at once.

    Each process counts for itself: this keeps a program that runs wild from taking all threads, and is no more. What
    may only be done so often, by an account in all processes of a house, is counted in the database.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._window = 0
        self._counts: dict[str, int] = {}

    def take(self, name: str, most: int, now: float) -> Count:
        """Count a request at this moment, in seconds."""
        window = int(now // WINDOW)
        with self._lock:
            if window != self._window:
                self._window, self._counts = window, {}
            number = self._counts[name] = self._counts.get(name, 0) + 1
        return Count(most - number, max(int((window + 1) * WINDOW - now) + 1, 1))
