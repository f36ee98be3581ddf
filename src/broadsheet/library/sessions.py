"""Sessions in the database: Django's, under a hash of their key; and the list of the browsers of an account."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any, NamedTuple

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

from broadsheet.library import models
from broadsheet.people import Browser

LENGTH = 16
"""Letters of a session's number: enough of its hash to tell it from the others of an account."""


class Place(NamedTuple):
    """Where a request came from: the network's address, and how the browser calls itself."""

    network: str = ""
    browser: str = ""


class SessionStore(DatabaseStore):
    """Django's session in the database; whoever reads the table learns no key that a browser could show.

    `place` is written beside it whenever it is saved.
    """

    place = Place()
    seen_at: datetime | None = None
    _made_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> type[models.Session]:
        """Our own table."""
        return models.Session

    def exists(self, session_key: str) -> bool:
        """Whether a browser has this key."""
        return models.Session.objects.filter(pk=digest(session_key)).exists()

    def delete(self, session_key: str | None = None) -> None:
        """End the session of this key, or this one."""
        if key := session_key or self.session_key:
            models.Session.objects.filter(pk=digest(key)).delete()

    def create(self) -> None:
        """Begin anew under a new key."""
        self._made_at = None
        super().create()

    def create_model_instance(self, data: dict[str, Any]) -> models.Session:
        """The row of this session."""
        now = datetime.now(UTC)
        self._made_at, self.seen_at = self._made_at or now, now
        return models.Session(
            session_key=digest(self._get_or_create_session_key()),  # type: ignore[attr-defined] # its stubs forget it
            session_data=self.encode(data),
            expire_date=self.get_expiry_date(),
            account_id=data.get(SESSION_KEY),
            made_at=self._made_at,
            seen_at=now,
            network=self.place.network,
            browser=self.place.browser,
        )

    def _get_session_from_db(self) -> models.Session | None:
        found = models.Session.objects.filter(pk=digest(self.session_key or ""), expire_date__gt=datetime.now(UTC))
        row = found.first()
        if row is None:
            self._session_key = None
        else:
            self._made_at, self.seen_at = row.made_at, row.seen_at
        return row


def digest(key: str) -> str:
    """What is kept of a key: SHA-256, which needs no salt because keys are long and drawn at random."""
    return hashlib.sha256(key.encode()).hexdigest()


def of_account(account: int, own_key: str, now: datetime) -> list[Browser]:
    """The browsers that an account is signed in with, the one with this key first, then the last seen first."""
    rows = models.Session.objects.filter(account=account, expire_date__gt=now).order_by("-seen_at")
    own = digest(own_key)
    browsers = [
        Browser(
            number=row.pk[:LENGTH],
            name=row.browser,
            network=row.network,
            since=row.made_at,
            seen_at=row.seen_at,
            own=row.pk == own,
        )
        for row in rows
    ]
    return sorted(browsers, key=lambda browser: not browser.own)


def end(account: int, number: str) -> int:
    """End the session of this account that has this number; answers how many ended."""
    if len(number) != LENGTH:
        return 0
    return models.Session.objects.filter(account=account, pk__startswith=number).delete()[0]


def end_all(account: int, *, but_key: str = "") -> int:
    """End all sessions of this account but that of this key; answers how many."""
    rows = models.Session.objects.filter(account=account)
    if but_key:
        rows = rows.exclude(pk=digest(but_key))
    return rows.delete()[0]


def forget_expired(now: datetime) -> int:
    """Delete what has expired, of sessions and of the counts of tries; answers how many."""
    expired = models.Session.objects.filter(expire_date__lt=now), models.CacheRow.objects.filter(expires__lt=now)
    return sum(rows.delete()[0] for rows in expired)
