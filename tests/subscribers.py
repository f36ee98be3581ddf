"""Builders of subscribers, as they come about: by a form, a mail that asks, and its link."""

import re
from datetime import UTC, datetime

from broadsheet.core import subscribing
from broadsheet.deliver.mail import rendering
from broadsheet.digests import Subscriber, Times, Want
from broadsheet.library import models, subscriptions

CHANGED = datetime(2026, 3, 17, 4, tzinfo=UTC)
"""When papers come in, on a Tuesday."""

MORNING = datetime(2026, 3, 17, 6, 30, tzinfo=UTC)
"""Half past seven in Berlin that day."""

EVENING = datetime(2026, 3, 17, 20, tzinfo=UTC)
NOON_BEFORE = datetime(2026, 3, 16, 12, tzinfo=UTC)


def confirmed(
    *wants: Want,
    address: str = "ada@example.org",
    times: Times = Times(),  # noqa: B008 - a value that never changes
    zone: str = "Europe/Berlin",
    now: datetime = NOON_BEFORE,
) -> Subscriber:
    """A subscriber who has asked for these and said yes."""
    subscribing.subscribe(address, wants, times, zone, now=now)
    subscribing.confirm(proof_in(sent()[-1]), now=now)
    found = subscriptions.at(address)
    assert found
    return found


def sent() -> list[models.Edition]:
    """All editions, in the order they were made."""
    return list(models.Edition.objects.order_by("pk"))


def mail(edition: models.Edition) -> rendering.Rendering:
    """An edition as it is mailed."""
    return rendering.show(*rendering.of(edition.pk))


def proof_in(edition: models.Edition) -> str:
    """The proof in the link of a mail that asks."""
    found = re.search(r"/subscriptions/confirm/(\S+)", mail(edition).text)
    assert found
    return found[1]
