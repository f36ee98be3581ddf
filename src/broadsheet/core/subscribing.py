"""The verbs of subscribing: ask for something, confirm it, change it, pause it, end it, be forgotten.

Nothing goes to an address before its owner has said so, except the one mail that asks. That mail is queued like every
other one, so that it is tried again where a server is busy.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from disposable_email_domains import blocklist
from django.db import transaction
from email_validator import SPECIAL_USE_DOMAIN_NAMES, EmailNotValidError, validate_email

from broadsheet.core import scheduling
from broadsheet.core.proofs import ProofError, Purpose, proved
from broadsheet.core.wants import WantError, checked
from broadsheet.digests import Letter, Subscriber, Subscription, Times, Want
from broadsheet.errors import BroadsheetError
from broadsheet.library import editions, papers, subscriptions
from broadsheet.library.editions import Draft

DAY = timedelta(days=1)

MOST = 40
"""Subscriptions that one address can have at a time."""

ASKED_A_DAY = 3
"""Mails that ask one address to confirm something within a day, whoever fills in the form."""

KEPT_UNCONFIRMED = timedelta(days=7)

for name in ("local", "localhost"):  # a house may well mail within its own walls
    SPECIAL_USE_DOMAIN_NAMES.remove(name)


class AddressError(BroadsheetError):
    """No mail can be sent to what was given as an address."""


class SuppressedError(BroadsheetError):
    """No mail is ever sent to this address, for its owner said so, or it bounced."""


def addressed(text: str) -> str:
    """The mail address that was typed, as the library knows it; AddressError says what is wrong with it.

    The network is not asked whether the address exists: the mail that asks to confirm shows it.
    """
    try:
        found = validate_email(
            text.strip(), check_deliverability=False, globally_deliverable=False, allow_smtputf8=False
        )
    except EmailNotValidError as error:
        raise AddressError(f"“{text.strip()[:100]}” is no mail address: {str(error).rstrip('.')}.") from None
    address = f"{found.local_part}@{found.ascii_domain}".lower()
    domain = found.ascii_domain.lower()
    if domain in blocklist or domain.partition(".")[2] in blocklist:
        raise AddressError(f"{found.domain} hands out addresses that are thrown away. Give one that you will keep.")
    return address


def subscribe(address: str, wants: Sequence[Want], times: Times, zone: str, *, now: datetime) -> None:
    """Ask the owner of an address, by one mail, whether these are wanted.

    Whoever fills in the form learns nothing of the address: not whether it is known, subscribed, or never mailed.
    AddressError, WantError if what was given makes no sense.
    """
    address, wants, zone = addressed(address), [checked(want) for want in wants], _zone(zone)
    if not wants:
        raise WantError("Choose at least one thing to be mailed.")
    if subscriptions.suppressed(address):
        return
    with transaction.atomic():
        who = subscriptions.put_subscriber(address, door="mail", zone=zone, secret=secrets.token_urlsafe(16), now=now)
        subscriptions.lock(who.number)
        if editions.asked_since(who.number, now - DAY) >= ASKED_A_DAY:
            return
        if who.confirmed_at is None:
            subscriptions.change_subscriber(who.number, zone=zone)
        asked = _asked_for(who, wants, times, now)
        shown = [
            {"number": one.number, "kind": one.want.kind, "value": one.want.value, "every": one.times.every}
            for one in asked
        ]
        draft = Draft(
            subscriber=who.number,
            kind=Letter.CONFIRMATION,
            period=f"asked {secrets.token_hex(8)}",
            subject="Confirm your subscription" if asked else "You are subscribed already",
            subscriptions=[],
            papers=[],
            content={"subscriptions": shown},
        )
        editions.put([draft], now)


def subscribe_account(account: int, wants: Sequence[Want], times: Times, zone: str, *, now: datetime) -> str:
    """Subscribe an account at its verified address, at once; answers the address, or "" if it has none.

    SuppressedError if that address is never mailed; WantError if what was given makes no sense.
    """
    address = subscriptions.verified_address(account)
    if not address:
        return ""
    address, wants, zone = addressed(address), [checked(want, account) for want in wants], _zone(zone)
    if not wants:
        raise WantError("Choose at least one thing to be mailed.")
    if why := subscriptions.suppressed(address):
        raise SuppressedError(
            f"No mail is sent to {address} any more ({why}). Give your account another address, or ask whoever keeps "
            "this service to lift that."
        )
    with transaction.atomic():
        who = subscriptions.put_subscriber(address, door="mail", zone=zone, secret=secrets.token_urlsafe(16), now=now)
        subscriptions.lock(who.number)
        subscriptions.change_subscriber(who.number, account=account, zone=zone, confirmed_at=who.confirmed_at or now)
        _confirm(who.number, zone, _asked_for(who, wants, times, now), now)
    return address


def of_account(account: int) -> Subscriber | None:
    """The subscriber that an account is: at an address that it has shown to be its own."""
    address = subscriptions.verified_address(account)
    return subscriptions.at(addressed(address)) if address else None


def confirm(proof: str, *, now: datetime) -> Subscriber:
    """Begin what the mail with this proof asked about; ProofError if it is too old, or was used."""
    who, numbers = proved(proof, Purpose.CONFIRM)
    with transaction.atomic():
        subscriptions.lock(who.number)
        waiting = [one for one in subscriptions.of(who.number) if one.number in numbers and not one.confirmed_at]
        if not waiting:
            raise ProofError("This link was used already. What was asked for is confirmed, or has ended since.")
        subscriptions.change_subscriber(who.number, confirmed_at=who.confirmed_at or now)
        _confirm(who.number, who.zone, waiting, now)
    return who


def running(subscriber: Subscriber) -> list[Subscription]:
    """What a subscriber is or was subscribed to, the living first; nothing that was never confirmed."""
    return [one for one in subscriptions.of(subscriber.number) if one.confirmed_at]


def change(subscriber: Subscriber, number: int, times: Times, *, now: datetime) -> None:
    """Deliver one of the subscriber's subscriptions at other times; not twice on the day of its last edition."""
    with transaction.atomic():
        (one,) = _own(subscriber, [number])
        values = times._asdict()
        if one.times != times and one.ended_at is None:
            values["next_at"] = scheduling.changed_at(*times, subscriber.zone, one.covered_at, now)
        subscriptions.change([number], **values)


def change_zone(subscriber: Subscriber, zone: str, *, now: datetime) -> None:
    """Deliver everything by the clock of another zone; WantError if there is none of this name."""
    zone = _zone(zone)
    if zone == subscriber.zone:
        return
    with transaction.atomic():
        subscriptions.lock(subscriber.number)
        subscriptions.change_subscriber(subscriber.number, zone=zone)
        for one in running(subscriber):
            if one.ended_at is None:
                at = scheduling.changed_at(*one.times, zone, one.covered_at, now)
                subscriptions.change([one.number], next_at=at)


def pause(subscriber: Subscriber, numbers: Collection[int], *, now: datetime) -> None:
    """Send nothing of these until they are resumed."""
    with transaction.atomic():
        own = _own(subscriber, numbers)
        subscriptions.change([one.number for one in own if one.paused_at is None], paused_at=now)


def resume(subscriber: Subscriber, numbers: Collection[int], *, now: datetime) -> None:
    """Go on with what was paused, or take back that it was ended: with what is new from now on."""
    with transaction.atomic():
        own = _own(subscriber, numbers)
        living = {one.want for one in running(subscriber) if one.ended_at is None and one.paused_at is None}
        again = {one.want: one for one in own if (one.paused_at or one.ended_at) and one.want not in living}
        for one in again.values():
            _begin(one, subscriber.zone, now)


def end(subscriber: Subscriber, numbers: Collection[int] | None, *, now: datetime) -> list[Subscription]:
    """Send nothing of these ever again, or of anything if None, not even what is queued; answers what ended now.

    Ending what has ended does nothing.
    """
    with transaction.atomic():
        subscriptions.lock(subscriber.number)
        own = [one for one in subscriptions.of(subscriber.number) if one.ended_at is None]
        doomed = [one for one in own if numbers is None or one.number in numbers]
        subscriptions.change([one.number for one in doomed], ended_at=now, next_at=None, paused_at=None)
        editions.skip(subscriber.number, "the subscription has ended", now)
    return doomed


def forget(subscriber: Subscriber) -> None:
    """Delete the address and everything that was kept of it."""
    subscriptions.delete_subscriber(subscriber.number)


def renew(subscriber: Subscriber) -> Subscriber:
    """End all links that were mailed so far: from now on only new ones are good."""
    subscriptions.change_subscriber(subscriber.number, secret=secrets.token_urlsafe(16))
    found = subscriptions.subscriber(subscriber.number)
    if found is None:
        raise ProofError("This address is subscribed to nothing any more.")
    return found


def clear(*, now: datetime) -> int:
    """Forget what nobody has confirmed within a week; answers how many subscriptions that were."""
    return subscriptions.delete_unconfirmed(now - KEPT_UNCONFIRMED)


def _zone(zone: str) -> str:
    if not scheduling.is_zone(zone):
        raise WantError(f"There is no time zone “{zone[:60]}”. Choose one by the name of a place, as Europe/Berlin.")
    return zone


def _asked_for(who: Subscriber, wants: Sequence[Want], times: Times, now: datetime) -> list[Subscription]:
    """The subscriptions to these wants that wait to be confirmed, written where they were not."""
    living = {one.want: one for one in subscriptions.of(who.number) if one.ended_at is None}
    for want in dict.fromkeys(wants):
        if want not in living:
            if len(living) >= MOST:
                break
            number = subscriptions.add(who.number, want, times, now)
            living[want] = Subscription(number=number, subscriber=who.number, want=want, times=times)
        elif living[want].confirmed_at is None:
            subscriptions.change([living[want].number], **times._asdict(), made_at=now)
    asked = [one for one in subscriptions.of(who.number) if one.want in wants and one.ended_at is None]
    return [one for one in asked if one.confirmed_at is None]


def _confirm(who: int, zone: str, waiting: Sequence[Subscription], now: datetime) -> None:
    for one in waiting:
        if one.subscriber == who and one.ended_at is None:
            subscriptions.change([one.number], confirmed_at=now)
            _begin(one, zone, now)


def _begin(one: Subscription, zone: str, now: datetime) -> None:
    """Let it be due at its next time, with what comes from now on."""
    at = scheduling.changed_at(*one.times, zone, one.covered_at, now)
    subscriptions.change([one.number], next_at=at, paused_at=None, ended_at=None, position=papers.newest_key())


def _own(subscriber: Subscriber, numbers: Collection[int]) -> list[Subscription]:
    """Those of these that are the subscriber's and confirmed, held; WantError if one is not."""
    subscriptions.lock(subscriber.number)
    own = {one.number: one for one in running(subscriber)}
    if not set(numbers) <= own.keys():
        raise WantError("This subscription is not there any more.")
    return [own[number] for number in numbers]
