"""Accounts in the database."""

from __future__ import annotations

from broadsheet.library import models


def put(name: str, password: str, *, email: str, administrator: bool) -> bool:
    """Write an account with this password, and all rights if it is an administrator's; False if it was there."""
    account, made = models.Account.objects.get_or_create(username=name)
    account.is_staff = account.is_staff or administrator
    account.is_superuser = account.is_superuser or administrator
    account.is_active = True
    account.email = email or account.email
    account.set_password(password)
    account.save()
    return made
