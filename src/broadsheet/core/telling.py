"""The verb `tell`: mail accounts what they have not read on the site, in one letter each."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import NamedTuple

from django.db import transaction

from broadsheet.community import Letter
from broadsheet.library import notifications

log = logging.getLogger("broadsheet.core.telling")

SETTLED = timedelta(minutes=5)
"""So old a notice must be: who is at the page reads it there, and what comes together is told together."""

STALE = timedelta(days=3)
"""So old a notice is not worth a mail any more."""


class Report(NamedTuple):
    """How many letters the server took, cannot take now, and refuses for good."""

    sent: int = 0
    postponed: int = 0
    refused: int = 0


def tell(send: Callable[[Letter], None], *, now: datetime, verified: bool) -> Report:
    """Send each account that wants mails one letter about all that it has not read and was not mailed.

    A notice is marked as mailed before its letter is sent: if this process dies in between, that letter is lost, and
    none is sent twice. What the server cannot take now is put back, and tried again when twice as much time has passed;
    what it refuses for good stays marked. `verified` asks for addresses that were proved. OSError, after putting the
    letter back, if the server cannot be reached or wants no mail from us.
    """
    report = Report()
    for account in notifications.to_mail(now - STALE, now - SETTLED, now, verified=verified):
        with transaction.atomic():
            letter = notifications.claim(account, now - STALE, now)
        if letter is None:
            continue
        try:
            send(letter)
        except (SMTPRecipientsRefused, SMTPDataError) as error:
            if _for_good(error):
                log.warning("the mail server refuses letters to account %s: %s", account, error)
                report = report._replace(refused=report.refused + 1)
            else:
                _put_back(letter, now)
                report = report._replace(postponed=report.postponed + 1)
        except OSError:  # no server, or one that wants nothing from us: no fault of the letter's
            _put_back(letter, now)
            raise
        else:
            report = report._replace(sent=report.sent + 1)
    return report


def _put_back(letter: Letter, now: datetime) -> None:
    waited = now - min(notice.at for notice in letter.notices)
    notifications.put_back([notice.key for notice in letter.notices], now + waited)


def _for_good(error: SMTPRecipientsRefused | SMTPDataError) -> bool:
    """Whether the server said that it never takes this letter: an answer that begins with 5."""
    several = error.recipients.values() if isinstance(error, SMTPRecipientsRefused) else [(error.smtp_code, b"")]
    return all(500 <= code < 600 for code, _ in several)
