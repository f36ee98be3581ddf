"""Promises of the daily papers of Hugging Face."""

from collections import Counter
from datetime import date
from typing import Any

import pytest
from builders import shared_data

from broadsheet.errors import BadFileError
from broadsheet.sources.files import read
from broadsheet.sources.hf_daily import parse
from broadsheet.types import Link, LinkKind, Record


def one(file: str = "answer.json", outer: dict[str, Any] | None = None, **paper: Any) -> Record:
    entry = {"paper": {"id": "2405.00001", "title": "A\n  Lantern", **paper}, **(outer or {})}
    (record,) = parse([entry], file=file)
    return record


def test_every_day_of_the_real_answers_is_read_and_dated_as_its_file_is_named() -> None:
    days = Counter(record.featured for record in read(str(shared_data("hf-daily.zip")), today=date(2026, 9, 1)))
    assert len(days) == 580
    assert sum(days.values()) == 9_881
    assert None not in days


def test_the_day_it_was_submitted_decides_then_the_file_s_name_then_a_later_outer_date() -> None:
    told: dict[str, Any] = {"submittedOnDailyAt": "2025-06-10T00:43:01.816Z"}
    assert one("2025-06-11.json", **told).featured == date(2025, 6, 10)
    assert one("2024-05-27.json", outer={"publishedAt": "2024-05-28T03:00:00Z"}).featured == date(2024, 5, 27)
    deposited: dict[str, Any] = {"publishedAt": "2024-05-24T17:34:15.000Z"}
    assert one(outer={"publishedAt": "2024-05-27T03:50:58.348Z"}, **deposited).featured == date(2024, 5, 27)
    assert one(outer={"publishedAt": "2024-05-24T13:34:15.000Z"}, **deposited).featured is None


def test_what_the_place_adds_is_kept_under_its_name() -> None:
    record = one(
        outer={"numComments": 3, "submittedBy": {"fullname": "Jane Doe"}},
        upvotes=12,
        githubStars=5,
        ai_summary="Light.",
        ai_keywords=["lamp"],
    )
    assert record.extras == {
        "huggingface": {
            "upvotes": 12, "comments": 3, "submitter": "Jane Doe", "ai_summary": "Light.", "ai_keywords": ["lamp"], "github_stars": 5,
        }
    }  # fmt: skip


def test_hidden_authors_are_left_out_and_links_are_named() -> None:
    record = one(
        authors=[{"name": "Jane Doe"}, {"name": "John Roe", "hidden": True}],
        summary="See\nhttps://a.example/x.",
        projectPage="https://jane.example/lantern",
        githubRepo="https://github.com/jane/lantern",
    )
    assert (record.title, record.authors, record.ids) == ("A Lantern", ("Jane Doe",), ("arxiv:2405.00001",))
    assert record.links == (
        Link("https://jane.example/lantern", LinkKind.PROJECT),
        Link("https://github.com/jane/lantern", LinkKind.CODE),
        Link("https://a.example/x", LinkKind.OTHER),
    )


def test_entries_that_were_stored_as_python_wrote_them_are_read() -> None:
    (record,) = parse(
        {"status": "success", "data": [str({"paper": {"id": "2405.00001", "title": "A Lantern"}})]}, file="a.json"
    )
    assert record.title == "A Lantern"


@pytest.mark.parametrize(
    "entry", [5, {}, {"paper": 1}, "import os", "(" * 5000, "-" * 5000 + "1", {"paper": {"title": 5}}]
)
def test_an_entry_without_a_paper_is_an_error_with_its_number(entry: object) -> None:
    with pytest.raises(BadFileError, match="record 2"):
        list(parse([{"paper": {"title": "A Lantern"}}, entry], file="a.json"))
