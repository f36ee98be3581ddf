"""Subscribers and their subscriptions in the database, and the addresses that are never to be mailed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.db.models.functions import Mod

from broadsheet.digests import Every, Kind, Subscriber, Subscription, Times, Want
from broadsheet.library import models

_SUBSCRIBER = ("pk", "address", "secret", "door", "zone", "account_id", "confirmed_at")
_SUBSCRIPTION = (
    "pk", "subscriber_id", "kind", "value", "every", "weekday", "hour", "confirmed_at", "paused_at", "ended_at",
    "next_at", "position", "covered_at",
)  # fmt: skip


def _subscriber(row: tuple[Any, ...]) -> Subscriber:
    number, address, secret, door, zone, account, confirmed_at = row
    return Subscriber(
        number=number, address=address, secret=secret, door=door, zone=zone, account=account, confirmed_at=confirmed_at
    )


def _subscription(row: tuple[Any, ...]) -> Subscription:
    number, subscriber, kind, value, every, weekday, hour, *rest = row
    named = dict(zip(_SUBSCRIPTION[7:], rest, strict=True))
    return Subscription(
        number=number,
        subscriber=subscriber,
        want=Want(Kind(kind), value),
        times=Times(Every(every), weekday, hour),
        **named,
    )


def suppressed(address: str) -> str:
    """Why this address is never mailed: the reason in one word; empty if it is."""
    row = models.Suppression.objects.filter(address=address).values_list("reason", flat=True).first()
    return row or ""


def verified_address(account: int) -> str:
    """The mail address that an account has shown to be its own, its first one before others; empty if it has none."""
    rows = apps.get_model("account.EmailAddress").objects.filter(user=account, verified=True).order_by("-primary", "pk")
    return str(rows.values_list("email", flat=True).first() or "")


def put_subscriber(address: str, *, door: str, zone: str, secret: str, now: datetime) -> Subscriber:
    """The subscriber at this address, written if there was none."""
    row, _ = models.Subscriber.objects.get_or_create(
        door=door, address=address, defaults={"zone": zone, "secret": secret, "made_at": now}
    )
    return _subscriber(tuple(getattr(row, name) for name in _SUBSCRIBER))


def subscriber(number: int) -> Subscriber | None:
    """The subscriber of this number."""
    row = models.Subscriber.objects.filter(pk=number).values_list(*_SUBSCRIBER).first()
    return _subscriber(row) if row else None


def at(address: str, door: str = "mail") -> Subscriber | None:
    """The subscriber at this address."""
    row = models.Subscriber.objects.filter(door=door, address=address).values_list(*_SUBSCRIBER).first()
    return _subscriber(row) if row else None


def lock(number: int) -> None:
    """Let nobody else change this subscriber, or what it is subscribed to, until the transaction ends."""
    list(models.Subscriber.objects.select_for_update().filter(pk=number).values_list("pk"))


def change_subscriber(number: int, **values: Any) -> None:
    """Write these values of a subscriber."""
    models.Subscriber.objects.filter(pk=number).update(**values)


def delete_subscriber(number: int) -> None:
    """Delete a subscriber, with all subscriptions, editions and deliveries."""
    models.Subscriber.objects.filter(pk=number).delete()


def delete_unconfirmed(before: datetime) -> int:
    """Delete what nobody confirmed since this moment, and the subscribers who have nothing else."""
    rows = models.Subscription.objects.filter(confirmed_at=None, made_at__lt=before)
    number: int = rows.delete()[1].get("library.Subscription", 0)
    models.Subscriber.objects.filter(confirmed_at=None, made_at__lt=before, subscriptions=None).delete()
    return number


def of(subscriber: int) -> list[Subscription]:
    """All subscriptions of a subscriber, the living before the ended, in the order they were made."""
    rows = models.Subscription.objects.filter(subscriber=subscriber).order_by("pk")
    found = [_subscription(row) for row in rows.values_list(*_SUBSCRIPTION)]
    return sorted(found, key=lambda one: one.ended_at is not None)


def add(subscriber: int, want: Want, times: Times, now: datetime) -> int:
    """Write a subscription that nobody has confirmed yet; answers its number."""
    row = models.Subscription.objects.create(
        subscriber_id=subscriber,
        kind=want.kind,
        value=want.value,
        every=times.every,
        weekday=times.weekday,
        hour=times.hour,
        made_at=now,
    )
    return int(row.pk)


def change(numbers: Collection[int], **values: Any) -> int:
    """Write these values of subscriptions; answers of how many."""
    return models.Subscription.objects.filter(pk__in=numbers).update(**values)


def due(now: datetime, after: int, limit: int, share: tuple[int, int] = (0, 1)) -> list[int]:
    """Subscribers above this number with something due, ascending: those whose numbers have this rest by this divisor.

    A number may come several times if several of its subscriptions are due.
    """
    rest, divisor = share
    rows = _due(now).filter(subscriber__gt=after).order_by("subscriber_id")
    if divisor > 1:
        rows = rows.alias(rest=Mod("subscriber_id", divisor)).filter(rest=rest)
    return list(rows.values_list("subscriber_id", flat=True).distinct()[:limit])


def due_number(now: datetime, most: int) -> int:
    """How many subscribers have something due, counted no further than to `most`."""
    rows = _due(now).order_by().values("subscriber_id").distinct()
    return int(rows[:most].count())


def awaited(now: datetime) -> dict[tuple[Every, Kind], int]:
    """Of what kinds subscriptions are due, told how often, and the first position of any of them."""
    rows = _due(now).order_by().values_list("every", "kind").annotate(first=Min("position"))
    return {(Every(every), Kind(kind)): first for every, kind, first in rows}


def due_of(subscribers: Collection[int], now: datetime) -> list[tuple[Subscriber, list[Subscription]]]:
    """Those of these subscribers with all of their subscriptions that are due, each once."""
    rows = _due(now).filter(subscriber__in=subscribers).order_by("subscriber_id", "pk")
    found: dict[int, list[Subscription]] = {}
    for row in rows.values_list(*_SUBSCRIPTION):
        one = _subscription(row)
        found.setdefault(one.subscriber, []).append(one)
    people = models.Subscriber.objects.filter(pk__in=found).order_by("pk").values_list(*_SUBSCRIBER)
    return [(_subscriber(row), found[row[0]]) for row in people]


def hold(numbers: Collection[int]) -> dict[int, datetime | None]:
    """When each of these subscriptions is due, held so until the transaction ends."""
    rows = models.Subscription.objects.select_for_update().filter(pk__in=numbers, ended_at=None, paused_at=None)
    return dict(rows.order_by("pk").values_list("pk", "next_at"))


def move(due: Mapping[int, datetime], position: int, covered_at: datetime) -> None:
    """Write when each of these subscriptions is due next, and up to where all of them have covered.

    Many are due at the same moment: it takes a statement for each moment, not for each of them.
    """
    at: dict[datetime, list[int]] = {}
    for number, next_at in due.items():
        at.setdefault(next_at, []).append(number)
    for next_at, numbers in at.items():
        models.Subscription.objects.filter(pk__in=numbers).update(
            next_at=next_at, position=position, covered_at=covered_at
        )


def listed(offset: int, limit: int) -> list[tuple[Subscriber, list[Subscription]]]:
    """One page of all subscribers by number, with what they are subscribed to."""
    people = [
        _subscriber(row)
        for row in models.Subscriber.objects.order_by("pk").values_list(*_SUBSCRIBER)[offset : offset + limit]
    ]
    theirs: dict[int, list[Subscription]] = {one.number: [] for one in people}
    rows = models.Subscription.objects.filter(subscriber__in=theirs).order_by("pk")
    for row in rows.values_list(*_SUBSCRIPTION):
        theirs[row[1]].append(_subscription(row))
    return [(one, theirs[one.number]) for one in people]


def counts() -> Mapping[str, int]:
    """How many subscriptions are running, by kind."""
    rows = models.Subscription.objects.filter(ended_at=None).exclude(confirmed_at=None)
    return dict(rows.values_list("kind").annotate(number=Count("pk")).order_by("kind"))


def _due(now: datetime) -> Any:
    barred = models.Suppression.objects.filter(address=OuterRef("subscriber__address"))
    running = Q(next_at__lte=now, ended_at=None, paused_at=None, subscriber__confirmed_at__isnull=False)
    return models.Subscription.objects.filter(~Exists(barred), running).exclude(confirmed_at=None)
