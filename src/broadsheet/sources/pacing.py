"""Politeness: one request at a time to a host, never sooner than it allows, across threads, processes and restarts.

A host's pace is kept in a small file, locked while somebody waits for it and asks. Times are wall clock, because they
must outlive the process; one that lies in the future by more than a clock may be wrong is kept only if the host itself
asked for it.
"""

from __future__ import annotations

import fcntl
import json
import os
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

SLOWEST = 8.0
"""How many times slower than its documented pace a host is asked at most, once it complained."""

_LONGEST_WISH = timedelta(days=7)
_USUAL = {"last": 0.0, "not_before": 0.0, "slower": 1.0}
_SIZE = 256
"""The bytes of a pace file: always as many, so that one write replaces what stood there."""


@dataclass
class Pace:
    """How a host was asked last: seconds since the epoch, and how many times slower than usual it is asked now."""

    last: float = _USUAL["last"]
    not_before: float = _USUAL["not_before"]
    slower: float = _USUAL["slower"]
    keep: Callable[[], None] = field(default=lambda: None, compare=False)
    """Write it down, so that whoever comes after a crash knows it too."""

    def rest(self, pace: float, now: datetime) -> float:
        """Seconds until it may be asked again."""
        since = now.timestamp() - self.last
        pause = max(0.0, pace * self.slower - since) if since >= 0 else pace * self.slower
        return max(pause, self.wish(now))

    def wish(self, now: datetime) -> float:
        """Seconds for which the host itself asked not to be asked."""
        wish = self.not_before - now.timestamp()
        return wish if 0 < wish <= _LONGEST_WISH.total_seconds() else 0.0

    @property
    def until(self) -> datetime:
        """The moment before which the host asked not to be asked."""
        return datetime.fromtimestamp(self.not_before, UTC)


class Paces:
    """The pace of every host, in files of this folder, or in memory without one."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._here: dict[str, tuple[threading.Lock, Pace]] = {}

    @contextmanager
    def of(self, host: str, wait: Callable[[float], None]) -> Iterator[Pace]:
        """The pace of this host, for nobody else until the block ends; what was changed in it is kept.

        `wait` is called for as long as another one has it.
        """
        if self._folder is None:
            with self._guard:
                lock, pace = self._here.setdefault(host, (threading.Lock(), Pace()))
            while not lock.acquire(timeout=0.05):
                wait(0.05)
            try:
                yield pace
            finally:
                lock.release()
            return
        path = self._folder / f"{re.sub(r'[^a-z0-9.-]', '_', host.lower())[:120]}.json"  # a host may be named `..`
        with open(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b", buffering=0) as file:  # noqa: PTH123
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    wait(0.1)
            pace = _read(file.read(_SIZE))

            def keep() -> None:
                said = {name: getattr(pace, name) for name in _USUAL}
                os.pwrite(file.fileno(), json.dumps(said).ljust(_SIZE).encode(), 0)

            pace.keep = keep
            try:
                yield pace
            finally:
                keep()


def _read(text: bytes) -> Pace:
    """What a file says; nothing, if it was damaged."""
    try:
        said = json.loads(text or b"{}")
        last, not_before, slower = (float(said.get(name, usual)) for name, usual in _USUAL.items())
        return Pace(last, not_before, slower)
    except (ValueError, TypeError, AttributeError):
        return Pace()
