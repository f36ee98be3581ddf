"""Sources as the library keeps them: what is wanted, how far the library is, how the last fetches went."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q

from broadsheet.incoming import Checkpoint, SourceState
from broadsheet.library import bulk, models
from broadsheet.types import StoreReport


def state(row: models.Source) -> SourceState:
    """What a row says."""
    return SourceState(
        name=row.name,
        kind=row.kind,
        words=tuple(row.words),
        values=dict(row.values),
        every=row.every,
        paused=row.paused,
        checkpoint=row.checkpoint,
        turns=row.turns,
        added_at=row.added_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        next_at=row.next_at,
        failing_since=row.failing_since,
        failures=row.failures,
        error=row.error,
        told_at=row.told_at,
        read=row.read,
        new=row.new,
        changed=row.changed,
        unread=row.unread,
        unread_words=row.unread_words,
    )


def every() -> list[SourceState]:
    """All sources, by name."""
    return [state(row) for row in models.Source.objects.order_by("name")]


def named(name: str) -> SourceState | None:
    """The source of this name."""
    row = models.Source.objects.filter(name=name).first()
    return state(row) if row else None


def due(now: datetime) -> list[str]:
    """Names of the sources that are to be fetched from now, the one that waits longest first."""
    rows = models.Source.objects.filter(paused=False, next_at__lte=now).order_by("next_at")
    return list(rows.values_list("name", flat=True))


def add(name: str, kind: str, words: Sequence[str], values: Mapping[str, str], every: timedelta, now: datetime) -> None:
    """A new source, due at once. IntegrityError if the name is taken."""
    models.Source.objects.create(
        name=name, kind=kind, words=list(words), values=dict(values), every=every, added_at=now, next_at=now
    )


def change(name: str, *, paused: bool | None = None, next_at: datetime | None = None) -> None:
    """Pause or go on, or set the time of the next fetch."""
    wanted = {"paused": paused, "next_at": next_at}
    models.Source.objects.filter(name=name).update(
        **{field: value for field, value in wanted.items() if value is not None}
    )


def reset(name: str, now: datetime) -> None:
    """Forget how far the library is with it, so that it is fetched from the start."""
    models.Source.objects.filter(name=name).update(checkpoint={}, turns=F("turns") + 1, next_at=now)


def remove(name: str) -> None:
    """Forget a source, not its papers."""
    models.Source.objects.filter(name=name).delete()


def start(name: str, now: datetime) -> None:
    """Note that a fetch begins."""
    bulk.expect_many()
    models.Source.objects.filter(name=name).update(started_at=now)


def advance(name: str, turns: int, checkpoint: Checkpoint, report: StoreReport, unread: Collection[str]) -> bool:
    """Move the checkpoint on, in the transaction that stored what it passes.

    False, and nothing written, if another process has moved it since `turns` was read.
    """
    rows = models.Source.objects.filter(name=name, turns=turns)
    wanted = {
        "checkpoint": dict(checkpoint),
        "turns": turns + 1,
        "read": F("read") + report.read,
        "new": F("new") + report.new,
        "changed": F("changed") + report.changed,
        "unread": F("unread") + len(unread),
    }
    if unread:
        wanted["unread_words"] = "\n".join(list(unread)[:20])
    return bool(rows.update(**wanted))


def finish(name: str, now: datetime, next_at: datetime) -> None:
    """Note that everything was fetched, and the time of the next fetch."""
    models.Source.objects.filter(name=name).update(
        finished_at=now, next_at=next_at, failing_since=None, failures=0, error="", told_at=None
    )


def fail(name: str, error: str, now: datetime, next_at: datetime) -> None:
    """Note that a fetch failed, why, and when it is tried again."""
    rows = models.Source.objects.filter(name=name)
    rows.filter(failing_since=None).update(failing_since=now)
    rows.update(error=error, failures=F("failures") + 1, next_at=next_at)


def failing_untold(since: datetime) -> list[SourceState]:
    """Sources that have failed since this moment or longer, of which nobody was told."""
    rows = models.Source.objects.filter(failing_since__lte=since, told_at=None, paused=False)
    return [state(row) for row in rows.order_by("failing_since")]


def tell(names: Collection[str], now: datetime) -> None:
    """Note that somebody was told of these failing sources."""
    models.Source.objects.filter(Q(name__in=names)).update(told_at=now)
