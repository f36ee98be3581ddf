"""Mails a second to a real SMTP server that fails one time in ten, each delivered exactly once.

    python -m benchmarks.sending [--mails 50000] [--naive 2000] [--processes 2] [--connections 4] [--unsigned]

In a library of its own, on SQLite or, if DATABASE_URL names one, on PostgreSQL, so many editions wait. The server runs
in a process of its own, on loopback, and counts what it takes; one first try in ten fails, by turns when the recipient
is named and after the data. Processes as `broadsheet jobs` runs them send until nothing is left; pauses between tries
are cut short, for two days are long. Mails are digests of 20 papers, 24 kB, signed by DKIM with RSA-2048. What they say
is made beforehand: how long an edition takes to be rendered is not in the figure.

Beside it: the loop that one would write, Django's `send_mail` for each, to the same server without faults; and the
limit, which is the same bytes over as many connections by smtplib alone.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import secrets
import smtplib
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from benchmarks.arguments import parser_of
from benchmarks.processes import apart, set_up
from benchmarks.sink import Sink

FAULTS = ("refuse", "refuse data")
TEXT = "".join(f"Paper {n} with a naïve title\n\n{'Some words of its abstract. ' * 20}\n\n" for n in range(20))
HTML = "<html><body>" + "".join(
    f"<h2>Paper {n} with a naïve title</h2><p>{'Some words of its abstract. ' * 20}</p>\n" for n in range(20)
) + "</body></html>"  # fmt: skip
STOP = "https://papers.example.org/unsubscribe/"


def main() -> None:
    """Measure ours, the naive loop, and the limit."""
    parser = parser_of(__doc__, mails=50_000, naive=2000, processes=2, connections=4)
    parser.add_argument("--unsigned", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="broadsheet-sending-") as folder:
        os.environ |= {"BROADSHEET_DATA": folder, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
        names = apart(_fill, asked.mails)
        with _office(faulty=True) as (port, ask):
            seconds, processor = _send(asked, port)
            taken = ask("accepted")
        wrong = sum(taken.get(name, 0) != 1 for name in names) + len(taken.keys() - set(names))
        states = apart(_states)
        rate = asked.mails / seconds
        print(f"ours: {rate:,.0f} mails/s (goal ≥ 500: {'met' if rate >= 500 else 'MISSED'}), "
              f"{1000 * processor / asked.mails:.2f} ms of processor each; {asked.processes} processes with "
              f"{asked.connections} connections each, {'un' if asked.unsigned else ''}signed")  # fmt: skip
        print(f"  {len(taken):,} taken; lost, doubled or unknown: {wrong}; states {states}", flush=True)
        for name, part, processes in (
            ("naive loop, Django's send_mail", _naive, 1),
            ("limit, smtplib alone", _limit, asked.processes),
        ):
            with _office(faulty=False) as (port, _), multiprocessing.get_context("spawn").Pool(processes) as pool:
                work = [(port, asked.naive, asked.connections)] * processes
                other = asked.naive * processes / max(pool.starmap(part, work))
            print(f"{name}: {other:,.0f} mails/s; ours is {rate / other:.2f} × as fast", flush=True)


@contextmanager
def _office(*, faulty: bool) -> Iterator[tuple[int, Any]]:
    """An SMTP server in a process of its own: its port, and a way to ask it for what it counted."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, faulty), daemon=True)
    process.start()

    def ask(what: str) -> Any:
        ours.send(what)
        return ours.recv()

    try:
        yield ask("port"), ask
    finally:
        process.kill()
        process.join()


def _serve(pipe: Any, faulty: bool) -> None:  # noqa: FBT001 - a process's target
    def fault(recipient: str, time: int) -> str:
        number = int(recipient.partition("@")[0])
        return FAULTS[number // 10 % len(FAULTS)] if faulty and time == 0 and number % 10 == 0 else ""

    sink = Sink(fault=fault)
    sink.start()
    while True:
        what = pipe.recv()
        pipe.send(sink.port if what == "port" else {name.decode(): n for name, n in dict(sink.accepted).items()})


def _send(asked: argparse.Namespace, port: int) -> tuple[float, float]:
    """Send everything; the seconds it took, and those of processor that the senders took."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(asked.processes) as pool:
        pool.starmap(_ready, [()] * asked.processes, chunksize=1)
        start = time.perf_counter()
        work = [(port, asked.connections, not asked.unsigned)] * asked.processes
        processor = sum(pool.starmap(_sender, work, chunksize=1))
        return time.perf_counter() - start, processor


def _ready() -> None:
    """What a process does once: import everything."""
    set_up()
    from broadsheet.deliver.mail import carrier, sender  # noqa: F401

    time.sleep(0.5)  # so that the other process gets the other one of these


def _sender(port: int, connections: int, signed: bool) -> float:  # noqa: FBT001 - called through a pool
    set_up()
    from django.conf import settings

    from broadsheet.core import sending
    from broadsheet.deliver.mail import dkim
    from broadsheet.deliver.mail.carrier import MailCarrier
    from broadsheet.deliver.mail.message import Letterhead
    from broadsheet.deliver.mail.pace import Pace
    from broadsheet.deliver.mail.rendering import Rendering
    from broadsheet.deliver.mail.sender import Sender
    from broadsheet.deliver.mail.server import Server
    from broadsheet.library import models

    sending.PAUSES = tuple(timedelta(seconds=2) for _ in sending.PAUSES)
    head = Letterhead(
        site="Broadsheet",
        sender="Broadsheet <paper@example.org>",
    )
    if signed:
        head = replace(head, sign=dkim.signer(dkim.load(settings.DATA_FOLDER / "dkim.pem"), "example.org", "s"))
    server = Server(host="127.0.0.1", port=port, security="none", name="localhost")
    sender = Sender(
        lambda: MailCarrier(
            server, head, lambda outgoing: Rendering(f"Digest {outgoing.number}", TEXT, HTML, f"{STOP}{outgoing.name}")
        ),
        folder=settings.OUTBOX_FOLDER,
        doors=["mail"],
        pace=Pace(0),
        threads=connections,
        clock=lambda: datetime.now(UTC),
    )
    began = time.process_time()
    while models.Delivery.objects.filter(state__in=["queued", "claimed"]).exists():
        if not sender.run(threading.Event()):
            time.sleep(0.1)
    return time.process_time() - began


def _fill(mails: int) -> list[str]:
    from benchmarks.kill_sending import prepare

    prepare()
    from django.conf import settings

    from broadsheet.deliver.mail import dkim
    from broadsheet.library import models

    dkim.make(settings.DATA_FOLDER / "dkim.pem")
    now = datetime.now(UTC)
    several = models.Subscriber.objects.bulk_create(
        (models.Subscriber(address=f"{n}@place{n % 200}.example.org", secret="s", made_at=now, confirmed_at=now)
         for n in range(mails)), batch_size=5000)  # fmt: skip
    editions = models.Edition.objects.bulk_create(
        (models.Edition(subscriber=each, period="2026-03-17", subject="Today", composed_at=now) for each in several),
        batch_size=5000,
    )
    queued = models.Delivery.objects.bulk_create(
        (models.Delivery(edition=each, name=secrets.token_hex(16), next_at=now, made_at=now) for each in editions),
        batch_size=5000,
    )
    return [each.name for each in queued]


def _states() -> dict[str, int]:
    set_up()
    from django.db.models import Count

    from broadsheet.library import models

    return dict(models.Delivery.objects.values_list("state").annotate(Count("pk")))


def _naive(port: int, mails: int, _connections: int) -> float:
    """Send by Django's `send_mail`; the seconds it took."""
    set_up()
    from django.conf import settings
    from django.core.mail import send_mail

    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    start = time.perf_counter()
    for number in range(mails):
        send_mail(f"Digest {number}", TEXT, "paper@example.org", [f"{number}@example.org"], html_message=HTML)
    return time.perf_counter() - start


def _limit(port: int, mails: int, connections: int) -> float:
    """Hand over one and the same mail again and again; the seconds it took."""
    set_up()
    from broadsheet.deliver.mail.message import Letterhead, build
    from broadsheet.deliver.mail.rendering import Rendering
    from broadsheet.sending import Outgoing

    head = Letterhead(site="B", sender="paper@example.org")
    outgoing = Outgoing(number=1, name="a" * 32, tries=0, made_at=datetime.now(UTC), edition=1, subscriber=1,
                        door="mail", address="1@example.org")  # fmt: skip
    mail = build(outgoing, Rendering("Digest", TEXT, HTML, STOP), head)

    def hand_over(share: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, "localhost") as opened:
            for _ in range(share):
                opened.sendmail("paper@example.org", ["1@example.org"], mail)

    threads = [threading.Thread(target=hand_over, args=(mails // connections,)) for _ in range(connections)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
