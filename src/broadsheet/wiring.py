"""Opens what the settings name, once a process: the embedder, the index, the way to the network, the way to mail."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime
from functools import cache

from django.conf import settings
from django.core.mail import EmailMessage

from broadsheet.core import weighing
from broadsheet.errors import SettingError
from broadsheet.index import Embedder, Index, embed
from broadsheet.rank.trending import Formula
from broadsheet.sources.http import Http


@cache
def embedder() -> Embedder:
    """The embedder that the settings name."""
    return embed.load(settings.EMBEDDER)


@cache
def index() -> Index:
    """The index of this process, for reading."""
    return Index(settings.INDEX_FOLDER, embedder())


def formula() -> Formula:
    """The formula of trending that the settings name."""
    return Formula(
        weights=settings.TRENDING_WEIGHTS, half_life=settings.TRENDING_HALF_LIFE, gravity=settings.TRENDING_GRAVITY
    )


def network(address: str, now: datetime) -> str:
    """The name of the network that a client's address is in, for today; see `weighing.network`."""
    return weighing.network(address, settings.SECRET_KEY, now)


def http(stop: threading.Event | None = None, *, patience: float = 60.0) -> Http:
    """The way to the network; what waits there ends when `stop` is set, and is not longer than `patience` seconds."""
    settings.PACE_FOLDER.mkdir(parents=True, exist_ok=True)
    return Http(
        contact=settings.CONTACT,
        folder=settings.PACE_FOLDER,
        private=settings.PRIVATE_HOSTS,
        stop=stop,
        patience=patience,
    )


def tell_administrators(subject: str, text: str) -> None:
    """Mail the administrators; SettingError if the settings name none, or no server to send by."""
    if not settings.ADMINISTRATORS or not settings.EMAIL_HOST:
        raise SettingError("No mail was sent: set BROADSHEET_ADMINISTRATORS and BROADSHEET_MAIL_HOST.")
    mail(settings.ADMINISTRATORS, subject, text)


def mail(to: str | Sequence[str], subject: str, text: str) -> None:
    """Send one mail by the server that the settings name; OSError if it does not take it."""
    recipients = [to] if isinstance(to, str) else to
    EmailMessage(f"[{settings.SITE_NAME}] {subject}", text, settings.DEFAULT_FROM_EMAIL, recipients).send()
