"""What papers gained, the heat that follows from it, and how far the change log was read for it."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import F, Max

from broadsheet.library import models

CHANGES, STARS = "trending", "trending-stars"
"""Who follows the change log, and who the stars of repositories."""


class Grown(NamedTuple):
    """One gain of a paper, as it is kept."""

    key: int
    kind: str
    before: float
    after: float
    at: datetime


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
    several = heats([winner, *losers]).values()
    if several:
        highest = max(several)
        put_heats({winner: highest + math.log2(sum(2.0 ** (heat - highest) for heat in several))})


def newest() -> datetime | None:
    """When something last grew."""
    last: datetime | None = models.Gain.objects.filter(after__gt=F("before")).aggregate(last=Max("at"))["last"]
    return last


def keys_with_gains(after: int, limit: int) -> list[int]:
    """Papers that have gained anything, by key, those above `after`."""
    rows = models.Gain.objects.filter(paper__gt=after).order_by("paper").values_list("paper_id", flat=True).distinct()
    return list(rows[:limit])


def heats(keys: Collection[int]) -> dict[int, float]:
    """The heat of those of these papers that have any."""
    return dict(models.Heat.objects.filter(paper__in=keys).values_list("paper_id", "value"))


def put_heats(heats: Mapping[int, float]) -> None:
    """Write the heat of papers over what was there."""
    models.Heat.objects.bulk_create(
        (models.Heat(paper_id=key, value=value) for key, value in heats.items()),
        update_conflicts=True,
        unique_fields=["paper"],
        update_fields=["value"],
    )


def take_heat(key: int) -> None:
    """Let a paper have no heat."""
    models.Heat.objects.filter(paper=key).delete()


def clear_heats() -> None:
    """Forget all heats; they are made anew from the gains."""
    models.Heat.objects.all().delete()


def hottest(limit: int) -> dict[int, tuple[float, str]]:
    """Heat and first category of the hottest papers, hottest first; withdrawn ones are left out."""
    rows = models.Heat.objects.filter(paper__withdrawn=False).order_by("-value", "-paper")
    return {
        key: (value, categories[0] if categories else "")
        for key, value, categories in rows.values_list("paper_id", "value", "paper__categories")[:limit]
    }
