"""The views of claims: say that one is an author of a paper, and for editors decide."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet.community import ClaimState, Role
from broadsheet.core import claiming, papers, roles
from broadsheet.core.claiming import ClaimError
from broadsheet.deliver import deciding, present
from broadsheet.deliver.web.acting import actor_of, back, signed_in
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import not_found, pages, paging_of

ON_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("claim")
def claim(request: HttpRequest, paper_id: str) -> HttpResponse:
    """The form to claim a paper; and what it does."""
    found, actor = papers.paper(paper_id), actor_of(request)
    shown = present.paper(found)
    if request.method == "POST":
        author, words = request.POST.get("author", ""), request.POST.get("words", "")
        try:
            claiming.claim(actor, found, author, words, now=datetime.now(UTC))
        except ClaimError as error:
            context = {"paper": shown, "author": author, "words": words, "error": str(error)}
            return render(request, "web/claim.html", context, status=422)
        messages.success(request, "An editor looks at your claim. You are told what is decided.")
        return HttpResponseRedirect(shown["url"])
    if claiming.own(actor, found):
        return HttpResponseRedirect(f"{shown['url']}#claim")
    return render(request, "web/claim.html", {"paper": shown})


@require_safe
@signed_in
def claims(request: HttpRequest) -> HttpResponse:
    """For editors: the claims that wait, or those in another state."""
    asked = request.GET.get("state", "")
    state = ClaimState(asked) if asked in list(ClaimState) else ClaimState.WAITING
    paging = paging_of(request, ON_A_PAGE)
    found, total = claiming.in_state(actor_of(request), state, paging)
    context = {
        "claims": [deciding.claim(each) for each in found],
        "state": str(state),
        "states": [{"name": str(each), "current": each is state} for each in ClaimState],
        "total": total,
        "pages": pages(request, paging, total),
    }
    return render(request, "web/claims.html", context)


@require_POST
@signed_in
def decide(request: HttpRequest, claim: int, act: str) -> HttpResponse:
    """Confirm or refuse a claim, or give up one's own."""
    if act not in {"confirm", "refuse", "give-up"}:
        return not_found(request)
    actor, now = actor_of(request), datetime.now(UTC)
    if act != "give-up":
        roles.require(actor, Role.EDITOR, "decide about claims")
    try:
        if act == "confirm":
            done = claiming.confirm(actor, claim, now=now)
            words = f"{done.by} is confirmed as {done.author}, and told."
        elif act == "refuse":
            done = claiming.refuse(actor, claim, request.POST.get("reason", ""), now=now)
            words = f"The claim of {done.by} is refused, and {done.by} is told."
        else:
            claiming.give_up(actor, claim)
            words = "Your claim is taken back."
        messages.success(request, words)
    except ClaimError as error:
        messages.error(request, str(error))
    return back(request, "/" if act == "give-up" else "/claims")
