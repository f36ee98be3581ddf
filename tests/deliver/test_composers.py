"""Digests composed by several processes: the same as one makes, and one for each, whoever of them is killed and when."""

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from running import LIBRARY, a_child, alive, children, environment, said_by, wait_until

READERS = 2400

FILL = (
    LIBRARY
    + f"READERS = {READERS}\n"
    + """
from datetime import UTC, datetime, timedelta
from django.conf import settings
from broadsheet import wiring
from broadsheet.core import indexing
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.types import Record

now = datetime.now(UTC)
store([Record(source="x", title=f"Stone number {n}", ids=(f"doi:10.1000/{n}",), categories=("cs.LG",),
              announced=now.date()) for n in range(40)], now=now)
indexing.catch_up(settings.INDEX_FOLDER, wiring.embedder())
before = now - timedelta(days=1)
people = models.Subscriber.objects.bulk_create(
    models.Subscriber(address=f"reader{n}@example.org", secret=str(n), made_at=before, confirmed_at=before)
    for n in range(READERS))
models.Subscription.objects.bulk_create(
    models.Subscription(subscriber=who, kind=kind, value=value, made_at=before, confirmed_at=before,
                        next_at=now - timedelta(minutes=30))
    for who in people for kind, value in (("category", "cs.LG"), ("search", f"stone {who.pk % 40}"), ("trending", "")))
"""
)

STEP = """
import django
django.setup()
import threading
from broadsheet import jobs
jobs.MANY = 2000
print("ready", flush=True)
print(jobs.compose(threading.Event()), flush=True)
"""


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("filled") / "data"
    assert said_by(FILL, environment(folder)) == ("", "")
    return folder


@pytest.fixture
def library(filled: Path, tmp_path: Path) -> Path:
    """A library in which all readers are due."""
    return Path(shutil.copytree(filled, tmp_path / "data"))


@contextmanager
def composing(library: Path, composers: int, moment: str = "") -> Iterator[subprocess.Popen[str]]:
    """The process that composes in several, as the jobs start it."""
    moment = moment or datetime.now(UTC).isoformat()
    command = [sys.executable, "-m", "broadsheet", "compose", "--parent", str(os.getpid()), "--now", moment]
    told = environment(library, BROADSHEET_COMPOSERS=str(composers))
    with subprocess.Popen(command, env=told, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.terminate()


def test_several_compose_what_one_does(library: Path, tmp_path: Path) -> None:
    other, moment = Path(shutil.copytree(library, tmp_path / "other")), datetime.now(UTC).isoformat()
    for folder, composers in ((library, 1), (other, 3)):
        with composing(folder, composers, moment) as process:
            said, complaints = process.communicate()
        assert (process.returncode, complaints) == (0, "")
        assert f'"made": {READERS}' in said
    assert editions(library) == editions(other)
    assert in_order(library)


def test_a_composer_that_is_killed_leaves_its_share_to_the_next_round(library: Path) -> None:
    with composing(library, 2) as process:
        wait_until(lambda: count(library) > 0, "an edition")
        os.kill(children(process.pid)[0], signal.SIGKILL)
        said, complaints = process.communicate()
    assert process.returncode == 1
    assert "Composer 1 ended with status -9; what it left is composed in the next round." in complaints
    assert READERS / 2 <= count(library) < READERS
    assert f'"made": {READERS}' not in said
    finish(library)


def test_told_to_stop_it_ends_with_all_its_children_and_loses_nothing(library: Path) -> None:
    with composing(library, 2) as process:
        wait_until(lambda: count(library) > 0, "an edition")
        several = children(process.pid)
        process.terminate()
        _, complaints = process.communicate()
    assert (process.returncode, complaints) == (1, "")
    assert len(several) == 2
    assert not any(map(alive, several))
    assert 0 < count(library) < READERS
    finish(library)


def test_where_it_is_killed_its_children_end_too(library: Path) -> None:
    with composing(library, 2) as process:
        wait_until(lambda: count(library) > 0, "an edition")
        several = children(process.pid)
        process.kill()
        process.wait()
        wait_until(lambda: not any(map(alive, several)), "the end of its children")
    assert len(several) == 2
    assert count(library) < READERS
    finish(library)


class TestTheJobs:
    def test_start_it_where_many_are_due(self, library: Path) -> None:
        said, complaints = said_by(STEP, environment(library, BROADSHEET_COMPOSERS="2"))
        assert (said, complaints) == (f"ready\n{READERS} digests composed\n", "")
        assert in_order(library)

    def test_compose_by_themselves_where_only_one_process_may(self, library: Path) -> None:
        told = environment(library, BROADSHEET_COMPOSERS="1")
        said, _ = said_by(f"import subprocess\nsubprocess.Popen = None\n{STEP}", told)
        assert said == f"ready\n{READERS} digests composed\n"
        assert in_order(library)

    def test_say_so_where_not_all_is_composed(self, library: Path) -> None:
        with a_child(STEP, environment(library, BROADSHEET_COMPOSERS="2")) as step:
            wait_until(lambda: count(library) > 0, "an edition")
            (process,) = children(step.pid)
            os.kill(children(process)[1], signal.SIGKILL)
            step.communicate()
        assert step.returncode == 1
        finish(library)

    def test_leave_nobody_when_they_are_killed(self, library: Path) -> None:
        with a_child(STEP, environment(library, BROADSHEET_COMPOSERS="2")) as step:
            wait_until(lambda: count(library) > 0, "an edition")
            (process,) = children(step.pid)
            several = [process, *children(process)]
            step.kill()
            wait_until(lambda: not any(map(alive, several)), "the end of all")
        assert len(several) == 3
        finish(library)


@pytest.mark.parametrize(("embedder", "composers"), [("hash-256", 3), ("transformer:some/model", 1)])
def test_one_composes_where_the_embedder_has_threads(tmp_path: Path, embedder: str, composers: int) -> None:
    told = environment(tmp_path, BROADSHEET_COMPOSERS="3", BROADSHEET_EMBEDDER=embedder)
    assert said_by("from broadsheet import settings; print(settings.COMPOSERS)", told) == (f"{composers}\n", "")


def finish(library: Path) -> None:
    """The next round: it makes what is missing, and nothing twice."""
    with composing(library, 2) as process:
        _, complaints = process.communicate()
    assert (process.returncode, complaints) == (0, "")
    assert in_order(library)


def in_order(library: Path) -> bool:
    """Whether every reader has one edition and one delivery, and nothing is due."""
    with closing(sqlite3.connect(library / "library.sqlite3")) as database:
        (found,) = database.execute(
            "SELECT (SELECT count(*) FROM library_edition), (SELECT count(DISTINCT subscriber_id) FROM library_edition),"
            "(SELECT count(*) FROM library_delivery), (SELECT count(DISTINCT edition_id) FROM library_delivery),"
            "(SELECT count(*) FROM library_subscription WHERE next_at < datetime('now'))"
        )
    return bool(found == (READERS,) * 4 + (0,))


def editions(library: Path) -> list[tuple[str, ...]]:
    """All that the editions say, by reader, but under which number something is kept."""
    with closing(sqlite3.connect(library / "library.sqlite3")) as database:
        kept = dict(database.execute("SELECT id, digest FROM library_frozenpaper"))
        rows = database.execute(
            "SELECT subscriber_id, kind, period, subject, subscriptions, papers, content, composed_at"
            " FROM library_edition ORDER BY subscriber_id, period"
        )
        return [(*map(str, row[:6]), told(row[6], kept), str(row[7])) for row in rows]


def told(content: str, kept: dict[int, str]) -> str:
    """What an edition says, its papers named by what they say."""
    parts = content.split('"frozen":')
    return "".join([parts[0], *(kept[int(part.split(",")[0])] + part.partition(",")[2] for part in parts[1:])])


def count(library: Path) -> int:
    """How many editions there are."""
    with closing(sqlite3.connect(library / "library.sqlite3")) as database:
        number: int = database.execute("SELECT count(*) FROM library_edition").fetchone()[0]
    return number
