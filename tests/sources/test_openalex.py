"""Promises of OpenAlex beyond the shape of its works: whose ids are believed, and where an interrupted walk goes on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from answering import Answering

from broadsheet.errors import FetchError, UnreadableError
from broadsheet.sources import openalex
from broadsheet.sources.building import Place
from broadsheet.sources.kinds import Options

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)


def a_work(number: int, **fields: Any) -> dict[str, Any]:
    return {"id": f"https://openalex.org/W{number}", "title": f"Stone {number}", **fields}


def pages_of(works: list[dict[str, Any]]) -> Any:
    """Answers as the service does, as many works a page as were asked for."""

    def speak(_url: str, asked: Any) -> Any:
        start = 0 if asked["cursor"] == "*" else int(asked["cursor"])
        end = start + int(asked["per_page"])
        return {
            "results": works[start:end],
            "meta": {"count": len(works), "next_cursor": str(end) if end < len(works) else None},
        }

    return speak


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("https://arxiv.org/pdf/2401.00001", ("doi:10.1000/x", "arxiv:2401.00001")),
        ("https://aclanthology.org/2024.acl-long.7.pdf", ("doi:10.1000/x", "acl:2024.acl-long.7")),
        ("https://doi.org/10.2000/preprint", ("doi:10.1000/x", "doi:10.2000/preprint")),
        ("https://journal.example/articles/10.1000/x/pdf", ("doi:10.1000/x",)),
        ("https://publisher.example/content/pdf/10.1000/x.pdf", ("doi:10.1000/x",)),
    ],
)
def test_what_a_publisher_adds_to_a_doi_in_its_addresses_makes_no_other_id(address: str, ids: tuple[str, ...]) -> None:
    work = a_work(1, doi="https://doi.org/10.1000/x", locations=[{"landing_page_url": None, "pdf_url": address}])
    assert openalex.record(work, Place("answer")).ids == ids


def test_no_page_is_larger_than_the_service_allows_and_every_one_is_asked_for_with_the_key() -> None:
    http = Answering(pages_of([a_work(number) for number in range(250)]))
    source = openalex.make(Options(words=("type:article",), values={"key": "k"}))
    batches = list(source.fetch(http, {}, now=NOW))
    assert len({record.title for batch in batches for record in batch.records}) == 250
    assert {asked["per_page"] for _, asked in http.asked} == {"100"}
    assert {asked["api_key"] for _, asked in http.asked} == {"k"}


def test_a_walk_that_is_finished_weeks_later_leaves_out_nothing_of_those_weeks() -> None:
    http = Answering(pages_of([a_work(number) for number in range(250)]))
    source = openalex.make(Options(words=("type:article",)))
    first = next(iter(source.fetch(http, {}, now=NOW)))
    *_, last = source.fetch(http, first.checkpoint, now=NOW + timedelta(days=60))
    assert last.checkpoint == {"since": (NOW.date() - openalex.OVERLAP).isoformat()}


def test_a_cursor_that_is_not_taken_any_more_begins_the_walk_anew() -> None:
    works = pages_of([a_work(1)])
    http = Answering(lambda url, asked: 400 if asked["cursor"] == "stale" else works(url, asked))
    source = openalex.make(Options(words=("type:article",)))
    checkpoint = {"since": "2026-03-01", "began": "2026-03-02", "cursor": "stale"}
    (batch,) = source.fetch(http, checkpoint, now=NOW)
    assert [record.title for record in batch.records] == ["Stone 1"]
    assert [asked["filter"] for _, asked in http.asked] == ["type:article,from_publication_date:2026-03-01"] * 2


def test_a_filter_that_is_refused_is_an_error_whatever_the_cursor() -> None:
    source = openalex.make(Options(words=("colour:red",)))
    for checkpoint in ({}, {"since": "2026-03-01", "cursor": "stale"}):
        with pytest.raises(FetchError, match="400"):
            list(source.fetch(Answering(lambda _u, _a: 400), checkpoint, now=NOW))


def test_a_paper_is_looked_up_by_its_doi_however_that_is_written_and_one_that_is_not_known_brings_nothing() -> None:
    http = Answering(lambda url, _a: a_work(1) if "10.1000" in url else None)
    wanted = ["doi:10.1000/a,b|c<d>", "doi:10.2000/x", "arxiv:2401.00001"]
    (batch,) = openalex.OpenAlexPapers().look_up(http, wanted)
    assert [record.title for record in batch.records] == ["Stone 1"]
    assert [url.rpartition("/works/")[2] for url, _ in http.asked] == ["doi:10.1000/a%2Cb%7Cc%3Cd%3E", "doi:10.2000/x"]


def test_a_work_that_cannot_be_read_is_told_and_an_answer_that_lists_none_is_no_end() -> None:
    (batch,) = openalex.OpenAlexPapers().look_up(Answering(lambda _u, _a: a_work(1, title=None)), ["doi:10.1000/x"])
    assert (batch.records, len(batch.unread)) == ((), 1)
    with pytest.raises(UnreadableError, match="lists no works"):
        list(openalex.make(Options(words=("x:1",))).fetch(Answering(lambda _u, _a: {"error": "no"}), {}, now=NOW))


def test_orcid_ids_are_kept_by_the_authors_names_where_they_are_told() -> None:
    authorships = [
        {"author": {"display_name": "Ada Lovelace", "orcid": "https://orcid.org/0000-0002-1825-009X"}},
        {"author": {"display_name": "Bo Babbage", "orcid": None}},
    ]
    record = openalex.record({"id": "https://openalex.org/W1", "title": "A", "authorships": authorships}, Place("x"))
    assert record.extras["openalex"]["orcids"] == {"Ada Lovelace": "0000-0002-1825-009X"}
