"""Proves that sending survives kill -9: no delivery is lost, none that was recorded as accepted comes twice.

    python -m benchmarks.kill_sending [--times 400] [--seed 0]

In a library of its own, on SQLite or, if DATABASE_URL names one, on PostgreSQL, two processes send to a server on
loopback that counts what it takes by Message-ID; one first try in ten is refused. One of them is killed by SIGKILL,
again and again, and another one starts in its place. Half of the kills look at the clock only. The others are aimed at
the one window that SMTP leaves: they come up to two milliseconds after the server has taken a mail, some of them before
its yes has been sent.

After every kill the library is read: what it records as sent must have been taken by the server exactly as often as it
will ever be. In the end every delivery must be sent. What the server took twice was then in the window: that number is
printed, by kind of kill, and beside it how many would have come twice without the journal: those that the server had
taken, and the library did not know of, when their process died.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import secrets
import sys
import tempfile
import threading
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess

from benchmarks.arguments import parser_of
from benchmarks.processes import set_up
from benchmarks.sink import Sink

PROCESSES, CONNECTIONS = 2, 4
LOW = 300
"""Deliveries that wait, below which more are queued."""


def work(port: int) -> None:
    """Send until killed, or told by an empty queue."""
    from django.conf import settings

    from broadsheet.core import sending
    from broadsheet.deliver.mail.carrier import MailCarrier
    from broadsheet.deliver.mail.message import Letterhead
    from broadsheet.deliver.mail.pace import Pace
    from broadsheet.deliver.mail.rendering import Rendering
    from broadsheet.deliver.mail.sender import Sender
    from broadsheet.deliver.mail.server import Server

    sending.PAUSES = tuple(timedelta(seconds=0.3) for _ in range(1000))
    head = Letterhead(site="B", sender="paper@example.org")
    server = Server(host="127.0.0.1", port=port, security="none", name="localhost")
    said = Rendering("Today", "A word. " * 400, "<p>A word.</p>" * 400, "https://papers.example.org/")
    sender = Sender(
        lambda: MailCarrier(server, head, lambda _: said),
        folder=settings.OUTBOX_FOLDER,
        doors=["mail"],
        pace=Pace(0),
        threads=CONNECTIONS,
        clock=lambda: datetime.now(UTC),
    )
    while True:
        sender.run(threading.Event())
        time.sleep(0.02)


class Trial:
    """The library, the server, the processes that are killed, and what is promised of them."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self._sink = Sink(fault=lambda _, time: "refuse" if time == 0 and self._dice.random() < 0.1 else "")
        self._sink.start()
        self._sink.on_accept = self._taken
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["benchmarks.forked"])
        self._aimed: BaseProcess | None = None
        self._settled: dict[str, int] = {}
        self._there: set[str] = set()
        self.twice: Counter[str] = Counter()
        self.without = 0
        self._seen_twice: set[str] = set()
        self._suspected: dict[str, str] = {}
        self._running = [self._start() for _ in range(PROCESSES)]

    def kill(self, *, aimed: bool) -> None:
        """Kill one of the processes, and look."""
        self._refill()
        number = self._dice.randrange(PROCESSES)
        victim = self._running[number]
        if aimed:
            self._aimed = victim
            victim.join(20)
            if victim.exitcode is None:
                raise SystemExit("BROKEN: nothing is sent any more.")
            self._aimed = None
        else:
            time.sleep(self._dice.uniform(0.0, 0.4))
            victim.kill()
            victim.join()
        self.check("aimed" if aimed else "by the clock")
        self._running[number] = self._start()

    def check(self, kind: str) -> None:
        """What is recorded as sent was taken, and what was recorded before was not taken since."""
        from django.conf import settings

        from broadsheet.core.journal import living
        from broadsheet.library import models

        recorded = set(models.Delivery.objects.filter(state="sent").values_list("name", flat=True))
        counts = {name.decode(): number for name, number in dict(self._sink.accepted).items()}
        for name, number in self._settled.items():
            if counts[name] != number:
                raise SystemExit(f"BROKEN: {name} was recorded as sent, and was sent again.")
        if missing := recorded - counts.keys():
            raise SystemExit(f"BROKEN: {len(missing)} are recorded as sent that the server never took.")
        for name in recorded - self._settled.keys():
            self._settled[name] = counts[name]
        doubled = {name for name, number in counts.items() if number > 1} - self._seen_twice
        self.twice.update(self._suspected.get(name, kind) for name in doubled)
        self._seen_twice |= doubled
        unknown = models.Delivery.objects.filter(name__in=counts.keys() - recorded, state="claimed")
        alive = living(settings.OUTBOX_FOLDER)
        self.without += unknown.exclude(claimed_by__in=alive).count()
        self._suspected |= dict.fromkeys(counts.keys() - recorded, kind)

    def finish(self) -> tuple[int, int]:
        """Let everything be sent; answers how many there were, and how many the server never took."""
        from broadsheet.library import models

        late = time.monotonic() + 120
        while models.Delivery.objects.exclude(state="sent").exists():
            if time.monotonic() > late:
                left = list(models.Delivery.objects.exclude(state="sent").values_list("state", "tries", "response")[:5])
                raise SystemExit(f"BROKEN: some are never sent: {left}")
            time.sleep(0.2)
        self.check("in the end")
        for process in self._running:
            process.kill()
            process.join()
        return len(self._there), len(self._there - self._settled.keys())

    def _start(self) -> BaseProcess:
        process = self._context.Process(target=work, args=(self._sink.port,), daemon=True)
        process.start()
        return process

    def _taken(self, _name: bytes) -> None:
        victim = self._aimed
        if victim is not None:
            self._aimed = None
            threading.Timer(self._dice.uniform(-0.0005, 0.002), victim.kill).start()

    def _refill(self) -> None:
        from broadsheet.library import models

        if models.Delivery.objects.filter(state="queued").count() > LOW:
            return
        now = datetime.now(UTC)
        first = len(self._there)
        several = models.Subscriber.objects.bulk_create(
            models.Subscriber(address=f"{first + n}@example.org", secret="s", made_at=now, confirmed_at=now)
            for n in range(1000)
        )
        editions = models.Edition.objects.bulk_create(
            models.Edition(subscriber=each, period="today", subject="Today", composed_at=now) for each in several
        )
        queued = models.Delivery.objects.bulk_create(
            models.Delivery(edition=each, name=secrets.token_hex(16), next_at=now, made_at=now) for each in editions
        )
        self._there |= {each.name for each in queued}


def main() -> None:
    """Kill, look, and say what came of it."""
    asked = parser_of(__doc__, times=400, seed=0).parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-kill-sending-") as folder:
        os.environ |= {"BROADSHEET_DATA": folder, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
        prepare()
        trial, start = Trial(asked.seed), time.monotonic()
        for kills in range(1, asked.times + 1):
            trial.kill(aimed=kills % 2 == 0)
            if kills % 50 == 0:
                print(f"{kills:>5} kills, {time.monotonic() - start:.0f} s; so far twice: {_said(trial)}", flush=True)
        there, lost = trial.finish()
    print(f"Killed {asked.times} times while {there:,} mails were sent. Lost: {lost}. Twice though recorded: 0.")
    print(f"Twice in the window: {_said(trial)}; without the journal it would have been {trial.without}.")
    sys.exit(1 if lost else 0)


def prepare() -> None:
    """Make the library's tables, empty; a library that has papers is somebody's, and is left alone."""
    set_up()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from broadsheet.library import models

    if models.Paper.objects.exists():
        sys.exit("DATABASE_URL names a library that has papers. Name an empty one: this empties it.")
    call_command("flush", verbosity=0, interactive=False)


def _said(trial: Trial) -> str:
    return ", ".join(f"{trial.twice[kind]} {kind}" for kind in ("by the clock", "aimed"))


if __name__ == "__main__":
    main()
