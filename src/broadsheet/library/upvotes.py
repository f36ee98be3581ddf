"""Upvotes in the database: one of an account for a paper, and their number beside the paper."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection
from django.db.models import Count, Q

from broadsheet.library import models

NEW = "new"
"""Why a vote is light that has not been weighed yet."""


class Vote(NamedTuple):
    """An upvote of a paper as it is weighed, of an account made at `joined`.

    `trust` is what an editor has said that the account's votes count; `honest` that one has looked at this very vote.
    """

    number: int
    at: datetime
    weight: float
    light: str
    network: str
    ring: int | None
    joined: datetime
    trust: float | None
    honest: bool


class Ballot(NamedTuple):
    """That an account gives a paper its vote, or takes it back; `network` is where it comes from."""

    account: int
    paper: int
    at: datetime
    network: str = ""
    on: bool = True


class Counted(NamedTuple):
    """What came of a ballot: whether anything changed, and the number of the paper's votes; None if it is gone."""

    changed: bool
    votes: int | None


def write(ballots: Sequence[Ballot]) -> list[Counted]:
    """Carry out ballots, those of one account for one paper in this order, and count them, in the caller's transaction.

    A banned account's vote is not written. New votes are not weighed. Rows are taken in one order everywhere, by paper,
    so that two processes never wait for each other.
    """
    order = sorted(range(len(ballots)), key=lambda number: ballots[number][:2][::-1])
    changed = [False] * len(ballots)
    more: Counter[int] = Counter()
    firm: Counter[int] = Counter()
    for number in order:
        ballot = ballots[number]
        if ballot.on:
            changed[number] = _give(ballot)
            more[ballot.paper] += changed[number]
        else:
            light = models.Upvote.objects.filter(account=ballot.account, paper=ballot.paper).values_list("light")[:1]
            for (why,) in list(light):
                changed[number] = withdraw(ballot.account, ballot.paper)
                more[ballot.paper] -= changed[number]
                firm[ballot.paper] -= changed[number] and not why
    votes = {paper: _add(paper, more[paper], firm[paper]) for paper in sorted({ballot.paper for ballot in ballots})}
    return [Counted(changed[number], votes[ballot.paper]) for number, ballot in enumerate(ballots)]


def _give(ballot: Ballot) -> bool:
    at = connection.ops.adapt_datetimefield_value(ballot.at)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO library_upvote (account_id, paper_id, at, weight, light, network, honest) "
            "SELECT a.id, p.key, %s, 0, %s, %s, %s FROM library_account a, library_paper p "
            "WHERE a.id = %s AND p.key = %s AND (a.banned_until IS NULL OR a.banned_until <= %s) "
            "ON CONFLICT (account_id, paper_id) DO NOTHING",
            [at, NEW, ballot.network, False, ballot.account, ballot.paper, at],
        )
        return bool(cursor.rowcount == 1)


def _add(paper: int, votes: int, firm: int) -> int | None:
    """Add to the numbers beside a paper; answers how many votes it has."""
    with connection.cursor() as cursor:
        if votes or firm:
            cursor.execute(
                "UPDATE library_paper SET votes = votes + %s, firm = firm + %s WHERE key = %s RETURNING votes",
                [votes, firm, paper],
            )
        else:
            cursor.execute("SELECT votes FROM library_paper WHERE key = %s", [paper])
        found = cursor.fetchone()
    return found[0] if found else None


def put(account: int, paper: int, at: datetime) -> bool:
    """Write the upvote of this account, to be weighed; False if it was there."""
    told = {"at": at, "weight": 0.0, "light": NEW}
    _, made = models.Upvote.objects.get_or_create(account_id=account, paper_id=paper, defaults=told)
    return made


def withdraw(account: int, paper: int) -> bool:
    """Delete the upvote of this account; False if there was none."""
    return bool(models.Upvote.objects.filter(account=account, paper=paper).delete()[0])


def papers_with_new(limit: int) -> list[int]:
    """The keys of papers with votes that have not been weighed."""
    rows = models.Upvote.objects.filter(light=NEW).order_by("paper").values_list("paper_id", flat=True)
    return list(rows.distinct()[:limit])


def count(paper: int) -> int:
    """Count the upvotes of a paper anew, write beside it how many there are and how many count fully; answers all."""
    number, firm = (
        models.Upvote.objects.filter(paper=paper)
        .aggregate(number=Count("pk"), firm=Count("pk", filter=Q(light="")))
        .values()
    )
    models.Paper.objects.filter(key=paper).update(votes=number, firm=firm)
    return int(number)


def of_paper(paper: int) -> list[Vote]:
    """The upvotes of a paper, oldest first."""
    rows = models.Upvote.objects.filter(paper=paper).order_by("at", "pk")
    columns = (
        "pk", "at", "weight", "light", "network", "account__ring__ring", "account__date_joined", "account__trust",
        "honest",
    )  # fmt: skip
    return [Vote(*row) for row in rows.values_list(*columns)]


def put_weighed(weighed: Mapping[int, tuple[float, str]]) -> None:
    """Write what each of these upvotes counts, and why it does not count fully, if it does not."""
    rows = [models.Upvote(pk=number, weight=weight, light=light) for number, (weight, light) in weighed.items()]
    models.Upvote.objects.bulk_update(rows, ["weight", "light"], batch_size=200)


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


def voters(paper: int, limit: int) -> list[str]:
    """The names of the first accounts that voted for a paper, less those that do not show it."""
    rows = models.Upvote.objects.filter(paper=paper, account__hides_votes=False, account__is_active=True)
    return list(rows.order_by("at", "pk").values_list("account__username", flat=True)[:limit])


def given(account: int, papers: Collection[int]) -> list[tuple[int, datetime]]:
    """(paper, when) of the votes of this account for these papers, oldest first."""
    rows = models.Upvote.objects.filter(account=account, paper__in=papers).order_by("at", "pk")
    return list(rows.values_list("paper_id", "at"))
