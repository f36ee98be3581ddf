"""What votes count for the ranking: which of a paper's are light, and why; said otherwise by editors; rings looked for.

Nothing here changes how many votes a paper has, or hides one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection
from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from django.db import transaction

from broadsheet.community import Actor, Role
from broadsheet.core import trending, voices
from broadsheet.core.roles import require
from broadsheet.library import accounts, comments, gains, papers, ranking, upvotes
from broadsheet.library.ranking import Changed, Member
from broadsheet.library.upvotes import NEW, Vote
from broadsheet.rank import rings as detection
from broadsheet.rank import trust as rules
from broadsheet.rank.trending import VOTES, Formula
from broadsheet.rank.trust import Cast

DAY = timedelta(days=1)

WINDOW = timedelta(days=60)
"""Votes older than this say nothing of who votes together."""

REMEMBERED = timedelta(days=30)
"""How long it is known which votes of a day came from one network."""

AT_ONCE = 500

RULES = "3"
"""Grows when the rules of `rank.trust` change: all votes are weighed anew then."""


def network(address: str, secret: str, now: datetime) -> str:
    """A name for the network that a client's address is in, which nobody can read, and which changes every day.

    It is a keyed hash of the first 24 bits of an IPv4 address, 48 of an IPv6 one. Empty for addresses inside a house:
    that its readers share one tells nothing.
    """
    try:
        client = ip_address(address)
    except ValueError:
        return ""
    client = getattr(client, "ipv4_mapped", None) or client
    if not client.is_global:
        return ""
    net = ip_network((client, 24 if client.version == 4 else 48), strict=False)
    return hmac.new(secret.encode(), f"network {now.date()} {net}".encode(), hashlib.sha256).hexdigest()[:32]


def take_in(formula: Formula) -> int:
    """Weigh the votes that came in, and note what papers gained by them; answers how many papers those are."""
    done = 0
    while keys := upvotes.papers_with_new(AT_ONCE):
        for key in keys:
            with transaction.atomic():
                papers.lock(key)
                steps, new = _weighed(key)
                trending.grow(key, VOTES, (step for step, is_new in zip(steps, new, strict=True) if is_new), formula)
        done += len(keys)
    return done


def recount(key: int, formula: Formula) -> None:
    """Weigh a paper's votes anew, oldest first, and make what it gained by them anew, once it is locked."""
    steps, _ = _weighed(key)
    trending.replace(key, VOTES, steps, formula)


def _weighed(key: int) -> tuple[list[tuple[datetime, float, float]], list[bool]]:
    """Weigh a paper's votes, oldest first; answers what counted after each, firm and light, and which were new."""
    votes = upvotes.of_paper(key)
    casts = [_cast(vote) for vote in votes]
    reasons = rules.reasons(casts)
    weighed = {
        vote.number: (_weight(vote), reason)
        for vote, reason in zip(votes, reasons, strict=True)
        if reason != vote.light
    }
    upvotes.put_weighed(weighed)
    upvotes.count(key)
    counted = rules.totals((cast.weight, not reason) for cast, reason in zip(casts, reasons, strict=True))
    steps = [(vote.at, firm, light) for vote, (firm, light) in zip(votes, counted, strict=True)]
    return steps, [vote.light == NEW for vote in votes]


def _weight(vote: Vote) -> float:
    """What a vote counts by its account alone."""
    return rules.weight((vote.at - vote.joined) / DAY, vote.trust) if vote.light == NEW else vote.weight


def _cast(vote: Vote) -> Cast:
    return Cast(
        1.0 if vote.honest else _weight(vote),
        network=vote.network,
        ring=vote.ring,
        vouched=vote.honest or vote.trust is not None,
        network_forgotten=vote.light == "network" and not vote.network,
    )


def trust(account: int, value: float | None, formula: Formula, *, by: Actor, now: datetime) -> int:
    """Let all votes of this account, past and future, count so much for the ranking; answers for how many papers.

    1 is fully, 0 nothing, None what the rules say; what the account says of papers counts so, too. The numbers of votes
    that pages show stay as they are. The public log has the numbers only. NotAllowedError if `by` is no editor.
    """
    require(by, Role.EDITOR, "say what votes count")
    with transaction.atomic():
        accounts.put_trust(account, value)
        joined = accounts.standing(account).joined
        keys = upvotes.reweigh(account, lambda at: rules.weight((at - joined) / DAY, value))
        _recount(keys, formula)
        for key in sorted(comments.papers_of(account)):
            papers.lock(key)
            voices.recount(key, formula)
        ranking.note_change("account", {"counts": value, "votes": len(keys)}, now, by.key)
    return len(keys)


def vouch(numbers: Collection[int], formula: Formula, *, honest: bool, by: Actor, now: datetime) -> int:
    """Let these votes count fully because somebody has looked at them, or as the rules say again; answers how many.

    NotAllowedError if `by` is no editor.
    """
    require(by, Role.EDITOR, "say what votes count")
    with transaction.atomic():
        _recount(upvotes.put_honest(numbers, honest=honest), formula)
        ranking.note_change("votes", {"honest": honest, "votes": len(numbers)}, now, by.key)
    return len(numbers)


def look_for_rings(formula: Formula, *, now: datetime) -> int:
    """Find the accounts that vote together again and again, and weigh their votes anew; answers how many there are.

    Accounts of which an editor has said what their votes count are not looked at.
    """
    votes = upvotes.since(now - WINDOW)
    fields = {paper: field for _, paper, field in votes}
    found = detection.rings([(account, paper) for account, paper, _ in votes], fields)
    members = {
        account: Member(min(ring.members), len(ring.members), round(ring.together), ring.expected)
        for ring in found
        for account in ring.members
    }
    before = ranking.ring_members()
    moved = {
        account
        for account in members.keys() | before.keys()
        if account not in members or account not in before or members[account].ring != before[account].ring
    }
    with transaction.atomic():
        ranking.put_rings(members, now)
        _recount(upvotes.papers_of(*moved), formula)
    return len(members)


def keep(formula: Formula, *, now: datetime) -> int:
    """Weigh all votes anew if the rules are others than before, and forget old networks; answers how many of these."""
    key, done = gains.position("weighing")
    if done != RULES:
        key = key if done == f"to {RULES}" else 0
        while keys := upvotes.papers_after(key, AT_ONCE):
            with transaction.atomic():
                _recount(keys, formula)
                key = keys[-1]
                gains.move("weighing", key, f"to {RULES}")
        gains.move("weighing", 0, RULES)
    return upvotes.forget_networks(now - REMEMBERED)


def changes(limit: int) -> list[Changed]:
    """What changed in the ranking, latest first: formulas, and what editors said of votes, in numbers."""
    return ranking.changes(limit)


def _recount(keys: Collection[int], formula: Formula) -> None:
    for key in sorted(set(keys)):
        papers.lock(key)
        recount(key, formula)
