"""Reading papers: by key, by any id, by the day they are listed on. Every answer is made of frozen values."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import orjson
from django.db import connection
from django.db.models import F, Q, QuerySet
from django.db.models.functions import Coalesce

from broadsheet.community import SubmissionState
from broadsheet.library import bulk, models, shown
from broadsheet.types import Link, LinkKind, Paper, Version

_JSON = ("authors", "categories", "links", "versions", "extras")
_FIELDS = (
    *_JSON, "key", "paper_id", "title", "abstract", "note", "published", "updated", "announced", "featured", "year",
    "venue", "comment", "withdrawn", "upvotes", "votes", "firm", "comments", *shown.Shown._fields,
)  # fmt: skip
_WHOLE = ("aliases", *_FIELDS)
_READ = 1 + len(_JSON)
"""How many of the first columns of _WHOLE are JSON."""

_KINDS = {kind.value: kind for kind in LinkKind}


def _paper(row: dict[str, Any]) -> Paper:
    """The frozen value of a row of _FIELDS; all ids that lead to it, if there, become those beside its own, sorted."""
    shown.fill(row)
    row["aliases"] = tuple(sorted([alias for alias in row.get("aliases", ()) if alias != row["paper_id"]]))
    row["authors"], row["categories"] = tuple(row["authors"]), tuple(row["categories"])
    row["links"] = tuple([Link(url, _KINDS[kind]) for url, kind in row["links"]])
    row["versions"] = tuple(
        [Version(number, date.fromisoformat(day) if day else None) for number, day in row["versions"]]
    )
    return Paper(**row)


def _whole(rows: QuerySet[models.Paper]) -> tuple[Paper, ...]:
    """The papers of these rows, in their order, read in two statements."""
    keys = list(rows.values_list("key", flat=True))
    found = by_keys(keys)
    return tuple(found[key] for key in keys if key in found)


def by_keys(keys: Collection[int]) -> dict[int, Paper]:
    """The papers of these keys that exist, in one statement."""
    wanted = set(keys)
    found = {}
    for values in bulk.rows(_statement(len(wanted)), wanted) if wanted else ():
        # One text of all that is JSON is read sooner than each of them.
        read = orjson.loads(f"[{','.join(values[:_READ])}]")
        row = dict(zip(_WHOLE, (*read, *values[_READ:]), strict=True))
        found[row["key"]] = _paper(row)
    return found


@lru_cache(maxsize=1000)
def _statement(number: int) -> str:
    """How so many papers are read, with all ids that lead to them. Django would write four times as much."""
    gathered = (
        "COALESCE(json_agg(alias)::text, '[]')" if connection.vendor == "postgresql" else "json_group_array(alias)"
    )
    return (
        f"SELECT (SELECT {gathered} FROM library_alias WHERE library_alias.paper_id = p.key), "  # noqa: S608 - our names
        f"{', '.join(_FIELDS)} FROM library_paper p WHERE key IN ({', '.join(['%s'] * number)})"
    )


def texts(keys: Collection[int]) -> dict[int, str]:
    """Title and abstract of these papers, as they are kept, in one statement."""
    rows = models.Paper.objects.filter(key__in=keys).values_list("key", "title", "abstract")
    return {key: f"{title} {abstract}" for key, title, abstract in rows}


def titles(keys: Collection[int]) -> dict[int, tuple[str, str]]:
    """Paper id and title of these papers, as they are kept, in one statement."""
    rows = models.Paper.objects.filter(key__in=keys).values_list("key", "paper_id", "title")
    return {key: (paper_id, title) for key, paper_id, title in rows}


def by_alias(alias: str) -> Paper | None:
    """The paper that this id leads to, its own or another."""
    return next(iter(_whole(models.Paper.objects.filter(aliases__alias=alias))), None)


def ids_behind(aliases: Collection[str]) -> dict[str, str]:
    """The paper ids that those of these ids lead to that lead anywhere."""
    rows = models.Alias.objects.filter(alias__in=aliases)
    return dict(rows.values_list("alias", "paper__paper_id"))


def everything(*, after: int = 0) -> Iterator[Paper]:
    """Every paper with a key above `after`, in order of keys, without aliases; streams, for the index."""
    rows = models.Paper.objects.filter(key__gt=after).order_by("key")
    return map(_paper, rows.values(*_FIELDS).iterator(chunk_size=1000))


def kept_for_showing(after: int, limit: int) -> list[tuple[int, str, str, int | None]]:
    """(key, title, abstract, what was made of which for showing) of up to `limit` papers above a key, ascending."""
    rows = models.Paper.objects.filter(key__gt=after).order_by("key")
    return list(rows.values_list("key", "title", "abstract", "shown_of")[:limit])


def newest_key() -> int:
    """The key of the paper that came last; 0 in an empty library. Keys grow in the order in which papers come."""
    return models.Paper.objects.order_by("-key").values_list("key", flat=True).first() or 0


def arrived(after: int, upto: int, listed_since: date) -> Iterator[Paper]:
    """Papers with keys from above `after` up to `upto`, listed since this day, none withdrawn; in order of keys."""
    rows = models.Paper.objects.filter(key__lte=upto, listed_on__gte=listed_since, withdrawn=False).order_by("key")
    while found := _whole(rows.filter(key__gt=after)[:1000]):
        yield from found
        after = found[-1].key


def parts(size: int) -> set[int]:
    """Which parts of so many keys have papers, by their numbers."""
    rows = models.Paper.objects.order_by().annotate(part=F("key") / size)
    return {int(part) for part in rows.values_list("part", flat=True).distinct()}


def changed(first: int, end: int) -> list[tuple[str, datetime]]:
    """Paper id and last change of the papers with keys from `first` to before `end`, in their order."""
    rows = models.Paper.objects.filter(key__gte=first, key__lt=end).order_by("key")
    return list(rows.values_list("paper_id", "changed_at"))


def wanting(schemes: Collection[str], *, after: int, limit: int) -> dict[int, str]:
    """Papers without an abstract, authors or a venue that have an id of these schemes: one such id by key.

    The first `limit` keys above `after`, ascending.
    """
    named = Q()
    for scheme in schemes:
        named |= Q(alias__startswith=f"{scheme}:")
    empty = Q(paper__abstract="") | Q(paper__authors=[]) | Q(paper__venue="")
    rows = models.Alias.objects.filter(named, empty, paper__gt=after).order_by("paper", "alias")
    return dict(rows.values_list("paper_id", "alias")[:limit])


def seen(key: int) -> list[tuple[str, str, str, datetime]]:
    """(source, name, payload, when it was taken in) of each record of a paper, oldest first."""
    rows = models.Record.objects.filter(paper=key).order_by("pk")
    return list(rows.values_list("source", "name", "payload", "seen_at"))


def count() -> int:
    """How many papers there are."""
    return models.Paper.objects.count()


def sources() -> dict[str, int]:
    """How many records each source has given, by its name."""
    names = models.Record.objects.order_by("source").values_list("source", flat=True).distinct()
    return {name: models.Record.objects.filter(source=name).count() for name in names}


_FULL = Coalesce("upvotes", 0) + F("firm")
"""`Paper.full_upvotes` in the database."""

_MOST_UPVOTED = (_FULL.desc(), F("votes").desc(), F("upvotes").desc(nulls_last=True), "key")


def _listed(first: date, last: date) -> QuerySet[models.Paper]:
    return models.Paper.objects.filter(listed_on__gte=first, listed_on__lte=last)


def listed(first: date, last: date, *, offset: int, limit: int) -> tuple[Paper, ...]:
    """Papers listed from `first` to `last`, most upvoted first, where only upvotes here that count fully count.

    Among equals those with more light ones come first, then those of which anybody has counted upvotes, then in the
    order they were stored.
    """
    return _whole(_listed(first, last).order_by(*_MOST_UPVOTED)[offset : offset + limit])


def newest(*, offset: int, limit: int) -> tuple[Paper, ...]:
    """Papers that are listed on any day, the newest day first, and in it in the order they were stored."""
    rows = models.Paper.objects.filter(listed_on__isnull=False).order_by("-listed_on", "key")
    return _whole(rows[offset : offset + limit])


def put_forward_by(name: str, *, offset: int, limit: int) -> tuple[Paper, ...]:
    """Papers that an account of this name put forward, here or at Hugging Face, the newest day first."""
    here = models.Submission.objects.filter(account__username=name, state=SubmissionState.SHOWN).values("paper")
    rows = models.Paper.objects.filter(Q(key__in=here) | Q(extras__huggingface__submitted_by__name=name))
    return _whole(rows.order_by("-listed_on", "key")[offset : offset + limit])


def number_above(first: date, last: date, upvotes: int) -> int:
    """How many papers listed from `first` to `last` have more full upvotes than this."""
    return _listed(first, last).alias(full=_FULL).filter(full__gt=upvotes).count()


def latest(limit: int) -> tuple[Paper, ...]:
    """The papers listed last, the newest day first, each day in the order of `listed`."""
    rows = models.Paper.objects.filter(listed_on__isnull=False)
    return _whole(rows.order_by("-listed_on", *_MOST_UPVOTED)[:limit])


def lock(key: int) -> bool:
    """Let nobody else vote or say anything for this paper until the transaction ends; False if there is no such paper.

    Others may refer to it meanwhile.
    """
    return bool(list(models.Paper.objects.select_for_update(no_key=True).filter(key=key).values_list("key")))


def count_listed(first: date, last: date) -> int:
    """How many papers are listed from `first` to `last`."""
    return _listed(first, last).count()


def day_before(day: date | None) -> date | None:
    """The newest day before `day` that lists a paper; of all days, if None."""
    rows = models.Paper.objects.filter(listed_on__isnull=False)
    if day is not None:
        rows = rows.filter(listed_on__lt=day)
    return rows.order_by("-listed_on").values_list("listed_on", flat=True).first()


def days(limit: int) -> list[date]:
    """The newest days that list a paper, newest first."""
    rows = models.Paper.objects.filter(listed_on__isnull=False).order_by("-listed_on")
    return [day for day in rows.values_list("listed_on", flat=True).distinct()[:limit] if day]


def day_after(day: date) -> date | None:
    """The oldest day after `day` that lists a paper."""
    rows = models.Paper.objects.filter(listed_on__gt=day)
    return rows.order_by("listed_on").values_list("listed_on", flat=True).first()
