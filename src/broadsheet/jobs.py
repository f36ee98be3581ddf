"""Background work: idempotent steps, each with a report, and the loop that runs them when they are due.

A step may be interrupted at any moment and run again; it goes on from what it had stored.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from time import monotonic

from django.conf import settings
from django.db import close_old_connections, connection

from broadsheet import letters, wiring
from broadsheet.core import (
    accounts,
    collecting,
    completeness,
    composing,
    fetching,
    harvesting,
    indexing,
    past,
    promoting,
    repeating,
    showing,
    subscribing,
    telling,
    trending,
    warnings,
    weighing,
)
from broadsheet.errors import BroadsheetError, ComposingError, IndexBusyError
from broadsheet.sources.arxiv_api import ArxivPapers
from broadsheet.types import StoreReport

log = logging.getLogger("broadsheet.jobs")

LONGEST_PAUSE = 60.0
"""Seconds at most between two tries of a step that keeps failing, unless its own interval is longer."""

MANY = 1000
"""Subscribers with something due from which it is quicker to compose in processes that have to be started first."""

LOOK = 0.1
"""Seconds after which is looked whether such a process has ended."""

TURN = 60.0
"""Seconds that one source may take before the others have their turn."""


@dataclass(frozen=True, slots=True)
class Step:
    """One kind of background work: `run` does what is due and reports it in words, or answers "" if nothing was.

    `every` is in seconds. What `run` waits for must end when the event that it is given is set.
    """

    name: str
    every: float
    run: Callable[[threading.Event], str]


def index(_stop: threading.Event) -> str:
    """Bring the index up to date with the library, or rebuild it if it is missing, damaged or of another embedder."""
    try:
        applied = indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder())
    except IndexBusyError:
        return ""  # whoever holds the lock does this very work
    if applied:
        harvesting.notice(_now)
    return f"applied {applied} changes" if applied else ""


def show(stop: threading.Event) -> str:
    """Make older papers readable, where that is not kept, or made otherwise today."""
    worked_out = showing.work_out(stop)
    return f"worked out what {worked_out} papers look like" if worked_out else ""


def fetch(stop: threading.Event) -> str:
    """Give each source that is due one turn."""
    said = []
    for name in fetching.due(_now()):
        if stop.is_set():
            break
        report = fetching.fetch(name, wiring.http(stop), clock=_now, stop=stop, turn=TURN)
        if report.error:
            log.warning("fetch: %s failed: %s", name, report.error)
        elif report.stored.new or report.stored.changed:
            said.append(f"{name}: {report.stored.new} new, {report.stored.changed} changed")
        for words in report.unread:
            log.warning("fetch: %s: not read: %s", name, words)
    return "; ".join(said)


def close_gaps(stop: threading.Event) -> str:
    """Ask again for papers that were announced and are not there."""
    report = completeness.close_gaps(wiring.http(stop), ArxivPapers(), now=_now())
    return f"{report.new} missing papers came in" if report != StoreReport() else ""


def notice(_stop: threading.Event) -> str:
    """Note what papers gained in the eyes of readers here and elsewhere, for the trending list."""
    voted = weighing.take_in(wiring.formula())
    noted = trending.notice(wiring.formula(), now=_now())
    said = (f"votes for {voted} papers weighed" if voted else "", f"{noted} gains noted" if noted else "")
    return ", ".join(filter(None, said))


def keep_lists(_stop: threading.Event) -> str:
    """Keep the front page and the trending list of a day that is over, as they stand."""
    kept = past.keep(wiring.formula(), now=_now())
    return f"{kept} lists kept" if kept else ""


def weigh(_stop: threading.Event) -> str:
    """Look which accounts vote together, and forget which network old votes came from."""
    forgotten = weighing.keep(wiring.formula(), now=_now())
    bound = weighing.look_for_rings(wiring.formula(), now=_now())
    said = [f"the networks of {forgotten} votes forgotten"] * bool(forgotten) + [f"{bound} accounts in rings"] * bool(
        bound
    )
    return "; ".join(said)


def compose(stop: threading.Event) -> str:
    """Make the digests that are due, and forget what nobody confirmed."""
    now = _now()
    subscribing.clear(now=now)
    if settings.COMPOSERS > 1 and composing.waiting(now, MANY) == MANY:
        made = _composed_apart(now, stop)
    else:
        made = composing.compose(wiring.index(), wiring.formula(), now=now, stop=stop).made
    return f"{made} digests composed" if made else ""


def _composed_apart(now: datetime, stop: threading.Event) -> int:
    """Compose in several processes, forked from one that has no threads, unlike this; answers how many were made."""
    command = [sys.executable, "-m", "broadsheet", "compose", "--parent", str(os.getpid()), "--now", now.isoformat()]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE) as process:  # noqa: S603
        while process.poll() is None:
            if stop.wait(LOOK):
                process.terminate()
                break
        said, _ = process.communicate()
    made = int(json.loads(said)["made"]) if said else 0
    if process.returncode and not stop.is_set():
        raise ComposingError(f"{made} digests composed, but not all that are due. What is left is tried again.")
    return made


def warn(_stop: threading.Event) -> str:
    """Tell the administrators of sources that have failed for a day."""
    if not settings.ADMINISTRATORS or not settings.EMAIL_HOST:
        return ""
    told = warnings.warn(wiring.tell_administrators, now=_now())
    return f"told the administrators of {told} failing sources" if told else ""


def tell(_stop: threading.Event) -> str:
    """Mail accounts what they have not read on the site."""
    if not letters.can_be_sent():
        return ""
    verified = settings.ACCOUNT_EMAIL_VERIFICATION == "mandatory"
    report = telling.tell(letters.send, now=_now(), verified=verified)
    told = {"sent": report.sent, "put off": report.postponed, "refused": report.refused}
    return ", ".join(f"{number} letters {what}" for what, number in told.items() if number)


def promote(_stop: threading.Event) -> str:
    """Make contributors of readers who have earned it."""
    made = promoting.promote(now=_now())
    return f"{made} readers became contributors" if made else ""


def tidy(_stop: threading.Event) -> str:
    """Delete, for good, the collections that have been in the bin for a month."""
    gone = collecting.empty_bin(now=_now())
    return f"{gone} collections left the bin" if gone else ""


def forget(_stop: threading.Event) -> str:
    """Delete what has expired: sessions, counts of tries, kept answers, accounts whose address nobody verified."""
    forgotten = accounts.forget_expired(now=_now()) + repeating.clear(now=_now())
    return f"{forgotten} expired rows deleted" if forgotten else ""


STEPS = (
    Step("index", every=1.0, run=index),
    Step("show", every=60.0, run=show),
    Step("fetch", every=5.0, run=fetch),
    Step("notice", every=5.0, run=notice),
    Step("compose", every=30.0, run=compose),
    Step("keep lists", every=60.0, run=keep_lists),
    Step("weigh", every=21_600.0, run=weigh),
    Step("close gaps", every=1800.0, run=close_gaps),
    Step("warn", every=600.0, run=warn),
    Step("tell", every=60.0, run=tell),
    Step("tidy", every=3600.0, run=tidy),
    Step("promote", every=3600.0, run=promote),
    Step("forget", every=3600.0, run=forget),
)


def run(stop: threading.Event, steps: Sequence[Step] = STEPS) -> None:
    """Run each step when it is due, each in a thread of its own, until `stop` is set; returns when all have ended.

    A failing step is logged and tried again; the pause after a failure doubles from the step's own interval up to
    `LONGEST_PAUSE`.
    """
    threads = [threading.Thread(target=_repeat, args=(step, stop), name=step.name) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _repeat(step: Step, stop: threading.Event) -> None:
    failures, due = 0, monotonic()
    try:
        while not stop.wait(max(0.0, due - monotonic())):
            close_old_connections()
            try:
                if report := step.run(stop):
                    log.info("%s: %s", step.name, report)
                failures = 0
            except Exception as error:
                failures += 1
                log.error("%s failed: %s", step.name, error, exc_info=not isinstance(error, BroadsheetError))
            due = monotonic() + min(step.every * 2 ** min(failures, 10), max(LONGEST_PAUSE, step.every))
    finally:
        connection.close()


def _now() -> datetime:
    return datetime.now(UTC)
