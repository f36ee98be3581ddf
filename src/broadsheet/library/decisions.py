"""The log of decisions in the database: who did what to what, why, and what it was before."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from broadsheet.library import models
from broadsheet.types import Json


def add(
    account: int,
    verb: str,
    subject: str,
    *,
    title: str,
    reason: str,
    before: Mapping[str, Json],
    public: bool,
    now: datetime,
) -> int:
    """Write one line; answers its key."""
    row = models.Decision.objects.create(
        account_id=account,
        verb=verb,
        subject=subject,
        title=title,
        reason=reason,
        before=dict(before),
        public=public,
        at=now,
    )
    return int(row.pk)


def mark_undone(verb: str, subject: str, by: int, now: datetime) -> None:
    """Note that what was decided so about this subject stands no more."""
    rows = models.Decision.objects.filter(verb=verb, subject=subject, undone_at__isnull=True)
    rows.update(undone_at=now, undone_by=by)


def reasons(verb: str, subjects: Collection[str]) -> dict[str, str]:
    """Why it was decided so about those of these subjects about which that still stands; the latest word of each."""
    rows = models.Decision.objects.filter(verb=verb, subject__in=subjects, undone_at__isnull=True).order_by("pk")
    return dict(rows.values_list("subject", "reason"))
