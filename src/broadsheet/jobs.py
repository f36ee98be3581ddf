"""Background work: idempotent steps, each with a report, and the loop that runs them when they are due.

A step may be interrupted at any moment and run again; it goes on from what it had stored.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from django.conf import settings
from django.db import close_old_connections

from broadsheet import wiring
from broadsheet.core import indexing
from broadsheet.errors import BroadsheetError, IndexBusyError

log = logging.getLogger("broadsheet.jobs")

LONGEST_PAUSE = 60.0
"""Seconds at most between two tries of a step that keeps failing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of background work: `run` does what is due and reports it in words, or answers "" if nothing was."""

    name: str
    every: float
    run: Callable[[], str]


def index() -> str:
    """Bring the index up to date with the library, or rebuild it if it is missing, damaged or of another embedder."""
    try:
        applied = indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder())
    except IndexBusyError:
        return ""  # whoever holds the lock does this very work
    return f"applied {applied} changes" if applied else ""


STEPS = (Step("index", every=1.0, run=index),)


def run(stop: threading.Event, steps: Sequence[Step] = STEPS) -> None:
    """Run each step when it is due, one at a time, until `stop` is set. A failing step is logged and tried again.

    The pause after a failure doubles from the step's own interval up to `LONGEST_PAUSE`.
    """
    due = {step.name: monotonic() for step in steps}
    failures = dict.fromkeys(due, 0)
    while not stop.is_set():
        for step in steps:
            if monotonic() < due[step.name] or stop.is_set():
                continue
            close_old_connections()
            try:
                if report := step.run():
                    log.info("%s: %s", step.name, report)
                failures[step.name] = 0
            except Exception as error:
                failures[step.name] += 1
                log.error("%s failed: %s", step.name, error, exc_info=not isinstance(error, BroadsheetError))
            pause = min(step.every * 2 ** min(failures[step.name], 10), max(LONGEST_PAUSE, step.every))
            due[step.name] = monotonic() + pause
        stop.wait(max(0.0, min(due.values()) - monotonic()))
