"""Promises to readers who sign in: the door, and votes with and without a script."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from readers import signed_in, text

from broadsheet.community import Role
from broadsheet.core import accounts, papers
from broadsheet.library import models

pytestmark = pytest.mark.django_db

STONE = a_record("A stone to vote for", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17))
PATH = "/upvote/arxiv:2603.00001"


@pytest.fixture
def ada(client: Client) -> Client:
    accounts.make("ada", "a long way to the stones", email="ada@example.org")
    assert client.login(username="ada", password="a long way to the stones")
    return client


class TestDoor:
    def test_nobody_makes_an_account_where_the_door_is_closed(self, client: Client) -> None:
        said = {
            "email": "bo@example.org",
            "username": "bo",
            "password1": "p4ssw0rd of stones",
            "password2": "p4ssw0rd of stones",
        }
        assert "closed" in client.post("/accounts/signup/", said).content.decode().lower()
        assert not client.login(username="bo", password="p4ssw0rd of stones")

    def test_everybody_does_where_it_is_open(self, client: Client, settings: Any) -> None:
        settings.SIGNUP = "open"
        said = {
            "email": "bo@example.org",
            "username": "bo",
            "password1": "p4ssw0rd of stones",
            "password2": "p4ssw0rd of stones",
        }
        assert client.post("/accounts/signup/", said).status_code == 302
        assert "bo" in text(client, "/accounts/email/")

    @pytest.mark.parametrize("name", ["ada", "ada@example.org"])
    def test_a_reader_signs_in_by_name_or_mail_address_and_out_again(self, client: Client, name: str) -> None:
        accounts.make("ada", "a long way to the stones", email="ada@example.org")
        said = {"login": name, "password": "a long way to the stones"}
        assert client.post("/accounts/login/", said).status_code == 302
        assert "Sign out" in text(client, "/")
        client.post("/accounts/logout/")
        assert "Sign in" in text(client, "/")

    def test_a_wrong_password_is_told_without_telling_whether_the_name_is_known(self, client: Client) -> None:
        accounts.make("ada", "a long way to the stones")
        answers = [
            client.post("/accounts/login/", {"login": name, "password": "wrong"}).content.decode()
            for name in ("ada", "bo")
        ]
        told = [re.findall(r'<ul class="errorlist.*?</ul>', answer, re.DOTALL) for answer in answers]
        assert told[0] == told[1] != []

    def test_the_pages_of_accounts_look_like_the_others(self, client: Client) -> None:
        html = text(client, "/accounts/login/")
        assert '<a class="name" href="/">Broadsheet</a>' in html
        assert "broadsheet.css" in html
        assert html.count("<script") == 1


class TestUpvotes:
    def test_a_vote_without_a_script_leads_back_and_is_shown(self, ada: Client, library: Callable[..., None]) -> None:
        library(STONE)
        response = ada.post(PATH, {"on": "1", "next": "/day/2026-03-17"})
        assert (response.status_code, response.headers["Location"]) == (302, "/day/2026-03-17")
        html = text(ada, "/day/2026-03-17")
        assert 'aria-pressed="true"' in html
        assert re.search(r'class="number">1<', html)
        ada.post(PATH, {"on": "0"})
        assert 'aria-pressed="false"' in text(ada, "/papers/arxiv:2603.00001")

    def test_a_vote_with_a_script_answers_the_number(self, ada: Client, library: Callable[..., None]) -> None:
        library(a_record("A stone", ids=("arxiv:2603.00001",), extras={"huggingface": {"upvotes": 7}}))
        answer = ada.post(PATH, {"on": "1"}, headers={"accept": "application/json"}).json()
        assert answer == {"voted": True, "votes": 1, "upvotes_in_all": 8}

    def test_a_vote_counts_in_the_order_of_the_front_page(self, ada: Client, library: Callable[..., None]) -> None:
        library(a_record("Another stone", ids=("arxiv:2603.00002",), featured=date(2026, 3, 17)), STONE)
        ada.post(PATH, {"on": "1"})
        html = text(ada, "/day/2026-03-17")
        assert html.index("A stone to vote for") < html.index("Another stone")

    def test_a_stranger_is_asked_to_sign_in_and_nothing_is_counted(
        self, client: Client, library: Callable[..., None]
    ) -> None:
        library(STONE)
        assert client.post(PATH, {"on": "1"}).headers["Location"].startswith("/accounts/login/")
        assert papers.paper("arxiv:2603.00001").votes == 0
        assert '<form class="upvote"' not in text(client, "/")

    def test_a_vote_by_reading_an_address_or_from_another_site_is_refused(self, library: Callable[..., None]) -> None:
        library(STONE)
        strict = signed_in(enforce_csrf_checks=True)
        assert strict.get(PATH).status_code == 405
        assert strict.post(PATH, {"on": "1"}).status_code == 403
        assert papers.paper("arxiv:2603.00001").votes == 0

    def test_a_vote_leads_back_to_no_other_site(self, ada: Client, library: Callable[..., None]) -> None:
        library(STONE)
        response = ada.post(PATH, {"on": "1", "next": "https://example.org/evil"})
        assert response.headers["Location"] == "/papers/arxiv:2603.00001"

    def test_a_paper_that_is_not_there_is_not_found(self, ada: Client) -> None:
        assert ada.post("/upvote/arxiv:2603.99999", {"on": "1"}).status_code == 404

    def test_a_signed_in_reader_s_front_page_takes_few_statements(
        self, ada: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        library(*(a_record(f"Stone number {n} of many", featured=date(2026, 3, 17)) for n in range(60)))
        with django_assert_max_num_queries(12):
            ada.get("/")


class TestEditors:
    @pytest.fixture
    def editor(self) -> Client:
        return signed_in("eve", Role.ADMINISTRATOR)

    def test_editors_see_whose_votes_count_what_and_say_otherwise(
        self, ada: Client, editor: Client, library: Callable[..., None]
    ) -> None:
        library(STONE)
        ada.post(PATH, {"on": "1"})
        assert "arxiv:2603.00001" in text(editor, "/admin/library/upvote/")
        row = models.Account.objects.get(username="ada")
        said = {"action": "count_nothing", "_selected_action": [row.pk]}
        told = editor.post("/admin/library/account/", said, follow=True).content.decode()
        assert "1 votes were weighed anew" in told
        assert models.Account.objects.get(username="ada").trust == 0
        assert "A stone to vote for" not in text(editor, "/trending")

    def test_an_account_that_is_deleted_takes_its_votes_along(
        self, ada: Client, editor: Client, library: Callable[..., None]
    ) -> None:
        library(STONE)
        ada.post(PATH, {"on": "1"})
        row = models.Account.objects.get(username="ada")
        assert editor.post(f"/admin/library/account/{row.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not models.Account.objects.filter(username="ada")
        assert papers.paper("arxiv:2603.00001").votes == 0


class TestSubmit:
    def test_a_paper_is_put_forward_with_a_line_and_shown_with_it(
        self, ada: Client, library: Callable[..., None]
    ) -> None:
        library(a_record("A stone that is here", ids=("arxiv:2603.00007",)))
        response = ada.post("/submit", {"paper": "https://arxiv.org/abs/2603.00007", "why": "<b>Heavy</b> & good."})
        assert response.headers["Location"] == "/papers/arxiv:2603.00007"
        html = text(ada, "/papers/arxiv:2603.00007")
        assert "It is on today&#x27;s front page." in html
        assert "&lt;b&gt;Heavy&lt;/b&gt; &amp; good." in html
        assert "A stone that is here" in text(ada, "/")

    def test_what_cannot_be_put_forward_is_told_and_what_was_typed_is_kept(self, ada: Client) -> None:
        response = ada.post("/submit", {"paper": "stones <i>and</i> light", "why": "Because."})
        html = response.content.decode()
        assert response.status_code == 422
        assert "no id, no address" in html
        assert 'value="stones &lt;i&gt;and&lt;/i&gt; light"' in html
        assert 'value="Because."' in html

    def test_the_form_is_filled_in_by_a_bookmark(self, ada: Client) -> None:
        assert 'value="https://arxiv.org/abs/2603.00007"' in text(ada, "/submit?paper=https://arxiv.org/abs/2603.00007")

    def test_strangers_are_asked_to_sign_in_and_come_back(self, client: Client) -> None:
        location = client.get("/submit?paper=2603.00007").headers["Location"]
        assert location == "/accounts/login/?next=/submit%3Fpaper%3D2603.00007"


def test_who_may_not_make_an_account_is_not_asked_to(client: Client, settings: Any) -> None:
    assert "/accounts/signup/" not in text(client, "/accounts/login/")
    settings.SIGNUP = "open"
    assert "/accounts/signup/" in text(client, "/accounts/login/")
