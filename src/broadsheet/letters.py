"""What a mail to an account says and is headed with, and the address in it that turns such mails off."""

from __future__ import annotations

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string

from broadsheet.community import Letter, Notice, NoticeKind
from broadsheet.markdown import plain
from broadsheet.text import first_lines, readable

SALT = "broadsheet.mail.off"
EXCERPT = 600


def can_be_sent() -> bool:
    """Whether the settings name a server that takes mails."""
    return bool(settings.EMAIL_HOST)


def send(letter: Letter) -> None:
    """Send a letter; raises what the server's answer raises."""
    off = f"{address()}/mail/off/{token(letter.account)}"
    context = {
        "house": settings.SITE_NAME,
        "name": letter.name,
        "lines": [_line(notice) for notice in letter.notices],
        "page": f"{address()}/notifications",
        "off": off,
    }
    mail = EmailMultiAlternatives(
        f"[{settings.SITE_NAME}] {_subject(letter)}",
        render_to_string("mail/notices.txt", context),
        settings.DEFAULT_FROM_EMAIL,
        [letter.address],
        headers={
            "Auto-Submitted": "auto-generated",
            "List-Unsubscribe": f"<{off}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
    )
    mail.attach_alternative(render_to_string("mail/notices.html", context), "text/html")
    mail.send()


def address() -> str:
    """The address that people use, without a slash at its end."""
    return str(settings.SITE_URL) or f"http://{settings.HOST}:{settings.PORT}"


def token(account: int) -> str:
    """What in an address says that it was mailed to this account; it does not grow old."""
    return signing.dumps(account, salt=SALT)


def whose(token: str) -> int | None:
    """The account that an address with this was mailed to; None if we did not write it."""
    try:
        return int(signing.loads(token, salt=SALT))
    except (signing.BadSignature, ValueError, TypeError):
        return None


def _line(notice: Notice) -> dict[str, str]:
    return {
        "words": _happened(notice),
        "title": readable(notice.title),
        "url": f"{address()}/comments/{notice.comment}" if notice.comment else f"{address()}/notifications",
        "excerpt": first_lines(plain(notice.excerpt), EXCERPT) if notice.kind != NoticeKind.DECISION else "",
    }


def _subject(letter: Letter) -> str:
    if len(letter.notices) > 1:
        return f"{len(letter.notices)} notifications"
    (only,) = letter.notices
    if only.kind == NoticeKind.DECISION:
        return first_lines(only.words, 80)
    return f"{_happened(only)}: {first_lines(readable(only.title), 80)}"


def _happened(notice: Notice) -> str:
    """What happened, in words."""
    said = {NoticeKind.REPLY: f"{notice.by} replied to you", NoticeKind.MENTION: f"{notice.by} mentioned you"}
    return said.get(notice.kind, notice.words)
