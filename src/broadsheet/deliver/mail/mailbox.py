"""The mailbox that reports arrive in: over IMAP, or as a Maildir or an mbox file. What was read is marked as seen."""

from __future__ import annotations

import imaplib
import mailbox
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from broadsheet.errors import BroadsheetError

PATIENCE = 60.0
AT_ONCE = 500
"""Reports read in one turn; more wait for the next."""

Report = tuple[bytes, Callable[[], None]]
"""A mail, and what marks it as seen: called once all that follows from it is kept."""


class MailboxError(BroadsheetError):
    """The mailbox cannot be read; the text says why, and which."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imap:
    """An IMAP mailbox and how to get in; `security` is tls, starttls or none."""

    host: str
    port: int = 993
    security: str = "tls"
    user: str = ""
    password: str = ""
    folder: str = "INBOX"
    trust: Callable[[], ssl.SSLContext] = ssl.create_default_context

    def reports(self) -> Iterator[Report]:
        """What nobody has seen, oldest first; MailboxError if there is no getting in."""
        with self._opened() as opened:
            _good(opened.select(_quoted(self.folder)), f"the folder {self.folder}")
            for number in _good(opened.uid("SEARCH", "UNSEEN"), "the search")[0].split()[:AT_ONCE]:
                fetched = _good(opened.uid("FETCH", number.decode(), "(BODY.PEEK[])"), "a mail")
                for part in fetched:
                    if isinstance(part, tuple):
                        yield part[1], partial(self._see, opened, number)

    def _see(self, opened: imaplib.IMAP4, number: bytes) -> None:
        _good(opened.uid("STORE", number.decode(), "+FLAGS.SILENT", r"(\Seen)"), "a mark")

    @contextmanager
    def _opened(self) -> Iterator[imaplib.IMAP4]:
        try:
            if self.security == "tls":
                opened: imaplib.IMAP4 = imaplib.IMAP4_SSL(
                    self.host, self.port, ssl_context=self.trust(), timeout=PATIENCE
                )
            else:
                opened = imaplib.IMAP4(self.host, self.port, timeout=PATIENCE)
            try:
                if self.security == "starttls":
                    opened.starttls(ssl_context=self.trust())
                opened.login(self.user, self.password)
                yield opened
            finally:
                with suppress(OSError, imaplib.IMAP4.error):
                    opened.logout()
        except (OSError, imaplib.IMAP4.error) as error:
            words = " ".join(str(error.args[-1] if error.args else error).split())
            raise MailboxError(f"The mailbox at {self.host} cannot be read: {words}.") from error


def local_reports(path: Path) -> Iterator[Report]:
    """What nobody has seen in a Maildir, or an mbox file; MailboxError if it is neither."""
    if not path.exists():
        raise MailboxError(f"There is no mailbox at {path}. Check BROADSHEET_BOUNCE_MAILDIR.")
    if path.is_dir():
        yield from _maildir(path)
    else:
        yield from _mbox(mailbox.mbox(path, create=False))


def _maildir(path: Path) -> Iterator[Report]:
    box = mailbox.Maildir(path, create=False)
    for key in sorted(_unseen(path))[: 10 * AT_ONCE]:
        mail = box.get_message(key)

        def see(key: str = key, mail: mailbox.MaildirMessage = mail) -> None:
            mail.set_subdir("cur")
            mail.add_flag("S")
            box[key] = mail

        yield box.get_bytes(key), see


def _unseen(path: Path) -> Iterator[str]:
    """The keys of mails that nobody has seen, by the names of their files alone: those seen may be very many."""
    for folder in ("new", "cur"):
        for file in (path / folder).iterdir():
            key, _, flags = file.name.partition(":2,")
            if "S" not in flags and not key.startswith("."):
                yield key


def _mbox(box: mailbox.mbox) -> Iterator[Report]:
    box.lock()
    try:
        for key in box.keys():  # noqa: SIM118 - a mailbox yields mails
            mail = box.get_message(key)
            if "R" not in mail.get_flags():

                def see(key: str = key, mail: mailbox.mboxMessage = mail) -> None:
                    mail.add_flag("R")
                    box[key] = mail

                yield box.get_bytes(key), see
    finally:
        box.close()  # writes what was seen, and lets go of the lock


def _quoted(folder: str) -> str:
    return '"' + folder.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _good(answer: tuple[str, list[Any]], what: str) -> list[Any]:
    status, said = answer
    if status != "OK":
        raise imaplib.IMAP4.error(f"{what}: {said!r}")
    return said
