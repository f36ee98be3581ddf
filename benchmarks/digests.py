"""Digests a second: many subscribers, each with searches of their own, over one day's new papers.

    python -m benchmarks.digests [--subscribers 10000] [--known 20000] [--new 2000] [--processes 4] [--votes 0]

In a library of its own, on SQLite or, if DATABASE_URL names one, on PostgreSQL. Each subscriber has five kept searches,
no two of them alike, made of words of real titles, a category and the trending list, and is due at the same moment.
With `--votes`, each has an account that voted for so many papers, and is told what is chosen for it. So many processes
compose, started as the background jobs start them; one composes as the jobs do where few are due. Then every subscriber
must have exactly one edition, with no paper twice, and one delivery. The goal is 100,000 on four cores within five
minutes, 12 ms of a core for each, what it takes to start included, in 1 GiB.

Memory is that of all these processes together, and of the one from which they are forked, at its peak, looked at five
times a second: the sum of their proportional set sizes (PSS), in which a page that several share counts once. Where
the system does not tell it (`/proc`), it is the most that one of them had resident, as often as there are processes.
"""

from __future__ import annotations

import json
import os
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks import DATA
from benchmarks.arguments import parser_of
from benchmarks.material import lines
from benchmarks.processes import apart, set_up

SEARCHES = 5
NOW = datetime(2026, 7, 2, 6, 30, tzinfo=UTC)
BUDGET = 12.0
"""Milliseconds of a core for a digest: 100,000 of them on four cores within five minutes."""

MEMORY = 1024.0


def main() -> None:
    """Fill, compose, compare."""
    asked = parser_of(__doc__, subscribers=10_000, known=20_000, new=2000, processes=4, votes=0).parse_args()
    if not (DATA / "papers-60k.jsonl.zst").exists():
        sys.exit("The benchmarks need the shared data (BROADSHEET_SHARED_DATA).")
    with tempfile.TemporaryDirectory(prefix="broadsheet-digests-") as folder:
        os.environ |= {"BROADSHEET_DATA": folder, "DJANGO_SETTINGS_MODULE": "broadsheet.settings"}
        apart(_fill, asked.known, asked.new, asked.subscribers, asked.votes)
        start = time.perf_counter()
        made, cpu, memory = _composed(asked.processes)
        seconds, each = time.perf_counter() - start, 1000 * cpu / asked.subscribers
        print(f"{made:,} digests of {asked.subscribers:,} subscribers over {asked.new:,} new papers in {seconds:.0f} s")
        print(f"  of one core, each: {each:.2f} ms (goal ≤ {BUDGET:g}: {'met' if each <= BUDGET else 'MISSED'})")
        print(f"  memory of {asked.processes} processes: {memory:,.0f} MiB (goal ≤ {MEMORY:,.0f}: "
              f"{'met' if memory <= MEMORY else 'MISSED'})")  # fmt: skip
        print(f"  100,000 on four cores: {100_000 * each / 4000:.0f} s")
        for line in apart(_examine):
            print(f"  {line}")


def _fill(known: int, new: int, subscribers: int, votes: int) -> None:
    set_up()
    from django.conf import settings
    from django.core.management import call_command

    from broadsheet import wiring
    from broadsheet.core import indexing, trending
    from broadsheet.core.store import store
    from broadsheet.library import papers

    call_command("migrate", verbosity=0)
    dice = random.Random(7)
    old = list(_records("papers-60k.jsonl.zst", known))
    store(old, now=NOW - timedelta(days=2))
    position = papers.newest_key()
    titles = [record.title for record in old]
    today = list(_records("arxiv-recent.jsonl.zst", new, day=NOW.date(), dice=dice))
    store(today, now=NOW)
    titles += [record.title for record in today]
    indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder())
    _subscribe(subscribers, titles, position, dice)
    if votes:
        _vote(votes, position, dice)
    trending.notice(wiring.formula(), now=NOW)


def _records(name: str, number: int, day: date | None = None, dice: random.Random | None = None) -> Iterator[Any]:
    from broadsheet.types import Record

    for said in islice(lines(DATA / name), number):
        yield Record(
            source="arxiv",
            title=said["title"],
            abstract=said["abstract"],
            authors=tuple(said["authors"]),
            ids=(f"arxiv:{said['id'].removeprefix('arXiv:')}",),
            announced=day or date(2020, 1, 1),
            categories=tuple(said["categories"]),
            extras={"huggingface": {"upvotes": dice.randrange(60)}} if dice and dice.random() < 0.1 else {},
        )


def _subscribe(number: int, titles: list[str], position: int, dice: random.Random) -> None:
    """Subscribers, with two to four words in a row of a title in each search; no two searches are alike."""
    from broadsheet.library import models

    categories = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "math.CO", "stat.ML")
    due, before = NOW - timedelta(minutes=30), NOW - timedelta(days=1)
    told = {"made_at": before, "confirmed_at": before, "position": position, "covered_at": before, "next_at": due}
    seen: set[str] = set()
    for first in range(0, number, 5000):
        people = models.Subscriber.objects.bulk_create(
            models.Subscriber(
                address=f"reader{n}@example.org",
                zone="Europe/Berlin",
                secret=str(n),
                made_at=before,
                confirmed_at=before,
            )
            for n in range(first, min(first + 5000, number))
        )
        rows = []
        for who in people:
            asked: list[str] = []
            while len(asked) < SEARCHES:
                words = dice.choice(titles).split()
                size = dice.randint(2, 4)
                place = dice.randrange(max(len(words) - size, 0) + 1)
                line = " ".join(words[place : place + size])[:200]
                if line in seen:
                    line = f"{line} {dice.choice(words)}"
                if line not in seen:
                    seen.add(line)
                    asked.append(line)
            wants = [("search", line) for line in asked] + [("category", dice.choice(categories)), ("trending", "")]
            rows += [models.Subscription(subscriber=who, kind=kind, value=value, **told) for kind, value in wants]
        models.Subscription.objects.bulk_create(rows, batch_size=2000)


def _vote(number: int, newest: int, dice: random.Random) -> None:
    """An account for each subscriber, with votes for papers that were imported one after the other, and For you."""
    from broadsheet.library import models

    before = NOW - timedelta(days=1)
    told = {"made_at": before, "confirmed_at": before, "position": newest, "covered_at": before}
    people = list(models.Subscriber.objects.order_by("pk"))
    accounts = models.Account.objects.bulk_create(models.Account(username=who.address, trust=1.0) for who in people)
    for who, account in zip(people, accounts, strict=True):
        who.account = account
        first = dice.randrange(1, newest - 20 * number)
        models.Upvote.objects.bulk_create(
            models.Upvote(account=account, paper_id=key, at=NOW - timedelta(days=dice.randrange(2, 60)))
            for key in dice.sample(range(first, first + 20 * number), number)
        )
        models.Subscription.objects.create(
            subscriber=who, kind="for-you", value="", next_at=NOW - timedelta(minutes=30), **told
        )
    models.Subscriber.objects.bulk_update(people, ["account"], batch_size=500)


def _composed(processes: int) -> tuple[int, float, float]:
    """Editions made, seconds of processor, and MiB at the peak."""
    here = ["-c", "from benchmarks.digests import compose_here; compose_here()"]
    apart = ["-m", "broadsheet", "compose", "--parent", str(os.getpid()), "--now", NOW.isoformat()]
    command = [sys.executable, *(apart if processes > 1 else here)]
    told = os.environ | {"BROADSHEET_COMPOSERS": str(processes)}
    before, most = resource.getrusage(resource.RUSAGE_CHILDREN), 0.0
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE) as process:
        while process.poll() is None:
            most = max(most, sum(map(_memory, _family(process.pid))))
            time.sleep(0.2)
        said, _ = process.communicate()
    if process.returncode:
        sys.exit("Not all of it was composed.")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime
    return sum(json.loads(said).values()), cpu, most or processes * after.ru_maxrss / 1024


def compose_here() -> None:
    """Compose in this process, and print what came of it."""
    set_up()
    from broadsheet import wiring
    from broadsheet.core import composing

    print(json.dumps(composing.compose(wiring.index(), wiring.formula(), now=NOW)._asdict()))


def _family(process: int) -> list[int]:
    """A process, and those that it has started."""
    try:
        return [process, *map(int, Path(f"/proc/{process}/task/{process}/children").read_text().split())]
    except FileNotFoundError:
        return []


def _memory(process: int) -> float:
    """The proportional set size of a process in MiB; nothing if it has ended."""
    try:
        lines = Path(f"/proc/{process}/smaps_rollup").read_text().splitlines()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def _examine() -> list[str]:
    set_up()
    from django.conf import settings
    from django.db.models import Count

    from broadsheet.library import models

    people = models.Subscriber.objects.count()
    twice = models.Subscriber.objects.annotate(number=Count("editions")).filter(number__gt=1).count()
    editions = models.Edition.objects.count()
    undelivered = editions - models.Delivery.objects.count()
    due = models.Subscription.objects.filter(next_at__lte=NOW).count()
    repeated = sum(
        len(papers) != len(set(papers)) for papers in models.Edition.objects.values_list("papers", flat=True).iterator()
    )
    numbers = [len(papers) for papers in models.Edition.objects.values_list("papers", flat=True)[:2000]]
    database = settings.DATABASES["default"]["NAME"]
    size = os.path.getsize(database) / 1e6 if os.path.exists(str(database)) else 0  # noqa: PTH202, PTH110
    return [
        f"{editions:,} editions for {people:,} subscribers, {sum(numbers) / max(len(numbers), 1):.1f} papers in each",
        f"{models.FrozenPaper.objects.count():,} papers kept; the library has {size:,.0f} MB",
        f"subscribers with two editions: {twice}; editions with a paper twice: {repeated}",
        f"editions without a delivery: {undelivered}; subscriptions still due: {due}",
    ]


if __name__ == "__main__":
    main()
