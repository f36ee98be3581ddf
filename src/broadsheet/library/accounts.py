"""Accounts in the database."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from broadsheet.community import Actor, Role
from broadsheet.library import models


def put(name: str, password: str, *, email: str, administrator: bool) -> bool:
    """Write an account with this password, and all rights if it is an administrator's; False if it was there.

    Whom the house lets in by hand is trusted at once.
    """
    account, made = models.Account.objects.get_or_create(username=name, defaults={"trust": 1.0})
    account.role = Role.ADMINISTRATOR if administrator else account.role
    account.is_active = True
    account.email = email or account.email
    account.set_password(password)
    account.save()
    return made


def actor(account: models.Account, now: datetime) -> Actor:
    """Who this account is when it does something at this moment."""
    banned = account.banned_until is not None and account.banned_until > now
    return Actor(key=account.pk, name=account.username, role=Role(account.role), banned=banned)


def named(name: str, now: datetime) -> Actor | None:
    """Who the account of this name is when it does something at this moment; None if there is none."""
    account = models.Account.objects.filter(username=name).first()
    return actor(account, now) if account else None


class Standing(NamedTuple):
    """When an account was made, what its votes count if somebody has said so, and until when it may only read."""

    joined: datetime
    trust: float | None
    banned_until: datetime | None


def standing(account: int) -> Standing:
    """How an account stands."""
    return Standing(*models.Account.objects.values_list("date_joined", "trust", "banned_until").get(pk=account))


def put_trust(account: int, trust: float | None) -> None:
    """Write what the votes of the account count; None leaves it to its age."""
    models.Account.objects.filter(pk=account).update(trust=trust)
