"""Promises to whoever lets programs act for them: tokens are made, shown once, listed, and ended; by hand and in pages."""

import json
import re
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from django.test import Client
from readers import an_actor, signed_in

from broadsheet.core import tokens
from broadsheet.library import models
from broadsheet.people import Scope

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.mark.django_db
class TestPage:
    def test_a_secret_is_shown_once_and_works(self) -> None:
        ada = signed_in()
        assert 'href="/settings/tokens"' in ada.get("/settings").content.decode()
        said = {"name": "<my agent>", "scope": ["read", "write", "everything"], "days": "90"}
        html = ada.post("/settings/tokens", said).content.decode()
        (secret,) = re.findall(r"bs_[\w-]{43}", html)
        found = tokens.bearer(secret, now=datetime.now(UTC))
        assert found
        assert (found.actor.name, set(found.scopes)) == ("ada", {Scope.READ, Scope.WRITE})
        again = ada.get("/settings/tokens")
        assert secret not in again.content.decode()
        assert "&lt;my agent&gt;" in again.content.decode()
        assert "May read, write." in again.content.decode()
        assert "no-store" in again.headers["Cache-Control"]
        (token,) = tokens.of_account(found.actor.key)
        assert token.ends_at is not None
        assert (token.ends_at - token.made_at).days == 90

    def test_it_ends_ones_own_and_no_others(self) -> None:
        ada, bo = signed_in(), signed_in("bo")
        ada.post("/settings/tokens", {"name": "x", "scope": "read", "days": ""})
        number = models.Token.objects.get().pk
        for wrong in (str(number), "0", "x", "9" * 40, "\N{SUPERSCRIPT TWO}"):
            assert "no token" in bo.post("/settings/tokens", {"end": wrong}).content.decode()
        assert ada.post("/settings/tokens", {"end": number}).status_code == 302
        assert not models.Token.objects.exists()

    def test_what_makes_no_sense_is_said_on_the_page_and_strangers_sign_in(self, client: Client) -> None:
        response = signed_in().post("/settings/tokens", {"name": "", "scope": "read"})
        assert response.status_code == 422
        assert "Name the program" in response.content.decode()
        assert client.get("/settings/tokens").headers["Location"].startswith("/accounts/login/")

    def test_nothing_of_a_banned_account_is_made(self) -> None:
        ada = signed_in()
        models.Account.objects.filter(pk=an_actor().key).update(banned_until=datetime(2999, 1, 1, tzinfo=UTC))
        assert ada.post("/settings/tokens", {"name": "x", "scope": "read"}).status_code == 403


def test_the_command_line_makes_lists_and_ends_them(run: Run) -> None:
    run("account", "ada", "--password-from", "-", stdin="a long way to the stones\n")
    assert run("accounts", "tokens", "ada").returncode == 3
    made = run("accounts", "tokens", "ada", "--make", "my agent", "--scope", "write", "--days", "9")
    assert re.fullmatch(r"bs_[\w-]{43}\n", made.stdout)
    assert "acts for ada, until" in made.stderr
    listed = run("accounts", "tokens", "ada", "--json").stdout
    (token,) = json.loads(listed)["tokens"]
    assert made.stdout.strip() not in listed
    assert (token["name"], token["scopes"], token["used_at"]) == ("my agent", ["write"], None)
    assert "my agent" in run("accounts", "tokens", "ada").stdout
    assert run("accounts", "tokens", "ada", "--end", str(token["number"])).returncode == 0
    assert run("accounts", "tokens", "ada", "--end", str(token["number"])).returncode == 1
    assert "no account 'bo'" in run("accounts", "tokens", "bo").stderr
