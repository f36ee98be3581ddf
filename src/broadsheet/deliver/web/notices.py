"""The page of what an account is told, its number in the masthead, and the switch for mails about it."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet import letters
from broadsheet.core import notices
from broadsheet.deliver import discussion
from broadsheet.deliver.web.acting import actor_of, back, signed_in
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import not_found, pages, paging_of

NOTICES_ON_A_PAGE = 50
PAGE = "/notifications"


@require_safe
@signed_in
def notifications(request: HttpRequest) -> HttpResponse:
    """What the reader is told, unread first."""
    paging = paging_of(request, NOTICES_ON_A_PAGE)
    several, total = notices.notices(actor_of(request), paging)
    context = {
        "notices": [discussion.notice(each) for each in several],
        "total": total,
        "pages": pages(request, paging, total),
        "mailed": notices.mailed(actor_of(request).key),
        "mail": letters.can_be_sent(),
    }
    return render(request, "web/notifications.html", context)


@require_POST
@signed_in
@limited("notices")
def read(request: HttpRequest, key: int) -> HttpResponse:
    """Note that one notice is read, and lead to what it is about, or back."""
    comment = notices.read(actor_of(request), key, now=datetime.now(UTC))
    return back(request, f"/comments/{comment}" if comment else PAGE)


@require_POST
@signed_in
@limited("notices")
def read_all(request: HttpRequest) -> HttpResponse:
    """Note that all is read."""
    notices.read(actor_of(request), None, now=datetime.now(UTC))
    return HttpResponseRedirect(PAGE)


@require_POST
@signed_in
@limited("notices")
def mail(request: HttpRequest) -> HttpResponse:
    """Let the reader be told by mail, or no more."""
    notices.put_mailed(actor_of(request).key, on=request.POST.get("on") == "1")
    return HttpResponseRedirect(PAGE)


@csrf_exempt  # the signature in the address says who asks, as RFC 8058 has it
@require_http_methods(["GET", "HEAD", "POST"])
def mail_off(request: HttpRequest, token: str) -> HttpResponse:
    """Turn mails off, or on again, for whoever has the address from a mail; without signing in."""
    account = letters.whose(token)
    if account is None:
        return not_found(request)
    if request.method == "POST":
        notices.put_mailed(account, on=request.POST.get("on") == "1")
    return render(request, "web/mail_off.html", {"mailed": notices.mailed(account), "done": request.method == "POST"})
