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
        return self.address if self.door == "mail" else f"{self.door} {self.pk}"  # else the address is a key


class Subscription(models.Model):
    """That a subscriber wants something, how often, and at which hour of its day.

    `kind` is trending, front-page, category, author, collection, search or for-you; `value` says which. `every` is day,
    week or month; `weekday` from 0 for Monday. `next_at` is when the next edition is due; None when it has ended.
    `position` is the highest key of a paper when the last edition was made, at `covered_at`: later ones are new to it.
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
    position = models.BigIntegerField(default=0)
    covered_at = models.DateTimeField(null=True)

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

    `subscriptions` are the numbers of those that were due together; `papers` the keys of all papers in it. `kind` is
    digest, or confirmation for the mail that asks whether what was asked for in the name of an address is wanted.
    """

    subscriber = models.ForeignKey(Subscriber, on_delete=models.CASCADE, related_name="editions")
    kind = models.CharField(max_length=16, default="digest")
    period = models.CharField(max_length=32)
    subject = models.CharField(max_length=300)
    subscriptions = models.JSONField(default=list)
    papers = models.JSONField(default=list)
    content = models.JSONField(default=dict)
    composed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subscriber", "composed_at"], name="edition_of_subscriber")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["subscriber", "period"], name="edition_of_period")]

    def __str__(self) -> str:
        return f"{self.period} to subscriber {self.subscriber_id}"


class FrozenPaper(models.Model):
    """A paper as editions show it, kept as it was when they were composed, once for all that show it alike.

    `content` outlives the paper itself; `digest` is its fingerprint.
    """

    key = models.BigIntegerField()
    digest = models.CharField(max_length=32, unique=True)
    content = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"paper {self.key}: {self.digest}"


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
