"""What signed-in readers do: the door for new accounts, and upvotes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST

from broadsheet import wiring
from broadsheet.core import papers, submitting, voting
from broadsheet.core.submitting import SubmissionError
from broadsheet.deliver import present
from broadsheet.deliver.web.acting import actor_of, back, signed_in
from broadsheet.deliver.web.interleaving import credit
from broadsheet.types import Paper

PATIENCE = 10.0
"""Seconds that a reader waits at most for a host that asks to wait."""


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Lets in whom the settings let in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Whether anybody may make an account."""
        return bool(settings.SIGNUP == "open")


@require_POST
@signed_in
def upvote(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Give a paper the reader's vote, or take it back with `on=0`; answers JSON to who asks for it."""
    found, account = papers.paper(paper_id), actor_of(request).key
    on = request.POST.get("on") != "0"
    if on:
        if "team" in request.POST and not voting.voted(account, [found]):
            credit(request)
        votes = voting.upvote(account, found, wiring.formula(), now=datetime.now(UTC))
    else:
        votes = voting.withdraw(account, found)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"voted": on, "votes": votes, "upvotes_in_all": votes + (found.upvotes or 0)})
    return back(request, present.paper_path(found.paper_id))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def submit(request: HttpRequest) -> HttpResponse:
    """The form to put a paper forward, filled in from the address; and what it does."""
    said = request.POST if request.method == "POST" else request.GET
    context = {"text": said.get("paper", "").strip()[:500], "why": said.get("why", "")[:280]}
    if request.method != "POST" or not context["text"]:
        return render(request, "web/submit.html", context)
    http, now = wiring.http(patience=PATIENCE), datetime.now(UTC)
    try:
        done = submitting.submit(context["text"], context["why"], account=actor_of(request).key, http=http, now=now)
    except SubmissionError as error:
        return render(request, "web/submit.html", context | {"error": str(error)}, status=422)
    day = done.paper.listed_on
    words = f"It has stood on the front page of {day} already." if done.again else "It is on today's front page."
    messages.success(request, words)
    return HttpResponseRedirect(present.paper_path(done.paper.paper_id))


def mark_voted(request: HttpRequest, several: Collection[Paper], shown: Iterable[present.Shown]) -> None:
    """Tell each of the shown papers whether the reader has voted for it; asks nothing for strangers."""
    if not request.user.is_authenticated:
        return
    keys = voting.voted(request.user.pk, several)
    names = {paper.paper_id for paper in several if paper.key in keys}
    for each in shown:
        each["voted"] = each["id"] in names
