"""Invitations in the database: which are open, and the one moment in which each becomes an account."""

from __future__ import annotations

from datetime import datetime

from broadsheet.community import Role
from broadsheet.library import models
from broadsheet.people import Invitation


def put(code_hash: str, *, role: Role, mail: str, by: int | None, now: datetime, until: datetime) -> int:
    """Write an invitation; answers its number."""
    row = models.Invitation.objects.create(
        code_hash=code_hash, role=role, mail=mail, made_by_id=by, made_at=now, until=until
    )
    return int(row.pk)


def note_mailed(number: int) -> None:
    """Write that the link was sent to the address, so that whoever comes by it can read mail there."""
    models.Invitation.objects.filter(pk=number).update(mailed=True)


def by_hash(code_hash: str) -> Invitation | None:
    """The invitation of this hash."""
    return _one(models.Invitation.objects.filter(code_hash=code_hash).select_related("made_by", "account").first())


def by_number(number: int) -> Invitation | None:
    """The invitation of this number."""
    return _one(models.Invitation.objects.filter(pk=number).select_related("made_by", "account").first())


def every() -> list[Invitation]:
    """All invitations, newest first."""
    rows = models.Invitation.objects.select_related("made_by", "account").order_by("-pk")
    return [each for each in map(_one, rows) if each]


def delete(number: int) -> bool:
    """Delete an invitation that nobody has accepted; False if there is none."""
    return bool(models.Invitation.objects.filter(pk=number, account__isnull=True).delete()[0])


def take(number: int, account: int, now: datetime) -> Role | None:
    """Give an open invitation to this account, at once and to no other; answers its role, None if it is not open.

    Whose it is already keeps it.
    """
    rows = models.Invitation.objects.filter(pk=number)
    taken = rows.filter(account__isnull=True, until__gt=now).update(account=account, accepted_at=now)
    if not taken and not rows.filter(account=account):
        return None
    return Role(rows.values_list("role", flat=True).get())


def _one(row: models.Invitation | None) -> Invitation | None:
    if row is None:
        return None
    return Invitation(
        number=row.pk,
        role=Role(row.role),
        mail=row.mail,
        mailed=row.mailed,
        by=row.made_by.username if row.made_by else "",
        made_at=row.made_at,
        until=row.until,
        accepted_by=row.account.username if row.account else "",
    )
