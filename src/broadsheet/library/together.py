"""Lets threads of one process share a transaction: whoever waits while one is committed is written with the next."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from django.db import DatabaseError, connection, transaction

Wanted = TypeVar("Wanted")
Done = TypeVar("Done")


class _Waiting(Generic[Wanted, Done]):
    """What one thread wants written, and what came of it."""

    def __init__(self, wanted: Wanted) -> None:
        self.wanted = wanted
        self.done: Done
        self.tried = self.finished = False


class Together(Generic[Wanted, Done]):
    """Writes what threads want at the same time in one transaction, so that many of them cost one sync to the disk.

    `write` is given what is wanted, in the order it came, inside a transaction, and answers what came of each. What is
    answered was committed. If a batch fails, each of it is tried alone, and only the one at fault fails.
    """

    def __init__(self, write: Callable[[Sequence[Wanted]], Sequence[Done]]) -> None:
        self._write = write
        self._queue: list[_Waiting[Wanted, Done]] = []
        self._queued = threading.Lock()
        self._turn = threading.Lock()

    def do(self, wanted: Wanted) -> Done:
        """Write this, with what other threads want; inside a transaction, alone, for that may be rolled back."""
        if connection.in_atomic_block:
            return self._alone(wanted)
        mine: _Waiting[Wanted, Done] = _Waiting(wanted)
        with self._queued:
            self._queue.append(mine)
        with self._turn:
            if not mine.tried:
                self._take_turn()
            return mine.done if mine.finished else self._alone(wanted)

    def _take_turn(self) -> None:
        with self._queued:
            batch, self._queue = self._queue, []
        for each in batch:
            each.tried = True
        try:
            with transaction.atomic():
                done = self._write([each.wanted for each in batch])
        except DatabaseError:
            if len(batch) == 1:
                raise
            return  # each of them tries alone
        for each, answer in zip(batch, done, strict=True):
            each.done, each.finished = answer, True

    def _alone(self, wanted: Wanted) -> Done:
        with transaction.atomic():
            return self._write([wanted])[0]
