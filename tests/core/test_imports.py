"""Promises about taking in a person's files: whole or not at all, whatever happens in the middle."""

import io
import json
import signal
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from builders import shared_data
from running import environment, wait_until

from broadsheet.core.imports import import_file, import_sample
from broadsheet.core.store import BATCH
from broadsheet.errors import BadFileError
from broadsheet.library import changes, models, papers
from broadsheet.types import LinkKind, StoreReport

NOW = datetime(2026, 6, 1, 8, tzinfo=UTC)


def lines(count: int, abstract: str = "") -> bytes:
    """So many papers in our own format."""
    return b"".join(
        json.dumps(
            {"id": f"doi:10.1000/{number}", "title": f"Number {number} of very many", "abstract": abstract}
        ).encode()
        + b"\n"
        for number in range(count)
    )


@pytest.mark.django_db
@pytest.mark.database
class TestOneFile:
    @pytest.mark.django_db(transaction=True)
    def test_a_file_that_breaks_in_its_last_record_leaves_the_library_as_it_was(self) -> None:
        broken = lines(BATCH + 50) + b'{"title": "Cut in the mid'
        with pytest.raises(BadFileError) as caught:
            import_file("many.jsonl", stream=io.BytesIO(broken), now=NOW)
        assert str(BATCH + 51) in caught.value.place
        assert (papers.count(), changes.latest(), models.Record.objects.count()) == (0, 0, 0)

    def test_progress_is_told_of_every_record(self) -> None:
        told: list[int] = []
        import_file("three.jsonl", stream=io.BytesIO(lines(3)), now=NOW, progress=told.append)
        assert told == [1, 2, 3]

    def test_the_sample_fills_an_empty_library_only(self) -> None:
        assert import_sample(now=NOW).new == 79
        assert import_sample(now=NOW) == StoreReport()

    def test_the_real_page_turns_the_samples_notes_into_abstracts(self) -> None:
        page = shared_data("seed", "daily-papers-page.txt")
        import_sample(now=NOW)
        report = import_file(str(page), now=NOW)
        assert (report.read, report.new, report.changed) == (79, 0, 79)
        listed = papers.listed(date(2026, 3, 17), date(2026, 3, 17), offset=0, limit=100)
        assert len(listed) == 79
        assert all(paper.abstract and paper.note for paper in listed)
        assert sum(link.kind is LinkKind.CODE for paper in listed for link in paper.links) == 13
        assert import_file(str(page), now=NOW) == StoreReport(read=79, unchanged=79)

    def test_580_real_days_are_imported_once_and_known_the_second_time(self) -> None:
        days = shared_data("hf-daily.zip")
        first = import_file(str(days), now=NOW)
        assert first.new == papers.count() > 9000
        again = import_file(str(days), now=NOW)
        assert (again.new, again.changed, again.merged) == (0, 0, 0)


def test_an_import_that_is_killed_leaves_the_library_as_it_was(tmp_path: Path) -> None:
    told = environment(tmp_path)
    command = [sys.executable, "-m", "broadsheet"]
    subprocess.run([*command, "import", "-"], input=lines(1), env=told, check=True, capture_output=True)
    with subprocess.Popen([*command, "import", "-"], stdin=subprocess.PIPE, env=told) as process:
        assert process.stdin
        process.stdin.write(lines(3 * BATCH, abstract="Long enough to overflow what SQLite keeps in memory. " * 200))
        process.stdin.flush()
        # Some of it must have reached the database's log, or the kill would prove nothing.
        log = tmp_path / "library.sqlite3-wal"
        wait_until(lambda: log.stat().st_size >= 1_000_000, "a megabyte in the log")
        assert process.poll() is None
        process.send_signal(signal.SIGKILL)
    done = subprocess.run([*command, "doctor", "--json"], env=told, capture_output=True, check=False)
    checks = {check["name"]: check["words"] for check in json.loads(done.stdout)["checks"]}
    assert checks["papers"] == "1 papers"
    assert checks["library"].startswith("SQLite, sound")
