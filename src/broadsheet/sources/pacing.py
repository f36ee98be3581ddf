"""Politeness: one request at a time to a host, never sooner than it allows, across threads, processes and restarts.

A host's pace is kept in a small file, locked while somebody waits for it and asks. Times are wall clock, because they
must outlive the process; one that lies in the future by more than a clock may be wrong is kept only if the host itself
asked for it.
"""

from __future__ import annotations

import fcntl
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

SLOWEST = 8.0
"""How many times slower than its documented pace a host is asked at most, once it complained."""

_LONGEST_WISH = timedelta(days=7)


@dataclass
class Pace:
    """How a host was asked last: seconds since the epoch, and how many times slower than usual it is asked now."""

    last: float = 0.0
    not_before: float = 0.0
    slower: float = 1.0

    def rest(self, pace: float, now: datetime) -> float:
        """Seconds until it may be asked again."""
        moment = now.timestamp()
        since = moment - self.last
        pause = max(0.0, pace * self.slower - since) if since >= 0 else pace * self.slower
        wish = self.not_before - moment
        return max(pause, wish) if 0 < wish <= _LONGEST_WISH.total_seconds() else pause

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
        path = self._folder / re.sub(r"[^a-z0-9.-]", "_", host.lower())[:120]
        with path.open("a+", encoding="utf-8") as file:
            while True:
                try:
                    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    wait(0.1)
            file.seek(0)
            pace = _read(file.read())
            try:
                yield pace
            finally:
                file.seek(0)
                file.truncate()
                file.write(json.dumps(asdict(pace)))


def _read(text: str) -> Pace:
    """What a file says; nothing, if a crash left half of it."""
    try:
        said = json.loads(text or "{}")
        return Pace(**{name: float(said[name]) for name in ("last", "not_before", "slower") if name in said})
    except (ValueError, TypeError):
        return Pace()
