"""Code that lives: which repositories papers link to, and their stars and last push as their host tells them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import transaction

from broadsheet.incoming import Batch, Checkpoint, Repository
from broadsheet.library import changes, repositories
from broadsheet.sources.github import repository_name
from broadsheet.sources.http import Http, Validators
from broadsheet.sources.kinds import CodeHost
from broadsheet.types import LinkKind, Paper

FRESH = timedelta(hours=20)
LIVES = timedelta(days=365)
"""Code whose last push is older is said to rest."""

AT_ONCE = 50


def refresh(host: CodeHost, http: Http, checkpoint: Checkpoint, *, now: datetime) -> Iterator[Batch]:
    """Learn from the change log which repositories papers link to, then ask about those not asked about today.

    The checkpoint is the number of the change up to which papers were looked at.
    """
    number = int(checkpoint.get("change", 0))
    while seen := changes.after(number, 500):
        with transaction.atomic():
            repositories.link({key: _names(paper) for _, key, paper in seen if paper})
        number = seen[-1][0]
        yield Batch(checkpoint={"change": number})
    while stale := repositories.stale(now - FRESH, AT_ONCE):
        known = {name: Validators(*validators) for name, validators in stale.items()}
        for name, found, validators in host.repositories(http, known):
            repositories.put(name, found, validators, now)
        yield Batch(checkpoint={"change": number})


def of_paper(paper: Paper) -> tuple[Repository, ...]:
    """What is known of the repositories that the paper links to, the most starred first."""
    return tuple(repositories.of_paper(paper.key))


def lives(repository: Repository, now: datetime) -> bool:
    """Whether somebody still works on it: it is there, not archived, and was pushed to within a year."""
    alive = not repository.gone and not repository.archived
    return alive and repository.pushed_at is not None and now - repository.pushed_at < LIVES


def _names(paper: Paper) -> set[str]:
    links = (repository_name(link.url) for link in paper.links if link.kind is LinkKind.CODE)
    return {name.lower() for name in links if name}
