"""The log of decisions in the database."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from broadsheet.community import Act, Decision
from broadsheet.library import models


def add(
    account: int | None,
    act: Act,
    subject: str,
    *,
    title: str,
    reason: str,
    public: bool,
    before: Mapping[str, Any],
    now: datetime,
) -> int:
    """Write a line; answers its number."""
    row = models.Decision.objects.create(
        at=now,
        account_id=account,
        verb=act,
        subject=subject,
        title=title,
        reason=reason,
        public=public,
        before=dict(before),
    )
    return int(row.pk)


def recent(offset: int, limit: int, *, only_public: bool) -> list[Decision]:
    """The lines from the latest, without the first `offset`."""
    return [_decision(row) for row in _rows(only_public=only_public).order_by("-pk")[offset : offset + limit]]


def count(*, only_public: bool) -> int:
    """How many lines there are."""
    return _rows(only_public=only_public).count()


def of_subject(subject: str) -> list[Decision]:
    """All that was decided about one thing, oldest first."""
    return [_decision(row) for row in _rows(only_public=False).filter(subject=subject).order_by("pk")]


def reasons(act: Act, subjects: Collection[str]) -> dict[str, str]:
    """Why it was decided so about those of these subjects about which that still stands; the latest word of each."""
    rows = models.Decision.objects.filter(verb=act, subject__in=subjects, undone_at__isnull=True).order_by("pk")
    return dict(rows.values_list("subject", "reason"))


def take(number: int) -> Decision | None:
    """The line of this number, which nobody else can undo until the transaction ends."""
    row = models.Decision.objects.select_for_update().filter(pk=number).first()
    return _decision(row) if row else None


def mark_undone(number: int, account: int, now: datetime) -> None:
    """Note that a decision was undone."""
    models.Decision.objects.filter(pk=number).update(undone_at=now, undone_by=account)


def _rows(*, only_public: bool) -> QuerySet[models.Decision]:
    rows = models.Decision.objects.select_related("account", "undone_by")
    return rows.filter(public=True) if only_public else rows


def _decision(row: models.Decision) -> Decision:
    return Decision(
        number=row.pk,
        at=row.at,
        by=row.account.username if row.account else "",
        act=Act(row.verb),
        subject=row.subject,
        title=row.title,
        reason=row.reason,
        public=row.public,
        before=row.before,
        undone_at=row.undone_at,
        undone_by=row.undone_by.username if row.undone_by else "",
    )
