"""What is delivered: who asked for what and when, the editions made of it, each send, and whom never to mail."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from broadsheet.library.models.accounts import Account


class Subscriber(models.Model):
    """An address with subscriptions; of an account, if one has shown that it is its own.

    `door` is `mail`, or the kind of the service that `address` is a URL of. `secret` is what the links in its mails
    prove themselves by; a new one ends the old links. Nothing is sent before `confirmed_at`.
    """

    door = models.CharField(max_length=16, default="mail")
    address = models.CharField(max_length=500)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="subscribers")
    zone = models.CharField(max_length=64, default="UTC")
    secret = models.CharField(max_length=64)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["door", "address"], name="subscriber_at_door")]

    def __str__(self) -> str:
        return f"{self.door}: {self.address}"


class Subscription(models.Model):
    """That a subscriber wants something, how often, and at which hour of its day.

    `kind` is trending, front-page, category, author, collection, search or for-you; `value` says which. `every` is day,
    week or month; `weekday` from 0 for Monday. `next_at` is when the next edition is due; None when it has ended.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="subscriptions")
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=500, default="")
    every = models.CharField(max_length=8, default="day")
    weekday = models.SmallIntegerField(default=0)
    hour = models.SmallIntegerField(default=7)
    made_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    paused_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="subscription_next_at")]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["subscriber", "kind", "value"], condition=Q(ended_at__isnull=True), name="subscription_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.value} to subscriber {self.subscriber_id}"


class Edition(models.Model):
    """One frozen instance of a subscriber's digest: its sections as they were composed, for a period, once.

    `subscriptions` are the numbers of those that were due together; `papers` the keys of all papers in it.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="editions")
    period = models.CharField(max_length=32)
    subject = models.CharField(max_length=300)
    subscriptions = models.JSONField(default=list)
    papers = models.JSONField(default=list)
    content = models.JSONField(default=dict)
    composed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["subscriber", "period"], name="edition_of_period")]

    def __str__(self) -> str:
        return f"{self.period} to subscriber {self.subscriber_id}"


class Delivery(models.Model):
    """One send of an edition: queued, claimed, sent, failed or skipped, and why.

    `name` makes the Message-ID. `claimed_by` is the process that has it in hand since `claimed_at`; `response` is what
    the server said last.
    """

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="deliveries")
    name = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=16, default="queued")
    reason = models.TextField(default="")
    tries = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()
    claimed_by = models.CharField(max_length=64, default="")
    claimed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    response = models.TextField(default="")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "deliveries"
        indexes: ClassVar = [models.Index(fields=["state", "next_at"], name="delivery_state")]

    def __str__(self) -> str:
        return f"{self.name}: {self.state}"


class Suppression(models.Model):
    """An address that is never mailed again, and why: it bounced, somebody complained, or its owner asked."""

    address = models.CharField(max_length=500, unique=True)
    reason = models.CharField(max_length=16)
    words = models.TextField(default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.address}: {self.reason}"


class Bounce(models.Model):
    """What came back for a delivery: hard, soft, a complaint, or a wish to end it.

    `source` names the report and the address in it, so that a report that is read twice counts once.
    """

    source = models.CharField(max_length=128, unique=True)
    delivery = models.ForeignKey(Delivery, on_delete=models.SET_NULL, null=True, related_name="bounces")
    address = models.CharField(max_length=500, default="", db_index=True)
    kind = models.CharField(max_length=16)
    status = models.CharField(max_length=16, default="")
    words = models.TextField(default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.kind}: {self.address}"


class SendingPause(models.Model):
    """While there is a row, nothing is sent: an administrator said so."""

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"paused at {self.at}"
