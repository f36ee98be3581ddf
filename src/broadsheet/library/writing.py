"""Writing papers in bulk: what the verb `store` asks and tells the database. No rule about what to write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import Model

from broadsheet.library import bulk, collection_papers, comments, gains, models, shown, upvotes
from broadsheet.library.shown import Shown
from broadsheet.types import Paper

Slot = tuple[str, str]
"""A record's place: its source and its name there."""


class StoredRecord(NamedTuple):
    """A record as the library keeps it, with the keys by which its title and first author are found."""

    slot: Slot
    payload: str
    digest: str
    title_key: str
    author_key: str


def find_records(slots: Collection[Slot]) -> dict[Slot, tuple[int, str]]:
    """Key of the paper and digest of each of these records that is stored."""
    by_source: dict[str, list[str]] = {}
    for source, name in slots:
        by_source.setdefault(source, []).append(name)
    return {
        (source, name): (key, digest)
        for source, names in by_source.items()
        for name, key, digest in models.Record.objects.filter(source=source, name__in=names).values_list(
            "name", "paper_id", "digest"
        )
    }


def find_aliases(aliases: Collection[str]) -> dict[str, int]:
    """Key of the paper that each of these ids leads to."""
    return dict(models.Alias.objects.filter(alias__in=aliases).values_list("alias", "paper_id"))


def find_titles(title_keys: Collection[str]) -> dict[str, list[tuple[int, str]]]:
    """Under each of these title keys, paper and author key of every record that has it, the oldest paper first."""
    found: dict[str, list[tuple[int, str]]] = {}
    rows = models.Record.objects.filter(title_key__in=title_keys).order_by("paper", "pk")
    for title_key, key, author_key in rows.values_list("title_key", "paper_id", "author_key"):
        found.setdefault(title_key, []).append((key, author_key))
    return found


def records_of(keys: Collection[int]) -> dict[int, list[StoredRecord]]:
    """All records of these papers."""
    records: dict[int, list[StoredRecord]] = {key: [] for key in keys}
    rows = models.Record.objects.filter(paper__in=keys).order_by("pk")
    columns = ("paper_id", "source", "name", "payload", "digest", "title_key", "author_key")
    for key, source, name, *rest in rows.values_list(*columns):
        records[key].append(StoredRecord((source, name), *rest))
    return records


def _columns(paper: Paper, now: datetime) -> models.Paper:
    return models.Paper(
        key=paper.key or None,
        paper_id=paper.paper_id,
        title=paper.title,
        abstract=paper.abstract,
        note=paper.note,
        authors=list(paper.authors),
        published=paper.published,
        updated=paper.updated,
        announced=paper.announced,
        featured=paper.featured,
        year=paper.year,
        categories=list(paper.categories),
        links=[[link.url, link.kind.value] for link in paper.links],
        versions=[[number, day.isoformat() if day else None] for number, day in paper.versions],
        venue=paper.venue,
        comment=paper.comment,
        withdrawn=paper.withdrawn,
        extras=dict(paper.extras),
        listed_on=paper.listed_on,
        upvotes=paper.upvotes,
        **shown.made(paper.title, paper.abstract)._asdict(),
        stored_at=now,
        changed_at=now,
    )


UNCOUNTED: Mapping[str, Any] = {"votes": 0, "firm": 0, "comments": 0}
"""What is counted here, and said by no record, of a paper of which nothing is counted."""

_UPDATED = [
    field.name for field in models.Paper._meta.concrete_fields if field.name not in {"key", "stored_at", *UNCOUNTED}
]


def insert_papers(new: Sequence[Paper], now: datetime) -> list[int]:
    """Write new papers, whatever key they claim; answers their keys, in order. Only one writer may do so at a time."""
    keys = bulk.next_keys(models.Paper, len(new))
    moment = connection.ops.adapt_datetimefield_value(now)
    rows = (_row(key, paper, moment) for key, paper in zip(keys, new, strict=True))
    bulk.insert(models.Paper, ("key", *_INSERTED), rows)
    return keys


def _row(key: int, paper: Paper, moment: Any) -> list[Any]:
    """The values of a new paper as a database driver takes them, in the order of `key` and _INSERTED."""
    return [
        key,
        paper.paper_id,
        paper.title,
        paper.abstract,
        paper.note,
        _json(paper.authors),
        _json(paper.categories),
        _json([[link.url, link.kind.value] for link in paper.links]),
        _json([[number, day.isoformat() if day else None] for number, day in paper.versions]),
        _json(paper.extras),
        *(day and day.isoformat() for day in (paper.published, paper.updated, paper.announced, paper.featured)),
        paper.listed_on and paper.listed_on.isoformat(),
        paper.year,
        paper.venue,
        paper.comment,
        paper.withdrawn,
        paper.upvotes,
        *shown.made(paper.title, paper.abstract),
        0,
        moment,
        moment,
    ]


_INSERTED = (
    "paper_id", "title", "abstract", "note", "authors", "categories", "links", "versions", "extras", "published",
    "updated", "announced", "featured", "listed_on", "year", "venue", "comment", "withdrawn", "upvotes",
    *Shown._fields, "votes", "stored_at", "changed_at",
)  # fmt: skip


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()


def put_shown(worked_out: Iterable[tuple[int, int | None, Shown]]) -> None:
    """Keep what is shown of papers, by their keys, of which this or nothing was kept; nobody is told of a change.

    Whoever wrote such a paper meanwhile has kept what belongs to that.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE library_paper SET shown_title = %s, shown_abstract = %s, shown_of = %s "
            "WHERE key = %s AND COALESCE(shown_of, -1) = %s",
            [(*shown, key, -1 if before is None else before) for key, before, shown in worked_out],
        )


def update_papers(changed: Sequence[Paper], now: datetime) -> None:
    """Write papers over what was there under their keys."""
    models.Paper.objects.bulk_update([_columns(paper, now) for paper in changed], _UPDATED, batch_size=100)


def put_records(records: Iterable[tuple[int, StoredRecord]], now: datetime) -> None:
    """Write records of papers, each over the one that has its place."""
    seen_at = connection.ops.adapt_datetimefield_value(now)
    bulk.insert(
        models.Record,
        ("paper", "source", "name", "payload", "digest", "title_key", "author_key", "seen_at"),
        ((key, *record.slot, *record[1:], seen_at) for key, record in records),
        over=("source", "name"),
    )


def take_records(slots: Iterable[Slot]) -> None:
    """Delete these records; the papers that they were of must be written anew."""
    for source, name in slots:
        models.Record.objects.filter(source=source, name=name).delete()


def put_aliases(aliases: Mapping[str, int]) -> None:
    """Let each of these ids lead to this paper."""
    bulk.insert(models.Alias, ("alias", "paper"), aliases.items(), over=("alias",))


def take_aliases(aliases: Collection[str]) -> None:
    """Let these ids lead nowhere, so that another paper can have them; the papers that bear them must be written."""
    models.Alias.objects.filter(alias__in=aliases).delete()
    for row in models.Paper.objects.filter(paper_id__in=aliases):
        models.Paper.objects.filter(key=row.key).update(paper_id=f"moving:{row.key}")


def absorb(winner: int, losers: Collection[int]) -> None:
    """Hand all that belongs to some papers, and all that accounts did with them, to another one, and delete them."""
    models.Record.objects.filter(paper__in=losers).update(paper=winner)
    models.Alias.objects.filter(paper__in=losers).update(paper=winner)
    gains.hand_over(winner, losers)
    if _hand_over(models.Upvote, winner, losers):
        upvotes.count(winner)
    for model in (models.Submission, models.Claim, models.Reading, models.Unheeded):
        _hand_over(model, winner, losers)
    _hand_over(models.CollectionPaper, winner, losers, of="collection")
    _hand_over(models.Flag, winner, losers, comment=None, decision=None)
    models.Flag.objects.filter(paper__in=losers).exclude(comment=None, decision=None).update(paper=winner)
    models.Notification.objects.filter(paper__in=losers).update(paper=winner)
    for lock in models.DiscussionLock.objects.filter(paper__in=losers).order_by("at"):
        models.DiscussionLock.objects.get_or_create(paper_id=winner, defaults={"reason": lock.reason, "at": lock.at})
    if models.Comment.objects.filter(paper__in=losers).update(paper=winner):
        comments.count(winner)
    delete(losers)


def _hand_over(model: type[Model], winner: int, losers: Collection[int], *, of: str = "account", **only: object) -> int:
    """Give the winner what accounts (or collections) have of the losers: the first of each that has none of the winner.

    `only` narrows the rows of the model that are meant.
    """
    every = model._default_manager.filter(**only)
    there = set(every.filter(paper=winner).values_list(of, flat=True))
    rows = every.filter(paper__in=losers).exclude(**{f"{of}__in": there - {None}}).order_by("at", "pk")
    first: dict[int, int] = {}
    for key, whose in rows.values_list("pk", of):
        first.setdefault(whose, key)
    return every.filter(pk__in=first.values()).update(paper=winner)


def delete(keys: Collection[int]) -> None:
    """Delete papers, with their records and ids."""
    collection_papers.forget(keys)
    models.Paper.objects.filter(key__in=keys).delete()
