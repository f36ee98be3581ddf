"""Promises of OpenReview: whoever describes its authors, replies are no papers, a page that comes again ends it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from answering import Answering, an_answer

from broadsheet.errors import FetchError, UnreadableError
from broadsheet.sources import openreview
from broadsheet.sources.kinds import Options

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def a_note(name: str, **content: Any) -> dict[str, Any]:
    said = {"title": f"Stone {name}", "authors": ["Ada Lovelace"], **content}
    return {"id": name, "forum": name, "content": {key: {"value": value} for key, value in said.items()}}


def test_authors_are_read_whether_they_are_named_or_described() -> None:
    described = [
        {"fullname": "Ada Lovelace", "username": "~Ada_Lovelace1", "institutions": [{"name": "Engine"}]},
        {"username": "~Nobody1"},
        7,
        {"fullname": "Bo Babbage", "username": "bo@example.org"},
    ]
    found, _, _ = openreview.parse(
        an_answer({"notes": [a_note("aaaa", authors=described), a_note("bbbb"), a_note("cccc", authors="Ada")]})
    )
    assert [record.authors for record in found] == [("Ada Lovelace", "Bo Babbage"), ("Ada Lovelace",), ()]


@pytest.mark.parametrize(
    ("state", "withdrawn"),
    [
        ("", False),
        ("/Rejected_Submission", False),
        ("/Withdrawn_Submission", True),
        ("/Desk_Rejected_Submission", True),
    ],
)
def test_what_its_authors_or_its_venue_took_back_is_withdrawn(state: str, withdrawn: bool) -> None:
    found, _, _ = openreview.parse(an_answer({"notes": [a_note("aaaa", venueid=f"Stones.cc/2026/Conference{state}")]}))
    assert found[0].withdrawn is withdrawn


def test_a_review_does_not_become_the_paper_it_speaks_of() -> None:
    review = a_note("rrrr", title="A fine stone") | {"forum": "aaaa"}
    (batch,) = openreview.OpenReviewPapers().look_up(Answering(lambda _u, _a: {"notes": [review]}), ["openreview:rrrr"])
    assert batch.records == ()
    assert "reply" in batch.unread[0]


@pytest.mark.parametrize("odd", [[1], {"a": 1}, 5])
def test_a_note_of_odd_parts_is_told_and_keeps_nothing_from_the_others(odd: Any) -> None:
    found, unread, size = openreview.parse(an_answer({"notes": [a_note("aaaa") | {"forum": odd}, odd, a_note("bbbb")]}))
    assert [record.title for record in found] == ["Stone bbbb"]
    assert (len(unread), size) == (2, 3)


def test_a_page_that_comes_again_ends_the_fetch() -> None:
    page = {"notes": [a_note(f"note{number:04}") for number in range(openreview.PAGE)]}
    with pytest.raises(UnreadableError, match="twice"):
        list(openreview.make(Options(words=("Stones.cc/2026",))).fetch(Answering(lambda _u, _a: page), {}, now=NOW))


def test_a_lookup_that_fails_is_an_error_and_no_absence() -> None:
    with pytest.raises(FetchError, match="503"):
        list(openreview.OpenReviewPapers().look_up(Answering(lambda _u, _a: 503), ["openreview:aaaa"]))
