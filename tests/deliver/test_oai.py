"""Promises to harvesters: OAI-PMH as others' clients and our own speak it, whole whatever changes meanwhile."""

import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from builders import a_record
from django.db import OperationalError
from django.test import Client
from lxml import etree
from sickle import Sickle
from sickle.oaiexceptions import BadResumptionToken, CannotDisseminateFormat, IdDoesNotExist, NoRecordsMatch

from broadsheet.core import harvesting, papers
from broadsheet.core.store import remove, store
from broadsheet.deliver import oai
from broadsheet.library import changes, models
from broadsheet.sources import arxiv_oai
from broadsheet.sources.http import Http
from broadsheet.sources.kinds import Options
from broadsheet.types import Record

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
OAI = "{http://www.openarchives.org/OAI/2.0/}"
DC = "{http://purl.org/dc/elements/1.1/}"
XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
NASTY = "Stones & <script> ]]> “ü” \x0b x < y"


def stone(number: int, title: str = "", **fields: Any) -> Record:
    usual: dict[str, Any] = {
        "ids": (f"arxiv:2603.{number:05}",), "source": "arxiv", "authors": ("Ada Lovelace", f"Bo {number}"),
        "abstract": f"It is the stone ${number}$." if number % 5 else "", "comment": "7 pages" if number % 3 else "",
        "categories": ("cs.LG", "stat.ML") if number % 2 else ("math.CO",), "published": date(2026, 3, 1),
    }  # fmt: skip
    return a_record(title or f"Stone number {number} of many", **usual | fields)


def stones(*numbers: int) -> None:
    store([stone(number) for number in numbers], now=NOW)


def take_away(number: int) -> None:
    remove([papers.paper(f"2603.{number:05}").key], now=NOW)


def said(client: Client, **arguments: str) -> etree._Element:
    """The answer, which keeps the rules."""
    response = client.get("/oai", arguments)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "text/xml; charset=utf-8"
    root = etree.fromstring(response.content)
    keeps_the_rules(root)
    return root


def error(client: Client, **arguments: str) -> str:
    return said(client, **arguments)[2].get("code", "")


SECOND = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
SETS = r"[\w.!~*'()-]+(:[\w.!~*'()-]+)*"


def keeps_the_rules(root: etree._Element) -> None:
    """What the protocol demands of the shape of an answer."""
    assert root.tag == f"{OAI}OAI-PMH"
    assert root.get(f"{XSI}schemaLocation") == f"{OAI[1:-1]} http://www.openarchives.org/OAI/2.0/OAI-PMH.xsd"
    when, request, *rest = root
    assert when.tag == f"{OAI}responseDate"
    assert re.fullmatch(SECOND, when.text or "")
    assert request.tag == f"{OAI}request"
    assert (request.text or "").endswith("/oai")
    assert rest
    if rest[0].tag == f"{OAI}error":
        assert all(each.tag == f"{OAI}error" and each.get("code") and each.text for each in rest)
        if rest[0].get("code") in {"badVerb", "badArgument"}:
            assert not request.attrib
        return
    (body,) = rest
    assert body.tag == f"{OAI}{request.get('verb')}"
    assert len(body)
    for header in body.iter(f"{OAI}header"):
        names = [child.tag.removeprefix(OAI) for child in header]
        assert names[:2] == ["identifier", "datestamp"]
        assert set(names[2:]) <= {"setSpec"}
        assert re.fullmatch(r"oai:[\w.-]+:\d+", header.findtext(f"{OAI}identifier") or "")
        assert re.fullmatch(SECOND, header.findtext(f"{OAI}datestamp") or "")
        assert all(re.fullmatch(SETS, spec.text or "", re.ASCII) for spec in header.findall(f"{OAI}setSpec"))
    for record in body.iter(f"{OAI}record"):
        deleted = record[0].get("status") == "deleted"
        assert [child.tag for child in record] == [f"{OAI}header"] + [f"{OAI}metadata"] * (not deleted)
        for metadata in record.findall(f"{OAI}metadata"):
            (inner,) = metadata
            namespace = etree.QName(inner).namespace
            assert (inner.get(f"{XSI}schemaLocation") or "").split()[0] == namespace
    for token in body.iter(f"{OAI}resumptionToken"):
        assert token is body[-1]


def identifiers(root: etree._Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{OAI}identifier")]


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Seven items in one answer."""
    monkeypatch.setattr(oai, "PORTION", 7)


@pytest.mark.django_db
class TestProtocol:
    @pytest.mark.parametrize(
        ("asked", "code"),
        [
            ("", "badVerb"),
            ("verb=Nothing", "badVerb"),
            ("verb=Identify&verb=Identify", "badVerb"),
            ("verb=Identify&set=cs", "badArgument"),
            ("verb=GetRecord&metadataPrefix=oai_dc", "badArgument"),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=%00", "badArgument"),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=stone", "idDoesNotExist"),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:999", "idDoesNotExist"),
            ("verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:elsewhere:1", "idDoesNotExist"),
            ("verb=ListMetadataFormats&identifier=oai:localhost:999", "idDoesNotExist"),
            ("verb=ListRecords", "badArgument"),
            ("verb=ListRecords&metadataPrefix=marc", "cannotDisseminateFormat"),
            ("verb=ListRecords&metadataPrefix=oai_dc&metadataPrefix=oai_dc", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&resumptionToken=x", "badArgument"),
            ("verb=ListRecords&resumptionToken=x", "badResumptionToken"),
            ("verb=ListSets&resumptionToken=x", "badResumptionToken"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=yesterday", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-30", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-20T10:00:00", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-20&until=2026-02-19", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=2026-02-20&until=2026-02-21T10:00:00Z", "badArgument"),
            ("verb=ListRecords&metadataPrefix=oai_dc&until=0001-01-01", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&from=9999-12-31", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=stones", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=math:cs.LG", "noRecordsMatch"),
            ("verb=ListRecords&metadataPrefix=oai_dc&set=q-fin", "noRecordsMatch"),
        ],
    )  # fmt: skip
    @pytest.mark.parametrize("method", ["get", "post"])
    def test_what_is_asked_wrongly_is_told_by_the_protocols_own_errors(
        self, client: Client, asked: str, code: str, method: str
    ) -> None:
        stones(1)
        form = "application/x-www-form-urlencoded"
        answer = client.get(f"/oai?{asked}") if method == "get" else client.post("/oai", asked, content_type=form)
        root = etree.fromstring(answer.content)
        keeps_the_rules(root)
        assert (answer.status_code, root[2].get("code")) == (200, code)

    def test_the_house_says_who_it_is(self, client: Client, settings: Any) -> None:
        settings.CONTACT = "mailto:stones@example.org"
        settings.SITE_NAME = NASTY
        stones(1)
        told = {child.tag.removeprefix(OAI): child.text for child in said(client, verb="Identify")[2]}
        assert told.pop("earliestDatestamp")
        assert told == {
            "repositoryName": "Stones & <script> ]]> “ü”  x < y", "baseURL": "http://localhost/oai",
            "protocolVersion": "2.0", "adminEmail": "stones@example.org", "deletedRecord": "persistent",
            "granularity": "YYYY-MM-DDThh:mm:ssZ",
        }  # fmt: skip
        settings.CONTACT = "https://example.org/contact"
        assert said(client, verb="Identify")[2].findtext(f"{OAI}adminEmail") == settings.DEFAULT_FROM_EMAIL

    def test_identifiers_have_the_name_of_the_house_and_stay_while_ids_change(
        self, client: Client, settings: Any
    ) -> None:
        settings.SITE_URL = "https://papers.example.org:8443"
        store([a_record("A stone of two names", source="bibtex", authors=("Ada Lovelace",))], now=NOW)
        (before,) = identifiers(said(client, verb="ListIdentifiers", metadataPrefix="oai_dc"))
        store([stone(1, "A stone of two names")], now=NOW)
        assert papers.paper("2603.00001").paper_id == "arxiv:2603.00001"
        (after,) = identifiers(said(client, verb="ListIdentifiers", metadataPrefix="arXiv"))
        assert after == before
        assert after.startswith("oai:papers.example.org:")
        assert said(client, verb="Identify")[2].findtext(f"{OAI}baseURL") == "https://papers.example.org:8443/oai"

    def test_while_the_library_is_held_by_a_long_import_harvesters_are_asked_to_come_again(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def held(*_: object) -> None:
            raise OperationalError("database is locked")

        stones(1)
        monkeypatch.setattr(changes, "notice", held)
        response = client.get("/oai?verb=ListRecords&metadataPrefix=oai_dc")
        assert (response.status_code, response.headers["Retry-After"]) == (503, "60")

    def test_sets_are_the_archives_and_categories_of_arxiv(self, client: Client) -> None:
        specs = [spec.text for spec in said(client, verb="ListSets").iter(f"{OAI}setSpec")]
        assert {"cs", "cs:cs.LG", "hep-th", "cond-mat:cond-mat.dis-nn"} <= set(specs)
        assert len(set(specs)) == len(specs)

    def test_the_format_of_arxiv_is_for_what_has_an_arxiv_id(self, client: Client) -> None:
        store([stone(1), a_record("A lamp", ids=("doi:10.1000/lamp",))], now=NOW)
        every = identifiers(said(client, verb="ListIdentifiers", metadataPrefix="oai_dc"))
        (theirs,) = identifiers(said(client, verb="ListIdentifiers", metadataPrefix="arXiv"))
        (lamp,) = set(every) - {theirs}
        formats = said(client, verb="ListMetadataFormats", identifier=lamp).iter(f"{OAI}metadataPrefix")
        assert [element.text for element in formats] == ["oai_dc"]
        assert error(client, verb="GetRecord", identifier=lamp, metadataPrefix="arXiv") == "cannotDisseminateFormat"
        record = said(client, verb="GetRecord", identifier=theirs, metadataPrefix="arXiv")
        assert record.findtext(".//{http://arxiv.org/OAI/arXiv/}keyname") == "Lovelace"
        assert record.findtext(".//{http://arxiv.org/OAI/arXiv/}abstract") == "It is the stone $1$."

    def test_dublin_core_is_readable_and_no_sign_of_a_paper_breaks_out(self, client: Client) -> None:
        record = stone(1, title=NASTY, authors=(NASTY,), abstract=NASTY, venue=NASTY, comment=NASTY)
        store([record], now=NOW)
        root = said(client, verb="ListRecords", metadataPrefix="oai_dc")
        fields = [(child.tag.removeprefix(DC), child.text) for child in root.iter() if child.tag.startswith(DC)]
        assert ("title", "Stones & <script> ]]> “ü” x < y") in fields
        assert ("identifier", "http://localhost/papers/arxiv:2603.00001") in fields
        assert ("identifier", "https://arxiv.org/abs/2603.00001") in fields
        assert ("date", "2026-03-01") in fields
        assert not root.xpath("//*[local-name()='script']")
        etree.fromstring(client.get("/oai?verb=ListRecords&metadataPrefix=arXiv").content)

    @pytest.mark.parametrize("spec", ["cs", "cs:cs.LG", "stat:stat.ML", "math"])
    def test_a_set_holds_its_papers_here_and_gone(self, client: Client, spec: str) -> None:
        stones(*range(10))
        take_away(3)
        take_away(4)
        root = said(client, verb="ListRecords", metadataPrefix="oai_dc", set=spec)
        found = [
            (header.get("status"), {element.text for element in header.findall(f"{OAI}setSpec")})
            for header in root.iter(f"{OAI}header")
        ]
        assert len(found) == 5
        assert [status for status, _ in found].count("deleted") == 1
        for _, sets in found:
            assert any(each == spec or each.startswith(f"{spec}:") for each in sets if each)

    def test_a_token_cannot_be_made_up_or_used_for_another_verb(self, client: Client, few: None) -> None:
        stones(*range(20))
        root = said(client, verb="ListRecords", metadataPrefix="oai_dc")
        token = root.findtext(f".//{OAI}resumptionToken") or ""
        assert error(client, verb="ListIdentifiers", resumptionToken=token) == "badResumptionToken"
        for changed in (token[:-1], f"x{token}", token.replace(":", "", 1), "x" * 5000, "ü"):
            assert error(client, verb="ListRecords", resumptionToken=changed) in {"badResumptionToken", "badArgument"}
        assert len(identifiers(said(client, verb="ListRecords", resumptionToken=token))) == 7

    def test_an_answer_takes_few_statements_however_long_it_is(
        self, client: Client, django_assert_max_num_queries: Any
    ) -> None:
        stones(*range(600))
        with django_assert_max_num_queries(12):
            root = said(client, verb="ListRecords", metadataPrefix="oai_dc", set="cs", **{"from": "2020-01-01"})
        assert len(identifiers(root)) == 300
        token = said(client, verb="ListRecords", metadataPrefix="oai_dc").find(f".//{OAI}resumptionToken")
        assert token is not None
        assert (token.get("cursor"), token.get("completeListSize")) == ("0", "600")
        with django_assert_max_num_queries(8):
            rest = said(client, verb="ListRecords", resumptionToken=token.text or "")
        assert len(identifiers(rest)) == 100
        last = rest.find(f".//{OAI}resumptionToken")
        assert last is not None
        assert (last.text, last.get("cursor")) == (None, "500")

    def test_papers_that_become_one_leave_one_and_a_deleted_item(self, client: Client) -> None:
        store([a_record("A stone of two names", source="bibtex", ids=("doi:10.1/x",)), stone(1)], now=NOW)
        store([a_record("Another name", ids=("arxiv:2603.00001", "doi:10.1/x"))], now=NOW)
        root = said(client, verb="ListRecords", metadataPrefix="oai_dc")
        assert sorted(header.get("status") or "here" for header in root.iter(f"{OAI}header")) == ["deleted", "here"]


class Clock:
    """A clock that tests move."""

    def __init__(self) -> None:
        self.at = datetime(2026, 3, 17, 8, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.at

    def later(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def everything(wanted: harvesting.Wanted, clock: Clock, between: Callable[[], None] = lambda: None) -> dict[int, str]:
    """What a harvester has after a walk: the title of each paper, "" of those that are gone."""
    found: dict[int, str] = {}
    after: int | None = None
    while True:
        portion = harvesting.portion(wanted, 3, clock, after=after)
        for item in portion.items:
            found.pop(item.key, None)
            found[item.key] = item.paper.title if item.paper else ""
        after = portion.last
        if after is None:
            return found
        between()


@pytest.mark.django_db
@pytest.mark.database
class TestMoments:
    @pytest.mark.parametrize("seed", range(6))
    def test_who_comes_again_and_again_has_the_library_as_it_is_and_never_waits_for_a_clock(self, seed: int) -> None:
        """Writers use moments from the past, as long imports do; each walk asks for what changed since the last began."""
        dice, clock = random.Random(seed), Clock()
        mine: dict[int, str] = {}
        since = None

        def disturb() -> None:
            for _ in range(dice.randrange(3)):
                number = dice.randrange(30)
                there = models.Alias.objects.filter(alias=f"arxiv:2603.{number:05}").exists()
                if there and dice.random() < 0.3:
                    take_away(number)
                else:
                    past = clock() - timedelta(minutes=dice.randrange(100))
                    store([stone(number, title=f"Stone {number} {dice.random()}")], now=past)
                if dice.random() < 0.5:
                    clock.later(dice.choice((0.2, 0.7, 1, 3)))

        for _ in range(12):
            disturb()
            began = clock().replace(microsecond=0)
            mine |= everything(harvesting.Wanted(since=since), clock, disturb)
            since = began
            clock.later(dice.choice((0, 0.4, 2)))
        mine |= everything(harvesting.Wanted(since=since), clock)
        there = dict(models.Paper.objects.values_list("key", "title"))
        assert {key: title for key, title in mine.items() if title} == there

    def test_windows_of_time_share_nothing_and_miss_nothing(self) -> None:
        clock = Clock()
        for number in range(40):
            stones(number)
            if number % 3 == 0:
                harvesting.notice(clock)
            clock.later(0.7)
        whole = everything(harvesting.Wanted(), clock)
        parts: list[int] = []
        begin = datetime(2026, 3, 17, 8, tzinfo=UTC)
        for window in range(8):
            since = begin + timedelta(seconds=5 * window)
            parts += everything(harvesting.Wanted(since=since, until=since + timedelta(seconds=4)), clock)
        assert sorted(parts) == sorted(whole)

    def test_a_moment_never_goes_back_even_if_the_clock_does(self) -> None:
        clock = Clock()
        stones(1)
        harvesting.notice(clock)
        clock.later(-3600)
        stones(2)
        first, second = harvesting.portion(harvesting.Wanted(), 10, clock).items
        assert first.at == second.at


@pytest.mark.django_db(transaction=True)
class TestOtherClients:
    @pytest.fixture
    def disturbed(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Between any two answers papers come, change and go."""
        numbers = iter(range(100, 1000))
        answered = oai.answer

        def answer(*given: Any) -> bytes:
            body = answered(*given)
            if (number := next(numbers)) < 106:
                stones(number)
                store([stone(number - 100, title=f"Changed {number}", source="person")], now=NOW)
                take_away(number - 60)
            return body

        monkeypatch.setattr(oai, "answer", answer)

    @pytest.fixture
    def address(self, live_server: Any, few: None) -> str:
        stones(*range(60))
        return f"{live_server.url}/oai"

    @pytest.mark.usefixtures("disturbed")
    def test_sickle_harvests_everything_while_it_changes(self, address: str) -> None:
        found = {}
        for record in Sickle(address).ListRecords(metadataPrefix="oai_dc"):
            found[record.header.identifier] = None if record.deleted else record.metadata["title"][0]
        there = {f"oai:localhost:{paper.key}": paper.title for paper in models.Paper.objects.all()}
        assert len(there) == 60
        assert {name: title for name, title in found.items() if title} == there

    def test_sickle_reads_all_that_there_is_to_ask(self, address: str) -> None:
        sickle = Sickle(address, http_method="POST")
        assert sickle.Identify().granularity == "YYYY-MM-DDThh:mm:ssZ"
        assert [form.metadataPrefix for form in sickle.ListMetadataFormats()] == ["oai_dc", "arXiv"]
        assert len(list(sickle.ListSets())) > 150
        take_away(5)
        headers = list(sickle.ListIdentifiers(metadataPrefix="arXiv", set="cs:cs.LG"))
        assert [header.deleted for header in headers].count(True) == 1
        assert len(headers) == 30
        record = sickle.GetRecord(identifier=headers[0].identifier, metadataPrefix="arXiv")
        assert record.metadata["id"] == ["2603.00001"]
        assert len(list(sickle.ListRecords(metadataPrefix="oai_dc", ignore_deleted=True))) == 59

    @pytest.mark.parametrize(
        ("error", "asked"),
        [
            (NoRecordsMatch, {"metadataPrefix": "oai_dc", "from": "2999-01-01"}),
            (CannotDisseminateFormat, {"metadataPrefix": "marc21"}),
            (BadResumptionToken, {"resumptionToken": "stone"}),
        ],
    )
    def test_sickle_understands_what_goes_wrong(self, address: str, error: type, asked: dict[str, str]) -> None:
        with pytest.raises(error):
            Sickle(address).ListRecords(**asked)
        with pytest.raises(IdDoesNotExist):
            Sickle(address).GetRecord(identifier="oai:localhost:12345", metadataPrefix="oai_dc")

    @pytest.mark.parametrize("form", ["arXiv", "oai_dc"])
    def test_another_house_of_ours_takes_all_in_and_reads_what_was_written(self, address: str, form: str) -> None:
        if form == "arXiv":
            source = arxiv_oai.make(Options(values={"url": address, "format": form, "since": "2026-01-01"}))
        else:
            source = arxiv_oai.make_general(Options(words=(address,)))
        http = Http(private={"127.0.0.1", "localhost"}, pause=lambda _seconds: None, patience=1e9)
        batches = list(source.fetch(http, {}, now=datetime.now(UTC)))
        assert not [words for batch in batches for words in batch.unread]
        records = {record.ids[0]: record for batch in batches for record in batch.records}
        assert len(records) == 60
        for number in range(60):
            told, meant = records[f"arxiv:2603.{number:05}"], stone(number)
            assert (told.title, told.authors, told.categories, told.published) == (
                meant.title, meant.authors, meant.categories if form == "arXiv" else (), meant.published,
            )  # fmt: skip
            assert told.comment == meant.comment
            assert told.abstract == (meant.abstract if form == "arXiv" else meant.abstract.replace("$", ""))
