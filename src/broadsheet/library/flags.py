"""Flags in the database: one open report of an account about a comment or a paper."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Count, Min, QuerySet

from broadsheet.community import Flag, FlagReason, Report
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


def reopen(decision: int) -> None:
    """Open the flags again that this decision closed, but those of accounts that have flagged the same anew."""
    closed = models.Flag.objects.filter(decision=decision)
    for row in closed:
        if _open(row.paper_id, row.comment_id).filter(account=row.account_id).exists():
            row.delete()
    closed.update(decision=None)


def things(offset: int, limit: int) -> list[tuple[int, int | None]]:
    """(paper, comment) of what has open flags, what has most first, then what was flagged first."""
    rows = models.Flag.objects.filter(decision__isnull=True).values_list("paper_id", "comment_id")
    rows = rows.annotate(number=Count("pk"), first=Min("at")).order_by("-number", "first", "paper", "comment")
    return [(paper, comment) for paper, comment, *_ in rows[offset : offset + limit]]


def count_things() -> int:
    """How many comments and papers have open flags."""
    return models.Flag.objects.filter(decision__isnull=True).values("paper", "comment").distinct().count()


def reports(papers: Collection[int]) -> dict[tuple[int, int | None], list[Report]]:
    """The open flags about these papers and about comments on them, oldest first, by paper and comment."""
    rows = models.Flag.objects.filter(paper__in=papers, decision__isnull=True).order_by("at", "pk")
    found: dict[tuple[int, int | None], list[Report]] = {}
    for paper, comment, by, reason, words, at in rows.values_list(
        "paper_id", "comment_id", "account__username", "reason", "words", "at"
    ):
        found.setdefault((paper, comment), []).append(Report(by or "", FlagReason(reason), words, at))
    return found


def numbers(comments: Collection[int]) -> dict[int, int]:
    """How many open flags those of these comments have that have any."""
    rows = models.Flag.objects.filter(comment__in=comments, decision__isnull=True)
    return dict(rows.values_list("comment").annotate(number=Count("pk")).order_by())


def flagged(account: int, paper: int) -> set[int | None]:
    """The comments of a paper that this account has an open flag about, and None if it has one about the paper."""
    rows = models.Flag.objects.filter(account=account, paper=paper, decision__isnull=True)
    return set(rows.values_list("comment", flat=True))
