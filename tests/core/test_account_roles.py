"""Promises about roles: who gives them, who bans whom, and that somebody is always left to keep the house."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from readers import an_actor

from broadsheet.community import Actor, Role
from broadsheet.core import accounts, invitations, moderating
from broadsheet.core.accounts import AccountNameError, LastAdministratorError, PasswordError
from broadsheet.errors import NotAllowedError
from broadsheet.library import models
from broadsheet.people import Settings
from broadsheet.rank.trending import Formula

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
PASSWORD = "a long way to the stones"


def role_of(actor: Actor) -> str:
    return models.Account.objects.get(pk=actor.key).role


def test_only_administrators_and_whoever_keeps_the_machine_give_roles() -> None:
    ada, eve, root = an_actor("ada"), an_actor("eve", Role.EDITOR), an_actor("root", Role.ADMINISTRATOR)
    for by in (ada, eve):
        for whom in (ada, eve, root):
            with pytest.raises(NotAllowedError, match="administrator"):
                accounts.give_role(by, whom.key, Role.ADMINISTRATOR)
    accounts.give_role(root, ada.key, Role.CONTRIBUTOR)
    assert role_of(ada) == Role.CONTRIBUTOR
    accounts.give_role(None, ada.key, Role.ADMINISTRATOR)
    row = models.Account.objects.get(pk=ada.key)
    assert (row.role, row.is_staff, row.is_superuser) == (Role.ADMINISTRATOR, True, True)


def test_the_only_administrator_stays_one() -> None:
    root = an_actor("root", Role.ADMINISTRATOR)
    for less in (
        lambda: accounts.give_role(root, root.key, Role.READER),
        lambda: accounts.make("root", PASSWORD, role=Role.READER),
        lambda: accounts.let_in(root, root.key, allowed=False),
        lambda: accounts.delete(root.key, Formula()),
    ):
        with pytest.raises(LastAdministratorError, match="Make another one first"):
            less()
    assert role_of(root) == Role.ADMINISTRATOR
    an_actor("second", Role.ADMINISTRATOR)
    accounts.give_role(root, root.key, Role.READER)
    assert role_of(root) == Role.READER


@pytest.mark.parametrize(
    ("by", "whom", "may"),
    [
        (Role.READER, Role.READER, False),
        (Role.CONTRIBUTOR, Role.READER, False),
        (Role.EDITOR, Role.READER, True),
        (Role.EDITOR, Role.CONTRIBUTOR, True),
        (Role.EDITOR, Role.EDITOR, False),
        (Role.EDITOR, Role.ADMINISTRATOR, False),
        (Role.ADMINISTRATOR, Role.EDITOR, True),
        (Role.ADMINISTRATOR, Role.ADMINISTRATOR, False),
    ],
)
def test_bans_and_weights_go_downwards_only(by: Role, whom: Role, may: bool) -> None:
    actor, target = an_actor("by", by), an_actor("whom", whom)
    if may:
        moderating.ban(actor, target.key, NOW + timedelta(days=3), "Shouting.", now=NOW)
        moderating.weigh(actor, target.key, 0.0, Formula(), now=NOW)
    else:
        with pytest.raises(NotAllowedError):
            moderating.ban(actor, target.key, NOW + timedelta(days=3), "Shouting.", now=NOW)
        with pytest.raises(NotAllowedError):
            moderating.weigh(actor, target.key, 0.0, Formula(), now=NOW)
    row = models.Account.objects.get(pk=target.key)
    assert (row.ban_reason, row.trust) == (("Shouting.", 0.0) if may else ("", 1.0))


def test_a_closed_account_is_signed_out_and_keeps_all_that_it_has() -> None:
    root, ada = an_actor("root", Role.ADMINISTRATOR), an_actor("ada")
    models.Session.objects.create(
        session_key="x" * 64, session_data="", expire_date=NOW, account_id=ada.key, made_at=NOW, seen_at=NOW
    )
    with pytest.raises(NotAllowedError):
        accounts.let_in(ada, ada.key, allowed=False)
    accounts.let_in(root, ada.key, allowed=False)
    assert not models.Session.objects.filter(account=ada.key)
    assert not models.Account.objects.get(pk=ada.key).is_active
    accounts.let_in(root, ada.key, allowed=True)
    assert models.Account.objects.get(pk=ada.key).is_active


@pytest.mark.parametrize("name", ["", "two words", "a/b", "x" * 151, "<b>"])
def test_what_can_be_no_name_is_refused(name: str) -> None:
    with pytest.raises(AccountNameError):
        accounts.make(name, PASSWORD)
    with pytest.raises(AccountNameError):
        accounts.vouched(name)
    assert not models.Account.objects.exists()


def test_a_weak_password_makes_no_account() -> None:
    with pytest.raises(PasswordError, match="too short"):
        accounts.make("ada", "short")
    assert not models.Account.objects.exists()


def test_a_new_password_leaves_the_role_alone() -> None:
    eve = an_actor("eve", Role.EDITOR)
    assert not accounts.make("eve", PASSWORD)
    assert role_of(eve) == Role.EDITOR


class TestNeverVerified:
    def an_account(self, name: str, **more: Any) -> models.Account:
        given = {"date_joined": NOW - timedelta(days=2), "trust": None} | more
        row = models.Account.objects.create(username=name, **given)
        EmailAddress.objects.create(user=row, email=f"{name}@example.org")
        return row

    def test_who_never_came_in_is_forgotten_after_a_day(self) -> None:
        self.an_account("typo")
        self.an_account("today", date_joined=NOW - timedelta(hours=23))
        self.an_account("here", last_login=NOW)
        self.an_account("byhand", trust=1.0)
        EmailAddress.objects.create(user=self.an_account("verified"), email="other@example.org", verified=True)
        assert accounts.forget_expired(now=NOW) == 1
        names = set(models.Account.objects.values_list("username", flat=True))
        assert names == {"today", "here", "byhand", "verified"}
        assert accounts.forget_expired(now=NOW) == 0

    def test_an_invitation_that_was_lost_so_is_good_again(self) -> None:
        made = invitations.make(None, Role.READER, now=NOW - timedelta(days=2))
        invitations.accept(made.number, self.an_account("typo").pk, now=NOW - timedelta(days=2))
        assert accounts.forget_expired(now=NOW) == 1
        assert invitations.of_code(made.code, now=NOW) is not None


class TestProfiles:
    def test_it_is_private_until_it_is_shown_and_always_there_for_oneself(self) -> None:
        ada = an_actor("ada")
        assert accounts.profile("ada") is accounts.profile("nobody") is None
        own = accounts.profile("ada", asked_by=ada.key)
        assert own is not None
        assert not own.public
        accounts.change(ada.key, Settings(about="I lift stones.", shows_profile=True))
        shown = accounts.profile("ada")
        assert shown is not None
        assert (shown.about, shown.public, shown.votes) == ("I lift stones.", True, ())

    def test_votes_are_hidden_from_whom_they_are_to_be_hidden(self) -> None:
        ada = an_actor("ada")
        accounts.change(ada.key, Settings(shows_profile=True, hides_votes=True))
        shown = accounts.profile("ada")
        assert shown is not None
        assert shown.votes is None

    def test_more_words_than_fit_are_cut(self) -> None:
        ada = an_actor("ada")
        accounts.change(ada.key, Settings(about="x" * 3000))
        assert len(accounts.settings(ada.key).about) == 2000

    def test_a_closed_account_shows_nothing(self) -> None:
        ada = an_actor("ada")
        accounts.change(ada.key, Settings(shows_profile=True))
        models.Account.objects.update(is_active=False)
        assert accounts.profile("ada") is None
