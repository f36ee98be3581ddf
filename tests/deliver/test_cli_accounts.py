"""Promises of the command line about accounts, made to the real command in a process of its own."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator

import pytest
from post import Inbox, an_inbox

Run = Callable[..., subprocess.CompletedProcess[str]]

PASSWORD = "a long way to the stones\n"


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with an_inbox() as box:
        yield box


def test_accounts_are_made_given_roles_listed_and_deleted(run: Run) -> None:
    assert run("accounts").returncode == 3
    assert run("account", "ada", "--email", "ada@example.org", "--password-from", "-", stdin=PASSWORD).stdout == (
        "ada may sign in as reader.\n"
    )
    run("account", "root", "--administrator", "--password-from", "-", stdin=PASSWORD)
    assert run("account", "ada", "--role", "editor").stdout == "ada is an editor now.\n"
    listed = json.loads(run("accounts", "--json").stdout)["accounts"]
    assert [(each["name"], each["role"], each["mail"]) for each in listed] == [
        ("root", "administrator", ""),
        ("ada", "editor", "ada@example.org"),
    ]
    assert run("accounts").stdout.startswith("root ")
    assert run("account", "ada", "--delete", stdin="n\n").returncode == 1
    assert run("account", "ada", "--delete", "--yes").stdout == "ada is deleted.\n"
    refused = run("account", "root", "--delete", "--yes")
    assert refused.returncode == 1
    assert "only administrator" in refused.stderr
    assert [each["name"] for each in json.loads(run("accounts", "--json").stdout)["accounts"]] == ["root"]


def test_a_new_password_keeps_the_role(run: Run) -> None:
    run("account", "eve", "--role", "editor", "--password-from", "-", stdin=PASSWORD)
    again = run("account", "eve", "--password-from", "-", stdin="another " + PASSWORD)
    assert again.stdout == "eve was there already, and has a new password.\n"
    assert json.loads(run("accounts", "--json").stdout)["accounts"][0]["role"] == "editor"


def test_who_is_not_there_cannot_be_deleted_or_let_in_without_a_factor(run: Run) -> None:
    for option in ("--delete", "--no-two-factor"):
        done = run("account", "nobody", option, "--yes")
        assert done.returncode == 1
        assert "There is no account 'nobody'" in done.stderr


def test_an_invitation_is_printed_as_a_link_of_the_address_that_people_use(run: Run) -> None:
    done = run("invite", "--role", "contributor", BROADSHEET_SITE_URL="https://papers.example.org")
    assert re.fullmatch(r"https://papers\.example\.org/invitation/[\w-]{32}\n", done.stdout)
    assert "as contributor" in done.stderr
    assert run("invite", "--days", "0").returncode == 2
    assert run("invite", "--mail", "nobody").returncode == 1


def test_an_invitation_is_mailed_where_a_server_is_set(run: Run, inbox: Inbox) -> None:
    server = {"BROADSHEET_MAIL_HOST": "127.0.0.1", "BROADSHEET_MAIL_PORT": str(inbox.port),
              "BROADSHEET_MAIL_SECURITY": "none"}  # fmt: skip
    done = run("invite", "--mail", "bo@example.org", **server)
    assert "sent to bo@example.org" in done.stderr
    assert inbox.recipients == ["bo@example.org"]
    assert done.stdout.strip() in inbox.text()
    inbox.says["data"] = "451 not now"
    refused = run("invite", "--mail", "cy@example.org", **server)
    assert refused.returncode == 1
    assert "did not take the invitation" in refused.stderr
