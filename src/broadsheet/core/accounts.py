"""The verbs about accounts that are made by hand: readers whom the house lets in, and administrators."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from broadsheet.community import Actor
from broadsheet.errors import BroadsheetError
from broadsheet.library import accounts


def named(name: str, *, now: datetime) -> Actor | None:
    """Who the account of this name is when it does something; None if there is none."""
    return accounts.named(name, now)


class PasswordError(BroadsheetError):
    """The password is too easy to guess."""


def make(name: str, password: str, *, email: str = "", administrator: bool = False) -> bool:
    """Let this name sign in with this password, perhaps to the administration too; False if it could already.

    What an account that was there may do is never made less. PasswordError says in words what the password lacks.
    """
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise PasswordError(" ".join(error.messages)) from None
    return accounts.put(name, password, email=email, administrator=administrator)
