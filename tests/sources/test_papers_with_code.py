"""Promises of the dumps of Papers with Code, and of the other large files that an import recognises."""

import gzip
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from broadsheet.errors import BadFileError
from broadsheet.sources.files import read
from broadsheet.types import LinkKind, Record

TODAY = date(2026, 3, 20)
URL = "https://paperswithcode.com/paper/"


def a_link(number: int, repository: str, **fields: Any) -> dict[str, Any]:
    return {
        "paper_url": f"{URL}stone-{number}", "paper_title": f"Stone {number}", "paper_arxiv_id": f"2401.{number:05}",
        "paper_url_abs": f"https://arxiv.org/abs/2401.{number:05}v1", "paper_url_pdf": "https://arxiv.org/pdf/x",
        "repo_url": f"https://github.com/ada/{repository}", "is_official": False, "mentioned_in_paper": False,
        "mentioned_in_github": True, "framework": "pytorch", **fields,
    }  # fmt: skip


def imported(tmp_path: Path, name: str, things: Any) -> list[Record]:
    path = tmp_path / name
    path.write_bytes(gzip.compress(json.dumps(things).encode()))
    return list(read(str(path), today=TODAY))


def test_all_repositories_of_a_paper_are_one_record_official_ones_first(tmp_path: Path) -> None:
    links = [a_link(1, "copy"), a_link(1, "own", is_official=True), a_link(2, "other")]
    one, two = imported(tmp_path, "links-between-papers-and-code.json.gz", links)
    assert one.ids == ("arxiv:2401.00001",)
    assert [link.url for link in one.links if link.kind is LinkKind.CODE] == [
        "https://github.com/ada/own",
        "https://github.com/ada/copy",
    ]
    assert one.extras["paperswithcode-links"]["official"] == ["https://github.com/ada/own"]
    assert two.title == "Stone 2"


def test_abstracts_are_read_with_their_tasks(tmp_path: Path) -> None:
    paper = {
        "paper_url": f"{URL}stone", "arxiv_id": "2401.00001", "title": "Stone", "abstract": "Heavy.", "url_abs": "",
        "url_pdf": "", "proceeding": "ICML 2024", "authors": ["Ada Lovelace"], "tasks": ["Weighing"],
        "date": "2024-01-05", "methods": [{"name": "Scale", "full_name": "Scale"}],
    }  # fmt: skip
    (record,) = imported(tmp_path, "papers-with-abstracts.json.gz", [paper])
    assert (record.abstract, record.venue, record.published) == ("Heavy.", "ICML 2024", date(2024, 1, 5))
    assert record.extras["paperswithcode"] == {"tasks": ["Weighing"], "methods": ["Scale"]}


def test_a_venue_is_where_it_was_published_without_the_month_and_never_the_name_of_the_page(tmp_path: Path) -> None:
    paper = {"paper_url": f"{URL}stone", "arxiv_id": None, "title": "Stone", "conference": "stone-1"}
    several = [{**paper, "proceeding": proceeding} for proceeding in (None, "NeurIPS 2018 12", "ICML 2024")]
    several = [{**one, "paper_url": f"{URL}stone-{number}"} for number, one in enumerate(several)]
    found = imported(tmp_path, "papers-with-abstracts.json.gz", several)
    assert [record.venue for record in found] == ["", "NeurIPS 2018", "ICML 2024"]


def test_every_id_is_an_id_of_the_paper_and_what_a_publisher_adds_to_a_doi_is_none(tmp_path: Path) -> None:
    paper = {
        "paper_url": f"{URL}stone", "arxiv_id": "2401.00001", "openreview_id": "aB3-_dE", "title": "Stone",
        "url_abs": "https://journal.example/content/10.1000/x/abstract", "conference_url_abs": "https://doi.org/10.1000/x",
    }  # fmt: skip
    (record,) = imported(tmp_path, "papers-with-abstracts.json.gz", [paper])
    assert record.ids == ("arxiv:2401.00001", "doi:10.1000/x", "openreview:aB3-_dE")


def test_a_paper_that_cannot_be_read_is_told_and_one_without_a_title_passed_over(tmp_path: Path) -> None:
    links = [a_link(1, "a"), a_link(2, "b", paper_title=None), a_link(3, "c", paper_title="x" * 3000), a_link(4, "d")]
    (tmp_path / "links.json").write_text(json.dumps(links))
    told: list[BadFileError] = []
    found = list(read(str(tmp_path / "links.json"), today=TODAY, skip=told.append))
    assert [record.title for record in found] == ["Stone 1", "Stone 4"]
    assert [error.place for error in told] == ["record 3"]


def test_a_part_of_a_data_set_has_its_own_leaderboard(tmp_path: Path) -> None:
    row: dict[str, Any] = {"model_name": "A", "metrics": {"Accuracy": "9"}, "paper_url": "https://arxiv.org/abs/2401.00001",
           "paper_title": "Stone", "paper_date": None, "code_links": []}  # fmt: skip
    data = {"dataset": "Stones", "sota": {"metrics": [], "rows": []},
            "subdatasets": [{"subdataset": "small", "sota": {"metrics": ["Accuracy"], "rows": [row]}}]}  # fmt: skip
    (record,) = imported(tmp_path, "tables.json.gz", [{"categories": [], "datasets": [data], "task": "Weighing"}])
    assert [one["dataset"] for one in record.extras["paperswithcode-results: Weighing"]["results"]] == ["Stones small"]


def test_a_leaderboard_gives_each_of_its_papers_its_results_subtasks_too(tmp_path: Path) -> None:
    def row(model: str) -> dict[str, Any]:
        return {
            "model_name": model, "metrics": {"Accuracy": "99.1"}, "paper_url": "https://arxiv.org/abs/2401.00001",
            "paper_title": "Stone", "paper_date": "2024-01-05", "code_links": [{"url": "https://github.com/ada/own"}],
        }  # fmt: skip

    below = {"task": "Small", "categories": [], "datasets": [{"dataset": "Pebbles", "sota": {"rows": [row("B")]}}]}
    task = {"categories": ["Weights"], "datasets": [{"dataset": "Stones", "sota": {"rows": [row("A")]}}],
            "description": "", "subtasks": [below], "task": "Weighing"}  # fmt: skip
    (record,) = imported(tmp_path, "evaluation-tables.json.gz", [task])
    results = record.extras["paperswithcode-results: Weighing"]["results"]
    assert [(one["task"], one["dataset"], one["model"]) for one in results] == [
        ("Weighing", "Stones", "A"),
        ("Small", "Pebbles", "B"),
    ]


def test_a_dump_that_is_cut_is_told_as_cut(tmp_path: Path) -> None:
    path = tmp_path / "links.json"
    path.write_text(json.dumps([a_link(n, "own") for n in range(50)])[:-20])
    with pytest.raises(BadFileError, match="not whole JSON"):
        list(read(str(path), today=TODAY))


def test_a_snapshot_of_openalex_is_recognised_by_its_first_line(tmp_path: Path) -> None:
    path = tmp_path / "part_000"
    work = {"id": "https://openalex.org/W1", "title": "Stone", "abstract_inverted_index": {"Heavy.": [0]}}
    path.write_text(json.dumps(work) + "\n")
    (record,) = read(str(path), today=TODAY)
    assert (record.source, record.abstract) == ("openalex", "Heavy.")


@pytest.mark.parametrize(
    ("source", "thing"),
    [
        ("openalex", {"title": "Stone", "doi": "https://doi.org/10.1000/x", "id": "https://openalex.org/W1"}),
        ("arxiv", {"authors_parsed": [["Lovelace", "Ada", ""]], "id": "2401.00001", "title": "Stone", "update_date": "2024-01-05",
         "versions": [{"created": "Mon, 1 Jan 2024 19:18:42 GMT", "version": "v1"}]}),
    ],
)  # fmt: skip
def test_a_snapshot_is_recognised_whatever_the_order_of_its_keys(tmp_path: Path, source: str, thing: Any) -> None:
    path = tmp_path / "part_000"
    path.write_text(f"{json.dumps(thing)}\n" * 2)
    assert {record.source for record in read(str(path), today=TODAY)} == {source}


def test_an_import_refuses_a_snapshot_with_a_line_that_cannot_be_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "part_000"
    path.write_text('{"id": "https://openalex.org/W1", "title": "Stone"}\n{"id": "https://openalex.org/W2"}\n')
    with pytest.raises(BadFileError, match="line 2"):
        list(read(str(path), today=TODAY))


def test_a_collection_of_the_anthology_is_imported(tmp_path: Path) -> None:
    path = tmp_path / "2024.acl.xml"
    path.write_text(
        '<collection id="2024.acl"><volume id="long"><meta><year>2024</year></meta><paper id="1"><title>Stone</title>'
        "<author><first>Ada</first><last>Lovelace</last></author></paper></volume></collection>"
    )
    (record,) = read(str(path), today=TODAY)
    assert record.ids == ("acl:2024.acl-long.1",)
