"""Accounts in the database."""

from __future__ import annotations

from datetime import datetime

from broadsheet.library import models


def put(name: str, password: str, *, email: str, administrator: bool) -> bool:
    """Write an account with this password, and all rights if it is an administrator's; False if it was there.

    Whom the house lets in by hand is trusted at once.
    """
    account, made = models.Account.objects.get_or_create(username=name, defaults={"trust": 1.0})
    account.is_staff = account.is_staff or administrator
    account.is_superuser = account.is_superuser or administrator
    account.is_active = True
    account.email = email or account.email
    account.set_password(password)
    account.save()
    return made


def standing(account: int) -> tuple[datetime, float | None]:
    """When the account was made, and what its votes count if somebody has said so."""
    return models.Account.objects.values_list("date_joined", "trust").get(pk=account)


def put_trust(account: int, trust: float | None) -> None:
    """Write what the votes of the account count; None leaves it to its age."""
    models.Account.objects.filter(pk=account).update(trust=trust)
