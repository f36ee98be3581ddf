"""Promises of the lookup at Semantic Scholar: one paper that it stumbles over keeps nothing from the others."""

from typing import Any

import pytest
from answering import Answering

from broadsheet.errors import FetchError
from broadsheet.sources import semantic_scholar
from broadsheet.sources.building import Place

IDS = [f"arxiv:2401.{number:05}" for number in range(6)]


def a_service(**statuses: int) -> Any:
    """Answers with a paper, except for these arXiv numbers."""

    def speak(url: str, _asked: Any) -> Any:
        name = url.rpartition(":")[2]
        return statuses.get(f"n{name[-1]}") or {"title": f"Stone {name}", "externalIds": {"ArXiv": name}}

    return speak


@pytest.mark.parametrize("status", [400, 500])
def test_a_paper_that_it_refuses_or_stumbles_over_is_told_and_the_others_are_found(status: int) -> None:
    batches = list(semantic_scholar.SemanticScholar().look_up(Answering(a_service(n2=status)), IDS))
    assert [record.ids[0] for batch in batches for record in batch.records] == [*IDS[:2], *IDS[3:]]
    assert [str(status) in words for batch in batches for words in batch.unread] == [True]


def test_a_service_that_stumbles_over_every_paper_is_an_error_and_is_not_asked_on() -> None:
    http = Answering(lambda _u, _a: 500)
    with pytest.raises(FetchError, match="500"):
        list(semantic_scholar.SemanticScholar().look_up(http, IDS))
    assert len(http.asked) == semantic_scholar.MOST_FAILED
    with pytest.raises(FetchError, match="500"):
        list(semantic_scholar.SemanticScholar().look_up(Answering(lambda _u, _a: 500), IDS[:1]))


@pytest.mark.parametrize("status", [401, 403, 429, 503])
def test_a_refusal_that_is_not_about_the_paper_ends_the_lookup_at_once(status: int) -> None:
    http = Answering(lambda _u, _a: status)
    with pytest.raises(FetchError, match=str(status)):
        list(semantic_scholar.SemanticScholar().look_up(http, IDS))
    assert len(http.asked) == 1


def test_every_id_that_it_names_is_an_id_of_the_paper_and_what_it_adds_is_attributed() -> None:
    paper = {
        "paperId": "abc", "title": "Light", "abstract": None, "authors": [{"authorId": None, "name": "Ada Lovelace"}],
        "externalIds": {"ArXiv": "2401.00001", "ACL": "P19-1007", "DOI": "10.1000/X", "CorpusId": 7, "DBLP": "x"},
        "year": 2024, "publicationDate": None, "citationCount": 0, "tldr": {"model": "tldr@v2.0.0", "text": "It weighs."},
        "openAccessPdf": {"url": "", "status": None},
    }  # fmt: skip
    record = semantic_scholar.record(paper, Place("answer"))
    assert record.ids == ("arxiv:2401.00001", "acl:P19-1007", "doi:10.1000/x")
    assert record.extras == {"semanticscholar": {"tldr": "It weighs.", "citations": 0, "id": "abc"}}
    assert (record.published, record.year, record.abstract, record.links) == (None, 2024, "", ())
