"""Mails that come back, read: delivery reports (RFC 3464), complaints (RFC 5965), wishes to end it, other bounces.

What is none of these says nothing. Nothing of a report is believed here: `core.bounces` decides what follows from it.
"""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.message import Message

from flufl.bounce import all_failures

from broadsheet.core.answers import kind_of
from broadsheet.sending import Bounce, BounceKind

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)

LARGEST = 1 << 20
"""Bytes of a report that are read; the mail that came back may follow it, and says nothing new."""

_NAME = r"([0-9a-f]{32})"
_WISH = re.compile(rf"^\s*(?:re:\s*)?unsubscribe\s+{_NAME}\s*$", re.IGNORECASE)
_COMPLAINTS = {"abuse", "fraud", "virus", "other", "opt-out", "opt-out-list", ""}


def read(raw: bytes, domain: str, bounces: str = "") -> list[Bounce]:
    """What this mail says of deliveries from this domain; `bounces` is the address that reports go to, with `{}`."""
    raw = raw[:LARGEST]
    mail = message_from_bytes(raw, policy=policy.compat32)
    name = _delivery(mail, raw, domain, bounces)
    source = hashlib.sha256((str(mail.get("Message-ID") or "")).encode() or raw).hexdigest()
    if wish := _WISH.match(_text(mail.get("Subject"))):
        return [_bounce(source, BounceKind.UNSUBSCRIBE, "", wish[1].lower(), words="asked for by mail")]
    kind = mail.get_content_type()
    parts = {part.get_content_type(): part for part in mail.walk()}
    if kind == "multipart/report" and "message/feedback-report" in parts:
        return list(_complaint(source, parts["message/feedback-report"], name))
    if kind == "multipart/report" and "message/delivery-status" in parts:
        return list(_statuses(source, parts["message/delivery-status"], name))
    if _text(mail.get("Auto-Submitted")).lower().startswith("auto-replied"):
        return []  # somebody is on holiday
    return list(_others(source, mail, name))


def _statuses(source: str, part: Message, name: str) -> Iterator[Bounce]:
    """One for each recipient that a delivery report speaks of, unless it was delivered to after all."""
    for fields in _blocks(part)[1:]:
        address = _address(fields.get("Original-Recipient") or fields.get("Final-Recipient"))
        status = _text(fields.get("Status")).split(" ")[0]
        words = _text(fields.get("Diagnostic-Code")).partition(";")[2].strip() or _text(fields.get("Action"))
        kind = kind_of(status, _text(fields.get("Action")), words)
        if kind is not None:
            yield _bounce(source, kind, address, name, status=status, words=words)


def _complaint(source: str, part: Message, name: str) -> Iterator[Bounce]:
    fields = _blocks(part)[0] if _blocks(part) else part
    feedback = _text(fields.get("Feedback-Type")).lower()
    if feedback in _COMPLAINTS:
        address = _address(fields.get("Original-Rcpt-To"))
        yield _bounce(source, BounceKind.COMPLAINT, address, name, status=feedback, words="reported as unwanted")


def _others(source: str, mail: Message, name: str) -> Iterator[Bounce]:
    """What servers wrote before there was a standard, or since."""
    try:
        soft, hard = all_failures(mail)
    except Exception:  # noqa: BLE001 - its detectors trip over mails that are no mails
        return
    for kind, addresses in ((BounceKind.HARD, hard), (BounceKind.SOFT, soft)):
        for address in addresses:
            words = "says so in its own way"
            yield _bounce(source, kind, address.decode("ascii", "replace"), name, words=words)


def _delivery(mail: Message, raw: bytes, domain: str, bounces: str) -> str:
    """The name of the delivery that a report is about: from where it was sent to, or from what it quotes."""
    if "{}" in bounces:
        place = re.compile(re.escape(bounces).replace(r"\{\}", _NAME), re.IGNORECASE)
        for field in ("Delivered-To", "X-Original-To", "Envelope-To", "To"):
            for value in mail.get_all(field, []):
                if found := place.search(str(value)):
                    return found[1].lower()
    ours = re.compile(rf"<{_NAME}@{re.escape(domain)}>".encode(), re.IGNORECASE)
    names = {found.decode().lower() for found in ours.findall(raw)}
    return names.pop() if len(names) == 1 else ""


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _address(field: object) -> str:
    """`rfc822; ada@example.org`, with or without brackets."""
    said = _text(field)
    address = said.rpartition(";")[2].strip().strip("<>").strip()
    return address if "@" in address and len(address) <= 320 else ""


def _text(field: object) -> str:
    return " ".join(str(field or "").split())


def _bounce(source: str, kind: BounceKind, address: str, name: str, *, status: str = "", words: str = "") -> Bounce:
    about = hashlib.sha256(address.lower().encode("utf-8", "replace")).hexdigest()[:32]
    return Bounce(
        source=f"{source}:{about}", kind=kind, address=address, delivery=name, status=status, words=words[:500]
    )
