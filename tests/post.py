"""A real mail server on loopback, and what it took."""

from __future__ import annotations

import email
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import default

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Inbox:
    """What a mail server on loopback took; it is at `port` of 127.0.0.1."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.says: dict[str, str] = {}
        """What it answers instead of taking it: to a recipient, or under `data` to a whole mail."""
        self.kills = 0
        """The process that it kills when it has taken a mail and not yet said so."""
        self.port = 0

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if address in self.says:
            return self.says[address]
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if "data" in self.says:
            return self.says["data"]
        assert isinstance(envelope.content, bytes)
        mail = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        self.recipients += envelope.rcpt_tos
        if self.kills:
            os.kill(self.kills, signal.SIGKILL)
        return "250 taken"

    def text(self, number: int = -1, kind: str = "plain") -> str:
        """The words of one of the mails, the last one by default, as plain text or as `html`."""
        body = self.mails[number].get_body((kind,))
        assert body
        return str(body.get_content()).replace("\r\n", "\n")


@contextmanager
def an_inbox() -> Iterator[Inbox]:
    """A mail server as long as it is needed."""
    box = Inbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        box.port = free.getsockname()[1]
    server = Controller(box, hostname="127.0.0.1", port=box.port)
    server.start()
    try:
        yield box
    finally:
        server.stop()
