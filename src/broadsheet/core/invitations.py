"""The verbs about invitations: make, list, revoke, accept. Each lets one person make one account."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from broadsheet.community import Actor, Role
from broadsheet.core import roles
from broadsheet.errors import BroadsheetError, NotAllowedError
from broadsheet.library import accounts, invitations
from broadsheet.people import Invitation

DAYS = 14
"""Days for which an invitation is good, where nothing else is said."""

MOST_DAYS = 365


class InvitationError(BroadsheetError):
    """The invitation cannot be made or used; the text says why, and what to do."""


class Made(NamedTuple):
    """An invitation, and the code that its link carries: told once, and kept by nobody."""

    number: int
    code: str
    until: datetime


def make(by: Actor | None, role: Role, *, now: datetime, mail: str = "", days: int = DAYS) -> Made:
    """Invite somebody to make an account of this role; None is whoever keeps the machine.

    Editors invite readers and contributors, administrators anybody; else NotAllowedError.
    """
    _may(by, role)
    if not 1 <= days <= MOST_DAYS:
        raise InvitationError(f"An invitation is good for 1 to {MOST_DAYS} days, not for {days}.")
    try:
        if mail:
            validate_email(mail)
    except ValidationError:
        raise InvitationError(f"{mail!r} is no mail address.") from None
    code, until = secrets.token_urlsafe(24), now + timedelta(days=days)
    number = invitations.put(_hash(code), role=role, mail=mail.lower(), by=by.key if by else None, now=now, until=until)
    return Made(number, code, until)


def sent(number: int) -> None:
    """Note that the link went to the invitation's address by mail: whoever comes by it has shown that it is theirs."""
    invitations.note_mailed(number)


def cancel(number: int) -> None:
    """Take an invitation back that never reached anybody."""
    invitations.delete(number)


def every(by: Actor) -> list[Invitation]:
    """All invitations, newest first, for editors."""
    roles.require(by, Role.EDITOR, "see invitations")
    return invitations.every()


def revoke(by: Actor, number: int) -> None:
    """Take an invitation back that nobody has accepted; InvitationError if it is accepted or gone."""
    roles.require(by, Role.EDITOR, "take invitations back")
    found = invitations.by_number(number)
    if found:
        _may(by, found.role)
    if not invitations.delete(number):
        raise InvitationError("This invitation is accepted already, or was taken back before.")


def of_code(code: str, *, now: datetime) -> Invitation | None:
    """The open invitation of this code; None if there is none, or it is accepted or too old."""
    return _open(invitations.by_hash(_hash(code)), now)


def of_number(number: int, *, now: datetime) -> Invitation | None:
    """The invitation of this number, if it is still open."""
    return _open(invitations.by_number(number), now)


def accept(number: int, account: int, *, now: datetime) -> None:
    """Let an account that is being made have what it was invited to: the role, and votes that count fully.

    Call it in the transaction that makes the account: of two who come at once the second gets InvitationError.
    """
    role = invitations.take(number, account, now)
    if role is None:
        raise InvitationError("This invitation has been used already, or is too old. Ask for another one.")
    accounts.welcome(account, role)


def _open(found: Invitation | None, now: datetime) -> Invitation | None:
    return found if found and not found.accepted_by and found.until > now else None


def _may(by: Actor | None, role: Role) -> None:
    if by is None:
        return
    roles.require(by, Role.EDITOR, "invite")
    if role >= Role.EDITOR and by.role < Role.ADMINISTRATOR:
        raise NotAllowedError("Only an administrator may invite editors and administrators.")


def _hash(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
