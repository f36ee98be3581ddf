"""What the personal ranking asks and tells the database: signals, candidates, tastes, what is followed, credits."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import CharField, F, QuerySet, Value
from django.db.models.functions import Cast

from broadsheet.library import models
from broadsheet.tastes import Followed, Signal, Taste


def signals(account: int) -> list[Signal]:
    """All that the account did with papers that tells of its taste, newest first, in one statement.

    What is here does not come back in its ranking; for a while, neither does what was `mailed`.
    """
    first, *others = (
        rows.annotate(kind=Value(kind, CharField())).values_list("kind", "paper_id", "at").order_by()
        for kind, rows in _families(account)
    )
    return sorted(
        (Signal(*row) for row in first.union(*others, all=True)), key=lambda one: (one.at, one.key), reverse=True
    )


def _families(account: int) -> list[tuple[str, QuerySet[Any]]]:
    mine = models.Reading.objects.filter(account=account)
    kept = models.CollectionPaper.objects.filter(collection__account=account)
    return [
        ("upvoted", models.Upvote.objects.filter(account=account)),
        ("submitted", models.Submission.objects.filter(account=account)),
        ("wrote", models.Claim.objects.filter(account=account, state="confirmed")),
        ("commented", models.Comment.objects.filter(account=account, removed_at=None)),
        ("imported", kept.exclude(collection__origin="")),
        ("saved", kept.filter(collection__origin="")),
        ("kept", mine.filter(hidden=False).exclude(state="")),
        ("hidden", mine.filter(hidden=True)),
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


def mailed(account: int, since: datetime) -> set[int]:
    """The keys of the papers in all digests to addresses of the account since a moment."""
    rows = models.Edition.objects.filter(subscriber__account=account, composed_at__gte=since)
    return {key for papers in rows.values_list("papers", flat=True) for key in papers}


def unheeded(account: int) -> set[int]:
    """The keys of the papers that the account does not want to be learned from."""
    return set(models.Unheeded.objects.filter(account=account).values_list("paper_id", flat=True))


def unheed(account: int, paper: int, now: datetime) -> None:
    """Write that nothing is to be learned from this paper."""
    models.Unheeded.objects.get_or_create(account_id=account, paper_id=paper, defaults={"at": now})


def heed(account: int, paper: int) -> None:
    """Take that back."""
    models.Unheeded.objects.filter(account=account, paper=paper).delete()


def taste(account: int) -> Taste:
    """What the account says of its ranking, or what holds for all."""
    row = models.Taste.objects.filter(account=account).first()
    if row is None:
        return Taste()
    return Taste(wanted=tuple(row.wanted), unwanted=tuple(row.unwanted), surprise=row.surprise, since=row.since)


def put_taste(account: int, said: Taste) -> None:
    """Write what the account says of its ranking."""
    models.Taste.objects.update_or_create(
        account_id=account,
        defaults={
            "wanted": list(said.wanted), "unwanted": list(said.unwanted), "surprise": said.surprise,
            "since": said.since,
        },
    )  # fmt: skip


def followed(account: int) -> tuple[Followed, ...]:
    """What the account follows: authors, categories and searches, each by name."""
    rows = models.Follow.objects.filter(account=account).order_by("kind", "value")
    return tuple(Followed(*row) for row in rows.values_list("kind", "value"))


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
