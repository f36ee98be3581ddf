"""Promises to programs that hold when the jobs that call them are really killed, wherever they are."""

import json
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

from agents import environment
from receiver import Receiver

PAPERS = 1500
KILLS = 6
THREADS = 4
"""Calls that a process may have begun when it is killed."""


def test_jobs_that_are_killed_again_and_again_tell_of_every_paper_and_repeat_only_what_was_in_doubt(
    tmp_path: Path,
) -> None:
    records = "\n".join(json.dumps({"title": f"A stone, number {n}", "id": f"2603.{n:05}"}) for n in range(PAPERS))
    with Receiver() as receiver:
        env = environment(tmp_path / "data", BROADSHEET_PRIVATE_HOSTS=receiver.host)

        def broadsheet(*arguments: str, stdin: str = "") -> None:
            command = [sys.executable, "-m", "broadsheet", *arguments]
            subprocess.run(command, input=stdin, text=True, env=env, check=True, capture_output=True)

        broadsheet("hooks", "add", receiver.url)
        broadsheet("import", "-", stdin=records)
        hurried = 0.0
        for seed in range(KILLS + 1):
            heard = len(receiver.calls)
            jobs = subprocess.Popen([sys.executable, "-m", "broadsheet", "jobs"], env=env, start_new_session=True)
            try:
                last = seed == KILLS
                until = time.monotonic() + (120 if last else 30)
                while time.monotonic() < until and not (all_told(receiver) if last else len(receiver.calls) > heard):
                    time.sleep(0.01 + 0.003 * seed)
                    if time.monotonic() > hurried + 0.3:
                        hurry(tmp_path)
                        hurried = time.monotonic()
            finally:
                jobs.send_signal(signal.SIGKILL)
                jobs.wait()
        times = Counter(call.name for call in receiver.calls)
        bodies = {call.name: call.body for call in receiver.calls}
        assert all(bodies[call.name] == call.body for call in receiver.calls)
        told = Counter(paper["id"] for body in bodies.values() for paper in json.loads(body)["data"]["papers"])
        assert len(told) == PAPERS
        assert set(told.values()) == {1}
        assert sum(number - 1 for number in times.values()) <= THREADS * KILLS


def all_told(receiver: Receiver) -> bool:
    return len({paper for call in list(receiver.calls) for paper in call.papers}) == PAPERS


def hurry(folder: Path) -> None:
    """Let what is in doubt be called again now, and not in a minute."""
    with sqlite3.connect(folder / "data" / "library.sqlite3", timeout=30) as library:
        library.execute("UPDATE library_delivery SET next_at = made_at WHERE state = 'queued' AND tries > 0")
    library.close()
