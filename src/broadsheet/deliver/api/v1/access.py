"""Who may ask for what: the scope that an operation needs, and whose token it must be."""

from __future__ import annotations

from types import SimpleNamespace
from typing import ClassVar

from django.http import HttpRequest
from ninja.errors import HttpError

from broadsheet.community import Actor
from broadsheet.deliver.api.v1.door import bearer_of
from broadsheet.people import Bearer, Scope


class Needs:
    """Lets a request go on that shows a token with this scope; tells others what is missing."""

    scope: Scope
    openapi_security_schema: ClassVar = {"type": "http", "scheme": "bearer"}

    def __call__(self, request: HttpRequest) -> Bearer:
        """Whose token it is."""
        bearer = known(request)
        if self.scope not in bearer.scopes:
            why = "This account may only read for now." if bearer.actor.banned else ""
            raise HttpError(403, why or f"This token was not made for “{self.scope}”. Make one with that scope.")
        # Limits on haste are shared with the pages, which count by the account of the request.
        request.user = SimpleNamespace(pk=bearer.actor.key, is_authenticated=True)  # type: ignore[assignment]
        return bearer


class NeedsRead(Needs):
    """For what only the account sees."""

    scope = Scope.READ


class NeedsWrite(Needs):
    """For what readers do with papers."""

    scope = Scope.WRITE


class NeedsSubscriptions(Needs):
    """For what is delivered to the account."""

    scope = Scope.SUBSCRIPTIONS


reads, writes, subscribes = NeedsRead(), NeedsWrite(), NeedsSubscriptions()
SCOPES = {type(each).__name__: each.scope for each in (reads, writes, subscribes)}


def known(request: HttpRequest) -> Bearer:
    """Whose token came with the request; 401 if none did."""
    bearer = bearer_of(request)
    if bearer is None:
        raise HttpError(401, "This needs a token: `Authorization: Bearer bs_…`. Make one at /settings/tokens.")
    return bearer


def actor_of(request: HttpRequest) -> Actor:
    """The account that acts."""
    return known(request).actor


def viewer_of(request: HttpRequest) -> Actor | None:
    """The account whose own things may be shown; None for strangers, and tokens that were not made to read."""
    bearer = bearer_of(request)
    return bearer.actor if bearer and Scope.READ in bearer.scopes else None
