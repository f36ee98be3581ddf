"""Editions in the database: frozen, with the papers in them as they were, and queued for delivery."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson
from django.db import connection
from django.db.models import QuerySet

from broadsheet.digests import Edition, FrozenPaper, Letter
from broadsheet.library import bulk, models
from broadsheet.sending import State


class Draft(NamedTuple):
    """An edition that is not written yet: of whom, for which period, with what."""

    subscriber: int
    kind: Letter
    period: str
    subject: str
    subscriptions: Sequence[int]
    papers: Sequence[int]
    content: Mapping[str, Any]


_COLUMNS = ("subscriber", "kind", "period", "subject", "subscriptions", "papers", "content", "composed_at")


def freeze(papers: Mapping[int, Mapping[str, Any]]) -> dict[int, int]:
    """Keep papers as they are now, by their keys; answers under which number each is kept. Alike ones are kept once."""
    texts = {key: orjson.dumps(content, option=orjson.OPT_SORT_KEYS) for key, content in papers.items()}
    digests = {hashlib.blake2b(b"%d %s" % (key, text), digest_size=16).hexdigest(): key for key, text in texts.items()}
    bulk.insert(
        models.FrozenPaper,
        ("key", "digest", "content"),
        ((key, digest, texts[key].decode()) for digest, key in sorted(digests.items())),
        over=("digest",),
    )
    found: dict[int, int] = {}
    names = list(digests)
    for first in range(0, len(names), 500):
        rows = models.FrozenPaper.objects.filter(digest__in=names[first : first + 500])
        found |= {digests[digest]: number for number, digest in rows.values_list("pk", "digest")}
    return found


def put(drafts: Sequence[Draft], now: datetime) -> int:
    """Write editions and queue a delivery of each; those whose period has one already are left out. Answers how many.

    In the transaction that moves what was due.
    """
    names = {(draft.subscriber, draft.period) for draft in drafts}
    there = models.Edition.objects.filter(
        subscriber__in={draft.subscriber for draft in drafts}, period__in={draft.period for draft in drafts}
    )
    names -= set(there.values_list("subscriber_id", "period"))
    fresh = [draft for draft in drafts if (draft.subscriber, draft.period) in names]
    if not fresh:
        return 0
    moment = connection.ops.adapt_datetimefield_value(now)
    keys = bulk.next_keys(models.Edition, len(fresh))
    rows = (
        (key, one.subscriber, one.kind.value, one.period, one.subject[:300], _json(one.subscriptions),
         _json(one.papers), _json(one.content), moment)
        for key, one in zip(keys, fresh, strict=True)
    )  # fmt: skip
    bulk.insert(models.Edition, ("id", *_COLUMNS), rows)
    queued = ((key, secrets.token_hex(16), "queued", "", 0, moment, "", "", moment) for key in keys)
    columns = ("edition", "name", "state", "reason", "tries", "next_at", "claimed_by", "response", "made_at")
    bulk.insert(models.Delivery, columns, queued)
    return len(fresh)


def edition(number: int) -> Edition | None:
    """The edition of this number, with its papers as they were."""
    return next(iter(_editions(models.Edition.objects.filter(pk=number), frozen=True)), None)


def of_subscriber(subscriber: int, limit: int, *, frozen: bool = False) -> list[Edition]:
    """The newest digests of a subscriber, newest first; without their papers, unless they are asked for as `frozen`."""
    rows = models.Edition.objects.filter(subscriber=subscriber, kind=Letter.DIGEST).order_by("-composed_at", "-pk")
    return _editions(rows[:limit], frozen=frozen)


def mailed(subscribers: Collection[int], since: datetime) -> dict[int, dict[int, datetime]]:
    """Which papers each of these subscribers was sent since this moment, and when last."""
    rows = models.Edition.objects.filter(subscriber__in=subscribers, composed_at__gte=since).order_by("composed_at")
    found: dict[int, dict[int, datetime]] = {number: {} for number in subscribers}
    for subscriber, papers, at in rows.values_list("subscriber_id", "papers", "composed_at"):
        found[subscriber] |= dict.fromkeys(papers, at)
    return found


def asked_since(subscriber: int, since: datetime) -> int:
    """How often this address was asked to confirm something since this moment."""
    rows = models.Edition.objects.filter(subscriber=subscriber, kind=Letter.CONFIRMATION, composed_at__gte=since)
    return rows.count()


def skip(subscriber: int, reason: str, now: datetime) -> int:
    """Let nothing be sent any more of digests all whose subscriptions have ended; answers how many were queued."""
    ended = set(
        models.Subscription.objects.filter(subscriber=subscriber).exclude(ended_at=None).values_list("pk", flat=True)
    )
    queued = models.Delivery.objects.filter(edition__subscriber=subscriber, state=State.QUEUED)
    rows = queued.filter(edition__kind=Letter.DIGEST).values_list("pk", "edition__subscriptions")
    doomed = [number for number, subscriptions in rows if ended.issuperset(subscriptions)]
    deliveries = models.Delivery.objects.filter(pk__in=doomed)
    return deliveries.update(state=State.SKIPPED, reason=reason, claimed_at=now)


def ended(subscriptions: Collection[int]) -> set[int]:
    """Those of these subscriptions that have ended, or are gone."""
    rows = models.Subscription.objects.filter(pk__in=subscriptions, ended_at=None)
    return set(subscriptions) - set(rows.values_list("pk", flat=True))


def _editions(rows: QuerySet[models.Edition], *, frozen: bool) -> list[Edition]:
    """Rows as editions, with all their papers in one statement if they are asked for."""
    numbers = {row.pk: _frozen_in(row) if frozen else set() for row in rows}
    kept = {}
    if every := set().union(*numbers.values()):
        told = models.FrozenPaper.objects.filter(pk__in=every).values_list("pk", "digest", "content")
        kept = {number: FrozenPaper(*words) for number, *words in told}
    return [
        Edition(
            number=row.pk,
            subscriber=row.subscriber_id,
            kind=Letter(row.kind),
            period=row.period,
            subject=row.subject,
            subscriptions=tuple(row.subscriptions),
            content=row.content,
            composed_at=row.composed_at,
            frozen={number: kept[number] for number in numbers[row.pk] & kept.keys()},
        )
        for row in rows
    ]


def _frozen_in(row: models.Edition) -> set[int]:
    return {paper["frozen"] for section in row.content.get("sections", ()) for paper in section["papers"]}


def _json(value: Any) -> str:
    return orjson.dumps(value).decode()
