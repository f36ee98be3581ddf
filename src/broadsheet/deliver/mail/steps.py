"""The background steps of delivery: made of the settings, and given to the jobs by whoever starts them."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache, partial

from django.conf import settings

from broadsheet.deliver.mail import dkim
from broadsheet.deliver.mail.carrier import MailCarrier
from broadsheet.deliver.mail.message import Letterhead
from broadsheet.deliver.mail.pace import Pace
from broadsheet.deliver.mail.rendering import render
from broadsheet.deliver.mail.sender import Sender
from broadsheet.deliver.mail.server import Server
from broadsheet.jobs import Step
from broadsheet.sending import MAIL, Outgoing


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
        unsubscribe=unsubscribe_address,
        sign=_no_signature,
    )
    if settings.DKIM_KEY is None:
        return head
    return replace(head, sign=dkim.signer(dkim.load(settings.DKIM_KEY), head.domain, settings.DKIM_SELECTOR))


def unsubscribe_address(outgoing: Outgoing) -> str:
    """The address that ends what this delivery was sent for, at one click and without a word (RFC 8058)."""
    return f"{site_url()}/subscriptions/{outgoing.secret}/end?edition={outgoing.edition}"
