"""Promises to whoever takes the library along: all of it, each paper once, and from there on only what is new."""

import io
import json
import subprocess
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_record
from programs import V1, a_stranger
from pyarrow import parquet

from broadsheet.core import exporting, papers
from broadsheet.core.store import remove, store
from broadsheet.deliver import exports
from broadsheet.deliver.api.v1 import export as export_module
from broadsheet.errors import MissingExtraError

Run = Callable[..., subprocess.CompletedProcess[str]]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def a_stone(number: int, **more: Any) -> Any:
    return a_record(f"Stone number {number} of many", ids=(f"arxiv:2603.0{number:04}",), **more)


def lines(after: int = 0) -> list[dict[str, Any]]:
    response = a_stranger().get(f"{V1}/export/papers.jsonl?after={after}")
    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("application/jsonl")
    return [json.loads(line) for line in response.getvalue().splitlines()]


@pytest.mark.django_db
class TestLines:
    @pytest.mark.database
    def test_every_paper_is_told_once_however_often_it_changed(self) -> None:
        store([a_stone(1), a_stone(2, authors=("Ada Stone",), published=date(2026, 3, 1))], now=NOW)
        store([a_stone(1, abstract="It rolls.")], now=NOW)
        one, other = lines()
        assert (one["id"], one["abstract"]) == ("arxiv:2603.00001", "It rolls.")
        assert (other["authors"], other["published"]) == (["Ada Stone"], "2026-03-01")

    @pytest.mark.database
    def test_whoever_goes_on_from_anywhere_has_all_in_the_end(self) -> None:
        store([a_stone(number) for number in range(6)], now=NOW)
        store([a_stone(number, abstract="Later.") for number in range(3)], now=NOW)
        remove([papers.paper("arxiv:2603.00005").key], now=NOW)
        whole = {each["key"]: each for each in lines()}
        for cut in range(len(lines())):
            had = lines()[:cut]
            rest = lines(had[-1]["change"] if had else 0)
            known = {each["key"]: each for each in [*had, *rest]}
            shown = {key: {**each, "change": 0} for key, each in known.items()}
            assert shown == {key: {**each, "change": 0} for key, each in whole.items()}
        assert next(each for each in whole.values() if "gone" in each).keys() == {"change", "key", "gone"}
        assert lines(exporting.latest()) == []

    def test_more_than_a_batch_comes_whole(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exporting, "AT_ONCE", 2)
        store([a_stone(number) for number in range(5)], now=NOW)
        assert len({each["id"] for each in lines()}) == len(lines()) == 5

    def test_another_library_reads_them_again(self, tmp_path: Path) -> None:
        from broadsheet.core import imports

        store([a_stone(1, abstract="It rolls.", venue="Journal of Stones", categories=("cs.LG",))], now=NOW)
        before = papers.paper("arxiv:2603.00001")
        path = tmp_path / "papers.jsonl"
        path.write_bytes(b"".join(exports.lines(exporting.export())))
        remove([before.key], now=NOW)
        imports.import_file(str(path), now=NOW)
        after = papers.paper("arxiv:2603.00001")
        assert (after.title, after.abstract, after.venue, after.categories) == (
            before.title, before.abstract, before.venue, before.categories,
        )  # fmt: skip


@pytest.mark.django_db
class TestParquet:
    def test_it_has_a_row_for_each_paper(self) -> None:
        store([a_stone(1, authors=("Ada Stone", "Bo Lind"), year=2020), a_stone(2)], now=NOW)
        remove([papers.paper("arxiv:2603.00002").key], now=NOW)
        response = a_stranger().get(f"{V1}/export/papers.parquet")
        assert response.headers["Content-Type"] == "application/vnd.apache.parquet"
        (row,) = parquet.read_table(io.BytesIO(response.getvalue())).to_pylist()
        response.close()
        assert (row["id"], row["authors"], row["year"], row["votes"]) == (
            "arxiv:2603.00001", ["Ada Stone", "Bo Lind"], 2020, 0,
        )  # fmt: skip

    def test_an_empty_library_is_a_file_without_rows(self) -> None:
        response = a_stranger().get(f"{V1}/export/papers.parquet")
        assert parquet.read_table(io.BytesIO(response.getvalue())).num_rows == 0
        response.close()

    def test_where_it_is_not_installed_that_is_said(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(exports, "find_spec", lambda _name: None)
        response = a_stranger().get(f"{V1}/export/papers.parquet")
        assert response.status_code == 501
        assert "pip install 'broadsheet[parquet]'" in response.json()["detail"]
        with pytest.raises(MissingExtraError):
            exports.write_parquet([], io.BytesIO())

    def test_one_is_written_at_a_time(self) -> None:
        with export_module._writing:
            response = a_stranger().get(f"{V1}/export/papers.parquet")
        assert response.status_code == 429


def test_the_command_line_writes_both(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"title": "A stone", "id": "2603.00001"}\n{"title": "A lamp", "id": "2603.00002"}\n')
    run("import", str(path))
    told = [json.loads(line) for line in run("export").stdout.splitlines()]
    assert [each["title"] for each in told] == ["A stone", "A lamp"]
    assert run("export", "--after", str(told[0]["change"])).stdout.count("\n") == 1
    done = run("export", "--parquet", str(tmp_path / "two.parquet"))
    assert done.stderr.startswith("2 papers")
    assert parquet.read_table(tmp_path / "two.parquet").num_rows == 2
    assert not list(tmp_path.glob("*.part"))
