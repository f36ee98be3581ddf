"""Promises that hold when the process that fetches is really killed, wherever it is."""

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from archive import Archive, Deposit, deposits, ids
from origin import Origin

CHILD = """
import sys, threading
from datetime import UTC, datetime
import django
django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from broadsheet.core import fetching, sources
from broadsheet.library.sources import named
from broadsheet.sources.http import Http

clock = lambda: datetime(2026, 3, 20, tzinfo=UTC)
if named("archive") is None:
    sources.follow("arxiv-oai", [], {"url": sys.argv[1], "since": "2026-03-01"}, now=clock(), name="archive")
print("ready", flush=True)
http = Http(private={"127.0.0.1"}, pause=lambda seconds: None, patience=1e9)
report = fetching.fetch("archive", http, clock=clock, stop=threading.Event())
print("finished" if report.finished else report.error, flush=True)
"""


def test_a_harvest_that_is_killed_again_and_again_ends_with_exactly_the_right_set(tmp_path: Path) -> None:
    papers = [replace(paper, version=1 + number % 3) for number, paper in enumerate(deposits(1500))]
    dice = random.Random(7)

    def change(page: int, listed: list[Deposit]) -> None:
        place = page * 31 % len(listed) if listed else 0
        listed[place:place] = listed[place : place + 1]  # the list shifts while it is read

    archive = Archive(papers, page_size=50, changes=change, forgets_after=5)
    with Origin() as origin:
        archive.at(origin)
        origin.fails(0.15)
        killed, said = 0, ""
        environment = os.environ | {"BROADSHEET_DATA": str(tmp_path), "DATABASE_URL": ""}
        while said != "finished":
            child = subprocess.Popen(
                [sys.executable, "-c", CHILD, f"{origin.url}/oai"], stdout=subprocess.PIPE, env=environment, text=True
            )
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            if killed < 6:
                time.sleep(dice.uniform(0.02, 0.35))
                child.send_signal(signal.SIGKILL)
                killed += 1
            said = child.stdout.read().strip()
            child.stdout.close()
            child.wait()
    database = sqlite3.connect(tmp_path / "library.sqlite3")
    found = {row[0] for row in database.execute("SELECT paper_id FROM library_paper")}
    records = database.execute("SELECT count(*), count(DISTINCT name) FROM library_record").fetchone()
    database.close()
    assert killed == 6
    assert found == ids(papers)
    assert records == (1500, 1500)
