"""The verb `open_door`: an administrator lets editions be sent to a service other than mail."""

from __future__ import annotations

import secrets
from datetime import datetime

from django.db import transaction

from broadsheet.community import Actor, Role
from broadsheet.core import roles, scheduling
from broadsheet.core.wants import WantError, checked
from broadsheet.digests import Times, Want
from broadsheet.library import papers, subscriptions


def open_door(actor: Actor, kind: str, address: str, want: Want, times: Times, zone: str, *, now: datetime) -> int:
    """Send this, at these times, to the service of this kind at this address; answers the subscriber's number.

    Nobody is asked to confirm it: who opens a door has its key. WantError if what is wanted makes no sense.
    """
    roles.require(actor, Role.ADMINISTRATOR, "open a door")
    want = checked(want)
    if not scheduling.is_zone(zone):
        raise WantError(f"There is no time zone “{zone[:60]}”. Choose one by the name of a place, as Europe/Berlin.")
    with transaction.atomic():
        secret = secrets.token_urlsafe(16)
        who = subscriptions.put_subscriber(address, door=kind, zone=zone, secret=secret, now=now)
        subscriptions.lock(who.number)
        subscriptions.change_subscriber(who.number, zone=zone, confirmed_at=who.confirmed_at or now)
        if any(one.want == want and one.ended_at is None for one in subscriptions.of(who.number)):
            raise WantError("This door gets this already.")
        number = subscriptions.add(who.number, want, times, now)
        at = scheduling.changed_at(*times, zone, None, now)
        subscriptions.change([number], confirmed_at=now, next_at=at, position=papers.newest_key())
    return who.number
