"""The change log: which papers were written, in an order that never shifts once it can be read.

Who harvests asks by moments, not by numbers. A change has the moment at which it was first seen in the log, never an
earlier one: it may have been written minutes before others could read it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import NamedTuple

from django.db import connection
from django.db.models import Exists, F, Max, OuterRef, Q, QuerySet

from broadsheet.library import bulk, models, papers
from broadsheet.types import Paper

_WRITER_LOCK = 0x62726F6164  # any number will do, as long as all writers of one database share it


class Line(NamedTuple):
    """The last line of the log about a paper."""

    number: int
    key: int
    tags: tuple[str, ...]


def serialise_writers() -> None:
    """Let one transaction append at a time, so that numbers are committed in the order they are given.

    Without it PostgreSQL could commit number 7 before number 6, and a reader that had passed 7 would never see 6.
    SQLite has one writer anyway. Held until the transaction ends.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_WRITER_LOCK])


def append(written: Mapping[int, Paper], at: datetime) -> None:
    """Note that these papers were written, or deleted, by their keys; in the writer's own transaction.

    A deleted paper is given as it last was.
    """
    moment = connection.ops.adapt_datetimefield_value(at)
    rows = ((key, moment, tags(paper.paper_id, paper.categories)) for key, paper in written.items())
    bulk.insert(models.Change, ("key", "at", "tags"), rows)


def tags(paper_id: str, categories: Sequence[str]) -> str:
    """What a paper can be harvested by: the kind of its id and its categories, each between blanks."""
    words = (paper_id.partition(":")[0], *(name for name in categories if " " not in name))
    return f" {' '.join(words)} "


def latest() -> int:
    """The number of the last change, 0 before the first."""
    found = bulk.rows(_last_number(), ())
    return int(found[0][0]) if found else 0


@cache
def _last_number() -> str:
    return bulk.statement(models.Change.objects.order_by("-number").values_list("number")[:1])


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


def notice(number: int, at: datetime) -> None:
    """Write down that up to this number the log could be read at this moment, which is a whole second."""
    _, made = models.Moment.objects.get_or_create(at=at, defaults={"number": number})
    if not made:
        models.Moment.objects.filter(at=at, number__lt=number).update(number=number)


def last_noticed() -> tuple[datetime, int] | None:
    """The last moment that was written down, and up to which number the log could be read then."""
    return models.Moment.objects.order_by("-at").values_list("at", "number").first()


def first_noticed() -> datetime | None:
    """The first moment that was written down."""
    return models.Moment.objects.order_by("at").values_list("at", flat=True).first()


def noticed_before(at: datetime) -> int:
    """Up to which number changes have a moment before this one."""
    return models.Moment.objects.filter(at__lt=at).aggregate(last=Max("number"))["last"] or 0


def noticed_by(at: datetime) -> int:
    """Up to which number changes have this moment or one before it."""
    return models.Moment.objects.filter(at__lte=at).aggregate(last=Max("number"))["last"] or 0


def moments(numbers: Sequence[int]) -> list[datetime]:
    """The moment of each of these changes, whose numbers ascend and were all noticed; in one statement."""
    if not numbers:
        return []
    rows = models.Moment.objects.filter(number__gte=numbers[0]).order_by("number", "at").values_list("number", "at")
    seen = iter(rows[: len(numbers) + 1].iterator())
    found = []
    upto, at = next(seen)
    for number in numbers:
        while upto < number:
            upto, at = next(seen, (number, at))
        found.append(at)
    return found


def standing(after: int, upto: int, limit: int, *, kind: str = "", category: str = "") -> list[Line]:
    """The first lines after one number and not after another that are the last about their paper, numbers ascending.

    Perhaps only those of papers with this kind of id, or in this category or one below it.
    """
    rows = _standing(after, upto, kind, category).order_by("number").values_list("number", "key", "tags")
    return [Line(number, key, tuple(words.split())) for number, key, words in rows[:limit]]


def count_standing(after: int, upto: int, *, kind: str = "", category: str = "") -> int:
    """How many such lines there are."""
    return _standing(after, upto, kind, category).count()


def last_of(key: int, upto: int) -> Line | None:
    """The last line about this paper not after a number; None if there is none."""
    rows = models.Change.objects.filter(key=key, number__lte=upto).order_by("-number")
    row = rows.values_list("number", "key", "tags").first()
    return Line(row[0], row[1], tuple(row[2].split())) if row else None


def _standing(after: int, upto: int, kind: str, category: str) -> QuerySet[models.Change]:
    rows = models.Change.objects.filter(number__gt=after, number__lte=upto)
    if kind:
        rows = rows.filter(tags__startswith=f" {kind} ")
    if category:
        rows = rows.filter(Q(tags__contains=f" {category} ") | Q(tags__contains=f" {category}."))
    return rows.exclude(Exists(models.Change.objects.filter(key=OuterRef("key"), number__gt=OuterRef("number"))))


def latest_of_parts(size: int) -> dict[int, datetime]:
    """For each part of so many keys that the log tells of: when its last change was made."""
    rows = models.Change.objects.values(part=F("key") / size).annotate(last=Max("number")).order_by()
    last = {row["last"]: int(row["part"]) for row in rows}
    moments = models.Change.objects.filter(number__in=last).values_list("number", "at")
    return {last[number]: at for number, at in moments}
