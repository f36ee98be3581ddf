"""Repositories of code that papers link to: which papers, and what their host says of them from day to day."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db.models import F

from broadsheet.incoming import Repository
from broadsheet.library import models


def link(names: Mapping[int, Collection[str]]) -> None:
    """Let these papers, by key, link to these repositories and no others; repositories that are new are added."""
    wanted = {name for several in names.values() for name in several}
    models.Repository.objects.bulk_create((models.Repository(name=name) for name in wanted), ignore_conflicts=True)
    there = models.RepositoryLink.objects.filter(paper__in=names).values_list("pk", "paper_id", "repository_id")
    old = [pk for pk, key, name in there if name not in names[key]]
    models.RepositoryLink.objects.filter(pk__in=old).delete()
    models.RepositoryLink.objects.bulk_create(
        (models.RepositoryLink(paper_id=key, repository_id=name) for key, several in names.items() for name in several),
        ignore_conflicts=True,
    )


def stale(before: datetime, limit: int) -> dict[str, tuple[str, str]]:
    """Repositories not asked about since this moment, with their validators: never asked ones, then the oldest."""
    rows = models.Repository.objects.filter(links__isnull=False).distinct()
    rows = rows.exclude(checked_at__gte=before).order_by(F("checked_at").asc(nulls_first=True), "name")
    return {name: (etag, modified) for name, etag, modified in rows.values_list("name", "etag", "modified")[:limit]}


def put(name: str, found: Repository | None, validators: tuple[str, str], now: datetime) -> None:
    """Write what the host says of a repository now, None if nothing changed; its stars are kept by the day."""
    rows = models.Repository.objects.filter(name=name)
    if found is None:
        rows.update(checked_at=now)
        return
    rows.update(
        spelled=found.name,
        stars=None if found.gone else found.stars,
        pushed_at=found.pushed_at,
        archived=found.archived,
        gone=found.gone,
        etag=validators[0],
        modified=validators[1],
        checked_at=now,
    )
    if not found.gone:
        models.RepositoryStars.objects.update_or_create(
            repository_id=name, day=now.date(), defaults={"stars": found.stars}
        )


def stars_after(number: int, limit: int) -> list[tuple[int, int, list[int]]]:
    """The next numbers of stars that were kept: (number of the row, stars, keys of the papers that link there)."""
    rows = models.RepositoryStars.objects.filter(pk__gt=number).order_by("pk")
    found = list(rows.values_list("pk", "stars", "repository_id")[:limit])
    keys: dict[str, list[int]] = {}
    links = models.RepositoryLink.objects.filter(repository__in={name for _, _, name in found})
    for name, key in links.values_list("repository_id", "paper_id"):
        keys.setdefault(name, []).append(key)
    return [(pk, stars, keys.get(name, [])) for pk, stars, name in found]


def of_paper(key: int) -> list[Repository]:
    """What is known of the repositories that a paper links to, the most starred first."""
    rows = models.Repository.objects.filter(links__paper=key, checked_at__isnull=False)
    return [
        Repository(
            name=row.spelled or row.name,
            stars=row.stars or 0,
            pushed_at=row.pushed_at,
            archived=row.archived,
            gone=row.gone,
        )
        for row in rows.order_by(F("stars").desc(nulls_last=True), "name")
    ]
