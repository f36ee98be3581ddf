"""Comments in the database: what was said of a paper, by whom, in reply to what; and their number beside it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import F, Min, QuerySet

from broadsheet.community import Comment, Heard
from broadsheet.library import models

_FIELDS = ("paper_id", "parent_id", "account_id", "text", "at", "edited_at", "removed_at", "removed_by_id", "locked")


def _standing() -> QuerySet[models.Comment]:
    return models.Comment.objects.filter(account__isnull=False, removed_at__isnull=True)


def _comments(rows: QuerySet[models.Comment]) -> list[Comment]:
    """The frozen values of these rows, in one statement."""
    return [_comment(row) for row in rows.values("pk", "account__username", *_FIELDS)]


def _comment(row: dict[str, Any]) -> Comment:
    return Comment(
        key=row["pk"],
        paper=row["paper_id"],
        parent=row["parent_id"],
        account=row["account_id"],
        by=row["account__username"] or "",
        text=row["text"],
        at=row["at"],
        edited_at=row["edited_at"],
        removed_at=row["removed_at"],
        removed_by=row["removed_by_id"],
        locked=row["locked"],
    )


def count(paper: int) -> int:
    """Count the comments of a paper that stand, write their number beside it, and answer it."""
    number = _standing().filter(paper=paper).count()
    models.Paper.objects.filter(key=paper).update(comments=number)
    return number


def add(paper: int, account: int, text: str, parent: int | None, now: datetime) -> int:
    """Write a comment; answers its key."""
    row = models.Comment.objects.create(paper_id=paper, account_id=account, text=text, parent_id=parent, at=now)
    return int(row.pk)


def same(paper: int, account: int, text: str, parent: int | None, since: datetime) -> int | None:
    """The account's comment that says the very same in the same place since a moment, if there is one."""
    rows = _standing().filter(paper=paper, account=account, parent=parent, at__gte=since, text=text)
    return rows.order_by("-pk").values_list("pk", flat=True).first()


def by_key(key: int) -> Comment | None:
    """The comment of this key."""
    return next(iter(_comments(models.Comment.objects.filter(pk=key))), None)


def by_keys(keys: Collection[int]) -> dict[int, Comment]:
    """The comments of these keys that exist."""
    return {comment.key: comment for comment in _comments(models.Comment.objects.filter(pk__in=keys))}


def of_paper(paper: int) -> list[Comment]:
    """Every comment of a paper, whatever became of it, oldest first."""
    return _comments(models.Comment.objects.filter(paper=paper).order_by("pk"))


def places(paper: int) -> dict[int, tuple[int | None, bool]]:
    """Of every comment of a paper, by its key, what it replies to and whether it is locked."""
    rows = models.Comment.objects.filter(paper=paper).values_list("pk", "parent", "locked")
    return {key: (parent, locked) for key, parent, locked in rows}


def latest(*, offset: int, limit: int) -> list[Heard]:
    """The comments that stand, newest first, over all papers."""
    rows = _standing().order_by("-pk")
    columns = ("pk", "account__username", "paper__paper_id", "paper__title", *_FIELDS)
    return [
        Heard(comment=_comment(row), paper_id=row["paper__paper_id"], title=row["paper__title"])
        for row in rows.values(*columns)[offset : offset + limit]
    ]


def count_standing() -> int:
    """How many comments stand."""
    return _standing().count()


def put_text(comment: Comment, text: str, now: datetime) -> None:
    """Let the comment say something else, and keep what it said."""
    models.CommentVersion.objects.create(comment_id=comment.key, text=comment.text, until=now)
    models.Comment.objects.filter(pk=comment.key).update(text=text, edited_at=now)


def versions(key: int) -> list[tuple[str, datetime]]:
    """What a comment said before, and until when, oldest first."""
    return list(models.CommentVersion.objects.filter(comment=key).order_by("pk").values_list("text", "until"))


def erase(key: int, now: datetime) -> None:
    """Forget what a comment says and said, and what was told of it; only its place is left, marked as taken back."""
    models.CommentVersion.objects.filter(comment=key).delete()
    models.Notification.objects.filter(comment=key).delete()
    models.Flag.objects.filter(comment=key).delete()
    models.Comment.objects.filter(pk=key).update(text="", removed_at=now, removed_by=F("account"), edited_at=None)


def has_replies(key: int) -> bool:
    """Whether anything was said in reply to a comment."""
    return models.Comment.objects.filter(parent=key).exists()


def delete(key: int) -> None:
    """Delete a comment that has no replies, place and all."""
    models.Comment.objects.filter(pk=key).delete()


def put_removed(key: int, by: int | None, at: datetime | None) -> None:
    """Write who removed a comment and when; None for both puts it back."""
    models.Comment.objects.filter(pk=key).update(removed_at=at, removed_by=by)


def put_locked(key: int, locked: bool) -> None:  # noqa: FBT001 - the one thing that is written
    """Write whether anything may be said below a comment."""
    models.Comment.objects.filter(pk=key).update(locked=locked)


def discussion_lock(paper: int) -> str | None:
    """Why nothing more may be said of a paper; None if more may."""
    return models.DiscussionLock.objects.filter(paper=paper).values_list("reason", flat=True).first()


def put_discussion_lock(paper: int, reason: str, now: datetime) -> bool:
    """Let nothing more be said of a paper; False if that was so."""
    _, made = models.DiscussionLock.objects.get_or_create(paper_id=paper, defaults={"reason": reason, "at": now})
    return made


def take_discussion_lock(paper: int) -> bool:
    """Let more be said of a paper; False if that was so."""
    return bool(models.DiscussionLock.objects.filter(paper=paper).delete()[0])


def voices(paper: int) -> list[tuple[datetime, datetime, float | None]]:
    """Of every account with a comment of a paper that stands: when it first spoke, when it was made, its trust."""
    rows = _standing().filter(paper=paper).values_list("account").annotate(first=Min("at")).order_by("first", "account")
    return list(rows.values_list("first", "account__date_joined", "account__trust"))


def papers_of(account: int) -> Collection[int]:
    """The keys of all papers of which the account has said anything that stands."""
    return set(_standing().filter(account=account).values_list("paper_id", flat=True))
