"""Promises of titles and abstracts that are kept as one reads them: at once, of old papers soon, and never a wrong one."""

import json
import signal
import sqlite3
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_record
from running import LIBRARY, a_child, environment, said_by

from broadsheet import tex
from broadsheet.core import papers, showing
from broadsheet.core.store import store
from broadsheet.deliver import present
from broadsheet.library import changes, models, shown, writing
from broadsheet.text import readable

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
TITLE, ABSTRACT = "Lifting $n^2$ stones", "With \\emph{ropes} of length $\\alpha$."
READ = ("Lifting n² stones", "With ropes of length α.")

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def put(title: str = TITLE, abstract: str = ABSTRACT, number: int = 1) -> None:
    store([a_record(title, abstract=abstract, source="arxiv", ids=(f"arxiv:2603.{number:05}",))], now=NOW)


def read(number: int = 1) -> tuple[str, str]:
    """Title and abstract as every front end shows them."""
    paper = present.paper(papers.paper(f"2603.{number:05}"))
    return paper["title"], paper["abstract"]


def kept() -> list[tuple[str | None, str | None, bool]]:
    """What is kept of each paper, and whether it is kept at all."""
    rows = models.Paper.objects.order_by("key").values_list("shown_title", "shown_abstract", "shown_of")
    return [(title, abstract, of is not None) for title, abstract, of in rows]


def by_an_older_broadsheet() -> None:
    """Leave the papers as one wrote them that kept only what was written."""
    models.Paper.objects.update(shown_title=None, shown_abstract=None, shown_of=None)


def work_out() -> int:
    return showing.work_out(threading.Event())


@pytest.fixture
def no_tex(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may read the TeX of a title or an abstract."""

    def fail(text: str) -> str:
        pytest.fail(f"{text!r} was read")

    monkeypatch.setattr("broadsheet.types.readable", fail)


def test_a_paper_that_was_written_is_shown_without_its_tex_being_read(no_tex: None) -> None:
    put()
    assert read() == READ


def test_so_is_one_that_was_written_over(no_tex: None) -> None:
    put()
    put("Lifting $m$ kites", "Without {\\em ropes}.")
    assert read() == ("Lifting m kites", "Without ropes.")
    put("Lifting kites", "Without ropes.")
    assert read() == ("Lifting kites", "Without ropes.")
    assert kept() == [(None, None, True)]


def test_what_reads_as_nothing_is_shown_as_nothing() -> None:
    put("A stone", "{}")
    assert read() == ("A stone", "")
    assert kept() == [(None, "", True)]


def test_papers_of_an_older_broadsheet_show_the_same_and_are_worked_out_soon(no_tex: None, monkeypatch: Any) -> None:
    put()
    put("A plain stone", "It lies.", number=2)
    by_an_older_broadsheet()
    with monkeypatch.context() as allowed:
        allowed.setattr("broadsheet.types.readable", readable)
        assert [read(1), read(2)] == [READ, ("A plain stone", "It lies.")]
    assert work_out() == 2
    assert [read(1), read(2)] == [READ, ("A plain stone", "It lies.")]
    assert kept() == [(*READ, True), (None, None, True)]
    assert work_out() == 0


def test_nobody_is_told_of_a_change_when_they_are() -> None:
    put()
    by_an_older_broadsheet()
    before = changes.latest(), models.Paper.objects.values("changed_at", "stored_at").get()
    assert work_out() == 1
    assert before == (changes.latest(), models.Paper.objects.values("changed_at", "stored_at").get())


def test_what_is_made_otherwise_today_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    put()
    assert work_out() == 0
    monkeypatch.setattr("broadsheet.tex.VERSION", tex.VERSION + 1)
    for room in ("broadsheet.tex.readable", "broadsheet.types.readable"):
        monkeypatch.setattr(room, str.upper)
    assert read() == (TITLE.upper(), ABSTRACT.upper())
    assert work_out() == 1
    assert kept() == [(TITLE.upper(), ABSTRACT.upper(), True)]


def test_what_was_kept_of_another_text_is_never_shown() -> None:
    put()
    models.Paper.objects.update(title="Lifting $k$ kites")  # as a Broadsheet does that keeps nothing
    assert read() == ("Lifting k kites", READ[1])


def test_what_is_written_meanwhile_is_not_overwritten() -> None:
    put()
    by_an_older_broadsheet()
    (key,) = models.Paper.objects.values_list("key", flat=True)
    put("Lifting $k$ kites", ABSTRACT)
    writing.put_shown([(key, None, shown.made(TITLE, ABSTRACT))])
    assert read() == ("Lifting k kites", READ[1])
    assert kept() == [("Lifting k kites", READ[1], True)]


def test_it_goes_on_where_it_was_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("broadsheet.core.showing.AT_ONCE", 2)
    for number in range(1, 6):
        put(number=number)
    by_an_older_broadsheet()
    stop = threading.Event()
    made = writing.put_shown

    def last(rows: Any) -> None:
        made(rows)
        stop.set()

    monkeypatch.setattr(writing, "put_shown", last)
    assert showing.work_out(stop) == 2
    assert [known for _, _, known in kept()] == [True, True, False, False, False]
    monkeypatch.setattr(writing, "put_shown", made)
    assert work_out() == 3
    assert kept() == [(*READ, True)] * 5


FILLED = (
    LIBRARY
    + """
from datetime import UTC, datetime
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.types import Record
stones = (
    Record(source="arxiv", title=f"Stone {n}", abstract=f"With $n_{{{n}}}$ ropes.", ids=(f"arxiv:2603.{n:05}",))
    for n in range(3000)
)
store(stones, now=datetime(2026, 3, 17, tzinfo=UTC))
models.Paper.objects.update(shown_title=None, shown_abstract=None, shown_of=None)
"""
)

CHILD = (
    LIBRARY
    + """
import threading
from broadsheet import jobs
from broadsheet.core import showing
showing.AT_ONCE = 10
print("ready", flush=True)
print(jobs.show(threading.Event()), flush=True)
"""
)

KILLS = 3


def test_killed_again_and_again_it_ends_with_all_worked_out(tmp_path: Path) -> None:
    _, complained = said_by(FILLED, environment(tmp_path))
    assert not complained
    said, killed, counts = "", 0, []
    for life in range(4 * KILLS):
        with a_child(CHILD, environment(tmp_path)) as child:
            if life < KILLS:
                time.sleep(0.02 * (life + 1))
                child.send_signal(signal.SIGKILL)
            said, _ = child.communicate()
        killed += child.returncode == -signal.SIGKILL
        with sqlite3.connect(tmp_path / "library.sqlite3") as database:
            counts.append(
                database.execute("SELECT count(*) FROM library_paper WHERE shown_of IS NOT NULL").fetchone()[0]
            )
        if said:
            break
    rows = database.execute("SELECT title, abstract, shown_abstract FROM library_paper ORDER BY key").fetchall()
    changed = database.execute("SELECT count(*) FROM library_change").fetchone()[0]
    database.close()
    assert killed == KILLS
    assert counts == sorted(counts)
    assert counts[-1] == len(rows) == changed == 3000
    assert {readable(abstract) for _, abstract, _ in rows} == {shown for _, _, shown in rows}
    assert said == f"worked out what {3000 - counts[-2]} papers look like\n", json.dumps(counts)
