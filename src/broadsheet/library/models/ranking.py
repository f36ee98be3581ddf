"""What papers gained, and the heat that follows from it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from broadsheet.library.models.papers import Paper


class Gain(models.Model):
    """That a paper's number of something grew: what trending is made of. The first row of a kind may be no growth."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="gains")
    kind = models.CharField(max_length=16)
    before = models.FloatField()
    after = models.FloatField()
    at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["paper", "kind", "after"], name="gain_of_paper")]

    def __str__(self) -> str:
        return f"paper {self.paper_id}: {self.before} to {self.after} {self.kind}"


class Heat(models.Model):
    """The logarithm of the sum of a paper's gains, each decayed forward: derived from them, kept for the order."""

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="heat")
    value = models.FloatField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["-value"], name="heat_value")]

    def __str__(self) -> str:
        return f"paper {self.paper_id}: {self.value}"
