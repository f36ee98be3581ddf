"""Whether mail can leave this house and is believed elsewhere: the server, SPF, DKIM, DMARC, and the way back.

What is missing is said with the record to add, as a zone file has it.
"""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import dns.exception
import dns.resolver
from dns.rdatatype import RdataType

from broadsheet.core.doctor import Check, Verdict
from broadsheet.deliver.mail import dkim
from broadsheet.deliver.mail.mailbox import Imap, MailboxError
from broadsheet.deliver.mail.message import Letterhead
from broadsheet.deliver.mail.server import Server, in_words
from broadsheet.library import deliveries

_LOCAL = {"localhost", "127.0.0.1", "::1"}


class _SilentError(Exception):
    """The DNS does not answer."""


def server(way: Server) -> Check:
    """Whether the SMTP server lets us in."""
    place = f"{way.host}:{way.port}"
    try:
        opened = way.connect()
    except (OSError, smtplib.SMTPException) as error:
        remedy = "Check the BROADSHEET_MAIL_… settings, and whether it is reached from this machine"
        return Check("mail server", Verdict.BAD, f"{place}: {in_words(error)}. {remedy}")
    try:
        tls = opened.sock.version() if isinstance(opened.sock, ssl.SSLSocket) else None
    finally:
        opened.close()
    words = ", ".join([place, tls or "not secured", *([f"signed in as {way.user}"] if way.user else [])])
    if tls is None and way.host not in _LOCAL:
        return Check("mail server", Verdict.WARNING, f"{words}: set BROADSHEET_MAIL_SECURITY to starttls or tls")
    return Check("mail server", Verdict.GOOD, words)


def sender(head: Letterhead, site_url: str) -> Iterator[Check]:
    """Whether others can know whom mails are from, and end them at one click."""
    if "." not in head.domain:
        words = f"{head.sender}: set BROADSHEET_MAIL_FROM to an address of a domain that is yours"
        yield Check("mail from", Verdict.BAD, words)
    if not site_url.startswith("https://"):
        words = "mail programs offer to unsubscribe at one click only at https addresses: set BROADSHEET_SITE_URL"
        yield Check("unsubscribe", Verdict.WARNING, words)


def records(
    head: Letterhead, way: Server, key: dkim.Key | None, selector: str, resolver: dns.resolver.Resolver
) -> Iterator[Check]:
    """What the DNS says of the domain that mails are from."""
    if "." not in head.domain:
        return
    try:
        yield _spf(head.envelope_sender("x").rpartition("@")[2].lower(), way, resolver)
        yield _dkim(head.domain, key, selector, resolver)
        yield _dmarc(head, resolver)
        yield from _way_back(head, resolver)
    except _SilentError as error:
        yield Check("DNS", Verdict.WARNING, f"{error}. The records of SPF, DKIM and DMARC were not looked at")


def mailbox(way: Imap) -> Check:
    """Whether the mailbox of reports can be read."""
    try:
        next(way.reports(), None)
    except MailboxError as error:
        return Check("mailbox", Verdict.BAD, f"{error} Check the BROADSHEET_BOUNCE_IMAP_… settings")
    return Check("mailbox", Verdict.GOOD, f"{way.folder} of {way.user} at {way.host}")


def outbox(now: datetime) -> Check:
    """Whether mails are stuck."""
    counts = deliveries.in_state(now)
    if deliveries.paused():
        words = f"sending is paused, {counts['queued']} deliveries wait. Let it go on in the administration"
        return Check("outbox", Verdict.WARNING, words)
    words = f"{counts['queued']} deliveries wait, {counts['retried']} of them after a try"
    if counts["late"]:
        return Check("outbox", Verdict.WARNING, f"{words}; {counts['late']} are late. Are the jobs running?")
    return Check("outbox", Verdict.GOOD, words)


def _spf(domain: str, way: Server, resolver: dns.resolver.Resolver) -> Check:
    found = [text for text in _texts(domain, resolver) if text.lower().split(" ")[0] == "v=spf1"]
    if not found:
        who = "mx" if way.host in _LOCAL else f"a:{way.host}"
        record = f'{domain}. IN TXT "v=spf1 {who} ~all"'
        words = f"{domain} says nobody may send for it; ask whoever keeps {way.host} what to include, or add: {record}"
        return Check("SPF", Verdict.WARNING, words)
    if len(found) > 1:
        return Check("SPF", Verdict.BAD, f"{domain} has {len(found)} records, so none counts. Make them one")
    if "+all" in found[0].lower().split():
        return Check("SPF", Verdict.BAD, f"{found[0]}: +all lets everybody send for {domain}. End it with ~all")
    return Check("SPF", Verdict.GOOD, found[0])


def _dkim(domain: str, key: dkim.Key | None, selector: str, resolver: dns.resolver.Resolver) -> Check:
    if key is None:
        return Check("DKIM", Verdict.WARNING, "mails are not signed. Run `broadsheet dkim`, which says what to do")
    place, ours = f"{selector}._domainkey.{domain}", dkim.record(key)
    found = _texts(place, resolver)
    if not found:
        words = f"{place} has no record. Add: {dkim.zone_line(selector, domain, ours)}"
        return Check("DKIM", Verdict.BAD, words)
    if _tag(ours, "p") not in {_tag(text, "p") for text in found}:
        words = f"{place} has another key than the one that signs. Make it: {dkim.zone_line(selector, domain, ours)}"
        return Check("DKIM", Verdict.BAD, words)
    return Check("DKIM", Verdict.GOOD, f"{place} has the key that signs")


def _dmarc(head: Letterhead, resolver: dns.resolver.Resolver) -> Check:
    labels = head.domain.split(".")
    for first in range(len(labels) - 1):
        place = "_dmarc." + ".".join(labels[first:])
        for text in _texts(place, resolver):
            if text.lower().replace(" ", "").startswith("v=dmarc1"):
                return Check("DMARC", Verdict.GOOD, f"{place}: {text}")
    record = f'_dmarc.{head.domain}. IN TXT "v=DMARC1; p=none; rua=mailto:{head.address}"'
    words = f"{head.domain} has no policy, and large providers ask for one. Begin with: {record}"
    return Check("DMARC", Verdict.WARNING, words)


def _way_back(head: Letterhead, resolver: dns.resolver.Resolver) -> Iterator[Check]:
    domain = head.envelope_sender("x").rpartition("@")[2].lower()
    if not any(_ask(domain, kind, resolver) for kind in (RdataType.MX, RdataType.A, RdataType.AAAA)):
        words = f"{domain} takes no mail, so no report of a mail that failed arrives. Give it an MX record"
        yield Check("way back", Verdict.WARNING, words)


def _texts(name: str, resolver: dns.resolver.Resolver) -> list[str]:
    return [b"".join(record.strings).decode("utf-8", "replace") for record in _ask(name, RdataType.TXT, resolver)]


def _ask(name: str, kind: RdataType, resolver: dns.resolver.Resolver) -> list[Any]:
    try:
        return list(resolver.resolve(name, kind))
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise _SilentError(" ".join(str(error).split()).rstrip(".")) from None


def _tag(record: str, name: str) -> str:
    tags = dict(part.strip().partition("=")[::2] for part in record.split(";"))
    return "".join(tags.get(name, "").split())
