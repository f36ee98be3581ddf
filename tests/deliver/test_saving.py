"""Promises of the Save control: one press on any listing, the whole form without a script, one's own lists as files."""

import json
import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from readers import NOW, an_actor, signed_in, some_papers, text

from broadsheet.community import Marks, ReadingState
from broadsheet.core import collecting, papers, reading, shelving
from broadsheet.library import models

pytestmark = pytest.mark.django_db

PATH = "/save/doi:10.1000/0"
JSON = {"accept": "application/json"}


def kept() -> Marks:
    paper = papers.paper("10.1000/0")
    return reading.marks(an_actor().key, [paper]).get(paper.key, Marks())


@pytest.fixture
def ada() -> Client:
    some_papers(1)
    return signed_in()


def test_who_presses_without_a_script_comes_back_to_the_very_paper(ada: Client) -> None:
    html = text(ada, "/papers/doi:10.1000/0")
    (way,) = set(re.findall(r'name="next" value="([^"]*#[^"]*)"', html))
    assert ada.post(PATH, {"state": "read", "next": way}).headers["Location"] == way
    assert f'id="{way.partition("#")[2]}"' in html


def test_one_press_marks_a_paper_and_leads_back(ada: Client) -> None:
    response = ada.post(PATH, {"state": "to read", "next": "/week/2026-W12?page=2"})
    assert response.headers["Location"] == "/week/2026-W12?page=2"
    assert kept() == Marks(state=ReadingState.TO_READ)
    ada.post(PATH, {"hidden": "1"})
    assert kept() == Marks(state=ReadingState.TO_READ, hidden=True)
    ada.post(PATH, {"state": ""})
    ada.post(PATH, {"hidden": "0"})
    assert kept() == Marks()


def test_with_a_script_the_answer_says_what_is_kept_and_in_words(ada: Client) -> None:
    key = collecting.make(an_actor(), "Stones", now=NOW).key
    said = {"state": "reading", "note": "Mine.", "into": str(key), "offered": str(key)}
    assert ada.post(PATH, said, headers=JSON).json() == {
        "state": "reading", "hidden": False, "note": "Mine.", "collections": [key],
        "words": "Reading, in 1 collection, note",
    }  # fmt: skip


def test_the_form_chooses_collections_and_makes_one_by_its_name(ada: Client) -> None:
    one, other, unseen = (collecting.make(an_actor(), title, now=NOW).key for title in ("One", "Other", "Unseen"))
    paper = papers.paper("10.1000/0")
    for key in (one, unseen):
        shelving.add(an_actor(), key, [paper], now=NOW)
    ada.post(PATH, {"offered": [one, other], "into": [other], "fresh": "Fresh"})
    fresh = models.Collection.objects.get(title="Fresh").pk
    assert kept().collections == {other, unseen, fresh}
    ada.post(PATH, {"offered": [], "fresh": " fresh "})
    assert models.Collection.objects.filter(title__iexact="fresh").count() == 1


def test_a_collection_of_others_is_not_written_and_then_nothing_is(ada: Client) -> None:
    foreign = collecting.make(an_actor("bo"), "Bo's", now=NOW).key
    answer = ada.post(PATH, {"into": [foreign], "note": "Mine."}, headers=JSON)
    assert answer.status_code == 422
    assert "gone, or not shared" in answer.json()["error"]
    public = collecting.make(an_actor("bo"), "Bo's", public=True, now=NOW).key
    assert ada.post(PATH, {"into": [public], "note": "Mine."}).status_code == 403
    assert kept() == Marks()
    assert not models.CollectionPaper.objects.exists()


def test_the_form_is_a_page_and_a_part_and_keeps_what_was_said(ada: Client) -> None:
    key = collecting.make(an_actor(), "Stones <i>", now=NOW).key
    ada.post(PATH, {"note": "Mine </textarea>", "into": [key], "offered": [key]})
    for path in (PATH, f"{PATH}?part=1"):
        html = text(ada, path)
        assert re.search(rf'value="{key}" checked> Stones &lt;i&gt;', html)
        assert "Mine &lt;/textarea&gt;" in html
    assert "<html" in text(ada, PATH)
    assert "<html" not in text(ada, f"{PATH}?part=1")


@pytest.mark.parametrize("path", ["/", "/day/2026-03-17", "/papers/arxiv:2603.00001", "/search?q=stone"])
def test_every_listing_shows_what_is_kept_and_strangers_see_no_control(
    path: str, client: Client, library: Callable[..., None]
) -> None:
    library(a_record("A stone to keep", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17), abstract="A stone."))
    ada = signed_in()
    assert '<span class="kept">Save</span>' in text(ada, path)
    ada.post("/save/arxiv:2603.00001", {"state": "read"})
    assert '<span class="kept">Read</span>' in text(ada, path)
    assert 'class="save' not in text(client, path)


def test_a_front_page_of_fifty_kept_papers_takes_few_statements(
    library: Callable[..., None], client: Client, django_assert_max_num_queries: Any
) -> None:
    library(*(a_record(f"Stone number {n} of many", featured=date(2026, 3, 17)) for n in range(60)))
    actor, ada = an_actor(), signed_in()
    key = collecting.make(actor, "Stones", now=NOW).key
    for row in models.Paper.objects.all():
        reading.mark(actor, papers.paper(row.paper_id), state=ReadingState.READ, note="Mine.", now=NOW)
    shelving.add(actor, key, [papers.paper(row.paper_id) for row in models.Paper.objects.all()], now=NOW)
    with django_assert_max_num_queries(12):
        assert text(ada, "/").count("Read, in 1 collection, note") == 50
    with django_assert_max_num_queries(8):
        text(client, "/")


def test_strangers_are_asked_to_sign_in_and_other_sites_are_refused(client: Client, ada: Client) -> None:
    assert client.post(PATH, {"state": "read"}).headers["Location"].startswith("/accounts/login/")
    strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    strict.force_login(models.Account.objects.get(username="ada"))
    assert strict.post(PATH, {"state": "read"}).status_code == 403
    assert ada.post("/save/doi:10.1000/none", {"state": "read"}).status_code == 404
    assert kept() == Marks()


class TestReading:
    def test_lists_have_their_numbers_papers_and_notes_and_nobody_else_s(self) -> None:
        stones = some_papers(3)
        reading.mark(an_actor(), stones[0], state=ReadingState.TO_READ, note="Mine <b>.", now=NOW)
        reading.mark(an_actor(), stones[1], state=ReadingState.READ, now=NOW)
        reading.mark(an_actor("bo"), stones[2], state=ReadingState.TO_READ, now=NOW)
        ada = signed_in()
        html = text(ada, "/reading")
        assert "Stone number 0" in html
        assert "Mine &lt;b&gt;." in html
        assert "Stone number 1" not in html
        assert "Stone number 2" not in html
        assert re.search(r'list=to-read" aria-current="page">To read</a> <small>1<', html)
        assert "Stone number 1" in text(ada, "/reading?list=read")
        assert "Stone number 0" in text(ada, "/reading?list=notes")
        assert "Nothing is hidden" in text(ada, "/reading?list=hidden")

    def test_a_page_of_many_takes_few_statements(self, django_assert_max_num_queries: Any) -> None:
        for stone in some_papers(60):
            reading.mark(an_actor(), stone, state=ReadingState.TO_READ, now=NOW)
        ada = signed_in()
        with django_assert_max_num_queries(10):
            assert "Page 1 of 2" in text(ada, "/reading")

    def test_a_list_is_a_file_too(self, client: Client) -> None:
        reading.mark(an_actor(), some_papers(1)[0], state=ReadingState.TO_READ, note="Mine.", now=NOW)
        ada = signed_in()
        assert "title = {Stone number 0 of many}" in text(ada, "/reading/export/to-read/bibtex")
        told = json.loads(text(ada, "/reading/export/to-read/json"))
        assert (told["list"], told["papers"][0]["kept"]["note"]) == ("to read", "Mine.")
        assert json.loads(text(ada, "/reading/export/read/csl")) == []
        text(ada, "/reading/export/to-read/word", 404)
        text(ada, "/reading/export/unread/json", 404)
        assert client.get("/reading/export/to-read/json").status_code == 302
