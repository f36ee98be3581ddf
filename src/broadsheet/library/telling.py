"""Telling accounts, in the database, what was decided about something of theirs."""

from __future__ import annotations

from datetime import datetime

from broadsheet.library import models


def tell(account: int, words: str, *, by: int | None = None, paper: int | None = None, now: datetime) -> None:
    """Write that this account is told of a decision in these words."""
    models.Notification.objects.create(
        account_id=account, kind="decision", by_id=by, paper_id=paper, words=words, at=now
    )
