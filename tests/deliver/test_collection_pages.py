"""Promises of the pages of collections: what each reader sees, in order, as files; all of it works without a script."""

import json
import re
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest
import rispy
from bibtexparser.entrypoint import parse_string
from builders import a_record
from django.test import Client
from readers import NOW, an_actor, signed_in, some_papers, text

from broadsheet.community import Role
from broadsheet.core import collecting, imports, papers, shelving
from broadsheet.core.store import store
from broadsheet.library import models

pytestmark = pytest.mark.django_db


def a_collection(number: int = 3, title: str = "Stones to carry", **fields: Any) -> int:
    key = collecting.make(an_actor(), title, now=NOW, **fields).key
    shelving.add(an_actor(), key, some_papers(number), now=NOW)
    return key


def titles(html: str) -> list[str]:
    return re.findall(r'<h2><a href="/papers/[^"]*">Stone number (\d+) of many', html)


class TestSeeing:
    def test_a_private_one_answers_every_stranger_exactly_as_one_that_does_not_exist(self) -> None:
        private = a_collection()
        missing = private + 1000
        for client in (Client(headers={"host": "localhost"}), signed_in("bo")):
            for path in ("", "-stones-to-carry", "/feed.atom", "/feed.json", "/feed.atom?secret=x", "/export/bibtex"):
                answers = [client.get(f"/collections/{key}{path}") for key in (private, missing)]
                assert [answer.status_code for answer in answers] == [404, 404]
                # The way to sign in names the address that was asked for.
                bodies = [re.sub(r"collections%2F\d+", "", answer.content.decode()) for answer in answers]
                assert bodies[0] == bodies[1]
            for act in ("describe", "add", "move", "remove", "note", "share", "delete", "restore", "destroy", "renew"):
                answers = [
                    client.post(f"/collections/{key}/{act}", {"paper": "10.1000/0"}) for key in (private, missing)
                ]
                assert answers[0].status_code == answers[1].status_code in {302, 404}
        assert len(shelving.every(collecting.collection(private, an_actor()))) == 3

    def test_everybody_reads_a_public_one_and_sees_no_button_for_what_only_others_may(self, client: Client) -> None:
        key = a_collection(about="For <b>rainy</b> days.", public=True)
        html = text(client, f"/collections/{key}-stones-to-carry")
        assert titles(html) == ["0", "1", "2"]
        assert "For &lt;b&gt;rainy&lt;/b&gt; days." in html
        assert '<form method="post"' not in html
        assert "/move" not in html
        assert "Stones to carry" in text(client, "/collections/")

    def test_an_address_with_another_name_leads_to_the_right_one(self, client: Client) -> None:
        key = a_collection(public=True)
        for name in (f"{key}", f"{key}-an-older-name"):
            response = client.get(f"/collections/{name}?page=2")
            assert response.headers["Location"] == f"/collections/{key}-stones-to-carry?page=2"
        for name in ("x", "-1", "9" * 30, "٣"):
            text(client, f"/collections/{name}", 404)

    def test_the_list_has_mine_those_shared_with_me_and_the_public_ones(self) -> None:
        a_collection(title="Mine, private")
        bo, ada = an_actor("bo"), an_actor()
        shared = collecting.make(bo, "Bo's, shared", now=NOW).key
        collecting.share(bo, shared, ada.name, edits=False, now=NOW)
        public = collecting.make(bo, "Bo's, public", public=True, now=NOW).key
        shelving.add(bo, public, some_papers(1), now=NOW)
        collecting.make(bo, "Bo's, private", now=NOW)
        html = text(signed_in(), "/collections/")
        mine, there, everybody_s = re.split(r"Shared with me|Public ones", html)
        assert "Mine, private" in mine
        assert "Bo&#x27;s, shared" in there
        assert "Bo&#x27;s, public" in everybody_s
        assert "Bo&#x27;s, private" not in html

    def test_large_ones_are_read_in_pages_and_in_few_statements(self, django_assert_max_num_queries: Any) -> None:
        key, ada = a_collection(120), signed_in()
        with django_assert_max_num_queries(13):
            html = text(ada, f"/collections/{key}-stones-to-carry?page=3")
        assert titles(html) == [str(number) for number in range(100, 120)]
        assert "Page 3 of 3" in html
        assert "There is no page 9" in text(ada, f"/collections/{key}-stones-to-carry?page=9")

    def test_the_list_of_many_takes_few_statements(self, django_assert_max_num_queries: Any) -> None:
        for number in range(30):
            a_collection(1, f"Stones {number}", public=True)
        ada = signed_in()
        with django_assert_max_num_queries(8):
            text(ada, "/collections/")


class TestDoing:
    def test_a_collection_is_made_described_published_and_shown(self, client: Client) -> None:
        ada = signed_in()
        made = ada.post("/collections/", {"title": "Stones <i>", "about": "Heavy."})
        path = made.headers["Location"]
        assert "Stones &lt;i&gt;" in text(ada, path)
        text(client, path, 404)
        done = ada.post(f"{path}/describe", {"title": "Other stones", "about": "Light.", "public": "on"})
        assert "Light." in text(client, done.headers["Location"])
        ada.post(f"{path}/describe", {"title": "Other stones", "about": ""})
        text(client, done.headers["Location"], 404)

    def test_strangers_are_asked_to_sign_in(self, client: Client) -> None:
        assert client.post("/collections/", {"title": "x"}).headers["Location"].startswith("/accounts/login/")
        key = a_collection(public=True)
        assert client.post(f"/collections/{key}/delete").headers["Location"].startswith("/accounts/login/")

    def test_nothing_is_done_by_reading_an_address_or_from_another_site(self) -> None:
        key = a_collection(public=True)
        strict = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
        strict.force_login(models.Account.objects.get(username="ada"))
        assert strict.get(f"/collections/{key}/delete").status_code == 405
        assert strict.post(f"/collections/{key}/delete").status_code == 403
        assert collecting.collection(key, an_actor())

    def test_papers_are_moved_by_buttons_and_by_a_number(self) -> None:
        key, ada = a_collection(60), signed_in()
        path = f"/collections/{key}-stones-to-carry"

        def move(number: int, to: str) -> str:
            said = {"paper": f"doi:10.1000/{number}", "to": to}
            return ada.post(f"{path}/move", said).headers["Location"].removeprefix(path)

        assert move(2, "up") == "#place-2"
        assert move(0, "bottom") == "?page=2#place-60"
        assert move(5, "top") == "#place-1"
        assert move(1, "3") == "#place-3"
        assert titles(text(ada, path))[:5] == ["5", "2", "1", "3", "4"]
        assert titles(text(ada, f"{path}?page=2"))[-1] == "0"
        move(1, "here")
        assert "A place is a number from 1." in text(ada, path)

    def test_a_removed_paper_is_put_back_where_it_stood_with_its_note(self) -> None:
        key, ada = a_collection(), signed_in()
        path = f"/collections/{key}-stones-to-carry"
        ada.post(f"{path}/note", {"paper": "doi:10.1000/1", "note": "A <b>note</b>\nof two lines", "place": "2"})
        before = text(ada, path)
        assert "A &lt;b&gt;note&lt;/b&gt;<br>of two lines" in before
        ada.post(f"{path}/remove", {"paper": "doi:10.1000/1"})
        assert "Removed: Stone number 1 of many" in text(ada, path)
        assert "Removed:" not in text(signed_in("bo"), "/collections/")
        ada.post(f"{path}/put-back")
        assert titles(text(ada, path)) == ["0", "1", "2"]
        assert "A &lt;b&gt;note&lt;/b&gt;<br>of two lines" in text(ada, path)
        assert "nothing to put back" in ada.post(f"{path}/put-back", follow=True).content.decode()

    def test_what_is_deleted_is_in_the_bin_and_comes_back(self) -> None:
        key, ada = a_collection(), signed_in()
        ada.post(f"/collections/{key}/delete")
        text(ada, f"/collections/{key}-stones-to-carry", 404)
        assert "29 days left" in text(ada, "/collections/")
        back = ada.post(f"/collections/{key}/restore").headers["Location"]
        assert titles(text(ada, back)) == ["0", "1", "2"]
        ada.post(f"/collections/{key}/delete")
        ada.post(f"/collections/{key}/destroy")
        assert not models.Collection.objects.exists()

    def test_sharing_by_name_lets_another_one_edit_or_read_and_leave(self) -> None:
        key, ada, bo = a_collection(), signed_in(), signed_in("bo")
        path = f"/collections/{key}-stones-to-carry"
        ada.post(f"{path}/share", {"name": "bo", "edits": "0"})
        assert "/move" not in text(bo, path)
        assert bo.post(f"{path}/move", {"paper": "doi:10.1000/2", "to": "top"}).status_code == 403
        ada.post(f"{path}/share", {"name": "bo", "edits": "1"})
        bo.post(f"{path}/move", {"paper": "doi:10.1000/2", "to": "top"})
        assert titles(text(ada, path)) == ["2", "0", "1"]
        assert bo.post(f"{path}/delete").status_code == 403
        assert "No account is called" in ada.post(f"{path}/share", {"name": "zoe"}, follow=True).content.decode()
        bo.post(f"{path}/unshare", {"account": str(an_actor("bo").key)})
        text(bo, path, 404)

    def test_many_are_added_at_once_and_what_is_left_stays_in_the_box(self) -> None:
        key, ada = a_collection(1), signed_in()
        store_two = "Stone number 1 of many\nNo <stone> of this name\n10.1000/2"
        some_papers(3)
        html = ada.post(f"/collections/{key}/add", {"papers": store_two}, follow=True).content.decode()
        assert "2 papers added." in html
        assert titles(html) == ["0", "1", "2"]
        assert re.search(r"<textarea[^>]*>No &lt;stone&gt; of this name</textarea>", html)

    def test_an_editor_of_the_paper_takes_a_public_one_out_of_sight(self, client: Client) -> None:
        key = a_collection(public=True)
        eve = signed_in("eve", Role.EDITOR)
        models.Account.objects.get(username="eve").save()
        assert "Make it private (editors)" in text(eve, f"/collections/{key}-stones-to-carry")
        eve.post(f"/collections/{key}/unpublish", {"reason": "Advertising."})
        text(client, f"/collections/{key}-stones-to-carry", 404)
        assert signed_in("bo").post(f"/collections/{key}/unpublish").status_code == 404


class TestFiles:
    @pytest.fixture
    def path(self, library: Callable[..., None]) -> str:
        library(
            *(a_record(f"Heavy & {n}", ids=(f"doi:10.1000/{n}",), authors=("Ada Lovelace",), year=2026) for n in "ab"),
            a_record("Of <stones>", ids=("arxiv:2603.00001",), authors=("Bo Babbage",), abstract="A stone."),
        )
        key = collecting.make(an_actor(), "Stones to carry", public=True, now=NOW).key
        several = [papers.paper(name) for name in ("2603.00001", "10.1000/a", "10.1000/b")]
        shelving.add(an_actor(), key, several, now=NOW)
        shelving.note(an_actor(), key, several[0], "First.", now=NOW)
        return f"/collections/{key}-stones-to-carry"

    def test_bibtex_has_every_paper_in_order_under_a_key_of_its_own(self, client: Client) -> None:
        several = [
            a_record(f"Stones of {author}", ids=(f"doi:10.1000/{n}",), authors=(author,), year=2026)
            for n, author in enumerate(("Ada Lovelace", "Bea Lovelace", "Cy Lovelace"))
        ]
        store(several, now=NOW)
        key = collecting.make(an_actor(), "Kin", public=True, now=NOW).key
        shelving.add(an_actor(), key, [papers.paper(f"10.1000/{n}") for n in (2, 0, 1)], now=NOW)
        response = client.get(f"/collections/{key}-kin/export/bibtex")
        assert response.headers["Content-Disposition"] == 'attachment; filename="kin.bib"'
        entries = parse_string(response.content.decode()).entries
        authors = [entry.fields_dict["author"].value for entry in entries]
        assert authors == ["Lovelace, Cy", "Lovelace, Ada", "Lovelace, Bea"]
        assert len({entry.key for entry in entries}) == 3

    def test_ris_csl_and_json_are_what_they_say(self, client: Client, path: str) -> None:
        ris = rispy.loads(text(client, f"{path}/export/ris"))
        assert [entry["title"] for entry in ris] == ["Of <stones>", "Heavy & a", "Heavy & b"]
        csl = json.loads(text(client, f"{path}/export/csl"))
        assert [entry["title"] for entry in csl] == ["Of <stones>", "Heavy & a", "Heavy & b"]
        told = json.loads(text(client, f"{path}/export/json"))
        assert told["broadsheet"] == "collection"
        assert told["papers"][0]["kept"]["note"] == "First."
        assert [paper["kept"]["place"] for paper in told["papers"]] == [1, 2, 3]
        text(client, f"{path}/export/word", 404)

    def test_the_json_can_be_imported_into_another_library(self, client: Client, path: str) -> None:
        exported = text(client, f"{path}/export/json").encode()
        before = {paper.paper_id: paper.title for paper in models.Paper.objects.all()}
        models.Paper.objects.all().delete()
        for told in (exported, json.dumps(json.loads(exported)).encode()):
            imports.import_file("collection.json", now=NOW, stream=BytesIO(told))
            assert {paper.paper_id: paper.title for paper in models.Paper.objects.all()} == before
