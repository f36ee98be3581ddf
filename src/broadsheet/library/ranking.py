"""Lists as they were, the public log of the ranking, and rings of accounts, in the database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from broadsheet.library import models

FRONT_PAGE, TRENDING = "front page", "trending"


class Past(NamedTuple):
    """A list as it stood when its day was over, and the formula of that day."""

    taken_at: datetime
    version: int
    formula: Mapping[str, Any]
    entries: Sequence[Mapping[str, Any]]


class Changed(NamedTuple):
    """One line of the public log."""

    at: datetime
    kind: str
    said: Mapping[str, Any]


class Member(NamedTuple):
    """An account in a ring: of how many members, on how many papers together, and on how many chance would bring."""

    ring: int
    members: int
    together: int
    expected: float


def put_past(day: date, name: str, past: Past) -> bool:
    """Write how a list stood; False if that is known already, which is left as it is."""
    _, made = models.PastList.objects.get_or_create(day=day, name=name, defaults=past._asdict())
    return made


def past(day: date) -> dict[str, Past]:
    """The lists of this day, by name; what is not there was not recorded."""
    rows = models.PastList.objects.filter(day=day)
    return {row.name: Past(row.taken_at, row.version, row.formula, row.entries) for row in rows}


def has_past(day: date, name: str) -> bool:
    """Whether it is known how this list stood when its day was over."""
    return models.PastList.objects.filter(day=day, name=name).exists()


def days_around(day: date) -> tuple[date | None, date | None]:
    """The nearest days before and after this one of which a list is known."""
    days = models.PastList.objects.values_list("day", flat=True)
    return (
        days.filter(day__lt=day).order_by("-day").first(),
        days.filter(day__gt=day).order_by("day").first(),
    )


def note_change(kind: str, said: Mapping[str, Any], now: datetime, account: int | None = None) -> None:
    """Add a line to the public log; whose doing it was is not shown there."""
    models.RankingChange.objects.create(at=now, kind=kind, said=dict(said), account_id=account)


def changes(limit: int) -> list[Changed]:
    """The latest lines of the public log, latest first."""
    rows = models.RankingChange.objects.order_by("-pk").values_list("at", "kind", "said")
    return [Changed(*row) for row in rows[:limit]]


def ring_members() -> dict[int, Member]:
    """Every account that is in a ring."""
    rows = models.RingMember.objects.values_list("account_id", "ring", "members", "together", "expected")
    return {account: Member(ring, members, together, expected) for account, ring, members, together, expected in rows}


def put_rings(members: Mapping[int, Member], now: datetime) -> None:
    """Write who is in a ring, in place of what was known."""
    models.RingMember.objects.exclude(account__in=members).delete()
    models.RingMember.objects.bulk_create(
        _rows(members, now),
        update_conflicts=True,
        unique_fields=["account"],
        update_fields=["ring", "members", "together", "expected"],
    )


def _rows(members: Mapping[int, Member], now: datetime) -> Iterable[models.RingMember]:
    for account, member in members.items():
        yield models.RingMember(account_id=account, found_at=now, **member._asdict())
