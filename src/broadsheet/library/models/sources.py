"""What comes in by itself: sources, what archives announced, repositories of code."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from broadsheet.library.models.papers import Paper


class Source(models.Model):
    """A place that is fetched from: what is wanted of it, how far the library is, and how the last fetches went.

    `checkpoint` is written in the transaction that stores what it has passed; `turns` counts those writes, so that two
    processes at one source notice each other. `failing_since` is the first failure since the last success.
    """

    name = models.CharField(max_length=64, primary_key=True)
    kind = models.CharField(max_length=32)
    words = models.JSONField(default=list, blank=True)
    values = models.JSONField(default=dict, blank=True)
    every = models.DurationField()
    paused = models.BooleanField(default=False)
    checkpoint = models.JSONField(default=dict)
    turns = models.BigIntegerField(default=0)
    added_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField()
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    error = models.TextField(default="")
    told_at = models.DateTimeField(null=True)
    # Papers since the source was added, and words on what could not be read lately.
    read = models.BigIntegerField(default=0)
    new = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unread = models.BigIntegerField(default=0)
    unread_words = models.TextField(default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["next_at"], name="source_next_at")]

    def __str__(self) -> str:
        return self.name


class AnnouncedDay(models.Model):
    """What one listing of an archive said of a category on a day: how many papers, and what is wrong with it."""

    category = models.CharField(max_length=32)
    day = models.DateField()
    listing = models.CharField(max_length=16)
    given = models.IntegerField()
    told = models.IntegerField(null=True)
    trouble = models.TextField(default="")
    seen_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["category", "day", "listing"], name="announced_day_of_listing")
        ]

    def __str__(self) -> str:
        return f"{self.category} on {self.day} by {self.listing}"


class Announcement(models.Model):
    """A paper that a listing announced in a category on a day, and what became of it.

    `state` is stored, withdrawn or missing; `reason` says why a missing one is; `looked_up` counts how often it was
    asked for by its id.
    """

    category = models.CharField(max_length=32)
    day = models.DateField()
    paper_id = models.CharField(max_length=512)
    kind = models.CharField(max_length=16)
    state = models.CharField(max_length=16)
    reason = models.TextField(default="")
    looked_up = models.SmallIntegerField(default=0)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["state", "day"], name="announcement_state"),
            models.Index(fields=["paper_id"], name="announcement_paper"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["category", "day", "paper_id"], name="announcement_of_day")
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} in {self.category} on {self.day}"


class Repository(models.Model):
    """A repository of code that papers link to, as its host last described it."""

    name = models.CharField(max_length=200, primary_key=True)
    spelled = models.CharField(max_length=200, default="")
    stars = models.IntegerField(null=True)
    pushed_at = models.DateTimeField(null=True)
    archived = models.BooleanField(default=False)
    gone = models.BooleanField(default=False)
    etag = models.CharField(max_length=200, default="")
    modified = models.CharField(max_length=64, default="")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["checked_at"], name="repository_checked_at")]

    def __str__(self) -> str:
        return self.name


class RepositoryLink(models.Model):
    """That a paper links to a repository."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="links")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="repositories")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["repository", "paper"], name="repository_of_paper")]

    def __str__(self) -> str:
        return f"paper {self.paper_id}: {self.repository_id}"


class RepositoryStars(models.Model):
    """How many stars a repository had on a day; a row only for days on which its host told anything new of it."""

    repository = models.ForeignKey(Repository, on_delete=models.CASCADE, related_name="days")
    day = models.DateField()
    stars = models.IntegerField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["repository", "day"], name="stars_on_a_day")]

    def __str__(self) -> str:
        return f"{self.repository_id}: {self.stars} on {self.day}"
