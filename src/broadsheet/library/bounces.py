"""What came back of deliveries, in the database."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.db.models import Max

from broadsheet.library import models
from broadsheet.sending import Bounce, BounceKind, State


class Sent(NamedTuple):
    """A delivery that something came back of: its number, its address, what it was sent for."""

    number: int
    address: str
    subscriptions: tuple[int, ...]


def sent(name: str) -> Sent | None:
    """The delivery of this name."""
    row = models.Delivery.objects.filter(name=name).select_related("edition__subscriber").first()
    if row is None:
        return None
    return Sent(row.pk, row.edition.subscriber.address, tuple(row.edition.subscriptions))


def add(bounce: Bounce, address: str, delivery: int | None, now: datetime) -> bool:
    """Write down what came back; False if it was there."""
    told = {
        "delivery_id": delivery,
        "address": address[:500],
        "kind": bounce.kind,
        "status": bounce.status[:16],
        "words": bounce.words,
        "at": now,
    }
    return models.Bounce.objects.get_or_create(source=bounce.source, defaults=told)[1]


def soft_in_a_row(address: str, since: datetime) -> int:
    """How many deliveries to this address came back softly since this moment, and since the last that did not."""
    rows = models.Bounce.objects.filter(address=address.lower(), kind=BounceKind.SOFT, at__gte=since)
    back = set(rows.exclude(delivery=None).values_list("delivery", flat=True))
    arrived = models.Delivery.objects.filter(edition__subscriber__address__iexact=address, state=State.SENT)
    last = arrived.exclude(pk__in=back).aggregate(last=Max("sent_at"))["last"]
    if last is not None:
        rows = rows.filter(delivery__sent_at__gt=last)
    return rows.exclude(delivery=None).values("delivery").distinct().count()
