"""Flags in the database: one open report of an account about a comment or a paper."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, QuerySet

from broadsheet.community import Flag, FlagReason
from broadsheet.library import models


def _open(paper: int, comment: int | None) -> QuerySet[models.Flag]:
    return models.Flag.objects.filter(paper=paper, comment=comment, decision__isnull=True)


def put(account: int, paper: int, comment: int | None, reason: FlagReason, words: str, now: datetime) -> None:
    """Write the account's open flag, over the one that it has."""
    told = {"reason": reason, "words": words, "at": now}
    if comment is None:
        models.Flag.objects.update_or_create(
            account_id=account, paper_id=paper, comment=None, decision=None, defaults=told
        )
    else:
        models.Flag.objects.update_or_create(
            account_id=account,
            comment_id=comment,
            decision=None,
            defaults=told,
            create_defaults=told | {"paper_id": paper},
        )


def of_account(account: int, paper: int, comment: int | None) -> Flag | None:
    """The open flag of this account about a comment, or about the paper itself."""
    row = _open(paper, comment).filter(account=account).first()
    return Flag(key=row.pk, reason=FlagReason(row.reason), words=row.words, at=row.at) if row else None


def withdraw(account: int, paper: int, comment: int | None) -> bool:
    """Delete the open flag of this account; False if there was none."""
    return bool(_open(paper, comment).filter(account=account).delete()[0])


def close(paper: int, comment: int | None, decision: int) -> None:
    """Let this decision close all open flags about a comment, or about the paper itself."""
    _open(paper, comment).update(decision=decision)


def numbers(comments: Collection[int]) -> dict[int, int]:
    """How many open flags those of these comments have that have any."""
    rows = models.Flag.objects.filter(comment__in=comments, decision__isnull=True)
    return dict(rows.values_list("comment").annotate(number=Count("pk")).order_by())


def flagged(account: int, paper: int) -> set[int | None]:
    """The comments of a paper that this account has an open flag about, and None if it has one about the paper."""
    rows = models.Flag.objects.filter(account=account, paper=paper, decision__isnull=True)
    return set(rows.values_list("comment", flat=True))
