"""The verbs about accounts: made by hand, given a role, banned, looked at, taken along as a file, and deleted."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import password_validation
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction

from broadsheet.community import Actor, Role
from broadsheet.core import roles, voting
from broadsheet.errors import BroadsheetError
from broadsheet.library import accounts, comments, deleting, exporting, models, papers, sessions
from broadsheet.people import AccountLine, Profile, Settings
from broadsheet.rank.trending import Formula
from broadsheet.text import plain

LONGEST_ABOUT = 2000
LONGEST_NAME = 150


def named(name: str, *, now: datetime) -> Actor | None:
    """Who the account of this name is when it does something; None if there is none."""
    return accounts.acting(name, now)


class PasswordError(BroadsheetError):
    """The password is too easy to guess."""


class AccountNameError(BroadsheetError):
    """No account has this name, or none can."""


class LastAdministratorError(BroadsheetError):
    """The only administrator would be one no longer."""

    def __init__(self) -> None:
        super().__init__(
            "This is the only administrator. Make another one first: broadsheet account NAME --role administrator"
        )


def make(name: str, password: str, *, email: str = "", role: Role | None = None, administrator: bool = False) -> bool:
    """Let this name sign in with this password, as a reader or in this role; False if it could already.

    `administrator` is short for that role. An account that was there keeps its role where none is given. PasswordError
    says in words what the password lacks.
    """
    role = Role.ADMINISTRATOR if administrator else role
    checked_name(name)
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise PasswordError(" ".join(error.messages)) from None
    with transaction.atomic():
        if role is not None and (key := accounts.key_of(name)):
            _keep_one_administrator(key, role)
        return accounts.put(name, password, email=email, role=role)


def checked_name(name: str) -> str:
    """The name, if an account can have it: letters, digits and @ . + - _, at most 150; else AccountNameError."""
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError:
        name = ""
    if not 0 < len(name) <= LONGEST_NAME:
        raise AccountNameError("A name is 1 to 150 letters, digits and @ . + - _, without blanks.")
    return name


def vouched(name: str) -> models.Account:
    """Whom a trusted proxy names, as Django's requests have it, made at first sight; AccountNameError for no name."""
    return accounts.vouched(checked_name(name))


def key_of(name: str) -> int:
    """The key of the account of this name; AccountNameError if there is none."""
    key = accounts.key_of(name)
    if key is None:
        raise _nobody(name)
    return key


def acting(name: str, *, now: datetime) -> Actor:
    """Who the account of this name is when it does something; AccountNameError if there is none."""
    found = named(name, now=now)
    if found is None:
        raise _nobody(name)
    return found


def every() -> list[AccountLine]:
    """All accounts, those who may most first; for whoever keeps the machine."""
    return accounts.every()


def give_role(by: Actor | None, account: int, role: Role) -> None:
    """Give an account this role. Only administrators may, and whoever keeps the machine (None).

    LastAdministratorError if nobody would be left to keep the house.
    """
    if by is not None:
        roles.require(by, Role.ADMINISTRATOR, "give roles")
    with transaction.atomic():
        _keep_one_administrator(account, role)
        accounts.put_role(account, role)


def may_become(account: int, role: Role | None) -> bool:
    """Whether somebody is left to keep the house if the account has this role, or none because it is gone."""
    lowers = accounts.role_of(account) == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR
    return not lowers or bool(accounts.other_administrators(account))


def let_in(by: Actor, account: int, *, allowed: bool) -> None:
    """Close an account, which ends its sessions and keeps all that it gave, or open it again; for administrators."""
    roles.require(by, Role.ADMINISTRATOR, "close accounts")
    with transaction.atomic():
        if not allowed:
            _keep_one_administrator(account, None)
            sessions.end_all(account)
        accounts.put_active(account, active=allowed)


def drop_two_factor(account: int) -> None:
    """Let an account sign in without its second factor, which it has lost; for whoever keeps the machine."""
    accounts.drop_two_factor(account)


def settings(account: int) -> Settings:
    """What the account says of itself and wants."""
    return accounts.settings(account)


def change(account: int, wanted: Settings) -> None:
    """Write what the account says of itself and wants; more than 2,000 letters about itself are cut."""
    accounts.put_settings(
        account,
        Settings(
            about=plain(wanted.about)[:LONGEST_ABOUT],
            shows_profile=wanted.shows_profile,
            hides_votes=wanted.hides_votes,
            mailed=wanted.mailed,
        ),
    )


def profile(name: str, *, asked_by: int | None = None) -> Profile | None:
    """What others see of the account of this name; itself sees it always.

    None both for who keeps it private and for who is not there, so that nobody learns names by asking.
    """
    return accounts.profile(name, asked_by=asked_by)


def export(account: int) -> dict[str, Any]:
    """Everything that the account gave, by section, as plain values."""
    return exporting.everything(account)


def delete(account: int, formula: Formula) -> None:
    """Delete an account and all that it gave: for good, at once, in one transaction.

    Its votes are struck, and what papers gained by them; its comments are emptied, with all that they said before, and
    keep their place only where others replied; its flags and decisions lose its name. LastAdministratorError keeps the
    only administrator.
    """
    with transaction.atomic():
        _keep_one_administrator(account, None)
        voting.strike(account, None, formula)
        deleting.forget_subjects([f"comment:{key}" for key in deleting.comments_of(account)])
        said_of = deleting.empty_comments(account)
        deleting.forget(account)
        for paper in sorted(said_of):
            papers.lock(paper)
            comments.count(paper)


def forget_expired(*, now: datetime) -> int:
    """Delete sessions that are over, counts of tries that count no more, and accounts that never came to be.

    These are a day old, and nobody typed the code that was mailed to their address: a slip of the finger, or somebody
    else's address. Their name and their invitation are free again. Answers how many rows went.
    """
    with transaction.atomic():
        return sessions.forget_expired(now) + accounts.forget_unverified(now - timedelta(days=1))


def _nobody(name: str) -> AccountNameError:
    return AccountNameError(f"There is no account {name!r}. `broadsheet accounts` lists all.")


def _keep_one_administrator(account: int, role: Role | None) -> None:
    accounts.lock_administrators()
    if not may_become(account, role):
        raise LastAdministratorError
