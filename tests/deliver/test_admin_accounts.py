"""Promises of the administration of accounts: editors keep order below them, and raise nobody."""

from datetime import UTC, datetime
from typing import Any

import pytest
from builders import a_record
from django.test import Client
from readers import signed_in

from broadsheet.community import Act, Role
from broadsheet.core import accounts, papers, voting
from broadsheet.core.store import store
from broadsheet.library import models

pytestmark = pytest.mark.django_db

PASSWORD = "a long way to the stones"
BAN = {"banned_until_0": "2033-01-01", "banned_until_1": "00:00", "ban_reason": "Shouting."}


def row(name: str) -> models.Account:
    return models.Account.objects.get(username=name)


def page(name: str, what: str = "change") -> str:
    return f"/admin/library/account/{row(name).pk}/{what}/"


def say(client: Client, name: str, **said: Any) -> Any:
    was = row(name)
    active = {"is_active": "on"} if was.is_active else {}
    return client.post(page(name), {"role": was.role, **active, **said})


def test_its_door_is_the_one_of_the_house(client: Client) -> None:
    assert client.get("/admin/login/?next=/admin/").headers["Location"] == "/accounts/login/?next=%2Fadmin%2F"
    reader = signed_in("ada")
    assert reader.get("/admin/", follow=True).status_code == 403


def test_an_administrator_gives_roles_and_django_s_marks_follow() -> None:
    root = signed_in("root", Role.ADMINISTRATOR)
    accounts.make("ada", PASSWORD)
    assert say(root, "ada", role="editor").status_code == 302
    assert (row("ada").role, row("ada").is_staff, row("ada").is_superuser) == (Role.EDITOR, True, False)


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "groups", "user_permissions", "username", "password"])
def test_nobody_edits_what_the_role_says(field: str) -> None:
    root = signed_in("root", Role.ADMINISTRATOR)
    accounts.make("ada", PASSWORD)
    before = models.Account.objects.filter(username="ada").values().get()
    assert f'name="{field}"' not in root.get(page("ada")).content.decode()
    say(root, "ada", **{field: "1"})
    assert models.Account.objects.filter(pk=before["id"]).values().get() == before


def test_an_editor_bans_a_reader_and_gives_nobody_a_role() -> None:
    eve = signed_in("eve", Role.EDITOR)
    accounts.make("ada", PASSWORD)
    assert 'name="role"' not in eve.get(page("ada")).content.decode()
    assert say(eve, "ada", role="administrator", **BAN).status_code == 302
    ada = row("ada")
    assert (ada.role, ada.ban_reason, ada.is_active) == (Role.READER, "Shouting.", True)
    assert ada.banned_until is not None
    assert say(eve, "ada", banned_until_0="", banned_until_1="", ban_reason="Shouting.").status_code == 302
    assert (row("ada").banned_until, row("ada").ban_reason) == (None, "")


@pytest.mark.parametrize("role", [Role.EDITOR, Role.ADMINISTRATOR])
def test_an_editor_touches_neither_editors_nor_administrators(role: Role) -> None:
    eve = signed_in("eve", Role.EDITOR)
    accounts.make("other", PASSWORD, role=role)
    assert say(eve, "other", role="reader", **BAN).status_code == 403
    eve.post("/admin/library/account/", {"action": "count_nothing", "_selected_action": [row("other").pk]})
    other = row("other")
    assert (other.role, other.banned_until, other.trust) == (role, None, 1.0)


def test_an_editor_cannot_raise_himself() -> None:
    eve = signed_in("eve", Role.EDITOR)
    assert say(eve, "eve", role="administrator").status_code == 403
    assert row("eve").role == Role.EDITOR


def test_an_editor_deletes_and_makes_no_accounts_and_sets_no_passwords() -> None:
    eve = signed_in("eve", Role.EDITOR)
    accounts.make("ada", PASSWORD)
    assert eve.post(page("ada", "delete"), {"post": "yes"}).status_code == 403
    assert eve.get("/admin/library/account/add/").status_code == 403
    for client in (eve, signed_in("root", Role.ADMINISTRATOR)):
        client.post(page("ada", "password"), {"password1": "mine now, mine", "password2": "mine now, mine"})
        assert row("ada").check_password(PASSWORD)


def test_a_banned_editor_only_reads_like_everybody() -> None:
    eve, root = signed_in("eve", Role.EDITOR), signed_in("root", Role.ADMINISTRATOR)
    accounts.make("ada", PASSWORD)
    assert say(root, "eve", **BAN).status_code == 302
    assert eve.get("/admin/library/account/").status_code == 403
    assert say(eve, "ada", **BAN).status_code == 403


def test_the_only_administrator_is_not_lowered_closed_or_deleted() -> None:
    root = signed_in("root", Role.ADMINISTRATOR)
    assert "only administrator" in say(root, "root", role="reader").content.decode()
    closing = root.post(page("root"), {"role": "administrator"})
    assert "only administrator" in closing.content.decode()
    assert root.post(page("root", "delete"), {"post": "yes"}).status_code == 403
    assert (row("root").role, row("root").is_active) == (Role.ADMINISTRATOR, True)


def test_a_closed_account_is_signed_out() -> None:
    root, ada = signed_in("root", Role.ADMINISTRATOR), signed_in("ada")
    assert "Sign out" in ada.get("/").content.decode()
    root.post(page("ada"), {"role": "reader"})
    assert "Sign in" in ada.get("/").content.decode()


def test_what_is_deleted_there_leaves_no_name_in_the_log() -> None:
    root = signed_in("root", Role.ADMINISTRATOR)
    accounts.make("zebrafinch", PASSWORD)
    say(root, "zebrafinch", role="contributor")
    assert root.post(page("zebrafinch", "delete"), {"post": "yes"}).status_code == 302
    assert "zebrafinch" not in root.get("/admin/").content.decode().partition("Recent actions")[2]


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (BAN | {"ban_reason": ""}, "Say why: whoever is banned reads it."),
        (BAN | {"banned_until_0": "2001-01-01"}, "A ban ends within"),
    ],
)
def test_a_ban_that_makes_no_sense_is_refused_in_words_and_bans_nobody(said: dict[str, str], answer: str) -> None:
    eve = signed_in("eve", Role.EDITOR)
    accounts.make("ada", PASSWORD)
    posted = eve.post(page("ada"), said, follow=True)
    assert answer in posted.content.decode()
    assert row("ada").banned_until is None


def test_a_vote_that_is_taken_out_here_is_a_decision_that_can_be_undone() -> None:
    root = signed_in("root", Role.ADMINISTRATOR)
    accounts.make("ada", PASSWORD)
    store([a_record("A stone to vote for", ids=("arxiv:2603.00001",))], now=datetime.now(UTC))
    voting.upvote(row("ada").pk, papers.paper("arxiv:2603.00001"), now=datetime.now(UTC))
    vote = models.Upvote.objects.get()
    chosen = {"action": "delete_selected", "_selected_action": [vote.pk], "post": "yes"}
    root.post("/admin/library/upvote/", chosen)
    assert not models.Upvote.objects.exists()
    decision = models.Decision.objects.get(verb=Act.STRIKE_VOTES)
    root.post(f"/decisions/{decision.pk}/undo")
    assert models.Upvote.objects.get().account_id == row("ada").pk


def test_a_banned_editor_weighs_no_votes() -> None:
    root, eve = signed_in("root", Role.ADMINISTRATOR), signed_in("eve", Role.EDITOR)
    member = models.RingMember.objects.create(
        account=row("eve"), ring=1, members=8, together=9, expected=0.4, found_at=datetime.now(UTC)
    )
    assert say(root, "eve", **BAN).status_code == 302
    chosen = {"action": "these_are_honest", "_selected_action": [member.pk]}
    assert eve.post("/admin/library/ringmember/", chosen).status_code == 403
    assert row("eve").trust == 1.0
    root.post("/admin/library/ringmember/", chosen)
    assert models.Decision.objects.filter(verb=Act.SET_TRUST).count() == 1
