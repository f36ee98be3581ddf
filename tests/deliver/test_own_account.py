"""Promises to whoever has an account: what others see, where it is signed in, what it takes along, how it goes."""

import json
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from builders import a_record
from django.contrib.auth import SESSION_KEY
from django.test import Client
from readers import text

from broadsheet.community import Role
from broadsheet.core import accounts, papers
from broadsheet.deliver import present
from broadsheet.library import models

pytestmark = pytest.mark.django_db

PASSWORD = "a long way to the stones"
STONE = a_record("A stone to vote for", ids=("arxiv:2603.00001",), featured=date(2026, 3, 17))


def browser(**more: Any) -> Client:
    return Client(headers={"host": "localhost", "user-agent": more.pop("agent", "Netscape")}, **more)


def signed_in(name: str = "ada", **more: Any) -> Client:
    client = browser(**more)
    client.post("/accounts/login/", {"login": name, "password": PASSWORD})
    return client


@pytest.fixture
def ada() -> Client:
    accounts.make("ada", PASSWORD, email="ada@example.org")
    return signed_in()


class TestSettings:
    def test_the_name_in_the_masthead_leads_to_them_and_they_to_everything(self, ada: Client) -> None:
        assert '<a href="/settings">ada</a>' in text(ada, "/")
        html = text(ada, "/settings")
        for path in ("/people/ada", "/accounts/email/", "/accounts/password/change/", "/accounts/2fa/",
                     "/settings/sessions", "/settings/export", "/settings/delete"):  # fmt: skip
            assert f'href="{path}"' in html
            assert ada.get(path).status_code == 200, path
        assert "/settings/invitations" not in html
        assert "/accounts/3rdparty/" not in html

    def test_strangers_are_asked_to_sign_in(self, client: Client) -> None:
        for page in ("", "/sessions", "/export", "/delete", "/invitations"):
            assert client.get(f"/settings{page}").headers["Location"].startswith("/accounts/login/")

    def test_what_is_kept_is_shown_again_and_escaped(self, ada: Client) -> None:
        ada.post(
            "/settings", {"about": "<b>Stones</b>\r\nhttps://example.org/me", "shows_profile": "on", "role": "editor"}
        )
        html = text(ada, "/settings")
        assert "&lt;b&gt;Stones&lt;/b&gt;" in html
        assert 'name="shows_profile" checked' in html
        assert 'name="mailed" checked' not in html
        assert models.Account.objects.get().role == Role.READER
        shown = text(browser(), "/people/ada")
        assert "&lt;b&gt;Stones&lt;/b&gt;<br>" in shown
        assert '<a href="https://example.org/me" rel="nofollow">' in shown


class TestProfiles:
    def test_a_private_one_and_a_name_that_nobody_has_are_answered_alike(self, ada: Client) -> None:
        private, nobody = text(browser(), "/people/ada", 404), text(browser(), "/people/bob", 404)
        assert private.replace("ada", "bob") == nobody
        assert "Only you see this page" in text(ada, "/people/ada")

    def test_a_public_one_shows_deeds_and_hides_votes_when_asked_to(
        self, ada: Client, library: Callable[..., None]
    ) -> None:
        library(STONE)
        ada.post("/upvote/arxiv:2603.00001", {"on": "1"})
        ada.post("/submit", {"paper": "arxiv:2603.00001", "why": "It rolls."})
        row = models.Account.objects.get()
        stone = papers.paper("arxiv:2603.00001")
        at = datetime(2026, 3, 17, tzinfo=UTC)
        models.Comment.objects.create(account=row, paper_id=stone.key, text="Heavy <i>indeed</i>.", at=at)
        models.Comment.objects.create(account=row, paper_id=stone.key, text="Taken out.", at=at, removed_at=at)
        ada.post("/settings", {"shows_profile": "on"})
        html = text(browser(), "/people/ada")
        assert "It rolls." in html
        assert "Heavy &lt;i&gt;indeed&lt;/i&gt;." in html
        assert "Taken out." not in html
        assert "<h2>Upvoted</h2>" in html
        assert "ada@example.org" not in html
        ada.post("/settings", {"shows_profile": "on", "hides_votes": "on"})
        assert "<h2>Upvoted</h2>" not in text(browser(), "/people/ada")

    def test_it_takes_few_statements_however_much_there_is(
        self, ada: Client, library: Callable[..., None], django_assert_max_num_queries: Any
    ) -> None:
        library(*(a_record(f"Stone number {n} of many", featured=date(2026, 3, 17)) for n in range(30)))
        row = models.Account.objects.get()
        for paper in models.Paper.objects.all():
            models.Upvote.objects.create(account=row, paper=paper, at=datetime.now(UTC))
        ada.post("/settings", {"shows_profile": "on"})
        with django_assert_max_num_queries(4):
            browser().get("/people/ada")


class TestSessions:
    def test_a_browser_elsewhere_is_seen_and_signed_out(self, ada: Client) -> None:
        other = signed_in(agent="Mosaic <1>", REMOTE_ADDR="198.51.100.7")
        html = text(ada, "/settings/sessions")
        assert "Mosaic &lt;1&gt;" in html
        assert "198.51.100.7" in html
        assert html.count("This browser.") == 1
        number = models.Session.objects.get(browser="Mosaic <1>").pk[:16]
        ada.post("/settings/sessions", {"end": number})
        assert "Sign in" in text(other, "/")
        assert "Sign out" in text(ada, "/")

    def test_all_others_are_signed_out_at_once(self, ada: Client) -> None:
        others = [signed_in() for _ in range(3)]
        ada.post("/settings/sessions", {"end": "others"})
        assert all("Sign in" in text(other, "/") for other in others)
        assert "Sign out" in text(ada, "/")

    def test_a_key_out_of_the_database_is_no_key(self, ada: Client) -> None:
        thief = browser()
        thief.cookies["sessionid"] = models.Session.objects.get(account__username="ada").pk
        assert "Sign in" in text(thief, "/")
        thief.cookies["sessionid"] = ada.cookies["sessionid"].value
        assert "Sign out" in text(thief, "/")

    def test_a_new_password_ends_what_was_signed_in_with_the_old_one(self, ada: Client) -> None:
        other = signed_in()
        new = "another way to the stones"
        said = {"oldpassword": PASSWORD, "password1": new, "password2": new}
        assert ada.post("/accounts/password/change/", said).status_code == 302
        assert "Sign in" in text(other, "/")
        assert "Sign out" in text(ada, "/")
        assert models.Session.objects.filter(account__username="ada").count() == 1

    def test_being_here_again_is_noted_once_an_hour_and_not_at_every_page(self, ada: Client) -> None:
        long_ago = datetime.now(UTC) - timedelta(hours=2)
        models.Session.objects.update(seen_at=long_ago)
        ada.get("/")
        seen = models.Session.objects.get().seen_at
        assert seen > long_ago
        ada.get("/")
        assert models.Session.objects.get().seen_at == seen

    @pytest.mark.parametrize(
        ("agent", "name"),
        [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0", "Firefox on Linux"),
            ("Mozilla/5.0 (Windows NT 10.0) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge on Windows"),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Safari/604.1", "Safari on iPhone"),
            ("curl/8.5.0", "curl"),
            ("x" * 200, "x" * 60),
            ("", "A browser that tells nothing about itself"),
        ],
    )
    def test_a_browser_is_called_what_people_call_it(self, agent: str, name: str) -> None:
        assert present.browser_name(agent) == name


class TestExport:
    def test_it_is_one_file_that_no_cache_keeps(self, ada: Client, library: Callable[..., None]) -> None:
        library(STONE)
        ada.post("/upvote/arxiv:2603.00001", {"on": "1"})
        response = ada.get("/settings/export")
        assert response.headers["Content-Disposition"] == 'attachment; filename="broadsheet-account.json"'
        assert "no-store" in response.headers["Cache-Control"]
        given = json.loads(response.content)
        assert given["account"]["name"] == "ada"
        assert [each["paper"] for each in given["upvotes"]] == ["arxiv:2603.00001"]
        assert [each["browser"] for each in given["sessions"]] == ["Netscape"]


class TestDeletion:
    def test_it_asks_for_the_password_and_a_tick(self, ada: Client) -> None:
        for said in ({}, {"sure": "on"}, {"sure": "on", "password": "wrong"}, {"password": PASSWORD}):
            assert ada.post("/settings/delete", said).status_code == 422
        assert models.Account.objects.count() == 1

    def test_then_all_is_gone_and_every_browser_signed_out(self, ada: Client, library: Callable[..., None]) -> None:
        library(STONE)
        ada.post("/upvote/arxiv:2603.00001", {"on": "1"})
        other = signed_in()
        response = ada.post("/settings/delete", {"sure": "on", "password": PASSWORD}, follow=True)
        assert "Your account is deleted" in response.content.decode()
        assert not models.Account.objects.exists()
        assert papers.paper("arxiv:2603.00001").votes == 0
        for client in (ada, other):
            assert "Sign in" in text(client, "/")

    def test_passwords_cannot_be_tried_there_without_end(self, ada: Client) -> None:
        for _ in range(5):
            ada.post("/settings/delete", {"sure": "on", "password": "wrong"})
        html = ada.post("/settings/delete", {"sure": "on", "password": PASSWORD}).content.decode()
        assert "Too many failed login attempts" in html
        assert models.Account.objects.exists()

    def test_the_only_administrator_is_told_what_to_do_first(self, ada: Client) -> None:
        accounts.give_role(None, accounts.key_of("ada"), Role.ADMINISTRATOR)
        response = ada.post("/settings/delete", {"sure": "on", "password": PASSWORD})
        assert response.status_code == 422
        assert "Make another one first" in response.content.decode()

    def test_who_has_no_password_signs_in_anew_first(self) -> None:
        account = accounts.vouched("bo")
        client = browser()
        client.force_login(account)
        assert "Sign in anew" in text(client, "/settings/delete")
        assert client.post("/settings/delete", {"sure": "on"}).status_code == 422
        session = client.session
        assert session[SESSION_KEY] == str(account.pk)
        session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 400}]
        session.save()
        assert client.post("/settings/delete", {"sure": "on"}).status_code == 422
        session["account_authentication_methods"] = [{"method": "code", "at": time.time() - 100}]
        session.save()
        assert client.post("/settings/delete", {"sure": "on"}).status_code == 302
        assert not models.Account.objects.exists()


class TestTwoFactors:
    def code(self, secret: str) -> str:
        from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time

        return str(format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time())))))

    def test_an_app_is_added_and_then_asked_for(self, ada: Client) -> None:
        assert ada.get("/accounts/2fa/totp/activate/").headers["Location"].startswith("/accounts/reauthenticate/")
        ada.post("/accounts/reauthenticate/", {"password": PASSWORD})
        html = text(ada, "/accounts/2fa/totp/activate/")
        assert "<svg" in html
        assert "data:" not in html
        assert "style=" not in html
        secret = ada.session["mfa.totp.secret"]
        assert secret in html
        assert ada.post("/accounts/2fa/totp/activate/", {"code": self.code(secret)}).status_code == 302
        assert Authenticator.objects.get(type="totp").user.username == "ada"
        codes = Authenticator.objects.get(type="recovery_codes").wrap().get_unused_codes()
        assert codes[0] in text(ada, "/accounts/2fa/recovery-codes/")

        visitor = signed_in()
        assert "Sign in" in text(visitor, "/")
        assert visitor.post("/accounts/2fa/authenticate/", {"code": "000000"}).status_code == 200
        assert visitor.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 302
        assert "Sign out" in text(visitor, "/")
        again = signed_in()
        assert again.post("/accounts/2fa/authenticate/", {"code": codes[0]}).status_code == 200
        assert "Sign in" in text(again, "/")

    def test_who_has_lost_the_app_is_let_in_by_whoever_keeps_the_machine(self, ada: Client) -> None:
        del ada
        account = models.Account.objects.get()
        Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
        assert "Sign in" in text(signed_in(), "/")
        accounts.drop_two_factor(account.pk)
        assert "Sign out" in text(signed_in(), "/")
