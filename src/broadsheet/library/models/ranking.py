"""What papers gained, the heat that follows from it, lists as they were, and what changed the ranking."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from broadsheet.library.models.accounts import Account
from broadsheet.library.models.papers import Paper


class Gain(models.Model):
    """That a paper's number of something grew: what trending is made of. The first row of a kind may be no growth."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="gains")
    kind = models.CharField(max_length=16)
    before = models.FloatField()
    after = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["paper", "kind", "after"], name="gain_of_paper"),
            models.Index(fields=["at"], name="gain_at"),
        ]

    def __str__(self) -> str:
        return f"paper {self.paper_id}: {self.before} to {self.after} {self.kind}"


class Heat(models.Model):
    """The logarithm of the sum of a paper's gains, each decayed forward: derived from them, kept for the order.

    `firm` is that of its gains without light votes, null if there is none.
    """

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="heat")
    value = models.FloatField()
    firm = models.FloatField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-value"], name="heat_value")]

    def __str__(self) -> str:
        return f"paper {self.paper_id}: {self.value}"


class PastList(models.Model):
    """A list as it stood when its day was over: never edited. `name` is front page or trending.

    `entries` are the places in order, each with the id and title of its paper then, and what it was placed by.
    """

    day = models.DateField()
    name = models.CharField(max_length=16)
    taken_at = models.DateTimeField()
    version = models.IntegerField()
    formula = models.JSONField(default=dict)
    entries = models.JSONField(default=list)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["day", "name"], name="past_list_of_day")]

    def __str__(self) -> str:
        return f"{self.name} of {self.day}"


class RankingChange(models.Model):
    """One line of the public log of the ranking: a formula that was put in place, or what was said of votes.

    `kind` is formula, account or votes; `said` the numbers. `account` is who said it, which is not public.
    """

    at = models.DateTimeField()
    kind = models.CharField(max_length=16)
    said = models.JSONField(default=dict)
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"{self.kind} at {self.at}"


class RingMember(models.Model):
    """An account that votes with others again and again: its ring, with how many, on how many papers, and by chance."""

    account = models.OneToOneField(Account, on_delete=models.CASCADE, primary_key=True, related_name="ring")
    ring = models.IntegerField()
    members = models.IntegerField()
    together = models.IntegerField()
    expected = models.FloatField()
    found_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"account {self.account_id} in ring {self.ring}"
