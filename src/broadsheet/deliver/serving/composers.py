"""Processes that compose digests together, forked from one that has read the news, which they go on sharing.

That one is a process of its own, for it must have no threads, as the background jobs do. Tantivy's, which looks now and
then whether the index has grown, is left behind: nothing that a fork does waits for it.
"""

from __future__ import annotations

import ctypes
import gc
import logging
import mmap
import os
import time
from datetime import datetime
from functools import partial

from broadsheet.core import composing
from broadsheet.core.composing import Composed
from broadsheet.core.news import News
from broadsheet.deliver.serving.children import LOOK, Child, told_to_end

PATIENCE = 8.0
"""Seconds that composers get to finish what they are at; what one is killed over is as if it had not begun it."""

TELL = 30.0
"""Seconds after which is told again how many digests there are."""

log = logging.getLogger("broadsheet.compose")


class Tally:
    """What each of several processes has composed, in memory that they share when they are forked."""

    def __init__(self, composers: int) -> None:
        self._made, self._empty = (memoryview(mmap.mmap(-1, 8 * composers)).cast("q") for _ in Composed._fields)

    def add(self, composer: int, done: Composed) -> None:
        """Count what one of them has done."""
        self._made[composer] += done.made
        self._empty[composer] += done.empty

    def total(self) -> Composed:
        """What all of them have done."""
        return Composed(sum(self._made), sum(self._empty))


def run(now: datetime, *, parent: int, composers: int) -> tuple[Composed, bool]:
    """Compose what is due at this moment in so many processes; what they did, and whether each has done its share.

    Ends early at SIGTERM, or when the process `parent` is gone, which started this one. What a process leaves when it
    is killed is due still. Django must be ready, and no thread may have been started: this process is forked.
    """
    from django.db import connections

    from broadsheet import wiring

    ended, here, tally = told_to_end(parent), os.getpid(), Tally(composers)
    news = composing.ground(wiring.index(), wiring.formula(), now)
    connections.close_all()  # none may be shared with a fork
    give_back()
    gc.freeze()  # what is there now is never looked at again, and so its memory stays shared
    shares = [(rest, composers) for rest in range(composers)]
    several = [Child(partial(_compose, news, share, tally, here)) for share in shares]
    tell = time.monotonic() + TELL
    while not all(child.ended() for child in several):
        if ended():
            _end(several)
            return tally.total(), False
        if time.monotonic() > tell:
            tell += TELL
            log.info("%s digests are composed so far", f"{tally.total().made:,}")
        time.sleep(LOOK)
    statuses = [child.status for child in several]
    for number, status in enumerate(statuses, 1):
        if status:
            log.error("Composer %d ended with status %s; what it left is composed in the next round.", number, status)
    return tally.total(), not any(statuses)


def give_back() -> None:
    """Give memory that is free back to the system, where the C library keeps it until it is told to (glibc)."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim:
        trim(0)


def _compose(news: News, share: tuple[int, int], tally: Tally, parent: int) -> None:
    """Compose a share, until that is done, or this process is told to end."""
    ended = told_to_end(parent)
    for done in composing.portions(news, share):
        tally.add(share[0], done)
        give_back()
        if ended():
            break


def _end(several: list[Child]) -> None:
    late = time.monotonic() + PATIENCE
    for child in several:
        child.ask_to_end()
    for child in several:
        child.end(max(late - time.monotonic(), 0.0))
