"""What digests ask of collections: their titles, and what was added to them."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Q

from broadsheet.library import models


def title(number: int, account: int | None) -> str:
    """The title of a collection that this account may read, or anybody; empty if there is none."""
    own = Q(public=True)
    if account is not None:
        own |= Q(account=account) | Q(members__account=account)
    there = models.Collection.objects.filter(own, pk=number, deleted_at__isnull=True)
    return there.values_list("title", flat=True).first() or ""


def added(number: int, since: datetime) -> list[tuple[int, str, datetime]]:
    """(paper, its note, when) of each paper added to a collection since this moment, in the collection's order."""
    rows = models.CollectionPaper.objects.filter(collection=number, at__gt=since).order_by("place", "pk")
    return list(rows.values_list("paper_id", "note", "at"))
