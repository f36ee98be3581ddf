"""Accounts in the database."""

from __future__ import annotations

from broadsheet.library import models


def put_administrator(name: str, password: str) -> bool:
    """Write an account with all rights and this password; False if it was there."""
    account, made = models.Account.objects.get_or_create(username=name)
    account.is_staff = account.is_superuser = account.is_active = True
    account.set_password(password)
    account.save()
    return made
