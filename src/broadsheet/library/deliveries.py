"""Deliveries in the database: who takes them in hand, and what came of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncDay, TruncHour

from broadsheet.digests import Letter
from broadsheet.library import models
from broadsheet.sending import Outgoing, State


class Due(NamedTuple):
    """A queued delivery with what says whether it may still be sent."""

    outgoing: Outgoing
    confirmed: bool
    subscriptions: tuple[int, ...]


def due(number: int, doors: Collection[str], now: datetime) -> list[Due]:
    """Up to so many queued deliveries for these doors whose time has come, first those that waited longest.

    Inside a transaction: nobody else is given them until it ends. On PostgreSQL others pass them by; on SQLite a
    transaction that writes is alone.
    """
    rows = _waiting(doors, now).order_by("next_at", "pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True, of=("self",))
    return [
        _due(row)
        for row in rows.select_related("edition__subscriber").defer("edition__content", "edition__papers")[:number]
    ]


def claim(numbers: Collection[int], process: str, now: datetime) -> None:
    """Note that this process has these deliveries in hand."""
    models.Delivery.objects.filter(pk__in=numbers).update(
        state=State.CLAIMED, claimed_by=process, claimed_at=now
    )  # fmt: skip


def waiting(doors: Collection[str], now: datetime) -> bool:
    """Whether the time of a delivery for one of these doors has come."""
    return _waiting(doors, now).exists()


def open_subscriptions(numbers: Collection[int]) -> dict[int, bool]:
    """Those of these subscriptions that have not ended; True for those that are paused."""
    rows = models.Subscription.objects.filter(pk__in=numbers, ended_at=None, confirmed_at__isnull=False)
    return {pk: paused is not None for pk, paused in rows.values_list("pk", "paused_at")}


def mark_sent(accepted: Iterable[tuple[str, str]], now: datetime) -> None:
    """Note as sent, by name, what a server took, with its words. Whoever has claimed it since: that it was taken stays.

    The SQL that Django would write, without compiling it for each: this is done for every mail.
    """
    adapt = connection.ops.adapt_datetimefield_value
    sql = (
        f"UPDATE {models.Delivery._meta.db_table} SET state = %s, sent_at = %s, response = %s, reason = '', "  # noqa: S608
        "tries = tries + 1, claimed_by = '' WHERE name = %s AND state <> %s"
    )
    with connection.cursor() as cursor:
        cursor.executemany(sql, [(State.SENT, adapt(now), words, name, State.SENT) for name, words in accepted])


def in_hand(process: str, names: Collection[str]) -> dict[str, tuple[int, str, str]]:
    """Those of these deliveries that this process still has: their tries, address and door, by name."""
    rows = _of(process).filter(name__in=names)
    told = rows.values_list("name", "tries", "edition__subscriber__address", "edition__subscriber__door")
    return {name: (tries, address, door) for name, tries, address, door in told}


def put_off(process: str, name: str, *, until: datetime, words: str, tried: bool) -> None:
    """Queue a delivery that this process has for a later moment."""
    changes: dict[str, Any] = {"state": State.QUEUED, "next_at": until, "claimed_by": ""}
    if tried:
        changes |= {"tries": F("tries") + 1, "response": words, "reason": ""}
    _of(process).filter(name=name).update(**changes)


def fail(process: str, name: str, *, words: str, reason: str) -> None:
    """Note that a delivery that this process has is not tried again."""
    told = {"state": State.FAILED, "reason": reason, "response": words, "claimed_by": ""}
    _of(process).filter(name=name).update(tries=F("tries") + 1, **told)


def skip(number: int, reason: str, now: datetime) -> None:
    """Note that a queued delivery is not sent, and why."""
    models.Delivery.objects.filter(pk=number, state=State.QUEUED).update(
        state=State.SKIPPED, reason=reason, claimed_at=now
    )


def release(process: str, now: datetime, names: Collection[str] | None = None) -> int:
    """Queue what this process has in hand, or these of it, as if it had never taken them; answers how many."""
    rows = _of(process) if names is None else _of(process).filter(name__in=names)
    return rows.update(state=State.QUEUED, claimed_by="", next_at=now)


def overdue(before: datetime) -> dict[str, list[str]]:
    """What was claimed before this moment and has not ended: the names, by the process that has them."""
    found: dict[str, list[str]] = {}
    rows = models.Delivery.objects.filter(state=State.CLAIMED, claimed_at__lt=before)
    for process, name in rows.values_list("claimed_by", "name"):
        found.setdefault(process, []).append(name)
    return found


def suppressed(addresses: Collection[str]) -> set[str]:
    """Those of these addresses, in small letters, that are never to be mailed."""
    asked = {address.lower() for address in addresses}
    return set(models.Suppression.objects.filter(address__in=asked).values_list("address", flat=True))


def suppress(address: str, reason: str, words: str, now: datetime) -> bool:
    """Never mail this address again; False if that was so already."""
    told = {"reason": reason, "words": words, "at": now}
    return models.Suppression.objects.get_or_create(address=address.lower(), defaults=told)[1]


def lift(address: str) -> bool:
    """Let this address be mailed again; False if it could be."""
    return bool(models.Suppression.objects.filter(address=address.lower()).delete()[0])


def add(edition: int, name: str, now: datetime) -> int:
    """Queue one more delivery of an edition; answers its number."""
    return int(models.Delivery.objects.create(edition_id=edition, name=name, next_at=now, made_at=now).pk)


def hurry(numbers: Collection[int], now: datetime) -> int:
    """Let these deliveries, if they wait, or failed, be tried now with all tries before them; answers how many."""
    rows = models.Delivery.objects.filter(pk__in=numbers, state__in=[State.QUEUED, State.FAILED])
    return rows.update(state=State.QUEUED, next_at=now, tries=0, reason="")


def pause(account: int | None, now: datetime) -> None:
    """Let nothing be sent."""
    if not models.SendingPause.objects.exists():
        models.SendingPause.objects.create(at=now, account_id=account)


def resume() -> None:
    """Let everything be sent again."""
    models.SendingPause.objects.all().delete()


def paused() -> bool:
    """Whether nothing is to be sent."""
    return models.SendingPause.objects.exists()


class Tally(NamedTuple):
    """How many deliveries of one hour or day ended in one state."""

    at: datetime
    state: State
    number: int


def numbers(since: datetime, *, by_day: bool) -> list[Tally]:
    """How many deliveries were sent, failed or were skipped in each hour or day since this moment, oldest first."""
    cut = TruncDay if by_day else TruncHour
    found = []
    for field, states in (("sent_at", [State.SENT]), ("claimed_at", [State.FAILED, State.SKIPPED])):
        rows = models.Delivery.objects.filter(**{f"{field}__gte": since}, state__in=states).annotate(slot=cut(field))
        counted = rows.values("slot", "state").annotate(number=Count("pk")).order_by("slot")
        found += [Tally(row["slot"], State(row["state"]), row["number"]) for row in counted]
    return sorted(found)


def in_state(now: datetime) -> dict[str, int]:
    """How many deliveries are queued, claimed, and queued for later after a try; and how many addresses suppressed."""
    counts = models.Delivery.objects.aggregate(
        queued=Count("pk", filter=Q(state=State.QUEUED)),
        claimed=Count("pk", filter=Q(state=State.CLAIMED)),
        retried=Count("pk", filter=Q(state=State.QUEUED, tries__gt=0)),
        late=Count("pk", filter=Q(state=State.QUEUED, next_at__lt=now - timedelta(minutes=15))),
    )
    return {**counts, "suppressed": models.Suppression.objects.count()}


def _waiting(doors: Collection[str], now: datetime) -> QuerySet[models.Delivery]:
    rows = models.Delivery.objects.filter(state=State.QUEUED, next_at__lte=now)
    return rows.filter(edition__subscriber__door__in=doors)


def _of(process: str) -> QuerySet[models.Delivery]:
    return models.Delivery.objects.filter(state=State.CLAIMED, claimed_by=process)


def _due(row: models.Delivery) -> Due:
    edition, subscriber = row.edition, row.edition.subscriber
    outgoing = Outgoing(
        number=row.pk,
        name=row.name,
        tries=row.tries,
        made_at=row.made_at,
        edition=edition.pk,
        subscriber=subscriber.pk,
        door=subscriber.door,
        address=subscriber.address,
        asked=edition.kind != Letter.DIGEST,
    )
    return Due(outgoing, subscriber.confirmed_at is not None, tuple(edition.subscriptions))
