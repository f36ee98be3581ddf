"""Tokens in the database: whose each is, what it lets a program do, when it was used last."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q

from broadsheet.library import accounts, models
from broadsheet.people import Bearer, Scope, Token


def put(
    account: int, name: str, scopes: Iterable[Scope], secret_hash: str, *, now: datetime, ends_at: datetime | None
) -> int:
    """Write a token; answers its number."""
    row = models.Token.objects.create(
        account_id=account, name=name, scopes=sorted(scopes), secret_hash=secret_hash, made_at=now, ends_at=ends_at
    )
    return int(row.pk)


def of_account(account: int) -> list[Token]:
    """The tokens of an account, newest first, with those that are too old."""
    return [_one(row) for row in models.Token.objects.filter(account=account).order_by("-pk")]


def count(account: int) -> int:
    """How many tokens an account has."""
    return models.Token.objects.filter(account=account).count()


def delete(account: int, number: int) -> bool:
    """Delete the token of this number, if it is this account's; False if it is not."""
    return bool(models.Token.objects.filter(account=account, pk=number).delete()[0])


def bearer(secret_hash: str, *, now: datetime, stale: datetime) -> Bearer | None:
    """Whose token has this hash, if it is good now and its account may sign in; notes a use that comes after `stale`.

    One statement, and a second one where the last use was noted before `stale`.
    """
    rows = models.Token.objects.filter(Q(ends_at__isnull=True) | Q(ends_at__gt=now), account__is_active=True)
    row = rows.select_related("account").filter(secret_hash=secret_hash).first()
    if row is None:
        return None
    if row.used_at is None or row.used_at < stale:
        models.Token.objects.filter(pk=row.pk).update(used_at=now)
    return Bearer(actor=accounts.actor(row.account, now), scopes=_one(row).scopes, token=row.pk)


def _one(row: models.Token) -> Token:
    return Token(
        number=row.pk,
        name=row.name,
        scopes=frozenset(map(Scope, row.scopes)),
        made_at=row.made_at,
        used_at=row.used_at,
        ends_at=row.ends_at,
    )
