"""Accounts in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple

from django.db.models import Q
from django.db.models.functions import Lower

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


def named(names: Collection[str]) -> dict[str, int]:
    """The keys of the accounts that these are the names of, whatever their case, by the name as it was given."""
    wanted = {name.lower() for name in names}
    if not wanted:
        return {}
    rows = models.Account.objects.filter(is_active=True).annotate(lower=Lower("username"))
    rows = rows.filter(Q(lower__in=wanted) | Q(username__in=names))
    found = list(rows.order_by("-pk").values_list("username", "pk"))
    keys = {name.lower(): key for name, key in found} | dict(found)
    return {name: key for name in names if (key := keys.get(name, keys.get(name.lower()))) is not None}


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


def is_mailed(account: int) -> bool:
    """Whether the account is told by mail what there is to tell."""
    return models.Account.objects.filter(pk=account, mailed=True).exists()


def put_mailed(account: int, *, on: bool) -> bool:
    """Write whether the account is told by mail; False if there is no such account."""
    return bool(models.Account.objects.filter(pk=account).update(mailed=on))


def find(account: int, now: datetime) -> Actor | None:
    """The account of this key, as one that acts at this moment."""
    row = models.Account.objects.filter(pk=account).first()
    return actor(row, now) if row else None


def put_role(account: int, role: Role) -> None:
    """Give an account this role."""
    row = models.Account.objects.get(pk=account)
    row.role = role
    row.save(update_fields=["role", "is_staff", "is_superuser"])


def ban_of(account: int) -> tuple[datetime | None, str]:
    """Until when an account may only read, and why."""
    return models.Account.objects.values_list("banned_until", "ban_reason").get(pk=account)


def put_ban(account: int, until: datetime | None, reason: str) -> None:
    """Let an account only read until this moment; None lets it act again."""
    models.Account.objects.filter(pk=account).update(banned_until=until, ban_reason=reason)


def exists(account: int) -> bool:
    """Whether there is an account of this key."""
    return models.Account.objects.filter(pk=account).exists()


def count(role: Role) -> int:
    """How many accounts have this role."""
    return models.Account.objects.filter(role=role).count()


def key_of(name: str) -> int | None:
    """The key of the account of this name that can sign in."""
    return models.Account.objects.filter(username=name, is_active=True).values_list("pk", flat=True).first()
