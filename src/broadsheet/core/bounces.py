"""The verb `take`: what came back of deliveries is written down, and what follows from it is done, once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.core import subscribing
from broadsheet.core.sending import BOUNCED
from broadsheet.library import bounces, deliveries, subscriptions
from broadsheet.sending import MAIL, Bounce, BounceKind

SOFT_LIMIT = 5
"""So many deliveries that came back softly, one after the other, and the address is not mailed again."""

SOFT_WINDOW = timedelta(days=60)
COMPLAINED = "complaint"


def take(found: Iterable[Bounce], *, now: datetime, believed: bool = False) -> int:
    """Write down what reports say, and act on it; answers how many were new.

    A hard bounce suppresses its address at once, the fifth soft one in a row too; a complaint suppresses it and ends
    what it was subscribed to; a wish ends what the delivery was sent for. A report read twice counts once.

    Anybody can send a report to a mailbox. So nothing is done unless it names a delivery, by the name that only its
    recipient and the servers on the way have seen; what is done concerns the address of that delivery, whatever address
    the report has, for a server may tell the one that a mail was forwarded to. `believed` reports came over a way that
    is secret, and may name an address alone.
    """
    new = 0
    with transaction.atomic():
        for bounce in found:
            sent = bounces.sent(bounce.delivery) if bounce.delivery else None
            address = (sent.address if sent else bounce.address).lower()
            if not bounces.add(bounce, address, sent.number if sent else None, now):
                continue
            new += 1
            if address and (sent or believed):
                _act(bounce, address, sent.subscriptions if sent else (), now)
    return new


def _act(bounce: Bounce, address: str, wanted: tuple[int, ...], now: datetime) -> None:
    if bounce.kind is BounceKind.HARD:
        deliveries.suppress(address, BOUNCED, bounce.words, now)
    elif bounce.kind is BounceKind.SOFT:
        if bounces.soft_in_a_row(address, now - SOFT_WINDOW) >= SOFT_LIMIT:
            words = f"{SOFT_LIMIT} mails in a row came back; the last one said: {bounce.words}"
            deliveries.suppress(address, BOUNCED, words, now)
    else:
        if bounce.kind is BounceKind.COMPLAINT:
            deliveries.suppress(address, COMPLAINED, bounce.words, now)
        who = subscriptions.at(address, MAIL)
        if who:
            ends = None if bounce.kind is BounceKind.COMPLAINT else wanted
            subscribing.end(who, ends, now=now)
