"""The sender: takes what is due in hand, lets its threads hand it over, and tells the library what came of it.

One thread, the one that calls `run`, talks with the library: it claims a few deliveries at a time, gives each at its
moment to the threads, and settles what they answer, many in one transaction. The threads render, build and send; each
writes into the journal what it begins and what came of it. So no thread waits for a commit, and no commit for a server.
"""

from __future__ import annotations

import heapq
import logging
import queue
import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from time import monotonic
from typing import NamedTuple, Protocol

from django.db import connection as database

from broadsheet.core import sending
from broadsheet.core.journal import Journal, JournalError
from broadsheet.sending import Outcome, Outgoing, Verdict

log = logging.getLogger("broadsheet.sending")

AHEAD = 20.0
"""Seconds for which a delivery is held until its moment; those that are later are queued again."""

GATHERING = 0.03
"""Seconds in which ends gather that the library is told of together: the journal has them already."""

TURN = 60.0
"""Seconds after which a run takes nothing more in hand: the next one begins with all its threads."""

STOPPING = 5.0
"""Seconds that threads have to finish when the process is told to stop."""

PAUSES = (5.0, 15.0, 60.0, 120.0, 300.0)
"""Seconds after which a server is asked again that could not be reached, by how often."""


class Carrier(Protocol):
    """What one thread sends with. Where `send` raises, the delivery is tried again later."""

    def send(self, outgoing: Outgoing, *, begin: Callable[[], None]) -> Outcome:
        """Send it; `begin` is called right before others may have it."""

    def close(self) -> None:
        """Nothing more is sent for now."""


class Pacing(Protocol):
    """What says when the next mail may go to a domain."""

    def book(self, domain: str, within: float) -> float | None:
        """In how many seconds; the moment is taken. None, and it is not, if not within so many seconds."""

    def later(self, domain: str) -> float:
        """In how many seconds to ask again."""

    def slow_down(self, domain: str) -> None:
        """The domain has asked for less."""

    def took(self, domain: str) -> None:
        """The domain has taken one."""


class _Waiting(NamedTuple):
    """A claimed delivery, its moment, and the last one at which it may be begun, on the clock of this process."""

    at: float
    number: int
    outgoing: Outgoing
    last: float


class Sender:
    """Sends what is due, run after run; remembers between them that the server could not be reached."""

    def __init__(
        self,
        carrier: Callable[[], Carrier],
        *,
        folder: Path,
        doors: Collection[str],
        pace: Pacing,
        threads: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._carrier, self._folder, self._doors = carrier, folder, doors
        self._pace, self._threads, self._clock = pace, threads, clock
        self._failures, self._not_before = 0, 0.0

    def run(self, stop: threading.Event) -> str:
        """Send all that is due now; answers in words what became of it, or nothing.

        Ends early when `stop` is set, or when the server cannot be reached: then nothing is lost or counted, one
        warning is given, and the next runs do nothing until a growing pause is over.
        """
        if doubts := sending.recover(self._folder, now=self._clock()):
            log.warning("%d mails were in a server's hands when their process died; they are sent again.", doubts)
        if monotonic() < self._not_before or not sending.waiting(doors=self._doors, now=self._clock()):
            return ""
        return _Run(self._carrier, self._folder, self._doors, self._pace, self._crew(), self._clock).go(stop, self)

    def reached(self) -> None:
        """The server has answered."""
        if self._failures:
            log.info("The mail server is there again.")
        self._failures = 0

    def failed(self, words: str) -> None:
        """The server cannot be reached, or lets nobody in."""
        pause = PAUSES[min(self._failures, len(PAUSES) - 1)]
        if not self._failures:
            log.warning(
                "No mail can be sent: %s. All mails wait, and none is lost; `broadsheet doctor` says more.", words
            )
        self._failures += 1
        self._not_before = monotonic() + pause

    def _crew(self) -> int:
        """How many threads send: one, as long as it is not known whether the server is there again."""
        return 1 if self._failures else self._threads


class _Run:
    """One run of the sender, from the first claim to the last commit."""

    def __init__(
        self,
        carrier: Callable[[], Carrier],
        folder: Path,
        doors: Collection[str],
        pace: Pacing,
        threads: int,
        clock: Callable[[], datetime],
    ) -> None:
        self._carrier, self._doors, self._pace, self._clock = carrier, doors, pace, clock
        self._process = sending.new_name()
        self._journal = Journal(folder, self._process)
        self._todo: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Outcome] = queue.SimpleQueue()
        self._held: list[_Waiting] = []
        self._given: dict[str, _Waiting] = {}
        self._counts = dict.fromkeys(Verdict, 0)
        self._halt = threading.Event()
        self._threads = self._working = threads
        self._trouble = ""
        self._complained = False
        self._using = threads + 1
        self._guard = threading.Lock()
        self._batch = 8 * threads

    def go(self, stop: threading.Event, sender: Sender) -> str:
        """Send until nothing is due, the turn is over, `stop` is set, or nobody gets through."""
        for number in range(self._threads):
            threading.Thread(target=self._work, name=f"send {number}", daemon=True).start()
        over = monotonic() + TURN
        settled, more = False, True
        try:
            while self._using > 1 and not stop.is_set() and (more or self._held or self._given):
                if more and len(self._held) + len(self._given) < self._batch:
                    more = self._take() and monotonic() < over
                self._give()
                self._settle(0.05)
                if self._counts[Verdict.ACCEPTED]:
                    sender.reached()
            settled = self._end(stop)
        finally:
            self._halt.set()
            for _ in range(self._threads):
                self._todo.put(None)
            self._leave(settled=settled)
        if not self._working:
            sender.failed(self._trouble)
        return self._report()

    def _take(self) -> bool:
        """Claim some deliveries and book their moments; whether there may be more."""
        now, last = self._clock(), monotonic() + sending.LEASE.total_seconds() / 2
        found = sending.claim(self._process, 2 * self._batch, doors=self._doors, now=now)
        put_off = {}
        for outgoing in found:
            wait = self._pace.book(outgoing.domain, AHEAD)
            if wait is None:
                put_off[outgoing.name] = now + timedelta(seconds=self._pace.later(outgoing.domain))
            else:
                heapq.heappush(self._held, _Waiting(monotonic() + wait, outgoing.number, outgoing, last))
        if put_off:
            sending.put_off(self._process, put_off)
        return bool(found) or sending.waiting(doors=self._doors, now=now)

    def _give(self) -> None:
        """Give the threads what has its moment now."""
        while self._held and self._held[0].at <= monotonic() and len(self._given) < self._batch:
            order = heapq.heappop(self._held)
            self._given[order.outgoing.name] = order
            self._todo.put(order)

    def _settle(self, wait: float) -> None:
        """Tell the library what came of some, waiting so many seconds for the first."""
        outcomes = []
        with suppress(queue.Empty):
            outcomes.append(self._done.get(timeout=wait))
            self._halt.wait(GATHERING)
            while True:
                outcomes.append(self._done.get_nowait())
        for outcome in outcomes:
            domain = self._given.pop(outcome.name).outgoing.domain
            self._counts[outcome.verdict] += 1
            if outcome.slow:
                self._pace.slow_down(domain)
            if outcome.verdict is Verdict.ACCEPTED:
                self._pace.took(domain)
            if outcome.verdict is Verdict.UNREACHABLE and outcome.words:
                self._working -= 1  # its thread gives up; the others may get through
                self._trouble = outcome.words
        if outcomes:
            sending.settle(self._process, outcomes, now=self._clock())
            if not self._given:
                self._journal.forget()

    def _end(self, stop: threading.Event) -> bool:
        """Let the threads finish what they have begun, and give back the rest; whether all of it is settled."""
        self._halt.set()
        for _ in range(self._threads):
            self._todo.put(None)
        patience: float | None = None
        while self._using > 1:
            self._settle(0.05)
            if stop.is_set():
                patience = patience or monotonic() + STOPPING
                if monotonic() > patience:
                    return False  # a server takes its time: the journal tells those who come after us
        while not self._done.empty():
            self._settle(0.0)
        sending.release(self._process, now=self._clock())
        return True

    def _work(self) -> None:
        """What each thread does: take one, send it, say what came of it."""
        try:
            carrier = self._carrier()
            try:
                while (order := self._todo.get()) is not None and self._send(carrier, order):
                    pass
            finally:
                carrier.close()
                database.close()
        finally:
            self._leave(settled=False)

    def _send(self, carrier: Carrier, order: _Waiting) -> bool:
        """Send one; False if there is no getting through."""
        name = order.outgoing.name
        if self._halt.is_set() or monotonic() > order.last:
            self._done.put(Outcome(name=name, verdict=Verdict.UNREACHABLE))  # untouched: it is given back
            return True
        try:
            outcome = carrier.send(order.outgoing, begin=lambda: self._journal.begin(name))
        except JournalError as error:
            outcome = Outcome(name=name, verdict=Verdict.UNREACHABLE, words=str(error))
        except Exception as error:
            log.error("The delivery %s cannot be made: %s", name, error, exc_info=not self._complained)
            self._complained = True
            outcome = Outcome(name=name, verdict=Verdict.LATER, words=f"cannot be made: {error}"[:500])
        with suppress(JournalError):  # the library is told of it all the same, and the next one is not begun
            self._journal.end(outcome)
        self._done.put(outcome)
        return outcome.verdict is not Verdict.UNREACHABLE

    def _leave(self, *, settled: bool) -> None:
        """Use the journal no more; whoever leaves last closes it."""
        with self._guard:
            self._using -= 1
            if not self._using:
                self._journal.close(settled=settled)

    def _report(self) -> str:
        said = {Verdict.ACCEPTED: "sent", Verdict.LATER: "to be tried again", Verdict.NEVER: "refused"}
        return ", ".join(f"{self._counts[verdict]} {words}" for verdict, words in said.items() if self._counts[verdict])
