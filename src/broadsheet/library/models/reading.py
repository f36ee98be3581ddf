"""What accounts keep: collections to themselves or shared, reading states, notes, whom and what they follow."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from broadsheet.library.models.accounts import Account
from broadsheet.library.models.papers import Paper


class Collection(models.Model):
    """A list of papers that an account keeps in an order, public or private. Its private feed is opened by `secret`.

    `origin` is where it is imported from, as `zotero`, or empty. One that was deleted waits in the bin for a while.
    """

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="collections")
    title = models.CharField(max_length=200)
    about = models.TextField(default="")
    public = models.BooleanField(default=False)
    origin = models.CharField(max_length=200, default="")
    secret = models.CharField(max_length=64, default="")
    made_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(fields=["public", "-changed_at"], name="collection_public")]

    def __str__(self) -> str:
        return self.title


class CollectionPaper(models.Model):
    """A paper in a collection, at its place, with a note for whoever reads the collection.

    Places count from 1 without gaps; who writes them holds the collection's row.
    """

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="papers")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="collections")
    account = models.ForeignKey(Account, on_delete=models.SET_NULL, null=True, related_name="+")
    place = models.IntegerField()
    note = models.TextField(default="")
    at = models.DateTimeField()
    noted_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collection", "paper"], name="paper_of_collection")]
        indexes: ClassVar = [
            models.Index(fields=["collection", "place"], name="place_in_collection"),
            models.Index(fields=["collection", "-at"], name="newest_in_collection"),
        ]

    def __str__(self) -> str:
        return f"paper {self.paper_id} in collection {self.collection_id}"


class CollectionMember(models.Model):
    """An account that reads a collection of another one, and perhaps edits it."""

    collection = models.ForeignKey(Collection, on_delete=models.CASCADE, related_name="members")
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="shared_collections")
    edits = models.BooleanField(default=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["collection", "account"], name="member_of_collection")]

    def __str__(self) -> str:
        return f"account {self.account_id} at collection {self.collection_id}"


class Reading(models.Model):
    """How a paper stands with an account: to read, reading, read or nothing of it; hidden or not; a private note."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="readings")
    paper = models.ForeignKey(Paper, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=16, default="")
    hidden = models.BooleanField(default=False)
    note = models.TextField(default="")
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "paper"], name="reading_of_account")]
        indexes: ClassVar = [models.Index(fields=["account", "state", "-at"], name="reading_by_state")]

    def __str__(self) -> str:
        return f"paper {self.paper_id} with account {self.account_id}"


class Follow(models.Model):
    """That an account follows an author, a category or a search: `kind`, and its name or its line."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="follows")
    kind = models.CharField(max_length=16)
    value = models.CharField(max_length=500)
    at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind", "value"], name="follow_of_account")]

    def __str__(self) -> str:
        return f"account {self.account_id}: {self.kind} {self.value}"
