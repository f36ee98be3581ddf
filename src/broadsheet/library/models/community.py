"""What accounts do with papers in the sight of others: votes, submissions, comments, and what is told of them."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from broadsheet.library.models.accounts import Account
from broadsheet.library.models.papers import Paper


class Upvote(models.Model):
    """One account's +1 for a paper; gone when it is withdrawn. `weight` is what it counts by its account.

    `light` says why it does not count fully: fresh, network, ring, or said by an editor; empty if it does, and `new`
    until it is weighed. `honest` marks one that counts fully because an editor has looked at it. `network` is a keyed
    hash that changes every day and is forgotten after some time.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="upvotes")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    weight = models.FloatField(default=1.0)
    light = models.CharField(max_length=16, default="", db_default="")
    honest = models.BooleanField(default=False, db_default=False)
    network = models.CharField(max_length=32, default="", db_default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["paper"], condition=Q(light="new"), name="upvote_new")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "paper"], name="upvote_of_account")]

    def __str__(self) -> str:
        return f"account {self.account_id} for paper {self.paper_id}"


class Submission(models.Model):
    """That an account put a paper forward here, and the line that says why.

    `state` is shown, waiting or refused; `reason` says why an editor refused it.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="submissions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="submissions")
    why = models.CharField(max_length=280, default="")
    at = models.DateTimeField()
    state = models.CharField(max_length=16, default="shown")
    reason = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper", "account"], name="submission_of_account")]
        indexes: ClassVar = [models.Index(fields=["state", "at"], name="submission_by_state")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} by account {self.account_id}"


class Claim(models.Model):
    """That an account says it is an author of a paper, under which name and by what proof; waiting for an editor.

    `state` is waiting, confirmed or refused; `proof` says what speaks for it by itself: orcid, mail or nothing.
    `reason` says why an editor refused it.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="claims")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="claims")
    author = models.CharField(max_length=255)
    proof = models.CharField(max_length=16, default="")
    words = models.TextField(default="")
    at = models.DateTimeField()
    state = models.CharField(max_length=16, default="waiting")
    reason = models.TextField(default="")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper", "account"], name="claim_of_account")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} by account {self.account_id} as {self.author}"


class Comment(models.Model):
    """What an account said of a paper, in Markdown, perhaps in reply to another comment.

    An account that is gone leaves the place of its comments, without their text, so that replies keep their sense.
    Nothing can be said below a locked one. A removed one is kept for editors, who can put it back.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="comments")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, related_name="replies")
    text = models.TextField()
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    locked = models.BooleanField(default=False)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["paper", "at"], name="comment_of_paper")]

    def __str__(self) -> str:
        return f"comment {self.pk} on paper {self.paper_id}"


class CommentVersion(models.Model):
    """What a comment said before it was edited, and until when."""

    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, related_name="versions")
    text = models.TextField()
    until = models.DateTimeField()

    def __str__(self) -> str:
        return f"comment {self.comment_id} until {self.until}"


class DiscussionLock(models.Model):
    """That nothing more can be said of a paper, and why."""

    paper = models.OneToOneField(Paper, on_delete=models.CASCADE, primary_key=True, related_name="+")
    reason = models.TextField(default="")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"paper {self.paper_id}"


class Notification(models.Model):
    """What an account is told: that somebody replied to it or named it, or what was decided about something of its.

    `kind` is reply, mention or decision; `words` are shown for a decision. It is mailed once; where the server said
    that it cannot take the mail now, not again before `mail_after`.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=16)
    by = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, null=True, related_name="+")
    comment = models.ForeignKey(Comment, on_delete=models.CASCADE, null=True, related_name="+")
    words = models.TextField(default="")
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    mailed_at = models.DateTimeField(null=True)
    mail_after = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-at"], name="notification_of_account")]

    def __str__(self) -> str:
        return f"{self.kind} to account {self.account_id}"
