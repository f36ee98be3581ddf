"""What every page knows: the paper's name, its version, the address that people use, what the house lets them do."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from broadsheet import __version__
from broadsheet.core import notices


def site(request: HttpRequest) -> dict[str, Any]:
    """For the templates; asks the library nothing, but `unread` for how much a signed-in reader has not read."""

    def unread() -> int:
        reader = getattr(request, "user", None)
        return notices.unread(reader.pk) if reader and reader.is_authenticated else 0

    house = {
        "name": settings.SITE_NAME,
        "version": __version__,
        "address": lambda: address_of(request),
        "signup": settings.SIGNUP == "open",
        "mails": bool(settings.EMAIL_HOST),
        "contact": settings.CONTACT,
        "by_invitation": settings.SIGNUP == "invitation",
        "proxied": bool(settings.PROXY_HEADER),
    }
    return {"house": house, "unread": unread}


def address_of(request: HttpRequest) -> str:
    """The address that people use, without a slash at its end."""
    return str(settings.SITE_URL) or f"{request.scheme}://{request.get_host()}"
