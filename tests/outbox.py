"""Builders of what is to be sent: subscribers, their editions, and deliveries that wait."""

import secrets
from datetime import UTC, datetime
from typing import Any

from broadsheet.library import models
from broadsheet.sending import Outgoing

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


def a_delivery(address: str = "ada@example.org", *, at: datetime = NOW, **fields: Any) -> models.Delivery:
    """A delivery that waits, of a digest of somebody who has confirmed to want it; `fields` are the delivery's."""
    subscriber, _ = models.Subscriber.objects.get_or_create(
        door=fields.pop("door", "mail"),
        address=address,
        defaults={"secret": "s", "made_at": at, "confirmed_at": at},
    )
    subscription, _ = models.Subscription.objects.get_or_create(
        subscriber=subscriber, kind="trending", defaults={"made_at": at, "confirmed_at": at}
    )
    edition = models.Edition.objects.create(
        subscriber=subscriber,
        period=secrets.token_hex(8),
        subject="Stones of the day",
        subscriptions=[subscription.pk],
        composed_at=at,
    )
    told = {"name": secrets.token_hex(16), "next_at": at, "made_at": at}
    return models.Delivery.objects.create(edition=edition, **{**told, **fields})


def an_outgoing(address: str = "ada@example.org", **fields: Any) -> Outgoing:
    """A delivery that a process has in hand, and whatever a test cares for."""
    told = {"number": 1, "name": "a" * 32, "tries": 0, "made_at": NOW, "edition": 1, "subscriber": 1, "door": "mail"}
    return Outgoing(address=address, **{**told, **fields})
