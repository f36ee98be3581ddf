"""The tables of the library: papers, the records they were made from, every id that leads to them, the change log.

And those of what comes in by itself: sources, what archives announced, merges of papers, repositories of code.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models


class Account(AbstractUser):
    """Who can sign in. `trust` is what its votes count in the trending list; by its age where nobody has said."""

    trust = models.FloatField(null=True, blank=True)

    class Meta:
        verbose_name = "account"
        verbose_name_plural = "accounts"


class Paper(models.Model):
    """One work, as the best of all its records says; `broadsheet.types.Paper` explains the fields."""

    key = models.BigAutoField(primary_key=True)
    paper_id = models.CharField(max_length=512, unique=True)
    title = models.TextField()
    abstract = models.TextField(default="")
    note = models.TextField(default="")
    authors = models.JSONField(default=list)
    published = models.DateField(null=True)
    updated = models.DateField(null=True)
    announced = models.DateField(null=True)
    featured = models.DateField(null=True)
    year = models.SmallIntegerField(null=True)
    categories = models.JSONField(default=list)
    links = models.JSONField(default=list)
    versions = models.JSONField(default=list)
    venue = models.TextField(default="")
    comment = models.TextField(default="")
    withdrawn = models.BooleanField(default=False)
    extras = models.JSONField(default=dict)
    # Derived from the above when a paper is written, for the sake of indexes.
    listed_on = models.DateField(null=True)
    upvotes = models.IntegerField(null=True)
    # Counted here, in the transaction of each vote.
    votes = models.IntegerField(default=0)
    # When it came, and when it last changed.
    stored_at = models.DateTimeField()
    changed_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["listed_on"], name="paper_listed_on"),
        ]

    def __str__(self) -> str:
        return f"{self.paper_id} {self.title}"


class Record(models.Model):
    """What one source said of a paper, kept whole: the paper can be made anew from its records at any time.

    `name` tells a source's records apart: the paper's id there, and the day where a source lists by day. By its
    title and first author, squashed into keys, a record finds the paper that others have made.
    """

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="records")
    source = models.CharField(max_length=64)
    name = models.CharField(max_length=600)
    payload = models.TextField()
    digest = models.CharField(max_length=32)
    title_key = models.CharField(max_length=32)
    author_key = models.CharField(max_length=128, default="")
    seen_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["title_key"], name="record_title_key")]
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "name"], name="record_of_source")]

    def __str__(self) -> str:
        return f"{self.source}: {self.name}"


class Alias(models.Model):
    """Every id that leads to a paper, its own id included."""

    alias = models.CharField(max_length=512, primary_key=True)
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="aliases")

    def __str__(self) -> str:
        return self.alias


class Change(models.Model):
    """One line of the change log: the paper of this key was written, or is gone. Never edited; numbers only grow."""

    number = models.BigAutoField(primary_key=True)
    key = models.BigIntegerField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.number}: paper {self.key}"


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


class Merge(models.Model):
    """Two papers that became one: which records were the other's, and why. Kept so that it can be undone."""

    at = models.DateTimeField()
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="merges")
    gone_id = models.CharField(max_length=512)
    gone_title = models.TextField()
    records = models.JSONField()
    cause = models.TextField()
    undone_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.gone_id} into paper {self.paper_id}"


class Separation(models.Model):
    """Two papers that a person said are two, whatever their records have in common; `first` has the lower key."""

    first = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["first", "second"], name="separation_of_two")]

    def __str__(self) -> str:
        return f"{self.first_id} is not {self.second_id}"


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


class Follower(models.Model):
    """Who follows the change log besides the index: up to which number, and with what settings it worked so far."""

    name = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField(default=0)
    settings = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.name} at {self.number}"


class Upvote(models.Model):
    """One account's +1 for a paper; gone when it is withdrawn. `weight` is what it counts in the trending list."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="upvotes")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    weight = models.FloatField(default=1.0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "paper"], name="upvote_of_account")]

    def __str__(self) -> str:
        return f"account {self.account_id} for paper {self.paper_id}"


class Submission(models.Model):
    """That an account put a paper forward here, and the line that says why."""

    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="submissions")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="submissions")
    why = models.CharField(max_length=280, default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["paper", "account"], name="submission_of_account")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} by account {self.account_id}"
