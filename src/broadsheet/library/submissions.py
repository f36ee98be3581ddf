"""Submissions in the database: who put which paper forward, why, and what became of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from broadsheet.community import Role, Submission, SubmissionState
from broadsheet.library import models, papers


def put(paper: int, account: int, why: str, state: SubmissionState, now: datetime) -> SubmissionState:
    """Write that this account puts the paper forward, unless it did so before; answers how that stands."""
    row, _ = models.Submission.objects.get_or_create(
        paper_id=paper, account_id=account, defaults={"why": why, "at": now, "state": state}
    )
    return SubmissionState(row.state)


def find(key: int) -> Submission | None:
    """The submission of this key."""
    return next(iter(_submissions(models.Submission.objects.filter(pk=key))), None)


def lock(key: int) -> None:
    """Let no other decide about this submission until the transaction ends."""
    list(models.Submission.objects.select_for_update().filter(pk=key).values_list("pk"))


def of_paper(paper: int) -> list[tuple[str, str, datetime]]:
    """(name of the account, why, when) of each submission of a paper that is shown, oldest first."""
    rows = models.Submission.objects.filter(paper=paper, state=SubmissionState.SHOWN).order_by("at", "pk")
    return list(rows.values_list("account__username", "why", "at"))


def first_of(papers: Collection[int]) -> dict[int, tuple[str, datetime]]:
    """(name of the account, when) of the first submission that is shown of each of these papers that has one."""
    rows = models.Submission.objects.filter(paper__in=papers, state=SubmissionState.SHOWN).order_by("-at", "-pk")
    return {key: (name, at) for key, name, at in rows.values_list("paper_id", "account__username", "at")}


def of_account_for(account: int, paper: int) -> Submission | None:
    """How this account has put this paper forward."""
    return next(iter(_submissions(models.Submission.objects.filter(account=account, paper=paper))), None)


def in_state(state: SubmissionState, *, offset: int, limit: int) -> list[Submission]:
    """The submissions in this state: waiting ones oldest first, others latest first."""
    order = ("at", "pk") if state is SubmissionState.WAITING else ("-at", "-pk")
    return _submissions(models.Submission.objects.filter(state=state).order_by(*order)[offset : offset + limit])


def count_in_state(state: SubmissionState) -> int:
    """How many submissions are in this state."""
    return models.Submission.objects.filter(state=state).count()


def of_account(account: int, *, offset: int, limit: int) -> list[Submission]:
    """What an account put forward, the latest first."""
    rows = models.Submission.objects.filter(account=account).order_by("-at", "-pk")
    return _submissions(rows[offset : offset + limit])


def count_of_account(account: int) -> int:
    """How many papers an account has put forward."""
    return models.Submission.objects.filter(account=account).count()


def number_since(account: int, moment: datetime) -> int:
    """How many papers this account has put forward since a moment."""
    return models.Submission.objects.filter(account=account, at__gte=moment).count()


def number_shown(paper: int, *, by: Role) -> int:
    """How many submissions of a paper are shown, of accounts of this role or a higher one."""
    roles = [role for role in Role if role >= by]
    rows = models.Submission.objects.filter(paper=paper, state=SubmissionState.SHOWN, account__role__in=roles)
    return rows.count()


def decide(key: int, state: SubmissionState, reason: str = "") -> None:
    """Write what became of a submission."""
    models.Submission.objects.filter(pk=key).update(state=state, reason=reason)


def delete(key: int) -> None:
    """Delete a submission."""
    models.Submission.objects.filter(pk=key).delete()


def _submissions(rows: QuerySet[models.Submission]) -> list[Submission]:
    fields = ("pk", "paper_id", "account_id", "account__username", "why", "at", "state", "reason")
    found = list(rows.values_list(*fields))
    by_key = papers.by_keys({row[1] for row in found})
    return [
        Submission(
            key=key, paper=by_key[paper], account=account, by=by, why=why, at=at, state=SubmissionState(state),
            reason=reason,
        )
        for key, paper, account, by, why, at, state, reason in found
    ]  # fmt: skip
