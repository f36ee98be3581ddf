"""The verbs `claim` and `give_up`, and for editors `confirm` and `refuse`: that an account is an author of a paper."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import IntegrityError, transaction

from broadsheet.community import Act, Actor, Claim, ClaimState, Proof, Role
from broadsheet.core import decisions, roles
from broadsheet.core.recording import load
from broadsheet.errors import BroadsheetError
from broadsheet.library import claims, notifications, papers
from broadsheet.text import author_key, plain, squash
from broadsheet.types import Paging, Paper, Record

MOST_WAITING = 20
"""Claims of one account that wait at the same time."""

LONGEST_WORDS = 1000
AUTHORITIES = ("arxiv", "openreview", "acl", "biorxiv", "medrxiv", "crossref", "openalex", "semanticscholar")
"""Sources whose records prove something: what a person can hand in proves nothing about that person."""

_MAIL = re.compile(r"(?<![\w.+-])([\w.+-]+)@((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
_MAILS = re.compile(r"[{(]([\w.+\s,;|/-]+)[)}]\s*@\s*((?:[\w-]+\.)+[a-z]{2,})", re.IGNORECASE)
_EVERYBODY_S = frozenset(
    ("gmail.com", "googlemail.com", "outlook.com", "hotmail.com", "live.com", "yahoo.com", "icloud.com", "me.com",
     "proton.me", "protonmail.com", "gmx.de", "gmx.net", "web.de", "qq.com", "163.com", "126.com", "foxmail.com",
     "mail.ru", "yandex.ru", "aol.com", "fastmail.com")
)  # fmt: skip
"""Domains at which anybody has an address: that it is there says nothing."""


class ClaimError(BroadsheetError):
    """The claim cannot be made or decided; the text says why, and what to do."""


def claim(actor: Actor, paper: Paper, author: str, words: str, *, now: datetime) -> Claim:
    """Say that the actor is the author of this name; what speaks for it by itself is noted, an editor decides.

    ClaimError if the paper names no such author, the actor claimed it before, or too many of its claims wait.
    """
    roles.require(actor, Role.READER, "claim papers")
    if author not in paper.authors:
        raise ClaimError("Choose one of the authors that the paper names.")
    if claims.number_waiting(actor.key) >= MOST_WAITING:
        raise ClaimError(f"{MOST_WAITING} of your claims wait for an editor. Go on when some are decided.")
    shown = _proof(paper, author, orcids=claims.orcids(actor.key), mails=claims.mails(actor.key))
    try:
        with transaction.atomic():
            claims.put(paper.key, actor.key, author[:255], plain(words)[:LONGEST_WORDS], shown, now)
    except IntegrityError:
        raise ClaimError("You have claimed this paper before.") from None
    made = claims.of(actor.key, paper.key)
    assert made  # noqa: S101 - it was just written
    return made


def give_up(actor: Actor, key: int) -> Claim:
    """Take back one's own claim, whether it waits or is confirmed. One that was refused stays."""
    with transaction.atomic():
        claims.lock(key)
        found = claims.find(key)
        if found is None or found.account != actor.key:
            raise _gone()
        if found.state is ClaimState.REFUSED:
            raise ClaimError("This claim was refused already.")
        claims.delete(key)
    return found


def confirm(actor: Actor, key: int, *, now: datetime) -> Claim:
    """Let the paper say which account its author is; one account an author. It is told."""
    with transaction.atomic():
        found = _decidable(actor, key, "confirm claims", ClaimState.CONFIRMED)
        _one_account_an_author(found)
        claims.decide(key, ClaimState.CONFIRMED)
        _log(actor, Act.CONFIRM_CLAIM, found, "", now)
        words = f"You are confirmed as {found.author}, an author of “{found.paper.title}”."
        notifications.tell_decision(found.account, words, paper=found.paper.key, now=now)
    return found


def refuse(actor: Actor, key: int, reason: str, *, now: datetime) -> Claim:
    """Let a claim that waits, or was confirmed, not stand, and tell whose it is why."""
    with transaction.atomic():
        found = _decidable(actor, key, "refuse claims", ClaimState.REFUSED)
        why = plain(reason)[:LONGEST_WORDS]
        claims.decide(key, ClaimState.REFUSED, why)
        _log(actor, Act.REFUSE_CLAIM, found, why, now)
        words = f"Your claim to be {found.author}, an author of “{found.paper.title}”, was refused"
        notifications.tell_decision(found.account, words + (f": {why}" if why else "."), paper=found.paper.key, now=now)
    return found


def put_back(key: int, state: ClaimState, reason: str) -> None:
    """Let a claim stand as it did before a decision; of undoing that, which says who may."""
    claims.lock(key)
    found = claims.find(key)
    if found is None:
        raise _gone()
    if state is ClaimState.CONFIRMED:
        _one_account_an_author(found)
    claims.decide(key, state, reason)


def in_state(actor: Actor, state: ClaimState, paging: Paging) -> tuple[list[Claim], int]:
    """One page of the claims in this state, and how many there are; for editors."""
    roles.require(actor, Role.EDITOR, "see claims")
    offset = (paging.page - 1) * paging.size
    return claims.in_state(state, offset=offset, limit=paging.size), claims.count_in_state(state)


def own(actor: Actor, paper: Paper) -> Claim | None:
    """The actor's claim on this paper, if it has made one."""
    return claims.of(actor.key, paper.key)


def confirmed(paper: Paper) -> dict[str, str]:
    """The names of the accounts that are confirmed as authors of a paper, by the authors' names."""
    return claims.confirmed(paper.key)


def _decidable(actor: Actor, key: int, what: str, not_yet: ClaimState) -> Claim:
    roles.require(actor, Role.EDITOR, what)
    claims.lock(key)
    found = claims.find(key)
    if found is None:
        raise _gone()
    if found.state is not_yet:
        raise ClaimError(f"This claim is {found.state} already; somebody was quicker.")
    if found.account == actor.key and actor.role < Role.ADMINISTRATOR:
        raise ClaimError("Let another editor decide about your own claim.")
    return found


def _one_account_an_author(found: Claim) -> None:
    if holder := claims.confirmed(found.paper.key).get(found.author):
        raise ClaimError(f"{found.author} is confirmed as {holder} already. Refuse that claim first.")


def _log(actor: Actor, act: Act, found: Claim, reason: str, now: datetime) -> None:
    title = f"{found.by} as {found.author} of {found.paper.title}"
    before = {"state": found.state, "reason": found.reason}
    public = act is Act.CONFIRM_CLAIM
    decisions.log(actor, act, f"claim:{found.key}", title=title, reason=reason, before=before, public=public, now=now)


def _gone() -> ClaimError:
    return ClaimError("There is no such claim any more.")


def _proof(paper: Paper, author: str, *, orcids: Collection[str], mails: Collection[str]) -> Proof | None:
    """What speaks for the claim: an ORCID iD of the account, which an authority gives an author of this family name, or
    a mail address.

    An address counts if a record names it, or if a record names another of its domain, the domain is not everybody's,
    and the author's family name is in the address.
    """
    records = [load(payload) for source, _, payload, _ in papers.seen(paper.key) if source in AUTHORITIES]
    family = author_key(author)
    named = [pair for record in records for pair in _orcids(record).items()]
    if any(orcid in orcids and author_key(name) == family for name, orcid in named):
        return Proof.ORCID
    addresses = {address for record in records for address in _addresses(f"{record.abstract}\n{record.comment}")}
    if addresses & set(mails):
        return Proof.MAIL
    domains = {address.partition("@")[2] for address in addresses} - _EVERYBODY_S
    for mail in mails:
        local, _, domain = mail.partition("@")
        if domain in domains and len(family) > 2 and family in squash(local):
            return Proof.MAIL
    return None


def _orcids(record: Record) -> Mapping[str, str]:
    """The ORCID iDs that a record names, by the author's name."""
    said = record.extras.get(record.source)
    named = said.get("orcids") if isinstance(said, Mapping) else None
    return named if isinstance(named, Mapping) else {}


def _addresses(text: str) -> set[str]:
    """The mail addresses that running text names, `{ada, bo}@example.org` taken apart, in lower case."""
    found = {f"{local}@{domain}".lower() for local, domain in _MAIL.findall(text)}
    for locals_, domain in _MAILS.findall(text):
        found |= {f"{local}@{domain}".lower() for local in re.split(r"[\s,;|/]+", locals_) if local}
    return found
