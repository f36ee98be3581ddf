"""What papers gained, the heat that follows from it, and how far the change log was read for it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import CharField, F, Max, Sum
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast

from broadsheet.library import models

CHANGES, STARS, SHOWN = "trending", "trending-stars", "shown"
"""Who follows the change log, who the stars of repositories, and who the keys of papers, to work out what they show."""


class Grown(NamedTuple):
    """One gain of a paper, as it is kept."""

    key: int
    kind: str
    before: float
    after: float
    at: datetime


class Hot(NamedTuple):
    """A paper that has heat: its logarithm, what that is without light votes, its first category, its day."""

    key: int
    heat: float
    firm: float
    field: str
    day: date | None


class Total(NamedTuple):
    """How much a paper gained in a span of time."""

    key: int
    gained: float


def position(name: str) -> tuple[int, str]:
    """Up to which number this follower has read, and with what settings."""
    row = models.Follower.objects.filter(name=name).first()
    return (row.number, row.settings) if row else (0, "")


def move(name: str, number: int, settings: str = "") -> None:
    """Note up to which number this follower has read, in the transaction that wrote what follows from it."""
    models.Follower.objects.update_or_create(name=name, defaults={"number": number, "settings": settings})


def highest(keys: Collection[int]) -> dict[tuple[int, str], float]:
    """The highest number of each kind that these papers were seen with."""
    rows = (
        models.Gain.objects.filter(paper__in=keys)
        .values_list("paper_id", "kind")
        .annotate(most=Max("after"))
        .order_by()
    )
    return {(key, kind): most for key, kind, most in rows}


def add(grown: Iterable[Grown]) -> None:
    """Write gains."""
    models.Gain.objects.bulk_create(
        models.Gain(paper_id=one.key, kind=one.kind, before=one.before, after=one.after, at=one.at) for one in grown
    )


def replace(key: int, kind: str, grown: Iterable[Grown]) -> None:
    """Write these gains of one kind of a paper in place of those it had."""
    models.Gain.objects.filter(paper=key, kind=kind).delete()
    add(grown)


def of(keys: Collection[int]) -> dict[int, list[Grown]]:
    """All gains of these papers, oldest first."""
    found: dict[int, list[Grown]] = {key: [] for key in keys}
    rows = models.Gain.objects.filter(paper__in=keys).order_by("at", "pk")
    for row in rows.values_list("paper_id", "kind", "before", "after", "at"):
        found[row[0]].append(Grown(*row))
    return found


def hand_over(winner: int, losers: Collection[int]) -> None:
    """Give one paper what others gained, and their heat: heats are logarithms of sums, which add up."""
    if not models.Gain.objects.filter(paper__in=losers).update(paper=winner):
        return
    several = list(heats([winner, *losers]).values())
    if several:
        put_heats({winner: (_sum(value for value, _ in several), _sum(firm for _, firm in several))})


def _sum(logarithms: Iterable[float]) -> float:
    """The logarithm of a sum of heats, each given as its logarithm."""
    several = [one for one in logarithms if one > -math.inf]
    highest = max(several, default=-math.inf)
    return highest + math.log2(sum(2.0 ** (one - highest) for one in several)) if several else highest


def newest() -> datetime | None:
    """When something last grew."""
    last: datetime | None = models.Gain.objects.filter(after__gt=F("before")).aggregate(last=Max("at"))["last"]
    return last


def any_before(moment: datetime) -> bool:
    """Whether anything is known to have grown before this moment."""
    return models.Gain.objects.filter(at__lt=moment).exists()


def keys_with_gains(after: int, limit: int) -> list[int]:
    """Papers that have gained anything, by key, those above `after`."""
    rows = models.Gain.objects.filter(paper__gt=after).order_by("paper").values_list("paper_id", flat=True).distinct()
    return list(rows[:limit])


def heats(keys: Collection[int]) -> dict[int, tuple[float, float]]:
    """The heat of those of these papers that have any, and what it is without light votes."""
    rows = models.Heat.objects.filter(paper__in=keys).values_list("paper_id", "value", "firm")
    return {key: (value, -math.inf if firm is None else firm) for key, value, firm in rows}


def put_heats(heats: Mapping[int, tuple[float, float]]) -> None:
    """Write the heat of papers, and what it is without light votes, over what was there."""
    models.Heat.objects.bulk_create(
        (
            models.Heat(paper_id=key, value=value, firm=firm if firm > -math.inf else None)
            for key, (value, firm) in heats.items()
        ),
        update_conflicts=True,
        unique_fields=["paper"],
        update_fields=["value", "firm"],
    )


def take_heats(keys: Collection[int]) -> None:
    """Let these papers have no heat."""
    models.Heat.objects.filter(paper__in=keys).delete()


def hottest(limit: int) -> list[Hot]:
    """The hottest papers, hottest first; withdrawn ones are left out."""
    rows = models.Heat.objects.filter(paper__withdrawn=False).order_by("-value", "-paper")
    # The first category alone, and days as text, of which few differ: Django would parse thousands of both.
    rows = rows.annotate(field=KeyTextTransform("0", "paper__categories"), day=Cast("paper__listed_on", CharField()))
    days: dict[str, date] = {}
    return [
        Hot(
            key,
            value,
            -math.inf if firm is None else firm,
            field or "",
            days.get(day) or days.setdefault(day, date.fromisoformat(day)) if day else None,
        )
        for key, value, firm, field, day in rows.values_list("paper_id", "value", "firm", "field", "day")[:limit]
    ]


def most_gained(kinds: Collection[str], begin: datetime, end: datetime, *, offset: int, limit: int) -> list[Total]:
    """The papers that gained most of these kinds in a span of time, most first; withdrawn ones are left out."""
    rows = _gained(kinds, begin, end).order_by("-gained", "-paper")
    return [Total(*row) for row in rows.values_list("paper_id", "gained")[offset : offset + limit]]


def number_that_gained(kinds: Collection[str], begin: datetime, end: datetime, least: float = 0.0) -> int:
    """How many papers gained at least so much of these kinds in a span of time."""
    return int(_gained(kinds, begin, end).filter(gained__gte=least).count())


def _gained(kinds: Collection[str], begin: datetime, end: datetime) -> Any:
    rows = models.Gain.objects.filter(
        at__gte=begin, at__lt=end, kind__in=kinds, after__gt=F("before"), paper__withdrawn=False
    )
    return rows.values("paper_id").annotate(gained=Sum(F("after") - F("before")))
