"""Claims in the database: which account says that it is an author of which paper; and what an account can prove."""

from __future__ import annotations

from datetime import datetime

from django.apps import apps
from django.db.models import QuerySet

from broadsheet.community import Claim, ClaimState, Proof
from broadsheet.library import models, papers


def put(paper: int, account: int, author: str, words: str, proof: Proof | None, now: datetime) -> None:
    """Write a claim that waits."""
    models.Claim.objects.create(
        paper_id=paper, account_id=account, author=author, words=words, proof=proof or "", at=now
    )


def find(key: int) -> Claim | None:
    """The claim of this key."""
    return next(iter(_claims(models.Claim.objects.filter(pk=key))), None)


def lock(key: int) -> None:
    """Let no other decide about claims of this one's paper until the transaction ends."""
    mine = models.Claim.objects.filter(pk=key).values("paper")
    list(models.Claim.objects.select_for_update().filter(paper__in=mine).order_by("pk").values_list("pk"))


def of(account: int, paper: int) -> Claim | None:
    """The claim of this account on this paper."""
    return next(iter(_claims(models.Claim.objects.filter(account=account, paper=paper))), None)


def confirmed(paper: int) -> dict[str, str]:
    """Under which authors' names of a paper which accounts are confirmed: the account's name by the author's."""
    rows = models.Claim.objects.filter(paper=paper, state=ClaimState.CONFIRMED)
    return dict(rows.values_list("author", "account__username"))


def in_state(state: ClaimState, *, offset: int, limit: int) -> list[Claim]:
    """The claims in this state: waiting ones oldest first, others latest first."""
    order = ("at", "pk") if state is ClaimState.WAITING else ("-at", "-pk")
    return _claims(models.Claim.objects.filter(state=state).order_by(*order)[offset : offset + limit])


def count_in_state(state: ClaimState) -> int:
    """How many claims are in this state."""
    return models.Claim.objects.filter(state=state).count()


def number_waiting(account: int) -> int:
    """How many claims of this account wait."""
    return models.Claim.objects.filter(account=account, state=ClaimState.WAITING).count()


def decide(key: int, state: ClaimState, reason: str = "") -> None:
    """Write what became of a claim."""
    models.Claim.objects.filter(pk=key).update(state=state, reason=reason)


def delete(key: int) -> None:
    """Delete a claim."""
    models.Claim.objects.filter(pk=key).delete()


def orcids(account: int) -> set[str]:
    """The ORCID iDs that an account has shown to be its own."""
    if not apps.is_installed("allauth.socialaccount"):
        return set()
    rows = (
        apps.get_app_config("socialaccount")
        .get_model("SocialAccount")
        ._default_manager.filter(user=account, provider="orcid")
    )
    return set(rows.values_list("uid", flat=True))


def mails(account: int) -> set[str]:
    """The mail addresses that an account has shown to be its own, in lower case."""
    rows = apps.get_app_config("account").get_model("EmailAddress")._default_manager.filter(user=account, verified=True)
    return {address.lower() for address in rows.values_list("email", flat=True)}


def _claims(rows: QuerySet[models.Claim]) -> list[Claim]:
    fields = ("pk", "paper_id", "account_id", "account__username", "author", "proof", "words", "at", "state", "reason")
    found = list(rows.values_list(*fields))
    by_key = papers.by_keys({row[1] for row in found})
    return [
        Claim(
            key=key, paper=by_key[paper], account=account, by=by, author=author,
            proof=Proof(proof) if proof else None, words=words, at=at, state=ClaimState(state), reason=reason,
        )
        for key, paper, account, by, author, proof, words, at, state, reason in found
    ]  # fmt: skip
