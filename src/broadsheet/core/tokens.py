"""The verbs about tokens: make, list, end, and tell whose a secret is. Each lets one program act for one account."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

from broadsheet.community import Actor, Role
from broadsheet.core import roles
from broadsheet.errors import BroadsheetError
from broadsheet.library import tokens
from broadsheet.people import Bearer, Scope, Token

PREFIX = "bs_"
"""What every secret begins with, so that people and scanners of code know one when they see it."""

MOST = 50
"""Tokens of an account."""

LONGEST_NAME = 60
MOST_DAYS = 3650
USE_NOTED = timedelta(minutes=1)
"""How long a noted use stands before the next one is noted."""

_SECRET = re.compile(rf"{PREFIX}[\w-]{{43}}", re.ASCII)


class TokenError(BroadsheetError):
    """The token cannot be made or ended; the text says why, and what to do."""


class Made(NamedTuple):
    """A token, and its secret: told once, and kept by nobody."""

    number: int
    secret: str
    ends_at: datetime | None


def make(actor: Actor, name: str, scopes: Collection[Scope], *, now: datetime, days: int | None = None) -> Made:
    """Let a program act for the account within these scopes, for so many days or until the token is ended.

    TokenError for a token without a name or a scope, or one too many; NotAllowedError if the account is banned.
    """
    roles.require(actor, Role.READER, "make tokens")
    name = " ".join(name.split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise TokenError(f"Name the program that will use the token, in 1 to {LONGEST_NAME} letters.")
    if not scopes:
        raise TokenError(f"Say what the token is for: one or more of {', '.join(Scope)}.")
    if days is not None and not 1 <= days <= MOST_DAYS:
        raise TokenError(f"A token is good for 1 to {MOST_DAYS} days, or until it is ended; not for {days}.")
    if tokens.count(actor.key) >= MOST:
        raise TokenError(f"An account has at most {MOST} tokens. End one that is used no more.")
    secret = PREFIX + secrets.token_urlsafe(32)
    ends_at = None if days is None else now + timedelta(days=days)
    return Made(tokens.put(actor.key, name, scopes, _hash(secret), now=now, ends_at=ends_at), secret, ends_at)


def of_account(account: int) -> list[Token]:
    """The tokens of an account, newest first; those that are too old are among them until they are ended."""
    return tokens.of_account(account)


def end(account: int, number: int) -> None:
    """End a token of this account, at once and for good; TokenError if it has none of this number."""
    if not tokens.delete(account, number):
        raise TokenError(f"There is no token {number} of this account. It may have been ended already.")


def bearer(secret: str, *, now: datetime) -> Bearer | None:
    """Who shows this secret, and what it may do; None if it is no good: unknown, ended, too old, its account closed.

    A token of an account that may only read may only read, too. A use is noted at most once a minute.
    """
    found = tokens.bearer(_hash(secret), now=now, stale=now - USE_NOTED) if _SECRET.fullmatch(secret) else None
    if found and found.actor.banned:
        return replace(found, scopes=found.scopes & {Scope.READ})
    return found


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
