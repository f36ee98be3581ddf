"""The views for whoever takes the library in: OAI-PMH."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from django.conf import settings
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from broadsheet.deliver import oai
from broadsheet.deliver.web.context import address_of

log = logging.getLogger("broadsheet.web")


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def pmh(request: HttpRequest) -> HttpResponse:
    """The answer to a request of OAI-PMH, whose arguments stand in the address or in a form."""
    given = request.POST if request.method == "POST" else request.GET
    pairs = [(name, value) for name, values in given.lists() for value in values]
    house = oai.House(settings.SITE_NAME, address_of(request), _mail(), lambda: datetime.now(UTC))
    try:
        body = oai.answer(pairs, house)
    except OperationalError as error:
        # A long import holds the only writer of SQLite, and what it was preceded by has no moment yet.
        log.warning("/oai: the library is busy: %s", error)
        return HttpResponse("The library is busy.", status=503, headers={"Retry-After": "60"})
    return HttpResponse(body, content_type="text/xml; charset=utf-8")


def _mail() -> str:
    """The address at which people reach whoever runs the house; where mails come from, if none is told."""
    contact = str(settings.CONTACT).removeprefix("mailto:")
    return contact if "@" in contact and "/" not in contact else str(settings.DEFAULT_FROM_EMAIL)
