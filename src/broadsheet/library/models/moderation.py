"""What keeps the paper clean: reports of something wrong, and the log of what editors decided."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from broadsheet.library.models.accounts import Account
from broadsheet.library.models.community import Comment
from broadsheet.library.models.papers import Paper


class Decision(models.Model):
    """One line of the log of decisions: who did what to what, why, and what it was before, so that it can be undone.

    `subject` names what it was about, as `comment:12`, `paper:7`, `submission:3`, `account:5`, `claim:9`. `public`
    lines are shown to everybody, the others to editors. `before` is what undoing it needs.
    """

    at = models.DateTimeField()
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="decisions")
    verb = models.CharField(max_length=32)
    subject = models.CharField(max_length=64)
    title = models.TextField(default="")
    reason = models.TextField(default="")
    public = models.BooleanField(default=True)
    before = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["subject"], name="decision_subject")]

    def __str__(self) -> str:
        return f"{self.verb} {self.subject}"


class Flag(models.Model):
    """A report that something is wrong with a comment or a paper; open until a decision closes it."""

    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="flags")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="flags")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="flags")
    reason = models.CharField(max_length=16)
    words = models.TextField(default="")
    at = models.DateTimeField()
    decision = models.ForeignKey(Decision, on_delete=models.SET_NULL, null=True, related_name="flags")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "comment"],
                condition=Q(decision__isnull=True, comment__isnull=False),
                name="open_flag_of_comment",
            ),
            models.UniqueConstraint(
                fields=["account", "paper"],
                condition=Q(decision__isnull=True, comment__isnull=True),
                name="open_flag_of_paper",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reason}: paper {self.paper_id}, comment {self.comment_id}"
