"""Papers, the records they were made from, every id that leads to them, the change log and who follows it."""

from __future__ import annotations

from typing import ClassVar

from django.db import models


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
    # Title and abstract as one reads them, where that is not what stands above; `library.shown` knows if they belong.
    shown_title = models.TextField(null=True)
    shown_abstract = models.TextField(null=True)
    shown_of = models.BigIntegerField(null=True)
    # Counted here, in the transaction of each vote and each comment; `firm` are the votes that count fully.
    votes = models.IntegerField(default=0)
    firm = models.IntegerField(default=0, db_default=0)
    comments = models.IntegerField(default=0, db_default=0)
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
    # What a harvester may ask for it by, each between blanks: the kind of its id, its categories.
    tags = models.TextField(default="", db_default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["key", "number"], name="change_of_key")]

    def __str__(self) -> str:
        return f"{self.number}: paper {self.key}"


class Moment(models.Model):
    """Up to which number the change log could be read at a moment: what harvesters are told that changes were at."""

    at = models.DateTimeField(primary_key=True)
    number = models.BigIntegerField()

    class Meta:
        indexes: ClassVar = [models.Index(fields=["number"], name="moment_number")]

    def __str__(self) -> str:
        return f"{self.number} at {self.at}"


class Follower(models.Model):
    """Who follows the change log besides the index: up to which number, and with what settings it worked so far."""

    name = models.CharField(max_length=32, primary_key=True)
    number = models.BigIntegerField(default=0)
    settings = models.TextField(default="")

    def __str__(self) -> str:
        return f"{self.name} at {self.number}"


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
