"""The change log: which papers were written, in an order that never shifts once it can be read."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import Max

from broadsheet.library import bulk, models, papers
from broadsheet.types import Paper

_WRITER_LOCK = 0x62726F6164  # any number will do, as long as all writers of one database share it


def serialise_writers() -> None:
    """Let one transaction append at a time, so that numbers are committed in the order they are given.

    Without it PostgreSQL could commit number 7 before number 6, and a reader that had passed 7 would never see 6.
    SQLite has one writer anyway. Held until the transaction ends.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])


def append(keys: Iterable[int], at: datetime) -> None:
    """Note that these papers were written or deleted; in the writer's own transaction."""
    bulk.insert(models.Change, ("key", "at"), ((key, connection.ops.adapt_datetimefield_value(at)) for key in keys))


def latest() -> int:
    """The number of the last change, 0 before the first."""
    return models.Change.objects.aggregate(last=Max("number"))["last"] or 0


def after(number: int, limit: int) -> list[tuple[int, int, Paper | None]]:
    """Up to `limit` changes after this one: (number, key, the paper as it is now or None), numbers ascending."""
    rows = models.Change.objects.filter(number__gt=number).order_by("number").values_list("number", "key")
    changes = list(rows[:limit])
    found = papers.by_keys({key for _, key in changes})
    return [(number, key, found.get(key)) for number, key in changes]


def arrived(number: int, until: int) -> list[int]:
    """The keys that the log tells of for the first time after one number and not after another, ascending."""
    before = models.Change.objects.filter(number__lte=number).values("key")
    since = models.Change.objects.filter(number__gt=number, number__lte=until)
    return list(since.exclude(key__in=before).order_by("key").values_list("key", flat=True).distinct())
