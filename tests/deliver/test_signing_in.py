"""Promises of the door: no clock and no answer tells who is known; invitations open it once; tries are counted."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.messages import get_messages
from django.test import Client
from running import LIBRARY, environment, said_by

from broadsheet.community import Role
from broadsheet.core import accounts, invitations
from broadsheet.deliver import inviting
from broadsheet.library import models

pytestmark = pytest.mark.django_db

PASSWORD = "a long way to the stones"
NEW = {"username": "bo", "password1": "p4ssw0rd of stones", "password2": "p4ssw0rd of stones"}


class CountingHasher(PBKDF2PasswordHasher):
    """Counts how often a password is hashed."""

    algorithm = "counting"
    iterations = 1
    hashed = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        CountingHasher.hashed += 1
        return super().encode(password, salt, iterations)


@pytest.fixture
def counting(settings: Any) -> type[CountingHasher]:
    settings.PASSWORD_HASHERS = [f"{__name__}.CountingHasher"]
    CountingHasher.hashed = 0
    return CountingHasher


def browser(**headers: str) -> Client:
    return Client(headers={"host": "localhost", **headers})


def errors(html: str) -> list[str]:
    return re.findall(r'<ul class="errorlist.*?</ul>', html, re.DOTALL)


def an_invitation(role: Role = Role.READER, mail: str = "") -> str:
    from datetime import UTC, datetime

    link = inviting.invite(None, role, mail, datetime.now(UTC), address="")
    return link.address


class TestNobodyIsTold:
    @pytest.mark.parametrize(
        "login", ["ada", "ADA", "ada@example.org", "bare", "closed", "nobody", "nobody@example.org"]
    )
    def test_a_try_hashes_one_password_whoever_it_is(self, counting: type[CountingHasher], login: str) -> None:
        accounts.make("ada", PASSWORD, email="ada@example.org")
        accounts.make("closed", PASSWORD)
        models.Account.objects.filter(username="closed").update(is_active=False)
        accounts.vouched("bare")
        counting.hashed = 0
        response = browser().post("/accounts/login/", {"login": login, "password": "wrong"})
        assert response.status_code == 200
        assert counting.hashed == 1

    def test_a_closed_account_is_told_apart_only_by_who_knows_its_password(self) -> None:
        accounts.make("ada", PASSWORD)
        models.Account.objects.update(is_active=False)
        answers = [
            browser().post("/accounts/login/", {"login": name, "password": "wrong"}).content.decode()
            for name in ("ada", "nobody")
        ]
        assert errors(answers[0]) == errors(answers[1]) != []
        right = browser().post("/accounts/login/", {"login": "ada", "password": PASSWORD})
        assert right.headers["Location"] == "/accounts/inactive/"

    def test_a_name_that_looks_like_a_mail_address_cannot_be_chosen(self, settings: Any) -> None:
        settings.SIGNUP = "open"
        for name in ("ada@example.org", "two words", "x" * 41, "a/b", "ada+bo"):
            html = browser().post("/accounts/signup/", NEW | {"username": name}).content.decode()
            assert errors(html)
        assert not models.Account.objects.exists()

    def test_names_that_differ_in_case_only_are_one_name(self, settings: Any) -> None:
        settings.SIGNUP = "open"
        accounts.make("Bo", PASSWORD)
        assert errors(browser().post("/accounts/signup/", NEW).content.decode())


class TestTries:
    def test_after_five_wrong_passwords_even_the_right_one_waits(self) -> None:
        accounts.make("ada", PASSWORD)
        for _ in range(5):
            browser().post("/accounts/login/", {"login": "ada", "password": "wrong"})
        html = browser().post("/accounts/login/", {"login": "ada", "password": PASSWORD}).content.decode()
        assert "Too many failed login attempts" in html

    def test_another_account_is_not_held_up_by_it(self) -> None:
        accounts.make("ada", PASSWORD)
        accounts.make("bo", PASSWORD)
        for _ in range(6):
            browser().post("/accounts/login/", {"login": "ada", "password": "wrong"})
        assert browser().post("/accounts/login/", {"login": "bo", "password": PASSWORD}).status_code == 302

    def test_a_network_that_tries_many_names_waits_and_another_one_does_not(self, counting: Any) -> None:
        del counting  # for speed
        accounts.make("ada", PASSWORD)

        def tries(network: str, name: str, password: str) -> Any:
            said = {"login": name, "password": password}
            return Client(REMOTE_ADDR=network, headers={"host": "localhost"}).post("/accounts/login/", said)

        for number in range(30):
            tries("192.0.2.7", f"name{number}", "wrong")
        assert "Too many failed" in tries("192.0.2.7", "ada", PASSWORD).content.decode()
        assert tries("198.51.100.7", "ada", PASSWORD).status_code == 302

    def test_too_many_requests_are_answered_with_a_page_of_ours(self, settings: Any) -> None:
        settings.ACCOUNT_RATE_LIMITS = {"login": "1/m/ip"}
        browser().post("/accounts/login/", {"login": "a", "password": "b"})
        response = browser().post("/accounts/login/", {"login": "a", "password": "b"})
        assert (response.status_code, response.headers["Retry-After"]) == (429, "60")
        assert "That was too often" in response.content.decode()


class TestInvitations:
    @pytest.mark.parametrize("signup", ["closed", "invitation", "open"])
    def test_its_link_leads_to_an_account_of_its_role(self, settings: Any, signup: str) -> None:
        settings.SIGNUP = signup
        visitor, link = browser(), an_invitation(Role.CONTRIBUTOR)
        assert visitor.get(link).headers["Location"] == "/accounts/signup/"
        assert visitor.post("/accounts/signup/", NEW).status_code == 302
        bo = models.Account.objects.get(username="bo")
        assert (bo.role, bo.trust) == (Role.CONTRIBUTOR, 1.0)
        assert "Sign out" in visitor.get("/").content.decode()

    def test_without_one_nobody_comes_in_where_they_are_asked_for(self, settings: Any) -> None:
        settings.SIGNUP = "invitation"
        assert "by invitation" in browser().get("/accounts/signup/").content.decode()
        browser().post("/accounts/signup/", NEW)
        assert not models.Account.objects.exists()
        assert "by invitation" in browser().get("/accounts/login/").content.decode()

    def test_a_used_one_and_a_guessed_one_are_answered_alike(self) -> None:
        visitor, link = browser(), an_invitation()
        visitor.get(link)
        visitor.post("/accounts/signup/", NEW)
        used, guessed = browser().get(link), browser().get("/invitation/guessed")
        assert used.status_code == guessed.status_code == 404
        assert used.content.decode().replace(link.rpartition("/")[2], "guessed") == guessed.content.decode()

    def test_who_comes_second_with_one_is_told_so_and_makes_no_account(self) -> None:
        first, second, link = browser(), browser(), an_invitation()
        first.get(link)
        second.get(link)
        first.post("/accounts/signup/", NEW)
        response = second.post("/accounts/signup/", NEW | {"username": "cy"})
        assert "closed" in response.content.decode()
        assert list(models.Account.objects.values_list("username", flat=True)) == ["bo"]

    def test_it_is_not_used_up_by_a_form_that_is_wrong(self) -> None:
        visitor, link = browser(), an_invitation()
        visitor.get(link)
        assert errors(visitor.post("/accounts/signup/", NEW | {"password2": "another"}).content.decode())
        assert visitor.post("/accounts/signup/", NEW).status_code == 302

    def test_who_has_an_account_keeps_it_for_somebody_else(self) -> None:
        accounts.make("ada", PASSWORD)
        visitor, link = browser(), an_invitation()
        visitor.login(username="ada", password=PASSWORD)
        assert "already" in visitor.get(link).content.decode()
        assert browser().get(link).status_code == 302

    def test_editors_make_see_and_take_them_back_on_a_page(self) -> None:
        accounts.make("eve", PASSWORD, role=Role.EDITOR)
        eve = browser()
        eve.login(username="eve", password=PASSWORD)
        html = eve.post("/settings/invitations", {"role": "contributor", "mail": "bo@example.org"}).content.decode()
        link = re.search(r"http://localhost(/invitation/[\w-]+)", html)
        assert link
        assert "administrator" not in re.findall(r"<option>(.*?)</option>", html)
        listed = eve.get("/settings/invitations").content.decode()
        assert "bo@example.org" in listed
        assert link[1] not in listed
        number = models.Invitation.objects.get().pk
        eve.post("/settings/invitations", {"revoke": str(number)})
        assert browser().get(link[1]).status_code == 404

    @pytest.mark.parametrize(("role", "status"), [(Role.READER, 403), (Role.EDITOR, 403), (Role.ADMINISTRATOR, 200)])
    def test_only_an_administrator_invites_one(self, role: Role, status: int) -> None:
        accounts.make("by", PASSWORD, role=role)
        visitor = browser()
        visitor.login(username="by", password=PASSWORD)
        assert visitor.post("/settings/invitations", {"role": "administrator"}).status_code == status
        assert models.Invitation.objects.exists() == (status == 200)


TOGETHER = (
    LIBRARY
    + """
import threading
from datetime import UTC, datetime
from django.db import connection
from django.test import Client
from broadsheet.community import Role
from broadsheet.core import invitations
from broadsheet.library import models

made = invitations.make(None, Role.READER, now=datetime.now(UTC))
several = [Client(headers={"host": "localhost"}) for _ in range(8)]
for client in several:
    assert client.get(f"/invitation/{made.code}").status_code == 302
ready = threading.Barrier(len(several))

def sign_up(number, client):
    try:
        ready.wait()
        said = {"username": f"bo{number}", "password1": "p4ssw0rd of stones", "password2": "p4ssw0rd of stones"}
        client.post("/accounts/signup/", said)
    finally:
        connection.close()

threads = [threading.Thread(target=sign_up, args=each) for each in enumerate(several)]
for thread in threads: thread.start()
for thread in threads: thread.join()
print(models.Account.objects.count(), models.Invitation.objects.filter(account__isnull=False).count())
"""
)


def test_eight_who_use_one_invitation_at_once_make_one_account(tmp_path: Path) -> None:
    said, complaints = said_by(TOGETHER, environment(tmp_path))
    assert said == "1 1\n", complaints


def test_an_invitation_is_lost_with_no_account_when_it_is_taken_in_between(monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, link = browser(), an_invitation()
    visitor.get(link)
    accept = invitations.accept

    def late(number: int, account: int, **more: Any) -> None:
        models.Invitation.objects.filter(pk=number).delete()
        accept(number, account, **more)

    monkeypatch.setattr(invitations, "accept", late)
    response = visitor.post("/accounts/signup/", NEW)
    assert response.status_code == 409
    assert "Ask for another one" in response.content.decode()
    assert not models.Account.objects.exists()
    assert not list(get_messages(response.wsgi_request))
