"""Hooks in the database: which there are, how far each was told, and what the change log has for them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from broadsheet.community import Role
from broadsheet.library import models
from broadsheet.sending import Event, Hook, State

PAUSED = "the hook is paused"
"""Why a delivery is skipped that goes on when the hook does."""


class Window(NamedTuple):
    """A part of the change log: its last number, the keys that it names, and the moments at which each was written."""

    until: int
    keys: frozenset[int]
    written: frozenset[tuple[int, datetime]]


def put(number: int, events: Collection[Event], query: str, secret: str, **told: Any) -> None:
    """Write a hook for a subscriber that has none."""
    models.Hook.objects.create(subscriber_id=number, events=sorted(events), query=query, secret=secret, **told)


def every() -> list[Hook]:
    """All hooks, the oldest first."""
    return list(map(_hook, models.Hook.objects.select_related("subscriber").order_by("pk")))


def find(number: int) -> Hook | None:
    """The hook of this number."""
    row = models.Hook.objects.select_related("subscriber").filter(pk=number).first()
    return _hook(row) if row else None


def hold(number: int) -> Hook | None:
    """The hook of this number, that nobody else changes until the transaction ends."""
    list(models.Hook.objects.select_for_update().filter(pk=number).values_list("pk"))
    return find(number)


def change(number: int, **values: Any) -> None:
    """Write these columns of a hook."""
    models.Hook.objects.filter(pk=number).update(**values)


def note_risen(number: int, risen: Mapping[int, datetime]) -> None:
    """Keep which papers a hook was told to be trending."""
    change(number, risen={str(key): at.isoformat() for key, at in risen.items()})


def window(after: int, limit: int) -> Window | None:
    """Up to so many lines of the change log after this number; None if there are none."""
    rows = models.Change.objects.filter(number__gt=after).order_by("number").values_list("number", "key", "at")
    found = list(rows[:limit])
    if not found:
        return None
    return Window(found[-1][0], frozenset(key for _, key, _ in found), frozenset((key, at) for _, key, at in found))


def put_forward(source: str, seen: Window) -> set[int]:
    """The keys of papers of which this source's record was written by a change of this window."""
    rows = models.Record.objects.filter(source=source, paper__in=seen.keys).values_list("paper_id", "seen_at")
    return {key for key, at in rows if (key, at) in seen.written}


def waiting(number: int) -> int:
    """How many deliveries to a hook have not ended."""
    rows = models.Delivery.objects.filter(edition__subscriber=number, state__in=[State.QUEUED, State.CLAIMED])
    return rows.count()


def failure(hook: Hook) -> str:
    """Why the last delivery to a hook failed since its failures were forgiven, in words; empty if none did."""
    rows = models.Delivery.objects.filter(
        edition__subscriber=hook.number, state=State.FAILED, claimed_at__gte=hook.since
    )
    told = rows.order_by("-pk").values_list("reason", "response").first()
    return ": ".join(filter(None, told)) if told else ""


def suspend(number: int) -> int:
    """Let nothing that is queued for a hook be sent; answers how many deliveries that were."""
    rows = models.Delivery.objects.filter(edition__subscriber=number, state=State.QUEUED)
    return rows.update(state=State.SKIPPED, reason=PAUSED)


def revive(number: int, now: datetime) -> int:
    """Queue again what failed, or was held back, for a hook; answers how many deliveries."""
    rows = models.Delivery.objects.filter(edition__subscriber=number)
    held = rows.filter(state=State.FAILED) | rows.filter(state=State.SKIPPED, reason=PAUSED)
    return held.update(state=State.QUEUED, reason="", tries=0, next_at=now)


def keepers() -> list[int]:
    """The accounts of administrators who can sign in."""
    rows = models.Account.objects.filter(role=Role.ADMINISTRATOR, is_active=True)
    return list(rows.values_list("pk", flat=True))


def _hook(row: models.Hook) -> Hook:
    return Hook(
        number=row.pk,
        address=row.subscriber.address,
        events=frozenset(map(Event, row.events)),
        query=row.query,
        secret=row.secret,
        made_at=row.subscriber.made_at,
        since=row.since,
        position=row.position,
        newest=row.newest,
        risen={int(key): datetime.fromisoformat(at) for key, at in row.risen.items()},
        paused_at=row.paused_at,
        why=row.why,
    )
