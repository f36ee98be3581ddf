"""The ways from a mail back to the house: whole addresses that prove who was mailed."""

from __future__ import annotations

from typing import NamedTuple

from broadsheet.core.proofs import Purpose, prove
from broadsheet.digests import Subscriber
from broadsheet.letters import address


class Ways(NamedTuple):
    """Where a subscriber reads an edition and all others on the web, changes what is sent, and ends it."""

    read: str
    archive: str
    manage: str
    stop: str


def ways(subscriber: Subscriber, edition: int) -> Ways:
    """The ways that the mail of an edition shows to its subscriber."""
    archive = f"{address()}/digests/{prove(subscriber, Purpose.READ)}/"
    return Ways(
        read=f"{archive}{edition}",
        archive=archive,
        manage=f"{address()}/subscriptions/{prove(subscriber, Purpose.MANAGE)}",
        stop=stop(subscriber, edition),
    )


def stop(subscriber: Subscriber, edition: int) -> str:
    """Where a mail program, by one click, ends the subscriptions of an edition (RFC 8058)."""
    return f"{address()}/unsubscribe/{prove(subscriber, Purpose.STOP, edition)}"


def confirm(subscriber: Subscriber, numbers: list[int]) -> str:
    """Where a subscriber says that these subscriptions are wanted."""
    return f"{address()}/subscriptions/confirm/{prove(subscriber, Purpose.CONFIRM, *numbers)}"
