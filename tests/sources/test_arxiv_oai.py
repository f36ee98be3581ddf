"""Promises of OAI-PMH harvests: whole, whatever tokens, pages and deletions do meanwhile."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from archive import Archive, deposits, ids
from builders import shared_data
from origin import Asked, Origin, Reply

from broadsheet.errors import FetchError, SourceError, UnreadableError
from broadsheet.incoming import Batch
from broadsheet.sources import arxiv_oai
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Options

NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
HEPCRAWL = ("fixtures", "arxiv_oai", "inspirehep+hepcrawl", "tests")
SICKLE = ("fixtures", "oai_pmh_generic", "mloesch+sickle", "sickle", "tests", "sample_data")


@pytest.fixture
def origin() -> Iterator[Origin]:
    with Origin() as made:
        yield made


def harvest(origin: Origin, checkpoint: Any = None, now: datetime = NOW, **values: str) -> Iterator[Batch]:
    source = arxiv_oai.make(Options(values={"url": f"{origin.url}/oai", "since": "2026-01-01", **values}))
    http = Http(private={"127.0.0.1"}, pause=lambda _seconds: None, patience=1e9)
    return source.fetch(http, checkpoint or {}, now=now)


def brought(batches: list[Batch]) -> set[str]:
    return {record.ids[0] for batch in batches for record in batch.records}


def test_the_real_answers_of_arxiv_are_read_whole() -> None:
    files = sorted(shared_data(*HEPCRAWL).rglob("*.xml"))
    records = [record for file in files for record in arxiv_oai.parse(file.read_bytes(), file.name).records]
    assert len(records) > 20
    for record in records:
        assert record.ids[0].startswith("arxiv:")
        assert record.title
        assert record.abstract
        assert record.authors
        assert record.categories
        assert record.published


def test_what_a_parser_of_another_project_found_in_a_real_answer_is_found() -> None:
    import json

    folder = shared_data(*HEPCRAWL, "unit", "responses", "arxiv")
    (record,) = arxiv_oai.parse((folder / "sample_arxiv_record10.xml").read_bytes(), "recorded").records
    (theirs,) = json.loads((folder / "sample_arxiv_record10_parsed.json").read_text())
    assert record.title == theirs["results_data"][0]["titles"][0]["title"]
    assert record.ids[0] == f"arxiv:{theirs['results_data'][0]['arxiv_eprints'][0]['value']}"


def test_the_real_answers_of_other_repositories_are_read_with_their_deletions_and_tokens() -> None:
    page = arxiv_oai.parse(shared_data(*SICKLE, "ListRecords.xml").read_bytes(), "recorded", "oai")
    assert (page.token, page.total) == ("ListRecords2.xml", 8)
    assert page.records[0].title
    assert page.records[0].source == "oai"


@pytest.mark.parametrize("name", ["badArgument", "cannotDisseminateFormat", "noSetHierarchy"])
def test_a_refusal_is_told_in_the_repository_s_words(name: str) -> None:
    with pytest.raises(FetchError, match=name):
        arxiv_oai.parse(shared_data(*SICKLE, f"{name}.xml").read_bytes(), "recorded")


def test_nothing_that_matches_is_no_error() -> None:
    page = arxiv_oai.parse(shared_data(*SICKLE, "noRecordsMatch.xml").read_bytes(), "recorded")
    assert (page.records, page.token) == ((), "")


def test_xml_that_is_cut_or_defines_entities_is_refused() -> None:
    with pytest.raises(UnreadableError, match="not whole XML"):
        arxiv_oai.parse(b"<OAI-PMH><ListRecords>", "cut")
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa">]><OAI-PMH>&a;</OAI-PMH>'
    with pytest.raises(UnreadableError, match="entities"):
        arxiv_oai.parse(bomb, "bomb")


def test_a_harvest_brings_every_version_and_every_deletion(origin: Origin) -> None:
    papers = deposits(250)
    papers[3] = replace(papers[3], version=3)
    papers[7] = replace(papers[7], deleted=True)
    Archive(papers).at(origin)
    batches = list(harvest(origin))
    assert brought(batches) == ids(papers) - ids([papers[7]])
    assert {paper_id for batch in batches for paper_id in batch.deleted} == ids([papers[7]])
    (record,) = (one for batch in batches for one in batch.records if one.ids[0] in ids([papers[3]]))
    assert [version.number for version in record.versions] == [1, 2, 3]
    assert record.published == record.updated == papers[3].day


def test_from_any_batch_s_checkpoint_the_harvest_goes_on_and_loses_nothing(origin: Origin) -> None:
    papers = [replace(paper, stamp=date(2026, 1, 5) + timedelta(days=n % 70)) for n, paper in enumerate(deposits(60))]
    Archive(papers, page_size=7).at(origin)
    batches = list(harvest(origin))
    assert brought(batches) == ids(papers)
    for number in range(len(batches)):
        rest = list(harvest(origin, batches[number].checkpoint))
        assert brought(batches[: number + 1]) | brought(rest) == ids(papers)


def test_a_token_that_has_expired_repeats_its_window_only(origin: Origin) -> None:
    january = [replace(paper, stamp=date(2026, 1, 5)) for paper in deposits(30)]
    march = [replace(paper, id=f"2602.{n:05}", stamp=date(2026, 3, 5)) for n, paper in enumerate(deposits(30))]
    archive = Archive([*january, *march], page_size=10)
    archive.at(origin)
    batches = []
    for batch in harvest(origin):
        batches.append(batch)
        if brought(batches) & ids(march):
            break
    archive.lists = []  # the repository was started anew, and knows none of its tokens
    before = len(origin.asked)
    rest = list(harvest(origin, batches[-1].checkpoint))
    assert brought(rest) == ids(march)
    assert len(origin.asked) - before <= 6


def test_pages_that_repeat_their_predecessor_s_end_double_nothing_that_counts(origin: Origin) -> None:
    papers = deposits(95)
    Archive(papers, page_size=20, repeats=True).at(origin)
    assert brought(list(harvest(origin))) == ids(papers)


def test_a_later_fetch_asks_only_for_what_changed_and_for_the_last_days_again(origin: Origin) -> None:
    papers = deposits(20)
    archive = Archive(papers)
    archive.at(origin)
    batches = list(harvest(origin))
    late = replace(papers[0], id="2603.99999", stamp=date(2026, 3, 19))
    archive.papers = [*papers, late]
    again = list(harvest(origin, batches[-1].checkpoint, now=NOW + timedelta(days=1)))
    assert brought(again) == ids([late])
    assert origin.asked[-1].query["from"] == "2026-03-18"


def test_a_repository_that_gives_the_same_token_for_ever_is_given_up(origin: Origin) -> None:
    page = Archive(deposits(3))
    body = page.oai(type("Asked", (), {"query": {"verb": "ListRecords"}})())
    endless = body.replace(b"></resumptionToken>", b">again</resumptionToken>")
    origin.route("/oai", lambda _asked: Reply(endless))
    with pytest.raises(UnreadableError, match="twice"):
        list(harvest(origin))


def test_a_record_that_cannot_be_read_is_told_and_the_others_are_kept(origin: Origin) -> None:
    papers = deposits(5)
    papers[2] = replace(papers[2], title=" ")
    Archive(papers).at(origin)
    batches = list(harvest(origin))
    assert brought(batches) == ids(papers) - ids([papers[2]])
    (words,) = (line for batch in batches for line in batch.unread)
    assert papers[2].id in words


def test_the_date_of_a_first_version_that_cannot_be_is_not_believed() -> None:
    xml = (
        '<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/"><ListRecords><record><header><identifier>'
        "oai:arXiv.org:1601.04794</identifier></header><metadata>"
        '<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>1601.04794</id><created>2026-08-30</created>'
        "<authors><author><keyname>Doe</keyname><forenames>Jane</forenames><suffix>Jr</suffix></author></authors>"
        "<title>Stones</title><categories>cs.LG</categories><abstract>Heavy.</abstract></arXiv></metadata></record>"
        "</ListRecords></OAI-PMH>"
    )
    (record,) = arxiv_oai.parse(xml.encode(), "answer").records
    assert (record.published, record.updated) == (None, date(2026, 8, 30))
    assert record.authors == ("Jane Doe Jr",)


def test_remarks_between_the_elements_are_passed_over(origin: Origin) -> None:
    Archive(papers := deposits(2)).at(origin)
    body = Archive(papers).oai(Asked("", {"verb": "ListRecords"}, {}))
    marked = body.replace(b"<record>", b"<!-- a --><record>").replace(b"<title>", b"<!-- b --><?c d?><title>")
    marked = marked.replace(b"<arXivRaw ", b"<!-- e --><arXivRaw ")
    assert arxiv_oai.parse(marked, "answer") == arxiv_oai.parse(body, "answer")
    assert len(arxiv_oai.parse(body, "answer").records) == 2


def test_arxiv_is_not_asked_from_before_its_first_datestamp_which_it_refuses(origin: Origin) -> None:
    Archive(deposits(2)).at(origin)
    next(harvest(origin, since="1991-08-14"))
    assert origin.asked[0].query["from"] == "2005-09-16"


@pytest.mark.parametrize("values", [{"since": "yesterday"}, {"format": "marc"}])
def test_options_that_make_no_sense_are_refused(values: dict[str, str]) -> None:
    with pytest.raises(SourceError):
        arxiv_oai.make(Options(values=values))
    with pytest.raises(SourceError, match="address"):
        arxiv_oai.make_general(Options(words=("example.org",)))


def test_a_list_that_gives_less_than_it_tells_of_is_told(origin: Origin) -> None:
    papers = deposits(30)
    archive = Archive(papers, page_size=10)
    origin.route("/oai", lambda asked: Reply(archive.oai(asked).replace(b'ListSize="30"', b'ListSize="33"')))
    told = [line for batch in harvest(origin) for line in batch.unread]
    assert len(told) == 1
    assert "tells of 33 records, and gave 30" in told[0]
