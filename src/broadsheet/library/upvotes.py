"""Upvotes in the database: one of an account for a paper, and their number beside the paper."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count, Q, Sum
from django.db.models.functions import Greatest

from broadsheet.library import models


class Vote(NamedTuple):
    """An upvote of a paper as it is weighed: `vouched` says that an editor has said what it counts."""

    number: int
    at: datetime
    weight: float
    light: str
    network: str
    ring: int | None
    vouched: bool


def put(account: int, paper: int, now: datetime, weight: float, light: str, network: str) -> bool:
    """Write the upvote of this account; False if it was there."""
    told = {"at": now, "weight": weight, "light": light, "network": network}
    _, made = models.Upvote.objects.get_or_create(account_id=account, paper_id=paper, defaults=told)
    return made


def withdraw(account: int, paper: int) -> bool:
    """Delete the upvote of this account; False if there was none."""
    return bool(models.Upvote.objects.filter(account=account, paper=paper).delete()[0])


def lock(paper: int) -> None:
    """Let no other vote for this paper be counted until the transaction ends."""
    list(models.Paper.objects.select_for_update().filter(key=paper).values_list("key"))


def count(paper: int) -> int:
    """Count the upvotes of a paper anew, write beside it how many there are and how many count fully; answers all."""
    number, firm = (
        models.Upvote.objects.filter(paper=paper)
        .aggregate(number=Count("pk"), firm=Count("pk", filter=Q(light="")))
        .values()
    )
    models.Paper.objects.filter(key=paper).update(votes=number, firm=firm)
    return int(number)


def weights(paper: int) -> tuple[float, float]:
    """The sum of the weights of a paper's upvotes that count fully, and of the light ones."""
    sums = models.Upvote.objects.filter(paper=paper).aggregate(
        firm=Sum(Greatest("weight", 1.0), filter=Q(light="")), light=Sum("weight", filter=~Q(light=""))
    )
    return sums["firm"] or 0.0, sums["light"] or 0.0


def firm_ones(paper: int, network: str, ring: int | None) -> tuple[int, int]:
    """How many upvotes of a paper that count fully came from this network, and from this ring, unvouched for."""
    rows = models.Upvote.objects.filter(paper=paper, light="", honest=False, account__trust=None)
    of_network = rows.filter(network=network).count() if network else 0
    return of_network, rows.filter(account__ring__ring=ring).count() if ring is not None else 0


def of_paper(paper: int) -> list[Vote]:
    """The upvotes of a paper, oldest first."""
    rows = models.Upvote.objects.filter(paper=paper).order_by("at", "pk")
    columns = ("pk", "at", "weight", "light", "network", "account__ring__ring", "account__trust", "honest")
    return [
        Vote(number, at, 1.0 if honest else weight, light, network, ring, honest or trust is not None)
        for number, at, weight, light, network, ring, trust, honest in rows.values_list(*columns)
    ]


def put_light(reasons: Mapping[int, str]) -> None:
    """Write why each of these upvotes does not count fully, or that it does."""
    for reason in set(reasons.values()):
        numbers = [number for number, one in reasons.items() if one == reason]
        models.Upvote.objects.filter(pk__in=numbers).update(light=reason)


def put_honest(numbers: Collection[int], *, honest: bool) -> list[int]:
    """Mark these upvotes as looked at, or not; answers the keys of their papers."""
    rows = models.Upvote.objects.filter(pk__in=numbers)
    keys = list(rows.values_list("paper_id", flat=True).distinct())
    rows.update(honest=honest)
    return keys


def forget_networks(before: datetime) -> int:
    """Forget which network upvotes came from that were given before this moment; answers how many."""
    return models.Upvote.objects.filter(at__lt=before).exclude(network="").update(network="")


def since(moment: datetime) -> list[tuple[int, int, str]]:
    """(account, paper, its first category) of each upvote since this moment whose account nobody has vouched for."""
    rows = models.Upvote.objects.filter(at__gte=moment, honest=False, account__trust=None)
    told = rows.values_list("account_id", "paper_id", "paper__categories").order_by("pk")
    return [(account, paper, categories[0] if categories else "") for account, paper, categories in told]


def papers_after(key: int, limit: int) -> list[int]:
    """The keys of papers with upvotes, those above `key`, ascending."""
    rows = models.Upvote.objects.filter(paper__gt=key).order_by("paper").values_list("paper_id", flat=True).distinct()
    return list(rows[:limit])


def reweigh(account: int, weight: Callable[[datetime], float]) -> list[int]:
    """Write anew what each upvote of an account counts, by the moment it was given; answers the papers' keys."""
    rows = list(models.Upvote.objects.filter(account=account))
    for row in rows:
        row.weight = weight(row.at)
    models.Upvote.objects.bulk_update(rows, ["weight"], batch_size=500)
    return [row.paper_id for row in rows]


def papers_of(*accounts: int) -> list[int]:
    """The keys of all papers that the accounts have voted for."""
    return list(models.Upvote.objects.filter(account__in=accounts).values_list("paper_id", flat=True).distinct())


def of_account(account: int, papers: Collection[int]) -> set[int]:
    """Those of these papers that the account has voted for."""
    rows = models.Upvote.objects.filter(account=account, paper__in=papers)
    return set(rows.values_list("paper_id", flat=True))


def given(account: int, papers: Collection[int]) -> list[tuple[int, datetime]]:
    """(paper, when) of the votes of this account for these papers, oldest first."""
    rows = models.Upvote.objects.filter(account=account, paper__in=papers).order_by("at", "pk")
    return list(rows.values_list("paper_id", "at"))
