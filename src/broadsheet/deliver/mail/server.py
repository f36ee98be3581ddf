"""The way to the SMTP server: one connection that many mails go over, and what the server said of each.

A connection is opened when it is first needed, used for a limited number of mails, and opened anew when the server
closes it, as it may at any time. It belongs to one thread.
"""

from __future__ import annotations

import smtplib
import socket
import ssl
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from broadsheet.core.answers import judge
from broadsheet.sending import Outcome, Verdict

PATIENCE = 60.0
"""Seconds to wait for any answer but the last."""

LAST_PATIENCE = 600.0
"""Seconds to wait for the answer to a whole mail (RFC 5321, 4.5.3.2.6): who gives up earlier sends it twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """Where the SMTP server is and how to get in; `security` is starttls, tls or none.

    `most` is the number of mails after which a connection is opened anew; `trust` says whose certificates are believed.
    """

    host: str
    port: int = 587
    security: str = "starttls"
    user: str = ""
    password: str = ""
    most: int = 100
    patience: float = PATIENCE
    last_patience: float = LAST_PATIENCE
    name: str = ""
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def connect(self) -> smtplib.SMTP:
        """A connection over which mails can go; OSError or SMTPException if there is no getting in."""
        if self.security == "tls":
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, self.name or None, timeout=self.patience, context=self.trust()
            )
        else:
            opened = smtplib.SMTP(self.host, self.port, self.name or None, timeout=self.patience)
        try:
            if self.security == "starttls":
                opened.starttls(context=self.trust())
            opened.ehlo_or_helo_if_needed()
            if self.user:
                opened.login(self.user, self.password)
        except BaseException:
            opened.close()
            raise
        return opened


class Connection:
    """One connection to the server, for one thread."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._open: smtplib.SMTP | None = None
        self._carried = 0

    def send(self, name: str, sender: str, recipient: str, mail: bytes, *, begin: Callable[[], None]) -> Outcome:
        """Hand over a mail; `begin` is called right before the server may take it. Raises nothing of its own.

        A server that closes the connection, or does not want to hear of us, is asked twice more before it counts as
        unreachable: it may do so at any time without meaning harm.
        """
        said = self._announce(name, sender)
        for wait in (0.0, 1.0):
            if isinstance(said, smtplib.SMTP) or said.verdict is not Verdict.UNREACHABLE:
                break
            self.close()
            time.sleep(wait)
            said = self._announce(name, sender)
        return self._hand_over(said, name, recipient, mail, begin) if isinstance(said, smtplib.SMTP) else said

    def close(self) -> None:
        """Say goodbye, if there is anybody."""
        if self._open is not None:
            with suppress(OSError, smtplib.SMTPException):
                _patience(self._open, 2.0)
                self._open.quit()
            self._open.close()
        self._open, self._carried = None, 0

    def _announce(self, name: str, sender: str) -> Outcome | smtplib.SMTP:
        """Say who sends; the connection that waits for more, or what the server has against it."""
        if self._carried >= self._server.most:
            self.close()
        try:
            opened = self._open = self._open or self._server.connect()
            code, words = opened.mail(sender)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(name=name, verdict=Verdict.UNREACHABLE, words=in_words(error))
        if code == 250:
            return opened
        self._recover(opened, code)
        return judge(name, code, _text(words), at="mail")

    def _hand_over(
        self, opened: smtplib.SMTP, name: str, recipient: str, mail: bytes, begin: Callable[[], None]
    ) -> Outcome:
        at, doubt = "recipient", ""
        try:
            code, words = opened.rcpt(recipient)
            if code in {250, 251}:
                begin()
                at, doubt = "data", ", after it was handed over: in doubt"
                code, words = self._data(opened, mail)
                self._carried += 1
            if code != 250:
                self._recover(opened, code)
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Outcome(name=name, verdict=Verdict.LATER, words=f"{in_words(error)}{doubt}")
        return judge(name, code, _text(words), at=at)

    def _data(self, opened: smtplib.SMTP, mail: bytes) -> tuple[int, bytes]:
        _patience(opened, self._server.last_patience)
        try:
            return opened.data(mail)
        except smtplib.SMTPDataError as error:  # no 354: it does not even want to see it
            return error.smtp_code, error.smtp_error if isinstance(error.smtp_error, bytes) else b""
        finally:
            _patience(opened, self._server.patience)

    def _recover(self, opened: smtplib.SMTP, code: int) -> None:
        """Make the connection fit for the next mail after one was refused."""
        with suppress(OSError, smtplib.SMTPException):
            if code != 421 and opened.rset()[0] == 250:
                return
        self.close()


def _patience(opened: smtplib.SMTP, seconds: float) -> None:
    if opened.sock is not None:
        opened.sock.settimeout(seconds)


_WORDS: tuple[tuple[type[BaseException], Callable[[Any], str]], ...] = (
    (smtplib.SMTPResponseException, lambda error: f"{error.smtp_code} {_text(error.smtp_error)}"),
    (smtplib.SMTPServerDisconnected, lambda _: "the server closed the connection"),
    (smtplib.SMTPNotSupportedError, lambda error: f"the server cannot do what the settings ask for: {error}"),
    (
        ssl.SSLCertVerificationError,
        lambda error: f"the server's certificate is not to be trusted: {error.verify_message}",
    ),
    (ssl.SSLError, lambda error: f"the connection cannot be secured: {error.reason or error}"),
    (TimeoutError, lambda _: "the server does not answer in time"),
    (socket.gaierror, lambda _: "the name of the server is not known, or there is no network"),
)


def in_words(error: BaseException) -> str:
    """What stood in the way, in words."""
    for kind, words in _WORDS:
        if isinstance(error, kind):
            return words(error)
    return " ".join(str(error).split()) or type(error).__name__


def _text(words: bytes | str) -> str:
    text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(text.split())
