"""What signed-in readers do: the door for new accounts, and upvotes."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from broadsheet import wiring
from broadsheet.core import papers, voting
from broadsheet.deliver import present
from broadsheet.errors import PaperNotFoundError
from broadsheet.types import Paper


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Lets in whom the settings let in."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002
        """Whether anybody may make an account."""
        return bool(settings.SIGNUP == "open")


@require_POST
@login_required
def upvote(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Give a paper the reader's vote, or take it back with `on=0`; answers JSON to who asks for it."""
    try:
        found = papers.paper(paper_id)
    except PaperNotFoundError:
        return render(request, "web/no_paper.html", {"paper_id": paper_id}, status=404)
    account = int(request.user.pk or 0)
    on = request.POST.get("on") != "0"
    if on:
        votes = voting.upvote(account, found, wiring.formula(), now=datetime.now(UTC))
    else:
        votes = voting.withdraw(account, found)
    if "application/json" in request.headers.get("Accept", ""):
        return JsonResponse({"voted": on, "votes": votes, "upvotes_in_all": votes + (found.upvotes or 0)})
    back = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure()):
        back = present.paper_path(found.paper_id)
    return HttpResponseRedirect(back)


def mark_voted(request: HttpRequest, several: Collection[Paper], shown: Iterable[present.Shown]) -> None:
    """Tell each of the shown papers whether the reader has voted for it; asks nothing for strangers."""
    if not request.user.is_authenticated:
        return
    keys = voting.voted(request.user.pk, several)
    names = {paper.paper_id for paper in several if paper.key in keys}
    for each in shown:
        each["voted"] = each["id"] in names
