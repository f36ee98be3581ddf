"""Promises of invitations: one link, one account, of the role that was meant, for as long as was said."""

from datetime import UTC, datetime, timedelta

import pytest
from readers import an_actor

from broadsheet.community import Role
from broadsheet.core import invitations
from broadsheet.core.invitations import InvitationError
from broadsheet.errors import NotAllowedError
from broadsheet.library import models

pytestmark = [pytest.mark.django_db, pytest.mark.database]

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)
DAY = timedelta(days=1)


def a_newcomer(name: str) -> models.Account:
    return models.Account.objects.create(username=name)


def test_whoever_accepts_it_has_the_role_and_full_trust() -> None:
    made = invitations.make(None, Role.CONTRIBUTOR, now=NOW)
    bo = a_newcomer("bo")
    invitations.accept(made.number, bo.pk, now=NOW + DAY)
    bo.refresh_from_db()
    assert (bo.role, bo.trust, bo.is_staff) == (Role.CONTRIBUTOR, 1.0, False)


def test_an_invited_editor_may_enter_the_administration() -> None:
    made = invitations.make(None, Role.EDITOR, now=NOW)
    bo = a_newcomer("bo")
    invitations.accept(made.number, bo.pk, now=NOW)
    bo.refresh_from_db()
    assert (bo.is_staff, bo.is_superuser) == (True, False)


def test_it_is_good_once_and_for_its_days() -> None:
    made = invitations.make(None, Role.READER, now=NOW, days=3)
    assert invitations.of_code(made.code, now=NOW + 2 * DAY) is not None
    assert invitations.of_code(made.code, now=NOW + 3 * DAY) is None
    with pytest.raises(InvitationError, match="too old"):
        invitations.accept(made.number, a_newcomer("bo").pk, now=NOW + 3 * DAY)
    invitations.accept(made.number, a_newcomer("cy").pk, now=NOW)
    assert invitations.of_code(made.code, now=NOW) is None
    with pytest.raises(InvitationError, match="used already"):
        invitations.accept(made.number, a_newcomer("di").pk, now=NOW)


def test_the_library_does_not_know_the_code() -> None:
    made = invitations.make(None, Role.READER, now=NOW)
    (row,) = models.Invitation.objects.values_list()
    assert made.code not in str(row)
    assert invitations.of_code(str(models.Invitation.objects.get().code_hash), now=NOW) is None


def test_editors_invite_no_editors_and_readers_nobody() -> None:
    reader, editor = an_actor("ada"), an_actor("eve", Role.EDITOR)
    administrator = an_actor("root", Role.ADMINISTRATOR)
    for role in (Role.EDITOR, Role.ADMINISTRATOR):
        with pytest.raises(NotAllowedError, match="administrator"):
            invitations.make(editor, role, now=NOW)
        assert invitations.make(administrator, role, now=NOW).code
    assert invitations.make(editor, Role.CONTRIBUTOR, now=NOW).code
    for by in (reader, an_actor("banned", Role.EDITOR, banned=True)):
        for refused in (
            lambda by=by: invitations.make(by, Role.READER, now=NOW),
            lambda by=by: invitations.every(by),
            lambda by=by: invitations.revoke(by, 1),
        ):
            with pytest.raises(NotAllowedError):
                refused()


def test_one_that_is_taken_back_is_good_no_more_and_an_accepted_one_cannot_be() -> None:
    editor = an_actor("eve", Role.EDITOR)
    made, used = (invitations.make(editor, Role.READER, now=NOW) for _ in range(2))
    invitations.revoke(editor, made.number)
    assert invitations.of_code(made.code, now=NOW) is None
    invitations.accept(used.number, a_newcomer("bo").pk, now=NOW)
    with pytest.raises(InvitationError, match="accepted already"):
        invitations.revoke(editor, used.number)
    assert [(each.number, each.by, each.accepted_by) for each in invitations.every(editor)] == [
        (used.number, "eve", "bo")
    ]


def test_an_editor_takes_back_no_invitation_of_an_administrator() -> None:
    made = invitations.make(None, Role.ADMINISTRATOR, now=NOW)
    with pytest.raises(NotAllowedError):
        invitations.revoke(an_actor("eve", Role.EDITOR), made.number)
    assert invitations.of_code(made.code, now=NOW)


@pytest.mark.parametrize(("mail", "days", "said"), [("nobody", 14, "no mail address"), ("", 0, "1 to 365")])
def test_what_makes_no_sense_is_named(mail: str, days: int, said: str) -> None:
    with pytest.raises(InvitationError, match=said):
        invitations.make(None, Role.READER, now=NOW, mail=mail, days=days)
    assert not models.Invitation.objects.exists()
