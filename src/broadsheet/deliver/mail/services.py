"""What mail services send as JSON instead of a report: Amazon SES (also wrapped by SNS) and Postmark."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson

from broadsheet.core.answers import kind_of
from broadsheet.errors import BroadsheetError
from broadsheet.sending import Bounce, BounceKind


class ServiceError(BroadsheetError):
    """This is no notification that any known service sends."""


def read(body: bytes) -> list[Bounce]:
    """What a notification says of addresses; ServiceError if it is none that is known."""
    try:
        said = orjson.loads(body)
        if isinstance(said, dict) and said.get("Type") == "Notification":
            said = orjson.loads(said["Message"])
        if "notificationType" in said or "eventType" in said:
            return list(_ses(said))
        if "RecordType" in said:
            return list(_postmark(said))
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise ServiceError(f"The notification cannot be read: {error}.") from None
    raise ServiceError("The notification is neither of Amazon SES nor of Postmark. Send reports as they are instead.")


def _ses(said: dict[str, Any]) -> Iterator[Bounce]:
    kind = said.get("notificationType") or said["eventType"]
    name = str(said["mail"].get("commonHeaders", {}).get("messageId", "")).strip("<>").partition("@")[0]
    if kind == "Complaint":
        for each in said["complaint"]["complainedRecipients"]:
            yield _bounce(f"ses:{said['mail']['messageId']}", BounceKind.COMPLAINT, each["emailAddress"], name)
    elif kind == "Bounce":
        bounce = said["bounce"]
        for each in bounce["bouncedRecipients"]:
            words, status = each.get("diagnosticCode", ""), each.get("status", "")
            hard = bounce["bounceType"] == "Permanent" and bounce.get("bounceSubType") != "MailboxFull"
            found = BounceKind.HARD if hard else kind_of(status, "failed", words) or BounceKind.SOFT
            yield _bounce(f"ses:{bounce['feedbackId']}", found, each["emailAddress"], name, status, words)


def _postmark(said: dict[str, Any]) -> Iterator[Bounce]:
    name = str(said.get("Metadata", {}).get("delivery", ""))
    words = str(said.get("Description", ""))
    if said["RecordType"] == "SpamComplaint":
        yield _bounce(f"postmark:{said['ID']}", BounceKind.COMPLAINT, said["Email"], name)
    elif said["RecordType"] == "Bounce":
        kind = BounceKind.HARD if said.get("Type") in {"HardBounce", "BadEmailAddress"} else BounceKind.SOFT
        yield _bounce(f"postmark:{said['ID']}", kind, said["Email"], name, str(said.get("Type", "")), words)


def _bounce(source: str, kind: BounceKind, address: str, name: str, status: str = "", words: str = "") -> Bounce:
    return Bounce(
        source=f"{source}:{address}"[:128], kind=kind, address=address, delivery=name, status=status, words=words[:500]
    )
