"""What archives announced, by category and day, and what became of each paper."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db.models import Count, F

from broadsheet.incoming import Announced
from broadsheet.library import models
from broadsheet.types import PaperId

STORED, WITHDRAWN, MISSING = "stored", "withdrawn", "missing"


def note(announced: Announced, now: datetime) -> None:
    """Write down what a listing said; ids that were announced before keep what became of them."""
    models.AnnouncedDay.objects.update_or_create(
        category=announced.category,
        day=announced.day,
        listing=announced.listing,
        defaults={
            "given": len(announced.papers),
            "told": announced.told,
            "trouble": announced.trouble,
            "seen_at": now,
        },
    )
    models.Announcement.objects.bulk_create(
        (
            models.Announcement(
                category=announced.category,
                day=announced.day,
                paper_id=paper_id,
                kind=str(kind),
                state=MISSING,
                reason="it was announced, and is not fetched yet",
            )
            for paper_id, kind in announced.papers
        ),
        ignore_conflicts=True,
    )


def settle(ids: Collection[PaperId]) -> None:
    """Mark each of these announced papers that the library has as stored, or as withdrawn if it was taken back."""
    aliases = models.Alias.objects.filter(alias__in=ids)
    by_state = {STORED: aliases.filter(paper__withdrawn=False), WITHDRAWN: aliases.filter(paper__withdrawn=True)}
    for state, found in by_state.items():
        rows = models.Announcement.objects.filter(paper_id__in=list(found.values_list("alias", flat=True)))
        rows.exclude(state=state).update(state=state, reason="")


def missing(since: date, most_lookups: int, limit: int) -> list[PaperId]:
    """Announced papers that the library does not have, newest days first, asked for fewer than so many times."""
    rows = models.Announcement.objects.filter(state=MISSING, day__gte=since, looked_up__lt=most_lookups)
    return list(dict.fromkeys(rows.order_by("-day", "paper_id").values_list("paper_id", flat=True)[: limit * 4]))[
        :limit
    ]


def looked_up(ids: Collection[PaperId], reason: str) -> None:
    """Note that these missing papers were asked for by their ids, and why they are still missing."""
    rows = models.Announcement.objects.filter(paper_id__in=ids, state=MISSING)
    rows.update(looked_up=F("looked_up") + 1, reason=reason)


def days(first: date, last: date, category: str = "") -> list[models.AnnouncedDay]:
    """What the listings said of these days, newest first."""
    rows = models.AnnouncedDay.objects.filter(day__range=(first, last))
    if category:
        rows = rows.filter(category=category)
    return list(rows.order_by("-day", "category", "listing"))


def counts(first: date, last: date, category: str = "") -> Iterable[tuple[str, date, str, str, int]]:
    """(category, day, kind, state, number of papers) of these days."""
    rows = models.Announcement.objects.filter(day__range=(first, last))
    if category:
        rows = rows.filter(category=category)
    groups = rows.values_list("category", "day", "kind", "state").annotate(number=Count("pk")).order_by()
    return [(name, day, kind, state, number) for name, day, kind, state, number in groups]


def not_stored(category: str, day: date) -> list[tuple[PaperId, str, str]]:
    """(paper id, state, reason) of what was announced in a category on a day and is not there as it was announced."""
    rows = models.Announcement.objects.filter(category=category, day=day).exclude(state=STORED)
    return list(rows.order_by("paper_id").values_list("paper_id", "state", "reason"))
