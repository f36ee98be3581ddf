"""Promises of our own JSON lines."""

import json
from datetime import date
from typing import Any

import pytest
from builders import shared_data

from broadsheet.errors import BadFileError
from broadsheet.sources.files import read
from broadsheet.sources.jsonl import parse
from broadsheet.types import Link, LinkKind, Record, Version

FULL = {
    "source": "lab", "id": "arXiv:2405.00001v2", "ids": ["10.1000/X"], "title": " A\nLantern ", "summary": "We propose.",
    "authors": ["Jane Doe"], "published": "2024-05-01T10:00:00Z", "announced": "2024-05-02", "featured": "2024-05-03",
    "categories": ["cs.CV", "cs.LG"], "primary_category": "cs.LG", "links": ["https://github.com/a/b", {"url": "https://a.example/x", "kind": "project"}],
    "versions": [{"number": 1, "deposited": "2024-05-01"}, {"number": 2}], "venue": "Lamps", "comment": "8 pages",
    "url": "https://arxiv.org/abs/2405.00001", "extras": {"lab": {"shelf": 3}}, "note": "", "unknown": [1],
}  # fmt: skip


def one(**fields: Any) -> Record:
    (record,) = parse([json.dumps({"title": "A Lantern", **fields}).encode()], file="a.jsonl")
    return record


def test_every_field_of_the_schema_is_read() -> None:
    assert one(**FULL) == Record(
        source="lab",
        title="A Lantern",
        abstract="We propose.",
        authors=("Jane Doe",),
        ids=("arxiv:2405.00001", "doi:10.1000/x"),
        published=date(2024, 5, 1),
        announced=date(2024, 5, 2),
        featured=date(2024, 5, 3),
        year=2024,
        categories=("cs.LG", "cs.CV"),
        links=(Link("https://github.com/a/b", LinkKind.CODE), Link("https://a.example/x", LinkKind.PROJECT)),
        versions=(Version(1, date(2024, 5, 1)), Version(2)),
        venue="Lamps",
        comment="8 pages",
        extras={"lab": {"shelf": 3}},
    )


def test_a_title_is_enough() -> None:
    assert one() == Record(source="jsonl", title="A Lantern")
    assert one(abstract=None, authors=None, year=None, links=None) == one()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", 5), ("title", " "), ("abstract", ["x"]), ("authors", "Jane"), ("authors", [1]), ("year", "2024"), ("year", True),
        ("published", "May 2024"), ("published", 2024), ("categories", "cs"), ("links", ["no address"]), ("id", 5), ("ids", [5]),
        ("links", [{"url": "https://a.example", "kind": "film"}]), ("versions", [1]), ("versions", [{"number": 0}]), ("extras", []),
    ],
)  # fmt: skip
def test_a_wrong_type_is_an_error_with_its_line(field: str, value: object) -> None:
    lines = ['{"title": "A Lamp"}\n', "\n", json.dumps({"title": "A Lantern", field: value})]
    with pytest.raises(BadFileError) as caught:
        list(parse(lines, file="a.jsonl"))
    assert caught.value.place == "record 2 (line 3)"
    assert field in str(caught.value)


def test_what_is_larger_than_any_paper_is_an_error() -> None:
    for field, value in (
        ("title", "a" * 2001),
        ("abstract", "a" * 100_001),
        ("authors", ["Jane"] * 10_001),
        ("source", "a" * 65),
    ):
        with pytest.raises(BadFileError, match="more than the"):
            one(**{field: value})


def test_control_characters_are_taken_out() -> None:
    assert one(title="A\x00 Lan\u202etern\x07", extras={"a": ["b\x00"]}) == one(extras={"a": ["b"]})


@pytest.mark.parametrize(("name", "count"), [("papers-60k.jsonl.zst", 60_000), ("arxiv-recent.jsonl.zst", 4_236)])
def test_real_files_of_arxiv_records_are_read_whole(name: str, count: int) -> None:
    records = list(read(str(shared_data(name)), today=date(2026, 9, 1)))
    assert len(records) == count
    assert all(record.ids and record.ids[0].startswith("arxiv:") and record.published for record in records)
    assert {record.source for record in records} == {"jsonl"}
