"""Collections in the database: whose they are, who else reads or edits them, and which wait in the bin."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from broadsheet.community import Access, Collection
from broadsheet.library import models

_FIELDS = ("title", "about", "public", "origin", "made_at", "changed_at", "deleted_at")


class Member(NamedTuple):
    """An account that a collection is shared with, and whether it edits it."""

    account: int
    name: str
    edits: bool


def put(account: int, title: str, about: str, *, public: bool, secret: str, now: datetime) -> int:
    """Write a new collection; answers its key."""
    return models.Collection.objects.create(
        account_id=account, title=title, about=about, public=public, secret=secret, made_at=now, changed_at=now
    ).pk


def find(key: int, account: int | None) -> Collection | None:
    """The collection of this key, in the bin or not, as this account sees it, or as a stranger does."""
    return next(_seen(models.Collection.objects.filter(pk=key), account), None)


def of_account(account: int) -> list[Collection]:
    """The collections of an account and those shared with it, out of the bin, its own first, by their titles."""
    mine = Q(account=account) | Q(members__account=account)
    rows = models.Collection.objects.filter(mine, deleted_at__isnull=True).distinct()
    return sorted(_seen(rows, account), key=lambda each: (each.owner != account, each.title.casefold(), each.key))


def in_bin(account: int) -> list[Collection]:
    """The deleted collections of an account, the latest first."""
    return list(
        _seen(models.Collection.objects.filter(account=account, deleted_at__isnull=False), account, "-deleted_at")
    )


def public(account: int | None, *, offset: int, limit: int) -> list[Collection]:
    """The public collections that have a paper, the latest changed first, as this account sees them."""
    return list(_seen(_public(), account, "-changed_at", "-pk", page=slice(offset, offset + limit)))


def count_public() -> int:
    """How many public collections have a paper."""
    return _public().count()


def of_origin(account: int, origin: str) -> int | None:
    """The key of the collection that an account imported from there and that is not in the bin."""
    rows = models.Collection.objects.filter(account=account, origin=origin, deleted_at__isnull=True)
    return rows.order_by("pk").values_list("pk", flat=True).first()


def number_of(account: int) -> int:
    """How many collections an account has, in the bin or not."""
    return models.Collection.objects.filter(account=account).count()


def lock(key: int) -> None:
    """Let no other change this collection until the transaction ends."""
    lock_all([key])


def lock_all(keys: Iterable[int]) -> None:
    """Let no other change these collections until the transaction ends."""
    list(models.Collection.objects.select_for_update().filter(pk__in=list(keys)).order_by("pk").values_list("pk"))


def change(key: int, **fields: Any) -> bool:
    """Write these fields of a collection; False if there is none of this key."""
    return bool(models.Collection.objects.filter(pk=key).update(**fields))


def secret(key: int) -> str:
    """What opens the private feed of a collection; empty if nothing does."""
    return models.Collection.objects.values_list("secret", flat=True).filter(pk=key).first() or ""


def delete(key: int) -> None:
    """Delete a collection, for good."""
    models.Collection.objects.filter(pk=key).delete()


def empty_bin(before: datetime) -> int:
    """Delete, for good, the collections that were put into the bin before this moment; answers how many."""
    return models.Collection.objects.filter(deleted_at__lt=before).delete()[1].get("library.Collection", 0)


def members(key: int) -> list[Member]:
    """Whom a collection is shared with, by name."""
    rows = models.CollectionMember.objects.filter(collection=key).order_by("account__username")
    return [Member(*row) for row in rows.values_list("account_id", "account__username", "edits")]


def put_member(key: int, account: int, *, edits: bool) -> None:
    """Let this account read a collection, or edit it."""
    models.CollectionMember.objects.update_or_create(collection_id=key, account_id=account, defaults={"edits": edits})


def take_member(key: int, account: int) -> None:
    """Let this account have nothing to do with a collection."""
    models.CollectionMember.objects.filter(collection=key, account=account).delete()


def _public() -> QuerySet[models.Collection]:
    rows = models.Collection.objects.filter(public=True, deleted_at__isnull=True)
    return rows.filter(pk__in=models.CollectionPaper.objects.values("collection"))


def _seen(
    rows: QuerySet[models.Collection], account: int | None, *order: str, page: slice = slice(None)
) -> Iterator[Collection]:
    sizes = models.CollectionPaper.objects.filter(collection=OuterRef("pk")).order_by().values("collection")
    mine = models.CollectionMember.objects.filter(collection=OuterRef("pk"), account=account or 0)
    several = rows.order_by(*order or ("pk",)).annotate(
        by=F("account__username"),
        size=Coalesce(
            Subquery(sizes.annotate(number=Count("pk")).values("number")), Value(0), output_field=IntegerField()
        ),
        edits=Subquery(mine.values("edits")[:1]),
    )
    for row in several.values(*_FIELDS, "pk", "account_id", "by", "size", "edits")[page]:
        key, owner, edits = row.pop("pk"), row.pop("account_id"), row.pop("edits")
        yield Collection(
            **row, key=key, owner=owner, access=_access(own=owner == account, edits=edits, public=row["public"])
        )


def _access(*, own: bool, edits: bool | None, public: bool) -> Access | None:
    if own:
        return Access.OWNS
    if edits is not None:
        return Access.EDITS if edits else Access.READS
    return Access.VISITS if public else None
