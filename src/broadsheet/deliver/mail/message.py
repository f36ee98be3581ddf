"""A rendered edition as the bytes of a mail, ready for a server: headers, two bodies, a signature.

Everything is the same at every try of one delivery, its Message-ID and Date too, so that a server or mailbox that gets
it twice can see that it is one.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email import policy
from email.headerregistry import Address
from email.utils import format_datetime, parseaddr
from functools import lru_cache

from broadsheet.deliver.mail.rendering import Rendering
from broadsheet.errors import BroadsheetError
from broadsheet.sending import Outgoing

_PLACE = "{}"
_NAME = re.compile(r"[A-Za-z0-9._-]+")
_DOMAIN = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")
_NEVER = re.compile(r"[\s<>\x00-\x1f\x7f]")
"""What stands in no local part that we would write to."""


class AddressError(BroadsheetError):
    """This is no address that a mail can be sent to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What all mails of this house have in common.

    `sender` is what mails are from, as `Name <address>` or an address; `bounces` the address that reports go to, in
    which `{}` stands for the delivery's name; `wishes` whether mails to it are read, so that one may ask there to end a
    subscription. `sign` makes the header fields that sign a mail, or none.
    """

    site: str
    sender: str
    bounces: str = ""
    wishes: bool = False
    sign: Callable[[bytes, bytes], bytes] = lambda _headers, _body: b""

    @property
    def address(self) -> str:
        """The bare address that mails are from."""
        return _bare(self.sender)

    @property
    def domain(self) -> str:
        """The domain that mails are from."""
        return ascii_domain(self.address.rpartition("@")[2]) or "localhost"

    def envelope_sender(self, name: str) -> str:
        """Where a server reports that this delivery failed."""
        return (self.bounces or self.address).replace(_PLACE, name)


def message_id(name: str, domain: str) -> str:
    """The Message-ID of the delivery of this name."""
    return f"<{name}@{domain}>"


def build(outgoing: Outgoing, said: Rendering, head: Letterhead) -> bytes:
    """The mail, with CRLF at the end of every line.

    AddressError if the subscriber's address cannot stand in a header. No text can bring in a header of its own: line
    ends in them become blanks, and the library that folds them refuses what is left.
    """
    name = outgoing.name
    if not _NAME.fullmatch(name):
        raise AddressError(f"The delivery's name {name!r} cannot stand in a Message-ID.")
    listed = () if outgoing.asked else _as_a_list(outgoing, said.stop, head)
    boundary = f"=_{name}"
    headers = b"".join(
        [
            _header("From", _one_line(head.sender)),
            f"To: {recipient(outgoing.address)}\r\n".encode("ascii"),
            _header("Subject", _one_line(said.subject)),
            f"Date: {format_datetime(outgoing.made_at)}\r\n".encode("ascii"),
            f"Message-ID: {message_id(name, head.domain)}\r\n".encode("ascii"),
            *listed,
            b"Auto-Submitted: auto-generated\r\n",
            b"X-Auto-Response-Suppress: All\r\n",
            b"MIME-Version: 1.0\r\n",
            f'Content-Type: multipart/alternative; boundary="{boundary}"\r\n'.encode("ascii"),
        ]
    )
    body = b"".join(
        [
            *(_part(boundary, kind, text) for kind, text in (("plain", said.text), ("html", said.html))),
            f"--{boundary}--\r\n".encode("ascii"),
        ]
    )
    return head.sign(headers, body) + headers + b"\r\n" + body


def _as_a_list(outgoing: Outgoing, stop: str, head: Letterhead) -> Sequence[bytes]:
    """What says that this mail is one of many, and how to get no more: at one click (RFC 8058), or by mail."""
    ways = [f"<{stop}>"]
    if head.wishes:
        ways.append(f"<mailto:{head.envelope_sender(outgoing.name)}?subject=unsubscribe%20{outgoing.name}>")
    return (
        _header("List-Id", f"{_phrase(head.site)} <digest.{head.domain}>"),
        ("List-Unsubscribe: " + ",\r\n ".join(ways) + "\r\n").encode("ascii"),
        b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n",
    )


@lru_cache(maxsize=64)
def recipient(address: str) -> str:
    """The address as a header and the envelope have it: its domain in ASCII; AddressError if it is none."""
    local, at, domain = address.strip().rpartition("@")
    try:
        plain = ascii_domain(domain)
        if not at or not local or not _DOMAIN.fullmatch(plain) or _NEVER.search(local):
            raise ValueError
        return Address(username=local.encode("ascii").decode("ascii"), domain=plain).addr_spec
    except (ValueError, IndexError, UnicodeError):
        raise AddressError(f"{address!r} is no mail address.") from None


def ascii_domain(domain: str) -> str:
    """A domain as the DNS knows it, in small letters; UnicodeError if no host can have this name."""
    return domain.lower() if domain.isascii() else domain.encode("idna").decode("ascii")


@lru_cache(maxsize=8)
def _bare(sender: str) -> str:
    return parseaddr(sender)[1]


def _part(boundary: str, kind: str, text: str) -> bytes:
    """One body, quoted-printable: readable as it travels, in lines that no server cuts."""
    lines = "\r\n".join(text.splitlines()) + "\r\n"
    head = (
        f'--{boundary}\r\nContent-Type: text/{kind}; charset="utf-8"\r\n'
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    return head.encode("ascii") + binascii.b2a_qp(lines.encode()) + b"\r\n"


@lru_cache(maxsize=64)
def _header(name: str, value: str) -> bytes:
    """A header field, folded and encoded by the standard library, which refuses line ends in it."""
    return policy.SMTP.fold_binary(*policy.SMTP.header_store_parse(name, value))


def _one_line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _phrase(text: str) -> str:
    return '"' + re.sub(r'["\\<>]', "", _one_line(text)) + '"'
