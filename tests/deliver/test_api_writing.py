"""Promises to programs that write: what a reader does on a page, they do for it, with the same rights and limits."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from builders import a_record
from django.test import Client
from programs import V1, a_program
from readers import an_actor

from broadsheet.core import collecting, papers
from broadsheet.library import models

pytestmark = [pytest.mark.django_db, pytest.mark.database]

STONE, LAMP = "/papers/arxiv:2603.00001", "/papers/doi:10.1000/lamp"


@pytest.fixture(autouse=True)
def stones(library: Callable[..., None]) -> None:
    library(
        a_record("A stone that rolls", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17)),
        a_record("A lamp that is not listed", ids=("doi:10.1000/lamp",)),
    )


def ask(program: Client, method: str, path: str, status: int = 200, **said: Any) -> Any:
    """Ask for something, and read the answer, which must have this status."""
    response = program.generic(method, f"{V1}{path}", json.dumps(said), content_type="application/json")
    assert response.status_code == status, response.content
    return response.json() if response.content else None


class TestVotes:
    def test_a_vote_is_given_once_and_taken_back(self) -> None:
        ada = a_program()
        for _ in range(2):
            assert ask(ada, "PUT", f"{STONE}/vote") == {"voted": True, "votes": 1, "upvotes_in_all": 1}
        assert ask(a_program("bo"), "PUT", f"{STONE}/vote")["votes"] == 2
        assert ask(ada, "DELETE", f"{STONE}/vote") == {"voted": False, "votes": 1, "upvotes_in_all": 1}
        assert papers.paper("arxiv:2603.00001").votes == 1

    def test_it_comes_from_a_network_as_those_of_pages(self) -> None:
        a_program().put(f"{V1}{STONE}/vote", REMOTE_ADDR="198.51.101.7")
        assert models.Upvote.objects.get().network


class TestComments:
    def test_they_are_said_replied_to_edited_and_taken_back(self) -> None:
        ada, bo = a_program(), a_program("bo")
        first = ask(ada, "POST", f"{STONE}/comments", 201, text="It *rolls*.")
        assert (first["text"], first["by"], first["parent"]) == ("It *rolls*.", "ada", None)
        reply = ask(bo, "POST", f"{STONE}/comments", 201, text="Why?", in_reply_to=first["key"])
        assert (reply["parent"], reply["to"]) == (first["key"], "ada")
        edited = ask(ada, "PATCH", f"/comments/{first['key']}", text="It rolled.")
        assert edited["edited_at"] is not None
        assert ask(ada, "DELETE", f"/comments/{first['key']}") == {"place": first["key"]}
        assert ask(bo, "DELETE", f"/comments/{reply['key']}") == {"place": None}
        assert not models.Comment.objects.exists()

    def test_nobody_speaks_in_anothers_name_or_where_nothing_is(self) -> None:
        made = ask(a_program(), "POST", f"{STONE}/comments", 201, text="Mine.")["key"]
        bo = a_program("bo")
        for method in ("PATCH", "DELETE"):
            assert "Only who wrote" in ask(bo, method, f"/comments/{made}", 403, text="Yours.")["detail"]
        ask(bo, "POST", f"{STONE}/comments", 404, text="x", in_reply_to=made + 1)
        ask(bo, "POST", f"{LAMP}/comments", 404, text="x", in_reply_to=made)
        ask(bo, "POST", f"{STONE}/comments", 422, text="  ")
        ask(bo, "PATCH", f"/comments/{2**53}", 404, text="x")


class TestMarks:
    def test_what_is_not_named_stays(self) -> None:
        ada = a_program()
        assert ask(ada, "GET", f"{STONE}/marks")["state"] == ""
        ask(ada, "PATCH", f"{STONE}/marks", state="to read", note="For Thursday.")
        kept = ask(ada, "PATCH", f"{STONE}/marks", hidden=True)
        assert (kept["state"], kept["note"], kept["hidden"]) == ("to read", "For Thursday.", True)
        assert ask(ada, "PATCH", f"{STONE}/marks", state="", note="")["words"] == "Hidden"
        ask(ada, "PATCH", f"{STONE}/marks", 422, state="skimmed")


class TestCollections:
    def test_one_is_made_filled_put_in_order_and_deleted(self) -> None:
        ada = a_program()
        made = ask(ada, "POST", "/collections", 201, title="Reading group", about="On Thursdays.")
        path = f"/collections/{made['id']}"
        for paper in (STONE, LAMP):
            assert ask(ada, "PUT", path + paper) == {"here": True, "changed": True}
        assert ask(ada, "PUT", path + STONE) == {"here": True, "changed": False}
        ask(ada, "PATCH", path + LAMP, 204, note="Bring a match.", place=1)
        kept = ask(ada, "GET", f"{path}/papers")["papers"]
        assert [(each["place"], each["id"], each["kept_note"]) for each in kept] == [
            (1, "doi:10.1000/lamp", "Bring a match."),
            (2, "arxiv:2603.00001", ""),
        ]
        assert ask(ada, "DELETE", path + LAMP) == {"here": False, "changed": True}
        ask(ada, "PATCH", path + LAMP, 422, note="gone")
        changed = ask(ada, "PATCH", path, public=True)
        assert (changed["title"], changed["about"], changed["public"]) == ("Reading group", "On Thursdays.", True)
        assert ask(ada, "PATCH", path, title="Group", public=False)["public"] is False
        ask(ada, "DELETE", path, 204)
        ask(ada, "GET", path, 404)

    def test_what_is_done_to_one_is_done_whole_or_not_at_all(self) -> None:
        ada = a_program()
        made = ask(ada, "POST", "/collections", 201, title="Reading group")["id"]
        ask(ada, "PATCH", f"/collections/{made}", 422, title=" ", public=True)
        assert not models.Collection.objects.get().public

    def test_others_may_what_they_were_given(self) -> None:
        ada, bo = a_program(), a_program("bo")
        made = ask(ada, "POST", "/collections", 201, title="Reading group")["id"]
        ask(bo, "PUT", f"/collections/{made}{STONE}", 404)
        collecting.share(an_actor(), made, "bo", edits=False, now=datetime.now(UTC))
        ask(bo, "PUT", f"/collections/{made}{STONE}", 403)
        collecting.share(an_actor(), made, "bo", edits=True, now=datetime.now(UTC))
        ask(bo, "PUT", f"/collections/{made}{STONE}")
        ask(bo, "PATCH", f"/collections/{made}", 403, title="Mine now")


class TestSubmissions:
    def test_a_paper_is_put_forward_and_its_fate_is_told(self) -> None:
        ada = a_program()
        done = ask(ada, "POST", "/submissions", 201, paper="doi:10.1000/lamp", why="It shines.")
        assert (done["paper"]["id"], done["again"], done["waiting"]) == ("doi:10.1000/lamp", False, False)
        assert papers.paper("doi:10.1000/lamp").featured == datetime.now(UTC).date()
        assert ask(ada, "POST", "/submissions", 201, paper="2603.00001")["again"] is True
        told = ask(ada, "GET", "/submissions")
        assert [each["state"] for each in told["submissions"]] == ["shown", "shown"]
        assert ask(a_program("bo"), "GET", "/submissions")["total"] == 0
        assert "no id" in ask(ada, "POST", "/submissions", 422, paper="x")["detail"]

    def test_what_waits_can_be_withdrawn(self, settings: Any) -> None:
        settings.SUBMISSIONS = "nod"
        ada = a_program()
        assert ask(ada, "POST", "/submissions", 201, paper="doi:10.1000/lamp")["waiting"] is True
        number = ask(ada, "GET", "/submissions")["submissions"][0]["id"]
        ask(a_program("bo"), "DELETE", f"/submissions/{number}", 422)
        ask(ada, "DELETE", f"/submissions/{number}", 204)
        assert ask(ada, "GET", "/submissions")["total"] == 0


class TestSavedSearches:
    def test_a_line_is_saved_listed_and_forgotten(self) -> None:
        ada = a_program()
        saved = ask(ada, "PUT", "/follows", kind="search", value=" graph   transformers cat:cs.LG ")
        assert saved == {"kind": "search", "value": "graph transformers cat:cs.LG"}
        ask(ada, "PUT", "/follows", kind="author", value="Ada Stone")
        assert [each["kind"] for each in ask(ada, "GET", "/follows")["follows"]] == ["author", "search"]
        ask(ada, "DELETE", "/follows?kind=search&value=graph+transformers+cat:cs.LG", 204)
        assert ask(ada, "GET", "/follows") == {"follows": [{"kind": "author", "value": "Ada Stone"}]}
        ask(ada, "PUT", "/follows", 422, kind="paper", value="x")


class TestSubscriptions:
    @pytest.fixture
    def ada(self) -> Client:
        program = a_program()
        EmailAddress.objects.create(
            user=models.Account.objects.get(), email="ada@example.org", verified=True, primary=True
        )
        return program

    def test_something_is_delivered_at_an_hour_changed_paused_and_ended(self, ada: Client) -> None:
        assert ask(ada, "GET", "/subscriptions") == {"address": "", "zone": "UTC", "subscriptions": []}
        told = ask(
            ada, "POST", "/subscriptions", 201, kind="search", value="graph", every="week", weekday=3, hour=9,
            zone="Europe/Berlin",
        )  # fmt: skip
        (one,) = told["subscriptions"]
        assert (told["address"], told["zone"], one["state"], one["weekday"]) == (
            "ada@example.org", "Europe/Berlin", "running", 3,
        )  # fmt: skip
        path = f"/subscriptions/{one['number']}"
        changed = ask(ada, "PATCH", path, hour=18, paused=True)["subscriptions"][0]
        assert (changed["hour"], changed["every"], changed["state"]) == (18, "week", "paused")
        assert ask(ada, "PATCH", path, paused=False)["subscriptions"][0]["state"] == "running"
        assert ask(ada, "POST", "/subscriptions", 201, kind="trending")["zone"] == "Europe/Berlin"
        ask(a_program("bo"), "DELETE", path, 404)
        ask(ada, "DELETE", path, 204)
        assert [each["state"] for each in ask(ada, "GET", "/subscriptions")["subscriptions"]] == ["running", "ended"]

    def test_what_cannot_be_delivered_is_said(self, ada: Client) -> None:
        assert "no time zone" in ask(ada, "POST", "/subscriptions", 422, kind="trending", zone="Mars/Olympus")["detail"]
        assert "Say which search" in ask(ada, "POST", "/subscriptions", 422, kind="search")["detail"]
        assert "verified" in ask(a_program("bo"), "POST", "/subscriptions", 422, kind="trending")["detail"]
        models.Suppression.objects.create(address="ada@example.org", reason="it bounced", at=datetime.now(UTC))
        assert "No mail is sent" in ask(ada, "POST", "/subscriptions", 409, kind="trending")["detail"]
