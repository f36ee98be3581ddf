"""What accounts say of their own ranking, and what rankings are credited with, without saying by whom."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from broadsheet.library.models.accounts import Account
from broadsheet.library.models.papers import Paper


class Taste(models.Model):
    """What an account says of its ranking itself; what it did is read where it did it.

    `wanted` and `unwanted` are words; `surprise` is from 0, its own field, to 1. What it did before `since` is not
    learned from.
    """

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="taste")
    wanted = models.JSONField(default=list)
    unwanted = models.JSONField(default=list)
    surprise = models.FloatField(default=0.2)
    since = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"account {self.account_id}"


class Unheeded(models.Model):
    """A paper that an account does not want to be learned from, whatever it did with it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "paper"], name="unheeded_of_account")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} by account {self.account_id}"


class Credit(models.Model):
    """How many papers that one of two mixed rankings brought were opened or voted for on a day, whoever did it."""

    day = models.DateField()
    ranking = models.CharField(max_length=32)
    against = models.CharField(max_length=32)
    number = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["day", "ranking", "against"], name="credit_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.day}: {self.number} for {self.ranking} against {self.against}"
