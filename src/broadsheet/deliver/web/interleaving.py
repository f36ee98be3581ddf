"""Crediting two rankings that are mixed: what a form says under our signature, and nothing of who sends it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from broadsheet.core import interleaving
from broadsheet.deliver.web.acting import signed_in
from broadsheet.deliver.web.limits import limited

SALT = "interleaving"
A_DAY = 86_400
"""Seconds that a list may be read before what it brings counts no more."""


@require_POST
@signed_in
@limited("open")
def opened(request: HttpRequest) -> HttpResponse:
    """Count a paper of a mixed list that was opened, for the ranking that brought it, without saying by whom."""
    credit(request)
    return HttpResponse(status=204)


def signed(ranking: str) -> str:
    """What a form says of the ranking that brought its paper, so that nobody credits one that did not; or nothing."""
    return signing.dumps(ranking, salt=SALT) if ranking else ""


def credit(request: HttpRequest) -> None:
    """Count what the reader did with a paper of a mixed list, if the form names its ranking under our signature."""
    mixed = mixed_rankings()
    if mixed and (team := request.POST.get("team")):
        try:
            name = signing.loads(team, salt=SALT, max_age=A_DAY)
        except signing.BadSignature:
            return
        interleaving.credit(str(name), mixed, day=datetime.now(UTC).date())


def mixed_rankings() -> tuple[str, str] | None:
    """The two rankings that the settings say to mix."""
    return (settings.INTERLEAVE[0], settings.INTERLEAVE[1]) if settings.INTERLEAVE else None
