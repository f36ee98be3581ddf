"""How an invitation reaches whom it is for: the link, and the mail that carries it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from django.conf import settings

from broadsheet import wiring
from broadsheet.community import Actor, Role
from broadsheet.core import invitations
from broadsheet.core.invitations import DAYS, InvitationError

TEXT = """{by} invites you to {house}, a daily paper for research.

Make your account here, until {until:%-d %B %Y}:

{link}

The link works once. If you expected no such mail, nothing comes of leaving it alone.
"""


class Link(NamedTuple):
    """Where an invitation is accepted, until when, and whether the link was mailed."""

    address: str
    until: datetime
    mailed: bool


def invite(by: Actor | None, role: Role, mail: str, now: datetime, *, address: str, days: int = DAYS) -> Link:
    """Make an invitation whose link begins with this address; mail it, if there is somebody to mail it to and a server.

    InvitationError if the server does not take the mail: the invitation is taken back then.
    """
    made = invitations.make(by, role, now=now, mail=mail, days=days)
    link = Link(f"{address}/invitation/{made.code}", made.until, mailed=bool(mail and settings.EMAIL_HOST))
    if link.mailed:
        told = {"by": by.name if by else "The keeper of the house", "house": settings.SITE_NAME}
        try:
            wiring.mail(mail, "An invitation", TEXT.format(**told, until=made.until, link=link.address))
        except OSError as error:
            invitations.cancel(made.number)
            raise InvitationError(f"The mail server did not take the invitation: {error}.") from None
        invitations.sent(made.number)
    return link
