"""The views of submissions: put a paper forward, one's own, and for editors those that wait."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet import wiring
from broadsheet.community import Role, SubmissionState
from broadsheet.core import roles, submitting
from broadsheet.core.submitting import SubmissionError
from broadsheet.deliver import deciding, present
from broadsheet.deliver.web.acting import actor_of, back, signed_in
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import not_found, pages, paging_of

ON_A_PAGE = 50
PATIENCE = 10.0
"""Seconds that a reader waits at most for a host that asks to wait."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("submit")
def submit(request: HttpRequest) -> HttpResponse:
    """The form to put a paper forward, filled in from the address or by what a phone shares; and what it does."""
    said, actor = (request.POST if request.method == "POST" else request.GET), actor_of(request)
    shared = next((said[name].strip() for name in ("paper", "url", "text", "title") if said.get(name, "").strip()), "")
    waits = submitting.waits(actor, nod=settings.SUBMISSIONS == "nod")
    context: dict[str, Any] = {"text": shared[:500], "why": said.get("why", "")[:280], "waits": waits}
    if request.method != "POST" or not context["text"]:
        return render(request, "web/submit.html", context)
    try:
        done = submitting.submit(
            context["text"],
            context["why"],
            actor=actor,
            nod=settings.SUBMISSIONS == "nod",
            http=wiring.http(patience=PATIENCE),
            formula=wiring.formula(),
            now=datetime.now(UTC),
        )
    except SubmissionError as error:
        return render(request, "web/submit.html", context | {"error": str(error)}, status=422)
    messages.success(request, deciding.submitted(done))
    return HttpResponseRedirect(present.paper_path(done.paper.paper_id))


@require_safe
@signed_in
def mine(request: HttpRequest) -> HttpResponse:
    """What the reader put forward, and what became of it."""
    paging = paging_of(request, ON_A_PAGE)
    found, total = submitting.of_account(actor_of(request), paging)
    context = {
        "submissions": [deciding.submission(each) for each in found],
        "total": total,
        "pages": pages(request, paging, total),
    }
    return render(request, "web/submitted.html", context)


@require_safe
@signed_in
def submissions(request: HttpRequest) -> HttpResponse:
    """For editors: the submissions that wait, or those in another state."""
    asked = request.GET.get("state", "")
    state = SubmissionState(asked) if asked in list(SubmissionState) else SubmissionState.WAITING
    paging = paging_of(request, ON_A_PAGE)
    found, total = submitting.in_state(actor_of(request), state, paging)
    context = {
        "submissions": [deciding.submission(each) for each in found],
        "state": str(state),
        "states": [{"name": str(each), "current": each is state} for each in SubmissionState],
        "total": total,
        "pages": pages(request, paging, total),
        "nod": settings.SUBMISSIONS == "nod",
    }
    return render(request, "web/submissions.html", context)


@require_POST
@signed_in
def decide(request: HttpRequest, submission: int, act: str) -> HttpResponse:
    """Accept or refuse a submission, or withdraw one's own."""
    if act not in {"accept", "refuse", "withdraw"}:
        return not_found(request)
    actor, now = actor_of(request), datetime.now(UTC)
    if act != "withdraw":
        roles.require(actor, Role.EDITOR, "decide about submissions")
    try:
        if act == "accept":
            done = submitting.accept(actor, submission, wiring.formula(), now=now)
            words = "It is on the front page, and its submitter is told."
        elif act == "refuse":
            done = submitting.refuse(actor, submission, request.POST.get("reason", ""), now=now)
            words = "It is refused, and its submitter is told."
        else:
            done = submitting.withdraw(actor, submission)
            words = "It is withdrawn."
        messages.success(request, f"“{present.paper(done.paper)['title']}”: {words}")
    except SubmissionError as error:
        messages.error(request, str(error))
    return back(request, "/submissions/mine" if act == "withdraw" else "/submissions")
