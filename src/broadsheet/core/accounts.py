"""The verbs about accounts: for now, who may use the administration."""

from __future__ import annotations

from django.contrib.auth import password_validation
from django.core.exceptions import ValidationError

from broadsheet.errors import BroadsheetError
from broadsheet.library import accounts


class PasswordError(BroadsheetError):
    """The password is too easy to guess."""


def make_administrator(name: str, password: str) -> bool:
    """Let this name sign in to the administration with this password; False if it could already.

    PasswordError says in words what the password lacks.
    """
    try:
        password_validation.validate_password(password)
    except ValidationError as error:
        raise PasswordError(" ".join(error.messages)) from None
    return accounts.put_administrator(name, password)
