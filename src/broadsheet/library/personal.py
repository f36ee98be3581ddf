"""What the personal ranking asks and tells the database: signals, candidates, tastes, what is followed, credits."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from broadsheet.library import models
from broadsheet.tastes import Followed, Signal, Taste

Accounts = Collection[int]


def signals(accounts: Accounts) -> dict[int, list[Signal]]:
    """All that each account did with papers that tells of its taste, newest first, in one statement.

    What is here does not come back in its ranking; for a while, neither does what was `mailed`. That an account does
    not want a paper to be learned from is told as something `unheeded`.
    """
    first, *others = (
        rows.annotate(kind=Value(kind, CharField())).values_list(account, "kind", "paper_id", "at").order_by()
        for kind, account, rows in _families(accounts)
    )
    found: dict[int, list[Signal]] = {account: [] for account in accounts}
    for account, *told in first.union(*others, all=True):
        found[account].append(Signal(*told))
    for several in found.values():
        several.sort(key=lambda one: (one.at, one.key), reverse=True)
    return found


def _families(accounts: Accounts) -> list[tuple[str, str, QuerySet[Any]]]:
    mine = models.Reading.objects.filter(account__in=accounts)
    kept = models.CollectionPaper.objects.filter(collection__account__in=accounts)
    return [
        ("upvoted", "account_id", models.Upvote.objects.filter(account__in=accounts)),
        ("submitted", "account_id", models.Submission.objects.filter(account__in=accounts)),
        ("wrote", "account_id", models.Claim.objects.filter(account__in=accounts, state="confirmed")),
        ("commented", "account_id", models.Comment.objects.filter(account__in=accounts, removed_at=None)),
        ("imported", "collection__account_id", kept.exclude(collection__origin="")),
        ("saved", "collection__account_id", kept.filter(collection__origin="")),
        ("kept", "account_id", mine.filter(hidden=False).exclude(state="")),
        ("hidden", "account_id", mine.filter(hidden=True)),
        ("unheeded", "account_id", models.Unheeded.objects.filter(account__in=accounts)),
    ]


class Candidate(NamedTuple):
    """A paper that may be shown: its key, the day that lists it, and its heat for trending, if it has any."""

    key: int
    day: date
    heat: float | None


def candidates(limit: int) -> list[Candidate]:
    """The papers listed last that were not withdrawn, newest first, at most so many."""
    rows = models.Paper.objects.filter(listed_on__isnull=False, withdrawn=False).order_by("-listed_on", "-key")
    # Days as text, for few of thousands differ: Django would parse each.
    found = rows.annotate(day=Cast("listed_on", CharField())).values_list("key", "day", "heat__value")[:limit]
    days: dict[str, date] = {}
    return [
        Candidate(key, days.get(day) or days.setdefault(day, date.fromisoformat(day)), heat) for key, day, heat in found
    ]


def mailed(accounts: Accounts, since: datetime) -> dict[int, set[int]]:
    """The keys of the papers in all digests to addresses of each account since a moment."""
    rows = models.Edition.objects.filter(subscriber__account__in=accounts, composed_at__gte=since)
    found: dict[int, set[int]] = {account: set() for account in accounts}
    for account, keys in rows.values_list("subscriber__account_id", "papers"):
        found[account].update(keys)
    return found


def unheed(account: int, paper: int, now: datetime) -> None:
    """Write that nothing is to be learned from this paper."""
    models.Unheeded.objects.get_or_create(account_id=account, paper_id=paper, defaults={"at": now})


def heed(account: int, paper: int) -> None:
    """Take that back."""
    models.Unheeded.objects.filter(account=account, paper=paper).delete()


def tastes(accounts: Accounts) -> dict[int, Taste]:
    """What each account says of its ranking, or what holds for all."""
    said = {
        row.account_id: Taste(
            wanted=tuple(row.wanted), unwanted=tuple(row.unwanted), surprise=row.surprise, since=row.since
        )
        for row in models.Taste.objects.filter(account__in=accounts)
    }
    return {account: said.get(account, Taste()) for account in accounts}


def put_taste(account: int, said: Taste) -> None:
    """Write what the account says of its ranking."""
    models.Taste.objects.update_or_create(
        account_id=account,
        defaults={
            "wanted": list(said.wanted), "unwanted": list(said.unwanted), "surprise": said.surprise,
            "since": said.since,
        },
    )  # fmt: skip


def followed(accounts: Accounts) -> dict[int, tuple[Followed, ...]]:
    """What each account follows: authors, categories and searches, each by name."""
    found: dict[int, list[Followed]] = {account: [] for account in accounts}
    rows = models.Follow.objects.filter(account__in=accounts).order_by("kind", "value")
    for account, *told in rows.values_list("account_id", "kind", "value"):
        found[account].append(Followed(*told))
    return {account: tuple(several) for account, several in found.items()}


def follow(account: int, what: Followed, now: datetime) -> None:
    """Write that the account follows this."""
    models.Follow.objects.get_or_create(account_id=account, kind=what.kind, value=what.value, defaults={"at": now})


def unfollow(account: int, what: Followed) -> None:
    """Take that back."""
    models.Follow.objects.filter(account=account, kind=what.kind, value=what.value).delete()


def follows(account: int, what: Followed) -> bool:
    """Whether the account follows this."""
    return models.Follow.objects.filter(account=account, kind=what.kind, value=what.value).exists()


def number_followed(account: int) -> int:
    """How much the account follows."""
    return models.Follow.objects.filter(account=account).count()


def credit(day: date, ranking: str, against: str) -> None:
    """Count one paper more for a ranking that was mixed with another, on this day."""
    models.Credit.objects.get_or_create(day=day, ranking=ranking, against=against)
    models.Credit.objects.filter(day=day, ranking=ranking, against=against).update(number=F("number") + 1)


def every_credit() -> list[tuple[date, str, str, int]]:
    """(day, ranking, the one it was mixed with, number of papers credited), oldest first."""
    rows = models.Credit.objects.order_by("day", "ranking", "against")
    return list(rows.values_list("day", "ranking", "against", "number"))
