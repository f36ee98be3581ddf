"""Hooks, what comes back of deliveries, and the pause of all sending."""

from __future__ import annotations

from django.db import models

from broadsheet.library.models.accounts import Account
from broadsheet.library.models.delivery import Delivery, Subscriber


class Hook(models.Model):
    """What a subscriber at the door `hook` is told of, and how far it was told; see `broadsheet.sending.Hook`.

    The secret is readable, because signatures are computed from it.
    """

    subscriber = models.OneToOneField(Subscriber, on_delete=models.CASCADE, primary_key=True, related_name="hook")
    events = models.JSONField(default=list)
    query = models.CharField(max_length=500, default="")
    secret = models.CharField(max_length=100)
    position = models.BigIntegerField(default=0)
    newest = models.BigIntegerField(default=0)
    risen = models.JSONField(default=dict)
    since = models.DateTimeField()
    paused_at = models.DateTimeField(null=True)
    why = models.TextField(default="")

    def __str__(self) -> str:
        return f"hook {self.pk}"


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
