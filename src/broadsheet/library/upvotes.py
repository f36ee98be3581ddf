"""Upvotes in the database: one of an account for a paper, and their number beside the paper."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import datetime

from django.db.models import Q, Sum

from broadsheet.library import models


def put(account: int, paper: int, now: datetime, weight: float) -> bool:
    """Write the upvote of this account; False if it was there."""
    told = {"at": now, "weight": weight}
    _, made = models.Upvote.objects.get_or_create(account_id=account, paper_id=paper, defaults=told)
    return made


def withdraw(account: int, paper: int) -> bool:
    """Delete the upvote of this account; False if there was none."""
    return bool(models.Upvote.objects.filter(account=account, paper=paper).delete()[0])


def lock(paper: int) -> None:
    """Let no other vote for this paper be counted until the transaction ends."""
    list(models.Paper.objects.select_for_update().filter(key=paper).values_list("key"))


def count(paper: int) -> int:
    """Count the upvotes of a paper anew, write their number beside it, and answer it."""
    number = models.Upvote.objects.filter(paper=paper).count()
    models.Paper.objects.filter(key=paper).update(votes=number)
    return number


def weights(paper: int) -> tuple[float, float]:
    """The sum of the weights of a paper's upvotes that count fully, and of those that count less."""
    sums = models.Upvote.objects.filter(paper=paper).aggregate(
        full=Sum("weight", filter=Q(weight__gte=1)), less=Sum("weight", filter=Q(weight__lt=1))
    )
    return sums["full"] or 0.0, sums["less"] or 0.0


def of_paper(paper: int) -> list[tuple[datetime, float]]:
    """When each upvote of a paper was given and what it counts, oldest first."""
    return list(models.Upvote.objects.filter(paper=paper).order_by("at", "pk").values_list("at", "weight"))


def reweigh(account: int, weight: Callable[[datetime], float]) -> list[int]:
    """Write anew what each upvote of an account counts, by the moment it was given; answers the papers' keys."""
    rows = list(models.Upvote.objects.filter(account=account))
    for row in rows:
        row.weight = weight(row.at)
    models.Upvote.objects.bulk_update(rows, ["weight"], batch_size=500)
    return [row.paper_id for row in rows]


def papers_of(account: int) -> list[int]:
    """The keys of all papers that the account has voted for."""
    return list(models.Upvote.objects.filter(account=account).values_list("paper_id", flat=True))


def of_account(account: int, papers: Collection[int]) -> set[int]:
    """Those of these papers that the account has voted for."""
    rows = models.Upvote.objects.filter(account=account, paper__in=papers)
    return set(rows.values_list("paper_id", flat=True))


def given(account: int, papers: Collection[int]) -> list[tuple[int, datetime]]:
    """(paper, when) of the votes of this account for these papers, oldest first."""
    rows = models.Upvote.objects.filter(account=account, paper__in=papers).order_by("at", "pk")
    return list(rows.values_list("paper_id", "at"))
