"""Promises of bioRxiv and medRxiv: no preprint is lost to a total that is wrong, and what was taken back is told."""

from datetime import UTC, datetime
from typing import Any

import pytest
from answering import Answering, an_answer

from broadsheet.errors import SourceError, UnreadableError
from broadsheet.sources import biorxiv
from broadsheet.sources.kinds import Options
from broadsheet.types import Record

NOW = datetime(2026, 3, 20, tzinfo=UTC)
SOURCE = biorxiv.make(Options(values={"since": "2026-03-18"}), "medrxiv")


def a_post(number: int, **said: str) -> dict[str, str]:
    return {
        "doi": f"10.64898/2026.03.18.{number:08}", "title": f"Stone {number}", "authors": "Doe, J.;", "version": "1",
        "date": "2026-03-18", "category": "epidemiology", "abstract": "Heavy.", "published": "NA", **said,
    }  # fmt: skip


def a_server(posts: int, **message: Any) -> Any:
    """Thirty preprints a page, as it answers since 2026, with this message."""

    def speak(url: str, _asked: Any) -> Any:
        cursor = int(url.split("/")[-2])
        page = [a_post(number) for number in range(cursor, min(cursor + 30, posts))]
        told = {"status": "ok", **message} if page else {"status": "no posts found"}
        return {"messages": [told], "collection": page}

    return speak


def dois(batches: list[Any]) -> set[str]:
    return {record.ids[0] for batch in batches for record in batch.records}


@pytest.mark.parametrize("total", [{}, {"total": 75}, {"total": "75"}, {"total": None}])
def test_every_page_is_read_whatever_is_told_of_the_total(total: dict[str, Any]) -> None:
    batches = list(SOURCE.fetch(Answering(a_server(75, **total)), {}, now=NOW))
    assert len(dois(batches)) == 75
    assert [words for batch in batches for words in batch.unread] == []


def test_a_total_that_does_not_come_is_told() -> None:
    (*_, last) = SOURCE.fetch(Answering(lambda url, asked: _claiming(a_server(75)(url, asked), 90)), {}, now=NOW)
    assert "90" in last.unread[0]
    assert "75" in last.unread[0]


def _claiming(answer: dict[str, Any], total: int) -> dict[str, Any]:
    return {**answer, "messages": [{**answer["messages"][0], "total": total}]}


def test_a_failure_that_looks_like_an_empty_week_is_an_error() -> None:
    with pytest.raises(UnreadableError, match="database"):
        biorxiv.parse(an_answer({"messages": [{"status": "database error"}], "collection": []}), "biorxiv")
    assert biorxiv.parse(an_answer({"messages": [{"status": "no posts found"}], "collection": []}), "biorxiv")[2] == 0


def test_a_page_that_comes_again_ends_the_fetch() -> None:
    page = {"messages": [{"status": "ok"}], "collection": [a_post(1)]}
    with pytest.raises(UnreadableError, match="twice"):
        list(SOURCE.fetch(Answering(lambda _u, _a: page), {}, now=NOW))


def one(**said: str) -> Record:
    (record,), _, _, _ = biorxiv.parse(an_answer({"collection": [a_post(1, **said)]}), "medrxiv")
    return record


@pytest.mark.parametrize(
    "notice",
    [
        "Withdrawal Statement: stones broke.",
        "The authors have withdrawn their stones.",
        "This preprint has been withdrawn.",
    ],
)
def test_a_notice_of_withdrawal_is_a_comment_and_no_abstract(notice: str) -> None:
    record = one(abstract=notice, version="2")
    assert (record.withdrawn, record.abstract, record.comment) == (True, "", notice)


def test_an_abstract_about_withdrawal_is_an_abstract() -> None:
    record = one(abstract="We ask why authors have withdrawn stones.")
    assert (record.withdrawn, record.comment) == (False, "")
    assert record.abstract.startswith("We ask")


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(SourceError, match="yesterday"):
        biorxiv.make(Options(values={"since": "yesterday"}), "biorxiv")
