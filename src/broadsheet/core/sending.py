"""The verbs of sending: `claim` what is due, `settle` what came of it, `recover` what a dead process left.

A delivery is queued → claimed → sent, failed or skipped, or queued again for later. The library is told of an end in
one transaction with all that follows from it; what a process does between its commits is in its `Journal`.
"""

from __future__ import annotations

import random
import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import transaction

from broadsheet.community import Act, Actor, Role
from broadsheet.core import decisions, journal, roles
from broadsheet.library import deliveries
from broadsheet.sending import MAIL, Outcome, Outgoing, Verdict

PAUSES = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 120, 240, 360, 480, 480, 480, 639)
)  # fmt: skip
"""Between one try and the next: two days together. After the last one a delivery has failed."""

LEASE = timedelta(hours=1)
"""How long a claim lasts of which no journal on this machine tells. Its owner begins no mail after half of it."""

IN_DOUBT = "in doubt: the process ended while the server had it"
BOUNCED = "bounce"


def new_name() -> str:
    """A name for a process, or a delivery, that nobody else has."""
    return secrets.token_hex(16)


def claim(process: str, number: int, *, doors: Collection[str], now: datetime) -> list[Outgoing]:
    """Take up to so many due deliveries in hand for this process, and skip those that are not to be sent any more.

    Nothing is taken for other doors than these. May answer fewer, or none, where some were skipped.
    """
    with transaction.atomic():
        if deliveries.paused():
            return []
        found = deliveries.due(number, doors, now)
        barred = deliveries.suppressed({due.outgoing.address for due in found})
        still_open = deliveries.open_subscriptions({each for due in found for each in due.subscriptions})
        taken = []
        for due in found:
            if reason := _why_not(due, barred, still_open):
                deliveries.skip(due.outgoing.number, reason, now)
            else:
                taken.append(due.outgoing)
        deliveries.claim([outgoing.number for outgoing in taken], process, now)
    return taken


def settle(process: str, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Tell the library what came of these tries of this process, in one transaction.

    What was accepted is sent, whatever else happened to it. Temporary failures are queued with growing pauses until
    they have taken two days; permanent ones have failed, and where the address is no good it is suppressed.
    """
    with transaction.atomic():
        deliveries.mark_sent(
            ((outcome.name, outcome.words) for outcome in outcomes if outcome.verdict is Verdict.ACCEPTED), now
        )
        others = [outcome for outcome in outcomes if outcome.verdict is not Verdict.ACCEPTED]
        mine = deliveries.in_hand(process, [outcome.name for outcome in others]) if others else {}
        for outcome in others:
            if outcome.name in mine:
                tries, address, door = mine[outcome.name]
                _put_off_or_fail(process, outcome, tries, now)
                if outcome.hard and door == MAIL:
                    deliveries.suppress(address, BOUNCED, outcome.words, now)


def put_off(process: str, until: Mapping[str, datetime]) -> None:
    """Queue deliveries that this process has for later moments, by name; no try is counted."""
    with transaction.atomic():
        for name, moment in until.items():
            deliveries.put_off(process, name, until=moment, words="", tried=False)


def release(process: str, *, now: datetime, names: Collection[str] | None = None) -> int:
    """Give back what this process has in hand, or these of it, untried; answers how many."""
    return deliveries.release(process, now, names)


def recover(folder: Path, *, now: datetime) -> int:
    """Settle what dead processes left; answers how many deliveries are in doubt and are sent again.

    On this machine their journals tell what became of each claim: what was accepted is sent, what was not begun is
    queued at once, and what was begun without an end is in doubt: it is tried again after a pause, under the same
    Message-ID. A claim that no journal tells of is in doubt when its lease is over.
    """
    doubts = 0
    for left in journal.left(folder):
        doubts += _settle_left(left, now)
    alive = journal.living(folder)
    for process, names in deliveries.overdue(now - LEASE).items():
        if process not in alive:
            doubts += _settle_left(journal.Left(process, (), frozenset(names)), now)
    return doubts


def waiting(*, doors: Collection[str], now: datetime) -> bool:
    """Whether there is something to send now to one of these doors."""
    return deliveries.waiting(doors, now) and not deliveries.paused()


def resend(actor: Actor, edition: int, *, now: datetime) -> int:
    """Queue one more delivery of an edition; answers its number."""
    roles.require(actor, Role.ADMINISTRATOR, "send an edition again")
    with transaction.atomic():
        number = deliveries.add(edition, new_name(), now)
        decisions.log(actor, Act.RESEND, f"delivery:{number}", title=f"edition {edition}", public=False, now=now)
    return number


def retry(actor: Actor, numbers: Collection[int], *, now: datetime) -> int:
    """Let deliveries that wait, or have failed, be tried now; answers how many."""
    roles.require(actor, Role.ADMINISTRATOR, "have a delivery tried again")
    with transaction.atomic():
        hurried = deliveries.hurry(numbers, now)
        decisions.log(actor, Act.RETRY, "deliveries", title=f"{hurried} deliveries", public=False, now=now)
    return hurried


def pause(actor: Actor, *, now: datetime) -> None:
    """Send nothing until `resume`; what is being sent at this moment is sent."""
    roles.require(actor, Role.ADMINISTRATOR, "pause sending")
    with transaction.atomic():
        deliveries.pause(actor.key, now)
        decisions.log(actor, Act.PAUSE_SENDING, "sending", public=False, now=now)


def resume(actor: Actor, *, now: datetime) -> None:
    """Send again."""
    roles.require(actor, Role.ADMINISTRATOR, "let sending go on")
    with transaction.atomic():
        deliveries.resume()
        decisions.log(actor, Act.RESUME_SENDING, "sending", public=False, now=now)


def lift(actor: Actor, address: str, *, now: datetime) -> None:
    """Let an address be mailed again."""
    roles.require(actor, Role.ADMINISTRATOR, "lift a suppression")
    with transaction.atomic():
        if deliveries.lift(address):
            decisions.log(actor, Act.LIFT_SUPPRESSION, "suppression", title=address, public=False, now=now)


def pause_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries, give or take a tenth, so that not all come at once; None: no more."""
    if tries > len(PAUSES):
        return None
    return PAUSES[tries - 1] * random.uniform(0.9, 1.1)  # noqa: S311


def _settle_left(left: journal.Left, now: datetime) -> int:
    with transaction.atomic():
        doubted = deliveries.in_hand(left.process, left.in_doubt)
        in_doubt = [Outcome(name=name, verdict=Verdict.LATER, words=IN_DOUBT) for name in doubted]
        settle(left.process, [*left.outcomes, *in_doubt], now=now)
        deliveries.release(left.process, now)
    return len(in_doubt)


def _put_off_or_fail(process: str, outcome: Outcome, tries: int, now: datetime) -> None:
    if outcome.verdict is Verdict.UNREACHABLE:
        deliveries.put_off(process, outcome.name, until=now, words="", tried=False)
        return
    if outcome.verdict is Verdict.NEVER:
        deliveries.fail(process, outcome.name, words=outcome.words, reason="refused for good")
        return
    wait = pause_after(tries + 1)
    if wait is None:
        deliveries.fail(process, outcome.name, words=outcome.words, reason="given up after two days")
    else:
        deliveries.put_off(process, outcome.name, until=now + wait, words=outcome.words, tried=True)


def _why_not(due: deliveries.Due, barred: Collection[str], still_open: dict[int, bool]) -> str:
    """Why this delivery is not to be sent any more, or nothing."""
    if due.outgoing.door == MAIL and due.outgoing.address.lower() in barred:
        return "the address is suppressed"
    if due.outgoing.asked:
        return ""
    if not due.confirmed:
        return "the address is not confirmed"
    if due.subscriptions:
        wanted = [still_open[each] for each in due.subscriptions if each in still_open]
        if not wanted:
            return "the subscription has ended"
        if all(wanted):
            return "the subscription is paused"
    return ""
