"""Promises of the log of decisions as a page: who may read which line, and who takes what back."""

from datetime import UTC, datetime, timedelta

import pytest
from builders import a_record
from django.test import Client
from readers import a_browser, text

from broadsheet.community import Role
from broadsheet.core import moderating, papers
from broadsheet.core.store import store
from broadsheet.library import accounts, models

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def test_strangers_read_what_was_decided_about_papers_and_nothing_about_people(client: Client) -> None:
    _, eve = a_browser("the editor", Role.EDITOR)
    ada = models.Account.objects.create(username="ada")
    store([a_record("One", ids=("doi:10.1000/a",)), a_record("Two <b>", ids=("doi:10.1000/b",))], now=NOW)
    moderating.join(eve, papers.paper("doi:10.1000/a"), papers.paper("doi:10.1000/b"), now=NOW)
    moderating.ban(eve, ada.pk, NOW + timedelta(days=3), "A <script>reason</script>", now=NOW)
    html = text(client, "/decisions")
    assert "joined two papers: doi:10.1000/a and doi:10.1000/b" in html
    assert "ada" not in html
    assert "<button>Undo" not in html


def test_an_editor_reads_all_and_takes_it_back_with_a_button(client: Client) -> None:
    browser, eve = a_browser("the editor", Role.EDITOR)
    ada = models.Account.objects.create(username="ada")
    number = moderating.ban(eve, ada.pk, NOW + timedelta(days=3), "A <script>reason</script>", now=NOW)
    html = text(browser, "/decisions")
    assert "&lt;script&gt;reason" in html
    assert f'action="/decisions/{number}/undo"' in html
    told = browser.post(f"/decisions/{number}/undo", follow=True).content.decode()
    assert "Undone: the editor banned an account, ada, until 2026-03-20 08:00." in told
    assert "Undone by the editor" in told
    assert accounts.ban_of(ada.pk)[0] is None
    assert "already" in browser.post(f"/decisions/{number}/undo", follow=True).content.decode()


@pytest.mark.parametrize("role", [Role.READER, Role.CONTRIBUTOR])
def test_readers_take_nothing_back(role: Role) -> None:
    _, eve = a_browser("the editor", Role.EDITOR)
    ada = models.Account.objects.create(username="ada")
    number = moderating.ban(eve, ada.pk, NOW + timedelta(days=3), "Why", now=NOW)
    browser, _ = a_browser(f"the {role}", role)
    answer = browser.post(f"/decisions/{number}/undo")
    assert answer.status_code == 403
    assert "Only an editor may undo decisions." in answer.content.decode()
    assert accounts.ban_of(ada.pk)[0] is not None


class TestPutRight:
    def test_an_editor_splits_a_record_off_and_takes_it_back(self) -> None:
        browser, _ = a_browser("the editor", Role.EDITOR)
        store(
            [
                a_record("One stone that is heavy", ids=("doi:10.1000/a",)),
                a_record("One stone that is heavy", source="bibtex", year=2024),
            ],
            now=NOW,
        )
        assert papers.count() == 1
        html = text(browser, "/put-right/doi:10.1000/a")
        assert html.count('name="record"') == 2
        answer = browser.post("/put-right/doi:10.1000/a", {"record": ["1"]}, follow=True)
        assert "They are two papers now." in answer.content.decode()
        assert papers.count() == 2
        browser.post("/decisions/1/undo")
        assert papers.count() == 1

    def test_an_editor_joins_papers_and_is_told_what_is_wrong(self) -> None:
        browser, _ = a_browser("the editor", Role.EDITOR)
        store([a_record("One", ids=("doi:10.1000/a",)), a_record("Two", ids=("doi:10.1000/b",))], now=NOW)
        answer = browser.post("/put-right/doi:10.1000/a", {"other": "doi:10.1000/nothing<i>"})
        assert answer.status_code == 422
        assert "doi:10.1000/nothing&lt;i&gt;" in answer.content.decode()
        assert browser.post("/put-right/doi:10.1000/a", {"record": ["0"]}).status_code == 422
        browser.post("/put-right/doi:10.1000/a", {"other": "https://doi.org/10.1000/b"})
        assert papers.count() == 1

    def test_the_way_there_is_shown_to_editors_alone(self, client: Client) -> None:
        store([a_record("One", ids=("doi:10.1000/a",))], now=NOW)
        assert "/put-right/doi:10.1000/a" in text(a_browser("the editor", Role.EDITOR)[0], "/papers/doi:10.1000/a")
        reader, _ = a_browser("the reader")
        assert "/put-right/" not in text(reader, "/papers/doi:10.1000/a")
        assert reader.get("/put-right/doi:10.1000/a").status_code == 403
        assert client.get("/put-right/doi:10.1000/a").status_code == 302
