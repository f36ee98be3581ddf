"""Submissions in the database: who put which paper forward, and why."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from broadsheet.library import models


def put(paper: int, account: int, why: str, now: datetime) -> bool:
    """Write that this account puts the paper forward; False if it had done so before."""
    _, made = models.Submission.objects.get_or_create(
        paper_id=paper, account_id=account, defaults={"why": why, "at": now}
    )
    return made


def of_paper(paper: int) -> list[tuple[str, str, datetime]]:
    """(name of the account, why, when) of each submission of a paper, oldest first."""
    rows = models.Submission.objects.filter(paper=paper).order_by("at", "pk")
    return list(rows.values_list("account__username", "why", "at"))


def first_of(papers: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """(name of the account, when) of the first submission of each of these papers that has one."""
    rows = models.Submission.objects.filter(paper__in=papers).order_by("-at", "-pk")
    return {key: (name, at) for key, name, at in rows.values_list("paper_id", "account__username", "at")}


def number_since(account: int, moment: datetime) -> int:
    """How many papers this account has put forward since a moment."""
    return models.Submission.objects.filter(account=account, at__gte=moment).count()
