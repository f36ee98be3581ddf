"""The background steps of sending: made of the settings, and given to the jobs by whoever starts them."""

from __future__ import annotations

import logging
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from itertools import chain
from pathlib import Path

from django.conf import settings
from dns.resolver import Resolver

from broadsheet.core import bounces
from broadsheet.core.doctor import Check, Verdict
from broadsheet.deliver.doors import DoorCarrier
from broadsheet.deliver.mail import checks, dkim, mailbox, reports, ways
from broadsheet.deliver.mail.carrier import MailCarrier
from broadsheet.deliver.mail.message import Letterhead
from broadsheet.deliver.mail.pace import Pace
from broadsheet.deliver.mail.rendering import of, render
from broadsheet.deliver.mail.sender import Sender
from broadsheet.deliver.mail.server import Server
from broadsheet.errors import SettingError
from broadsheet.jobs import Step
from broadsheet.sending import MAIL, Bounce, Outgoing

DOOR_PACE = 1.0
"""Messages a second, at most, to one kind of service: most of them allow no more."""

log = logging.getLogger("broadsheet.sending")


def server() -> Server:
    """The SMTP server that the settings name."""
    return Server(
        host=settings.EMAIL_HOST,
        port=settings.EMAIL_PORT,
        security=settings.MAIL_SECURITY,
        user=settings.EMAIL_HOST_USER,
        password=settings.EMAIL_HOST_PASSWORD,
        name=socket.getfqdn(),
    )


def letterhead() -> Letterhead:
    """What all mails of this house have in common, as the settings say it; SettingError if the key is no good."""
    head = Letterhead(
        site=settings.SITE_NAME,
        sender=settings.DEFAULT_FROM_EMAIL,
        bounces=settings.MAIL_BOUNCES,
        wishes=bool(settings.BOUNCE_IMAP_HOST or settings.BOUNCE_MAILDIR or settings.BOUNCE_SECRET),
    )
    if settings.DKIM_KEY is None:
        return head
    return replace(head, sign=dkim.signer(dkim.load(settings.DKIM_KEY), head.domain, settings.DKIM_SELECTOR))


def imap() -> mailbox.Imap:
    """The mailbox of reports that the settings name."""
    return mailbox.Imap(
        host=settings.BOUNCE_IMAP_HOST,
        port=settings.BOUNCE_IMAP_PORT,
        security=settings.BOUNCE_IMAP_SECURITY,
        user=settings.BOUNCE_IMAP_USER,
        password=settings.BOUNCE_IMAP_PASSWORD,
        folder=settings.BOUNCE_IMAP_FOLDER,
    )


def examine(now: datetime) -> Iterator[Check]:
    """What there is to say of mail, for `broadsheet doctor`; nothing where no mail is sent."""
    if not settings.EMAIL_HOST:
        return
    try:
        head, key = letterhead(), dkim.load(settings.DKIM_KEY) if settings.DKIM_KEY else None
    except SettingError as error:
        yield Check("DKIM", Verdict.BAD, str(error))
        return
    yield checks.server(server())
    yield from checks.sender(head, settings.SITE_URL)
    yield from checks.records(head, server(), key, settings.DKIM_SELECTOR, Resolver())
    if settings.BOUNCE_IMAP_HOST:
        yield checks.mailbox(imap())
    yield checks.outbox(now)


def letterhead_domain() -> str:
    """The domain that mails are from."""
    return Letterhead(site="", sender=settings.DEFAULT_FROM_EMAIL).domain


@cache
def mail_sender() -> Sender:
    """What sends mail in this process."""
    way, head = server(), letterhead()
    return Sender(
        lambda: MailCarrier(way, head, render),
        folder=settings.OUTBOX_FOLDER,
        doors=[MAIL],
        pace=Pace(settings.MAIL_PACE),
        threads=settings.MAIL_CONNECTIONS,
        clock=_now,
    )


@cache
def doors_sender() -> Sender:
    """What sends to other services in this process."""

    def view(outgoing: Outgoing) -> str:
        edition, subscriber = of(outgoing.edition)
        return ways.ways(subscriber, edition.number).read

    return Sender(
        lambda: DoorCarrier(render, view, doors=settings.DOORS, private=settings.PRIVATE_HOSTS),
        folder=settings.OUTBOX_FOLDER,
        doors=settings.DOORS,
        pace=Pace(DOOR_PACE),
        threads=2,
        clock=_now,
    )


def send(stop: threading.Event) -> str:
    """Send the mails that are due."""
    return mail_sender().run(stop) if settings.EMAIL_HOST else ""


def read_reports(stop: threading.Event) -> str:
    """Read what has come back."""
    new = 0
    for raw, see in chain.from_iterable(_mailboxes()):
        new += bounces.take(_read(raw), now=_now())
        see()
        if stop.is_set():
            break
    return f"{new} new reports of mails that came back" if new else ""


def send_to_doors(stop: threading.Event) -> str:
    """Send what is due to services other than mail."""
    return doors_sender().run(stop) if settings.DOORS else ""


STEPS = (
    Step("send", every=1.0, run=send),
    Step("send to doors", every=5.0, run=send_to_doors),
    Step("read reports", every=120.0, run=read_reports),
)


def _mailboxes() -> Iterator[Iterator[mailbox.Report]]:
    if settings.BOUNCE_IMAP_HOST:
        yield imap().reports()
    if settings.BOUNCE_MAILDIR:
        yield mailbox.local_reports(Path(settings.BOUNCE_MAILDIR))


def _read(raw: bytes) -> list[Bounce]:
    try:
        return reports.read(raw, letterhead_domain(), settings.MAIL_BOUNCES)
    except Exception:
        log.exception("A mail in the mailbox of reports cannot be read; it is passed by.")
        return []


def _now() -> datetime:
    return datetime.now(UTC)
