"""Promises that hold when the process that fetches is really killed, wherever it is."""

import random
import signal
import sqlite3
import time
from dataclasses import replace
from pathlib import Path

from archive import Archive, Deposit, deposits, ids
from origin import Origin
from running import LIBRARY, a_child, environment

KILLS = 6

CHILD = (
    LIBRARY
    + """
import sys, threading
from datetime import UTC, datetime
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
)


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
        for life in range(4 * KILLS):
            with a_child(CHILD, environment(tmp_path), f"{origin.url}/oai") as child:
                if life < KILLS:
                    time.sleep(dice.uniform(0.02, 0.35))
                    child.send_signal(signal.SIGKILL)
                said, _ = child.communicate()
            killed += child.returncode == -signal.SIGKILL
            if said == "finished\n":
                break
    database = sqlite3.connect(tmp_path / "library.sqlite3")
    found = {row[0] for row in database.execute("SELECT paper_id FROM library_paper")}
    records = database.execute("SELECT count(*), count(DISTINCT name) FROM library_record").fetchone()
    database.close()
    assert killed == KILLS
    assert said == "finished\n"
    assert found == ids(papers)
    assert records == (1500, 1500)
