"""What the links in mails prove: that whoever follows one has read what was sent to this subscriber.

A proof is signed with the house's key and the subscriber's own secret, for one purpose. A new secret ends all of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from enum import StrEnum

from django.core.signing import BadSignature, Signer, TimestampSigner

from broadsheet.digests import Subscriber
from broadsheet.errors import BroadsheetError
from broadsheet.library import subscriptions

LASTING = timedelta(days=3)
"""How long the link in a mail that asks to confirm something is good."""


class ProofError(BroadsheetError):
    """A link proves nothing: it was cut, changed, is too old, or was ended."""


class Purpose(StrEnum):
    """What a proof is good for; none is good for another one's purpose."""

    MANAGE = "manage"
    STOP = "stop"
    READ = "read"
    CONFIRM = "confirm"


def prove(subscriber: Subscriber, purpose: Purpose, *about: int) -> str:
    """A proof for this subscriber, which may name numbers of what it is about; fit for an address."""
    said = "-".join(map(str, (subscriber.number, *about)))
    return _signer(subscriber, purpose).sign(said)


def proved(proof: str, purpose: Purpose) -> tuple[Subscriber, Sequence[int]]:
    """Whom a proof is of, and what it is about; ProofError if it is none."""
    numbers = proof.partition(".")[0].split("-")
    if not all(number.isascii() and number.isdecimal() and len(number) < 19 for number in numbers):
        raise ProofError(_BROKEN)
    found = subscriptions.subscriber(int(numbers[0]))
    if found is None:
        raise ProofError(_BROKEN)
    signer = _signer(found, purpose)
    try:
        said = signer.unsign(proof)
        if isinstance(signer, TimestampSigner):
            signer.unsign(proof, max_age=LASTING)
    except BadSignature as error:
        raise ProofError(_OLD if type(error) is not BadSignature else _BROKEN) from None
    return found, [int(number) for number in said.split("-")[1:]]


_BROKEN = "This link is cut, or was replaced by a newer one. Follow the one in the newest mail."
_OLD = "This link was good for three days, and is older. Subscribe once more to get a new one."


def _signer(subscriber: Subscriber, purpose: Purpose) -> Signer:
    kind = TimestampSigner if purpose is Purpose.CONFIRM else Signer
    return kind(sep=".", salt=f"broadsheet {purpose} {subscriber.secret}")
