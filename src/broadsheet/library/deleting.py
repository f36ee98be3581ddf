"""What is left when an account goes: nothing that it wrote, and no row that tells whose it was.

Rows that belong to the account alone go with it by themselves. Here is what others' rows would keep of it.
"""

from __future__ import annotations

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType

from broadsheet.library import models


def empty_comments(account: int) -> set[int]:
    """Take out what the account said, and what it said before; answers the keys of the papers.

    A comment that was replied to leaves an empty place; so does, then, no place without replies.
    """
    papers = set()
    for row in models.Comment.objects.filter(account=account).order_by("-pk"):
        papers.add(row.paper_id)
        row.versions.all().delete()
        models.Comment.objects.filter(pk=row.pk).update(text="", account=None, edited_at=None)
        _remove_bare(row.pk)
    return papers


def forget(account: int) -> None:
    """Delete the row of the account, and take its words and its name out of the rows of others that stay."""
    subjects = [
        f"{kind}:{key}"
        for kind, keys in {
            "account": [account],
            "submission": models.Submission.objects.filter(account=account).values_list("pk", flat=True),
            "claim": models.Claim.objects.filter(account=account).values_list("pk", flat=True),
        }.items()
        for key in keys
    ]
    forget_subjects(subjects)
    models.Flag.objects.filter(account=account).update(words="")
    models.CollectionPaper.objects.filter(account=account).update(note="")
    models.Notification.objects.filter(by=account).delete()
    models.Subscriber.objects.filter(account=account).delete()
    kind = ContentType.objects.get_for_model(models.Account)
    told = LogEntry.objects.filter(content_type=kind, object_id=str(account))
    told.update(object_repr=f"account {account}", change_message="")
    models.Account.objects.filter(pk=account).delete()


def forget_subjects(subjects: list[str]) -> None:
    """Leave of decisions about these that they were made, when and why; not whom or what they quoted."""
    models.Decision.objects.filter(subject__in=subjects).update(title="", before={})


def comments_of(account: int) -> list[int]:
    """The keys of the comments of an account."""
    return list(models.Comment.objects.filter(account=account).values_list("pk", flat=True))


def _remove_bare(key: int | None) -> None:
    """Delete a place without comment and without replies, and then the one that it replied to, if that is bare now."""
    while key is not None:
        row = models.Comment.objects.filter(pk=key, account__isnull=True).first()
        if row is None or models.Comment.objects.filter(parent=key).exists():
            return
        key = row.parent_id
        row.delete()
