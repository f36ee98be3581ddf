"""Papers that a person said are two. The verbs `split` and `join` write it, `store` obeys it."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from broadsheet.library import models


def among(keys: Collection[int]) -> dict[int, set[int]]:
    """For each of these papers that was separated from others: from which."""
    if not models.Separation.objects.exists():
        return {}
    apart: dict[int, set[int]] = {}
    rows = models.Separation.objects.filter(Q(first__in=keys) | Q(second__in=keys))
    for first, second in rows.values_list("first_id", "second_id"):
        apart.setdefault(first, set()).add(second)
        apart.setdefault(second, set()).add(first)
    return apart


def add(one: int, other: int) -> None:
    """Keep these two papers apart from now on."""
    first, second = sorted((one, other))
    models.Separation.objects.get_or_create(first_id=first, second_id=second)


def remove(one: int, other: int) -> None:
    """Let these two papers be joined again."""
    first, second = sorted((one, other))
    models.Separation.objects.filter(first_id=first, second_id=second).delete()
