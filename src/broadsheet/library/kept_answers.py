"""What writes answered, in the database, by account and key."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from broadsheet.library import models


def put(account: int, key: str, fingerprint: str, now: datetime) -> bool:
    """Write that this account asks for something under this key; False if it did before."""
    try:
        with transaction.atomic():
            models.KeptAnswer.objects.create(account_id=account, key=key, fingerprint=fingerprint, at=now)
    except IntegrityError:
        return False
    return True


def find(account: int, key: str) -> models.KeptAnswer | None:
    """What is kept under this key of this account."""
    return models.KeptAnswer.objects.filter(account=account, key=key).first()


def answer(account: int, key: str, status: int, media_type: str, body: str) -> None:
    """Write what was answered."""
    rows = models.KeptAnswer.objects.filter(account=account, key=key)
    rows.update(status=status, media_type=media_type, body=body)


def drop(account: int, key: str) -> None:
    """Delete what is kept under this key, answered or not."""
    models.KeptAnswer.objects.filter(account=account, key=key).delete()


def forget(account: int, key: str, *, before: datetime, unanswered: bool = False) -> None:
    """Delete what was asked before a moment under this key; perhaps only if nothing was answered."""
    rows = models.KeptAnswer.objects.filter(account=account, key=key, at__lt=before)
    (rows.filter(status__isnull=True) if unanswered else rows).delete()


def clear(before: datetime) -> int:
    """Delete all that was asked before a moment; answers how many rows."""
    return models.KeptAnswer.objects.filter(at__lt=before).delete()[0]
