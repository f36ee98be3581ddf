"""Promises of the saved text of a daily-papers page."""

from datetime import date

import pytest
from builders import shared_data

from broadsheet.errors import BadFileError
from broadsheet.sources.page_text import parse

TODAY = date(2026, 9, 1)
PAGE = """new

Subscribe

Mar 17

A Lantern for Small Models: Light at Low Cost

We propose a lantern. It is small, and gives sim3.5AP.

It also has a second paragraph.

Are Lamps All You Need?

Lamps are enough. Code is at https://github.com/jane/lamps.
"""


def test_the_seed_page_gives_its_79_papers_with_whole_titles_and_abstracts() -> None:
    records = list(
        parse(shared_data("seed", "daily-papers-page.txt").read_text(encoding="utf-8"), file="page", today=TODAY)
    )
    assert len(records) == 79
    assert records[0].title.startswith("AdamP: Slowing Down")
    assert records[0].title.endswith("Scale-invariant Weights")
    assert all(record.abstract[-1] in ".!}/" or len(record.abstract) > 300 for record in records)
    assert {record.featured for record in records} == {date(2026, 3, 17)}


def test_an_abstract_may_have_several_paragraphs() -> None:
    first, second = parse(PAGE, file="page", today=TODAY)
    assert first.title == "A Lantern for Small Models: Light at Low Cost"
    assert first.abstract.endswith("It also has a second paragraph.")
    assert second.title == "Are Lamps All You Need?"


def test_the_original_text_is_kept_and_its_links_are_named() -> None:
    first, second = parse(PAGE, file="page", today=TODAY)
    assert "sim3.5AP" in first.abstract
    assert [link.url for link in second.links] == ["https://github.com/jane/lamps"]
    assert (first.source, first.ids) == ("page", ())


@pytest.mark.parametrize(
    ("line", "day"),
    [
        ("Mar 17", date(2026, 3, 17)),
        ("Mar 17, 2024", date(2024, 3, 17)),
        ("Tue, March 17th, 2024", date(2024, 3, 17)),
        ("Dec 24", date(2025, 12, 24)),
        ("Feb 29", date(2024, 2, 29)),
        ("Sep 1", TODAY),
    ],
)
def test_a_date_without_a_year_is_the_latest_one_that_was(line: str, day: date) -> None:
    assert {record.featured for record in parse(PAGE.replace("Mar 17", line), file="page", today=TODAY)} == {day}


def test_a_page_without_blank_lines_is_read_line_by_line() -> None:
    text = "Mar 17\nA Lantern for Small Models\nWe propose a lantern.\nAre Lamps All You Need?\nLamps are enough.\n"
    assert [record.abstract for record in parse(text, file="page", today=TODAY)] == [
        "We propose a lantern.",
        "Lamps are enough.",
    ]


def test_buttons_at_the_foot_of_the_page_are_no_papers() -> None:
    assert len(list(parse(PAGE + "\n\nPrivacy\n\nAbout us\n", file="page", today=TODAY))) == 2


def test_an_error_names_record_and_line() -> None:
    text = PAGE + "\n\n" + "A" * 200 + "\n\n" + "b. " * 40_000
    with pytest.raises(BadFileError, match=r"page, record 3 \(line 18\): \"abstract\" has 119,999 characters"):
        list(parse(text, file="page", today=TODAY))
