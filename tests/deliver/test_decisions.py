"""Promises of the log of decisions as a page: who may read which line, and who takes what back."""

from datetime import UTC, datetime

import pytest
from builders import a_record
from django.test import Client

from broadsheet.community import Actor, Role
from broadsheet.core import moderating, papers
from broadsheet.core.store import store
from broadsheet.library import accounts, models

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def a_browser(role: Role) -> tuple[Client, Actor]:
    row = models.Account.objects.create(username=f"the {role}", role=role)
    client = Client(headers={"host": "localhost"})
    client.force_login(row)
    return client, accounts.actor(row, NOW)


def text(client: Client, path: str) -> str:
    return client.get(path).content.decode()


def test_strangers_read_what_was_decided_about_papers_and_nothing_about_people(client: Client) -> None:
    _, eve = a_browser(Role.EDITOR)
    ada = models.Account.objects.create(username="ada")
    store([a_record("One", ids=("doi:10.1/a",)), a_record("Two <b>", ids=("doi:10.1/b",))], now=NOW)
    moderating.join(eve, papers.paper("doi:10.1/a"), papers.paper("doi:10.1/b"), now=NOW)
    moderating.ban(eve, ada.pk, 3, "A <script>reason</script>", now=NOW)
    html = text(client, "/decisions")
    assert "joined two papers: doi:10.1/a and doi:10.1/b" in html
    assert "ada" not in html
    assert "<button>Undo" not in html


def test_an_editor_reads_all_and_takes_it_back_with_a_button(client: Client) -> None:
    browser, eve = a_browser(Role.EDITOR)
    ada = models.Account.objects.create(username="ada")
    number = moderating.ban(eve, ada.pk, 3, "A <script>reason</script>", now=NOW)
    html = text(browser, "/decisions")
    assert "&lt;script&gt;reason" in html
    assert f'action="/decisions/{number}/undo"' in html
    told = browser.post(f"/decisions/{number}/undo", follow=True).content.decode()
    assert "Undone: the editor banned an account, ada, for 3 days." in told
    assert "Undone by the editor" in told
    assert accounts.ban_of(ada.pk)[0] is None
    assert "already" in browser.post(f"/decisions/{number}/undo", follow=True).content.decode()


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_readers_take_nothing_back(role: Role) -> None:
    _, eve = a_browser(Role.EDITOR)
    ada = models.Account.objects.create(username="ada")
    number = moderating.ban(eve, ada.pk, 3, "Why", now=NOW)
    browser, _ = a_browser(role)
    answer = browser.post(f"/decisions/{number}/undo")
    assert answer.status_code == 403
    assert "Only an editor may undo decisions." in answer.content.decode()
    assert accounts.ban_of(ada.pk)[0] is not None
