"""Promises of the lookup at Crossref: one DOI that it refuses keeps nothing from the others."""

import re
from typing import Any
from urllib.parse import unquote

import pytest
from answering import Answering, an_answer

from broadsheet.errors import FetchError
from broadsheet.sources import crossref
from broadsheet.sources.building import Place


def a_register(known: set[str], refused: set[str]) -> Any:
    """Answers as the service does: whole requests are refused for one DOI that it does not take."""

    def speak(url: str, asked: Any) -> Any:
        listed = asked.get("filter")
        names = re.findall(r"doi:([^,]+)", listed) if listed else [unquote(url.rpartition("/works/")[2])]
        if refused & set(names):
            return 400
        works = [{"DOI": name, "title": [f"Stone {name}"]} for name in names if name in known]
        if listed:
            return {"message": {"items": works}}
        return {"message": works[0]} if works else None

    return speak


def test_a_doi_that_is_refused_is_told_and_all_others_are_found() -> None:
    names = [f"10.1000/{number}" for number in range(60)]
    http = Answering(a_register(set(names), {"10.1000/7", "10.1000/33"}))
    batches = list(crossref.Crossref().look_up(http, [f"doi:{name}" for name in names]))
    found = {record.ids[0].removeprefix("doi:") for batch in batches for record in batch.records}
    assert found == set(names) - {"10.1000/7", "10.1000/33"}
    assert len([words for batch in batches for words in batch.unread]) == 2


def test_a_doi_with_a_comma_is_asked_for_by_itself() -> None:
    http = Answering(a_register({"10.1000/a,b", "10.1000/c", "10.1000/d"}, set()))
    batches = list(crossref.Crossref().look_up(http, ["doi:10.1000/a,b", "doi:10.1000/c", "doi:10.1000/d"]))
    found = [record.ids for batch in batches for record in batch.records]
    assert found == [("doi:10.1000/c",), ("doi:10.1000/d",), ("doi:10.1000/a,b",)]


def test_one_that_is_not_known_brings_nothing_and_a_service_that_fails_is_an_error() -> None:
    assert list(crossref.Crossref().look_up(Answering(a_register(set(), set())), ["doi:10.1000/x"])) == []
    with pytest.raises(FetchError, match="503"):
        list(crossref.Crossref().look_up(Answering(lambda _u, _a: 503), ["doi:10.1000/x", "doi:10.1000/y"]))


def test_a_contact_is_told_with_every_request() -> None:
    http = Answering(a_register(set(), set()))
    list(
        crossref.Crossref(contact="a@example.org").look_up(http, ["doi:10.1000/x", "doi:10.1000/y", "doi:10.1000/a,b"])
    )
    assert [asked["mailto"] for _, asked in http.asked] == ["a@example.org"] * 2


def test_a_notice_of_retraction_is_not_itself_withdrawn() -> None:
    notice = {
        "DOI": "10.1000/r",
        "title": ["Retraction of Light"],
        "update-to": [{"type": "retraction", "DOI": "10.1000/x"}],
    }
    assert not crossref.record(notice, Place("answer")).withdrawn


def test_of_a_date_that_is_told_in_part_the_year_is_kept_and_no_day_made_up() -> None:
    work = {
        "DOI": "10.1000/x",
        "title": ["Light"],
        "issued": {"date-parts": [[2024]]},
        "posted": {"date-parts": [[None]]},
    }
    record = crossref.record(work, Place("answer"))
    assert (record.published, record.year) == (None, 2024)


def test_works_are_asked_for_by_title() -> None:
    desk = Answering(lambda _url, _asked: {"message": {"items": [{"DOI": "10.1000/x", "title": ["A stone"]}]}})
    assert [record.title for record in crossref.Crossref().by_title(desk, "A stone")] == ["A stone"]
    assert desk.asked == [("https://api.crossref.org/works", {"query.title": "A stone", "rows": "5"})]


def test_orcid_ids_are_kept_by_the_authors_names_where_they_are_told() -> None:
    work = {
        "DOI": "10.1000/x",
        "title": ["A stone"],
        "author": [
            {"given": "Ada", "family": "Lovelace", "ORCID": "https://orcid.org/0000-0002-1825-0097"},
            {"given": "Bo", "family": "Babbage"},
            {"given": "Cy", "family": "Odd", "ORCID": "none"},
        ],
    }
    (record,), _ = crossref.parse(an_answer({"message": work}))
    assert record.extras["crossref"]["orcids"] == {"Ada Lovelace": "0000-0002-1825-0097"}
