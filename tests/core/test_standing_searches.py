"""Promises of kept searches: what is new and matches is told with its reason, and nothing else."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from builders import a_record

from broadsheet import wiring
from broadsheet.core import standing
from broadsheet.core.store import store
from broadsheet.errors import IndexMissingError
from broadsheet.library import changes, models
from broadsheet.types import Link, LinkKind, Record

pytestmark = [pytest.mark.django_db, pytest.mark.database]

Put = Callable[..., None]
NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)

OLD = tuple(
    a_record(f"On subject {number} of many", abstract="Old things.", ids=(f"arxiv:2501.{number:05}",))
    for number in range(1, 40)
)
LANTERNS = a_record("Paper lanterns that float", abstract="We float lanterns of paper on a lake.", ids=("arxiv:2603.00001",), authors=("Jane Doe",), categories=("physics.flu-dyn",), published=date(2026, 3, 16))  # fmt: skip
KITES = a_record("Kites as antennas", abstract="A wire on a kite receives long waves.", ids=("arxiv:2603.00002", "doi:10.1/kites"), authors=("Noël Wu",), categories=("eess.SP",), links=(Link("https://github.com/a/kites", LinkKind.CODE),), published=date(2026, 3, 16))  # fmt: skip


def told(searches: dict[int, str], keys: list[int], folder: Path | None = None) -> dict[int, list[str]]:
    matches = standing.match_new(wiring.index(), searches.items(), keys, folder=folder)
    return {number: [found.paper.title for found in every] for number, every in matches.items()}


def newly(put: Put, *records: Record) -> list[int]:
    """Put these in beside the old ones; the keys of what is new since."""
    put(*OLD)
    _, position = standing.new_papers(0)
    put(*records)
    keys, _ = standing.new_papers(position)
    return keys


def test_each_kept_line_is_told_of_the_new_papers_that_match_it(library: Put) -> None:
    keys = newly(library, LANTERNS, KITES)
    searches = {
        3: "floating paper lanterns", 4: "kite antenna has:code", 5: "author:wu", 6: "quarks", 7: "cat:physics",
        8: '"float lanterns"', 9: "-kite", 10: "subject",
    }  # fmt: skip
    lanterns, kites = "Paper lanterns that float", "Kites as antennas"
    assert told(searches, keys) == {
        3: [lanterns], 4: [kites], 5: [kites], 7: [lanterns], 8: [lanterns], 9: [lanterns]
    }  # fmt: skip


def test_a_match_carries_the_reason_that_a_hit_has(library: Put) -> None:
    keys = newly(library, LANTERNS, KITES)
    (found,) = standing.match_new(wiring.index(), [(1, "Noël kites wire")], keys)[1]
    assert (found.hit.key, found.hit.rank) == (found.paper.key, 1)
    assert found.hit.reason.words == ("Noël", "kites", "wire")
    assert found.hit.reason.fields == ("title", "abstract", "authors")
    assert found.hit.reason.similarity


def test_ids_in_a_kept_line_stand_for_their_papers(library: Put) -> None:
    keys = newly(library, LANTERNS, KITES)
    searches = {1: "id:doi:10.1/kites lanterns", 2: "https://arxiv.org/abs/2603.00002 paper lanterns", 3: "id:arxiv:1"}
    assert told(searches, keys) == {
        1: ["Kites as antennas"], 2: ["Kites as antennas", "Paper lanterns that float"]
    }  # fmt: skip


def test_only_papers_that_were_not_there_before_are_new(library: Put) -> None:
    library(LANTERNS)
    _, position = standing.new_papers(0)
    library(KITES, a_record(LANTERNS.title, abstract="Now with wind.", ids=LANTERNS.ids))
    keys, latest = standing.new_papers(position)
    assert keys == [models.Paper.objects.get(title=KITES.title).key]
    assert latest == changes.latest()
    assert standing.new_papers(latest) == ([], latest)


def test_a_withdrawn_paper_matches_nothing(library: Put) -> None:
    keys = newly(library, a_record(LANTERNS.title, abstract=LANTERNS.abstract, ids=LANTERNS.ids, withdrawn=True))
    assert told({1: "paper lanterns", 2: "id:arxiv:2603.00001"}, keys) == {}


def test_lines_that_were_read_before_are_not_read_again_and_match_the_same(
    library: Put, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys, folder = newly(library, LANTERNS, KITES), tmp_path / "standing"
    searches = {1: "paper lanterns", 2: "kites antennas has:code", 3: "paper lanterns"}
    read: list[str] = []

    def reading(line: str, kept: Any = standing.kept) -> Any:
        read.append(line)
        return kept(line)

    monkeypatch.setattr(standing, "kept", reading)
    first = told(searches, keys, folder)
    assert first == told(searches, keys)
    read.clear()
    assert told(searches | {4: "author:doe"}, keys, folder) == first | {4: ["Paper lanterns that float"]}
    assert told({2: "kites antennas has:code"}, keys, folder) == {2: first[2]}
    assert read == ["author:doe"]


def test_when_the_library_has_grown_words_are_weighed_anew(library: Put, tmp_path: Path) -> None:
    keys = newly(library, LANTERNS)
    folder = tmp_path / "standing"
    told({1: "paper lanterns"}, keys, folder)
    library(*(a_record(f"Lanterns of paper, part {n}", ids=(f"arxiv:2602.{n:05}",)) for n in range(1, 60)))
    searches = {1: "paper lanterns", 2: "kites"}
    assert told(searches, keys, folder) == told(searches, keys)


def test_without_an_index_nothing_is_matched_and_the_error_says_so(index_folder: Path) -> None:
    store([LANTERNS], now=NOW)
    with pytest.raises(IndexMissingError):
        told({1: "lanterns"}, [models.Paper.objects.get().key])


def test_no_papers_and_no_lines_are_told_nothing(library: Put) -> None:
    keys = newly(library, LANTERNS)
    assert told({}, keys) == told({1: "paper lanterns"}, []) == told({1: "paper lanterns"}, [12345]) == {}
