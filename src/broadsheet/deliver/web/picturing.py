"""The view of the picture that other sites show beside a link to a paper."""

from __future__ import annotations

import hashlib

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified, HttpResponsePermanentRedirect
from django.utils.http import parse_etags
from django.views.decorators.http import require_safe

from broadsheet.core import papers
from broadsheet.deliver import card as cards
from broadsheet.deliver import describing, present
from broadsheet.deliver.web.views import not_found
from broadsheet.errors import PaperNotFoundError

A_DAY = "public, max-age=86400"


@require_safe
def card(request: HttpRequest, paper_id: str) -> HttpResponse:
    """The picture of a paper; it is drawn only for whoever has not the same already."""
    try:
        found = papers.paper(paper_id)
    except PaperNotFoundError:
        return not_found(request)
    shown = present.paper(found)
    if found.paper_id != paper_id:
        return HttpResponsePermanentRedirect(describing.card_path(shown))
    told = describing.card(shown, settings.SITE_NAME)
    tag = f'"{hashlib.blake2b(repr((cards.VERSION, told)).encode(), digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": A_DAY}
    if tag in (each.removeprefix("W/") for each in parse_etags(request.headers.get("If-None-Match", ""))):
        return HttpResponseNotModified(headers=headers)
    return HttpResponse(cards.draw(told), content_type="image/png", headers=headers)
