"""The promise that holds when the process that composes is really killed, wherever it is: one edition a period."""

import random
import signal
import sqlite3
import time
from pathlib import Path

from running import LIBRARY, a_child, environment, said_by, wait_until

KILLS = 6

SETUP = (
    LIBRARY
    + """
from datetime import UTC, date, datetime, timedelta
from django.conf import settings
from broadsheet import wiring
from broadsheet.core import composing, indexing
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.rank.trending import Formula
from broadsheet.types import Record

now = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)
"""
)

FILL = """
store([Record(source="x", title=f"Stone number {n}", ids=(f"doi:10.1000/{n}",), categories=("cs.LG",),
              announced=date(2026, 3, 17)) for n in range(40)], now=now)
indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder())
before = now - timedelta(days=1)
people = models.Subscriber.objects.bulk_create(
    models.Subscriber(address=f"reader{n}@example.org", secret=str(n), made_at=before, confirmed_at=before)
    for n in range(1200))
models.Subscription.objects.bulk_create(
    models.Subscription(subscriber=who, kind=kind, value=value, made_at=before, confirmed_at=before,
                        next_at=now - timedelta(minutes=30))
    for who in people for kind, value in (("category", "cs.LG"), ("search", f"stone {who.pk % 40}")))
"""

COMPOSE = """
composing.AT_ONCE = 20
print("ready", flush=True)
print(composing.compose(wiring.index(), Formula(), now=now), flush=True)
"""


def test_a_process_that_is_killed_again_and_again_makes_one_edition_for_each(tmp_path: Path) -> None:
    told = environment(tmp_path)
    assert said_by(SETUP + FILL, told) == ("", "")
    dice, killed, said, reached = random.Random(11), 0, "", [0]
    for life in range(KILLS + 1):
        enough = reached[-1] + dice.randrange(20, 130)
        with a_child(SETUP + COMPOSE, told) as child:
            if life < KILLS:
                wait_until(lambda: _count(tmp_path) >= enough, f"{enough} editions")  # noqa: B023 - called at once
                time.sleep(dice.uniform(0, 0.01))
                child.send_signal(signal.SIGKILL)
            said, _ = child.communicate()
        killed += child.returncode == -signal.SIGKILL
        reached.append(_count(tmp_path))
    database = sqlite3.connect(tmp_path / "library.sqlite3")
    editions, people = database.execute(
        "SELECT count(*), count(DISTINCT subscriber_id) FROM library_edition"
    ).fetchone()
    sends = database.execute("SELECT count(*), count(DISTINCT edition_id) FROM library_delivery").fetchone()
    due = database.execute("SELECT count(*) FROM library_subscription WHERE next_at < '2026-03-17 06:30'").fetchone()
    database.close()
    assert killed == KILLS
    assert said.startswith("Composed")
    assert any(0 < number < 1200 for number in reached)
    assert (editions, people) == (1200, 1200)
    assert sends == (1200, 1200)
    assert due == (0,)


def _count(folder: Path) -> int:
    database = sqlite3.connect(folder / "library.sqlite3")
    number: int = database.execute("SELECT count(*) FROM library_edition").fetchone()[0]
    database.close()
    return number
