"""Where a mail server or a mail service sends reports of mails that came back."""

from __future__ import annotations

from datetime import UTC, datetime
from hmac import compare_digest

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from broadsheet.core import bounces
from broadsheet.deliver.mail import reports, services
from broadsheet.deliver.mail.services import ServiceError
from broadsheet.deliver.mail.steps import letterhead_domain


@csrf_exempt
@require_POST
def report(request: HttpRequest, secret: str) -> HttpResponse:
    """Take a report as it is (message/rfc822), or the JSON of a service; whoever knows the secret is believed."""
    if not settings.BOUNCE_SECRET or not compare_digest(secret.encode(), settings.BOUNCE_SECRET.encode()):
        raise Http404
    body = request.read(reports.LARGEST)
    try:
        if body.lstrip()[:1] == b"{":
            found = services.read(body)
        else:
            found = reports.read(body, letterhead_domain(), settings.MAIL_BOUNCES)
    except ServiceError as error:
        return HttpResponse(f"{error}\n", status=400, content_type="text/plain; charset=utf-8")
    bounces.take(found, now=datetime.now(UTC), believed=True)
    return HttpResponse(status=204)
