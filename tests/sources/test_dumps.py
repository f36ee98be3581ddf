"""Promises of files that are read again when they change: nothing is told twice, nothing is given up too early."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from broadsheet.sources import dumps
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Options

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)


def a_snapshot(path: Path, works: int, untitled: set[int]) -> None:
    lines = [
        json.dumps({"id": f"https://openalex.org/W{n}", "title": None if n in untitled else f"Stone {n}"})
        for n in range(works)
    ]
    path.write_text("\n".join(lines))


def test_what_could_not_be_read_before_the_checkpoint_is_not_told_again(tmp_path: Path) -> None:
    a_snapshot(tmp_path / "part_0000", 2500, {3, 2200})
    source = dumps.make(Options(words=(str(tmp_path),)))
    first, second = source.fetch(Http(), {}, now=NOW)
    (again,) = source.fetch(Http(), first.checkpoint, now=NOW)
    assert (len(first.unread), len(second.unread)) == (1, 1)
    assert (again.records, again.unread, again.checkpoint) == (second.records, second.unread, second.checkpoint)


def test_a_file_that_may_not_be_opened_is_told_and_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locked = tmp_path / "a.jsonl"
    for path in (locked, tmp_path / "b.jsonl"):
        path.write_text('{"title": "A stone"}\n')
    opens = Path.open

    def refusing(path: Path, mode: str) -> object:
        if path == locked:
            raise PermissionError(13, "Permission denied")
        return opens(path, mode)

    source = dumps.make(Options(words=(str(tmp_path),)))
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", refusing)
        told, read = source.fetch(Http(), {}, now=NOW)
    assert told.records == ()
    assert "Permission denied" in told.unread[0]
    assert len(read.records) == 1
    assert [len(batch.records) for batch in source.fetch(Http(), read.checkpoint, now=NOW)] == [1]


def test_a_file_that_no_parser_knows_is_told_once_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "README").write_text("# What is here\n\nStones.\n")
    (tmp_path / "papers.jsonl").write_text('{"title": "A stone"}\n')
    source = dumps.make(Options(words=(str(tmp_path),)))
    batches = list(source.fetch(Http(), {}, now=NOW))
    assert [record.title for batch in batches for record in batch.records] == ["A stone"]
    assert ["README" in words for batch in batches for words in batch.unread] == [True]
    assert list(source.fetch(Http(), batches[-1].checkpoint, now=NOW)) == []
