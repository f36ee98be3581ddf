"""Votes a second, none lost and none doubled, while the front page is read.

    python -m benchmarks.votes [--seconds 20] [--writers 8] [--readers 2000]

In a library of its own, on SQLite and, if DATABASE_URL names one, on PostgreSQL: the service answers in one process as
`broadsheet up` starts it, and so many writers vote through the verbs of the core, each for readers of its own, for 50
papers of one day: processes on PostgreSQL, threads of one process, as the service has them, on SQLite. One act in ten
gives a vote that is there already, one in twenty takes one back. Meanwhile the front page is asked for ten times a
second, over HTTP. Then every vote is compared with what the writers know they did.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from unittest.mock import patch

from benchmarks.arguments import parser_of
from benchmarks.processes import apart, set_up

PAPERS = 50


def main() -> None:
    """Measure on each database, then over HTTP."""
    asked = parser_of(__doc__, seconds=20, writers=8, readers=2000).parse_args()
    postgres = os.environ.pop("DATABASE_URL", "")
    for name, database, goal in (("SQLite", "", 400), ("PostgreSQL", postgres, 2000)):
        if name == "PostgreSQL" and not database:
            print("PostgreSQL: left out, DATABASE_URL names none (scripts/postgres start FOLDER prints one)")
            continue
        if database and _has_papers(database):
            sys.exit("DATABASE_URL names a library that has papers, and this empties it. Give it an empty database.")
        with _library(asked.readers, database) as address:
            with _reading(address) as times:
                votes, wrong, seconds = _vote(asked.writers, asked.seconds, in_processes=bool(database))
            speed, late = votes / seconds, quantiles(times, n=20)[-1]
            print(
                f"{name}: {speed:,.0f} votes/s by {asked.writers} writers (goal ≥ {goal:,}: {_verdict(speed >= goal)})"
            )
            print(f"  {votes:,} acts; votes lost or doubled: {wrong}; papers with a wrong number: {_miscounted()}")
            print(f"  the front page meanwhile: median {median(times):.0f} ms, p95 {late:.0f} ms "
                  f"(goal ≤ 50: {_verdict(late <= 50)}), {len(times)} times", flush=True)  # fmt: skip


def _verdict(met: bool) -> str:  # noqa: FBT001 - reads like an assertion
    return "met" if met else "MISSED"


def _has_papers(database: str) -> bool:
    with (
        tempfile.TemporaryDirectory() as folder,
        patch.dict(os.environ, {"BROADSHEET_DATA": folder, "DATABASE_URL": database}),
    ):
        return bool(apart(_count_papers))


def _count_papers() -> int:
    set_up()
    from django.core.management import call_command

    from broadsheet.library import models

    call_command("migrate", verbosity=0)
    return models.Paper.objects.count()


@contextmanager
def _library(readers: int, database: str) -> Iterator[str]:
    """An empty library with a day of papers and so many readers, and a service for it; answers its address."""
    with tempfile.TemporaryDirectory(prefix="broadsheet-votes-") as folder:
        os.environ |= {"BROADSHEET_DATA": folder, "BROADSHEET_EMBEDDER": "hash-256"}
        if database:
            os.environ["DATABASE_URL"] = database
        else:
            os.environ.pop("DATABASE_URL", None)
        apart(_fill, readers)
        from benchmarks.__main__ import started

        with started() as (_, _, address):
            yield address


def _fill(readers: int) -> None:
    set_up()
    from django.core.management import call_command

    from broadsheet.core.store import store
    from broadsheet.library import models
    from broadsheet.types import Record

    call_command("migrate", verbosity=0)
    call_command("flush", verbosity=0, interactive=False)
    now = datetime.now(UTC)
    store(
        [
            Record(
                source="jsonl", title=f"Paper number {number} of the day", abstract="It says something. " * 60,
                authors=("Ada Lovelace", "Bo Writer"), ids=(f"arxiv:2603.{number:05}",), featured=now.date(),
                categories=("cs.LG",),
            )
            for number in range(PAPERS)
        ],
        now=now,
    )  # fmt: skip
    models.Account.objects.bulk_create(
        models.Account(username=f"reader{number}", date_joined=now - timedelta(days=number % 30))
        for number in range(readers)
    )


@contextmanager
def _reading(address: str) -> Iterator[list[float]]:
    """Ask for the front page ten times a second, and note how many milliseconds each answer took."""
    times: list[float] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.wait(0.1):
            began = time.perf_counter()
            urllib.request.urlopen(address).read()
            times.append((time.perf_counter() - began) * 1000)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield times
    finally:
        stop.set()
        reader.join()


def _vote(writers: int, seconds: float, *, in_processes: bool) -> tuple[int, int, float]:
    """Let the writers vote for so long; answers the acts, how many votes are not as they should be, and the seconds."""
    shares = [(number, writers, seconds) for number in range(writers)]
    if in_processes:
        with multiprocessing.get_context("spawn").Pool(writers) as pool:
            done = pool.starmap(_write, shares)
    else:
        done = apart(_write_in_threads, shares)
    acts = sum(number for number, _, _ in done)
    expected = {pair for _, pairs, _ in done for pair in pairs}
    wrong = len(expected ^ apart(_votes_there))
    return acts, wrong, max(spent for _, _, spent in done)


def _write_in_threads(shares: list[tuple[int, int, float]]) -> list[tuple[int, set[tuple[int, int]], float]]:
    set_up()
    with ThreadPoolExecutor(len(shares)) as pool:
        return list(pool.map(lambda share: _write(*share), shares))


def _write(number: int, writers: int, seconds: float) -> tuple[int, set[tuple[int, int]], float]:
    set_up()
    from broadsheet.core import voting
    from broadsheet.library import models, papers

    random_ = random.Random(number)
    several = list(papers.by_keys(list(models.Paper.objects.values_list("key", flat=True))).values())
    keys = list(models.Account.objects.order_by("pk").values_list("pk", flat=True))[number::writers]
    pairs = [(account, paper) for account in keys for paper in several]
    random_.shuffle(pairs)
    there: set[tuple[int, int]] = set()
    acts, began = 0, time.perf_counter()
    for account, paper in pairs:
        voting.upvote(account, paper, now=datetime.now(UTC))
        there.add((account, paper.key))
        acts += 1
        if random_.random() < 0.1:
            voting.upvote(account, paper, now=datetime.now(UTC))
            acts += 1
        if random_.random() < 0.05:
            voting.withdraw(account, paper, now=datetime.now(UTC))
            there.discard((account, paper.key))
            acts += 1
        if time.perf_counter() - began > seconds:
            break
    return acts, there, time.perf_counter() - began


def _votes_there() -> set[tuple[int, int]]:
    set_up()
    from broadsheet.library import models

    return set(models.Upvote.objects.values_list("account_id", "paper_id"))


def _miscounted() -> int:
    return int(apart(_count_miscounted))


def _count_miscounted() -> int:
    set_up()
    from broadsheet.library import models

    return sum(
        models.Upvote.objects.filter(paper=key).count() != votes
        for key, votes in models.Paper.objects.values_list("key", "votes")
    )


if __name__ == "__main__":
    main()
