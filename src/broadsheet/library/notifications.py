"""What accounts are told, in the database: written with what happened, read on the site, mailed once."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.db.models.functions import Lower

from broadsheet.community import Letter, Notice, NoticeKind
from broadsheet.library import models


def add(accounts: Iterable[int], kind: NoticeKind, *, by: int, paper: int, comment: int, now: datetime) -> None:
    """Tell each of these accounts of a comment."""
    models.Notification.objects.bulk_create(
        models.Notification(account_id=account, kind=kind, by_id=by, paper_id=paper, comment_id=comment, at=now)
        for account in accounts
    )


def tell_decision(
    account: int, words: str, *, paper: int | None = None, comment: int | None = None, now: datetime
) -> None:
    """Tell an account in these words what was decided about something of its; not by whom."""
    models.Notification.objects.create(
        account_id=account, kind=NoticeKind.DECISION, paper_id=paper, comment_id=comment, words=words, at=now
    )


def told_of(comment: int) -> set[int]:
    """The accounts that were told of a comment because it replies to them or names them."""
    rows = models.Notification.objects.filter(comment=comment).exclude(kind=NoticeKind.DECISION)
    return set(rows.values_list("account", flat=True))


def _worth_telling() -> QuerySet[models.Notification]:
    """All but those of comments that were removed since."""
    return models.Notification.objects.filter(
        Q(kind=NoticeKind.DECISION) | Q(comment__removed_at__isnull=True, comment__account__isnull=False)
    )


def _notices(rows: QuerySet[models.Notification]) -> list[Notice]:
    columns = ("pk", "kind", "by__username", "at", "read_at", "paper__paper_id", "paper__title", "comment",
               "comment__text", "words")  # fmt: skip
    return [
        Notice(
            key=key,
            kind=NoticeKind(kind),
            by=by or "",
            at=at,
            read_at=read_at,
            paper_id=paper_id or "",
            title=title or "",
            comment=comment,
            excerpt=text or "",
            words=words,
        )
        for key, kind, by, at, read_at, paper_id, title, comment, text, words in rows.values_list(*columns)
    ]


def unread(account: int, most: int) -> int:
    """How many notices an account has not read, counted up to `most`."""
    return _worth_telling().filter(account=account, read_at__isnull=True)[:most].count()


def of_account(account: int, *, offset: int, limit: int) -> list[Notice]:
    """What an account was told: unread first, then newest first."""
    rows = _worth_telling().filter(account=account).annotate(unread=Q(read_at__isnull=True))
    return _notices(rows.order_by("-unread", "-pk")[offset : offset + limit])


def count(account: int) -> int:
    """How much an account was told."""
    return _worth_telling().filter(account=account).count()


def read(account: int, now: datetime, key: int | None = None) -> int | None:
    """Note that the account has read one notice, or all; answers the comment that the one is about."""
    rows = models.Notification.objects.filter(account=account)
    if key is not None:
        rows = rows.filter(pk=key)
    rows.filter(read_at__isnull=True).update(read_at=now)
    return rows.values_list("comment", flat=True).first() if key is not None else None


def to_mail(since: datetime, until: datetime, now: datetime, *, verified: bool) -> list[int]:
    """The accounts with unread notices of this time that nobody mailed, and that may be mailed by now.

    An account that wants no mail, or has no address, or one that is never to be mailed, is left out; `verified` asks
    for an address that it has proved to be its.
    """
    rows = _worth_telling().filter(
        read_at__isnull=True, mailed_at__isnull=True, at__gt=since, at__lte=until, account__mailed=True
    )
    rows = rows.filter(Q(mail_after__isnull=True) | Q(mail_after__lte=now), account__is_active=True)
    rows = rows.exclude(account__email="").alias(address=Lower("account__email"))
    rows = rows.exclude(address__in=models.Suppression.objects.values("address"))
    if verified:
        rows = rows.filter(
            account__emailaddress__verified=True, account__emailaddress__email__iexact=F("account__email")
        )
    return list(rows.order_by("account").values_list("account", flat=True).distinct())


def claim(account: int, since: datetime, now: datetime) -> Letter | None:
    """Mark all that can be mailed to this account as mailed, and answer it as one letter; only in a transaction."""
    rows = models.Notification.objects.select_for_update().filter(
        account=account, read_at__isnull=True, mailed_at__isnull=True, at__gt=since
    )
    keys = list(rows.values_list("pk", flat=True))
    notices = _notices(_worth_telling().filter(pk__in=keys).order_by("pk"))
    if not notices:
        return None
    models.Notification.objects.filter(pk__in=[notice.key for notice in notices]).update(mailed_at=now)
    name, address = models.Account.objects.values_list("username", "email").get(pk=account)
    return Letter(account=account, name=name, address=address, notices=tuple(notices))


def put_back(keys: Collection[int], after: datetime) -> None:
    """Let these notices be mailed again, but not before a moment."""
    models.Notification.objects.filter(pk__in=keys).update(mailed_at=None, mail_after=after)
