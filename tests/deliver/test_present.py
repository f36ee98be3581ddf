"""Promises of what every front end shows of a paper, a hit, a listing."""

import json
from datetime import date

import pytest
from builders import a_paper

from broadsheet.core import periods
from broadsheet.deliver import present
from broadsheet.types import Found, Hit, Link, LinkKind, Reason


def test_a_paper_is_shown_readable_and_can_be_written_as_json() -> None:
    shown = present.paper(a_paper(title=r"On $\alpha$-stable \emph{noise}", abstract=r"We study {\it it}."))
    assert shown["title"] == "On α-stable noise"
    assert json.loads(json.dumps(shown)) == shown


def test_a_note_is_shown_only_while_there_is_no_abstract() -> None:
    assert present.paper(a_paper(note="Ours."))["note"] == "Ours."
    assert present.paper(a_paper(note="Ours.", abstract="Theirs."))["note"] == ""


def test_links_of_the_ids_come_first_and_none_comes_twice() -> None:
    paper = a_paper(
        paper_id="arxiv:2006.08217",
        aliases=("doi:10.1000/x(1)",),
        links=(
            Link("https://arxiv.org/abs/2006.08217/", LinkKind.PAPER),
            Link("https://github.com/a/b", LinkKind.CODE),
        ),
    )
    shown = present.paper(paper)["links"]
    assert [link["label"] for link in shown] == ["arXiv", "PDF", "DOI", "Code"]
    assert shown[2]["url"] == "https://doi.org/10.1000/x(1)"
    assert shown[3]["place"] == "github.com/a/b"


def test_an_address_that_is_no_web_address_is_not_shown() -> None:
    paper = a_paper(links=(Link("javascript:alert(1)"), Link("https://example.org/")))
    assert [link["url"] for link in present.paper(paper)["links"]] == ["https://example.org/"]


def test_the_path_of_a_paper_survives_every_sign_an_id_may_have() -> None:
    assert present.paper_path("doi:10.1000/a?b#c d%") == "/papers/doi:10.1000/a%3Fb%23c%20d%25"


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (Reason(paper_id="arxiv:1"), "id: arxiv:1"),
        (Reason(), "filter: admitted"),
        (
            Reason(lexical_rank=1, words=("stone", "push"), fields=("title", "abstract")),
            "words: stone, push in title and note",
        ),
        (Reason(lexical_rank=1), "words: operators"),
        (Reason(dense_rank=1, similarity=0.514), "meaning: similarity 0.51, nearest of all"),
        (
            Reason(lexical_rank=2, dense_rank=3, similarity=0.4, words=("stone",), fields=("title",)),
            "words: stone in title; meaning: similarity 0.40, number 3",
        ),
    ],
)
def test_a_reason_is_told_in_words(reason: Reason, words: str) -> None:
    hit = Found(paper=a_paper(note="A note."), hit=Hit(key=1, rank=1, score=0.5, reason=reason))
    assert present.found(hit)["reason"] == words


def test_a_period_has_a_name_in_words_and_a_path() -> None:
    assert present.period(periods.day(date(2026, 3, 17)))["name"] == "Tuesday, 17 March 2026"
    assert present.period(periods.week(2026, 12))["url"] == "/week/2026-W12"
    assert present.period(periods.week(2020, 53))["name"] == "Week 53: 28 December to 3 January 2021"
    assert present.period(periods.month(2026, 3))["name"] == "March 2026"
