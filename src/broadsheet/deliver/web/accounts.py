"""What signed-in readers do with papers: upvotes and submissions."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_POST

from broadsheet import wiring
from broadsheet.core import papers, voting
from broadsheet.deliver import present
from broadsheet.deliver.web.acting import actor_of, back, signed_in, wants_json
from broadsheet.deliver.web.interleaving import credit
from broadsheet.deliver.web.limits import limited
from broadsheet.types import Paper


@require_POST
@signed_in
@limited("upvote")
def upvote(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Give a paper the reader's vote, or take it back with `on=0`; answers JSON to who asks for it."""
    found, account = papers.paper(paper_id), actor_of(request).key
    on = request.POST.get("on") != "0"
    now = datetime.now(UTC)
    if on:
        if "team" in request.POST and not voting.voted(account, [found]):
            credit(request)
        votes = voting.upvote(account, found, now=now, network=wiring.network(request.META["REMOTE_ADDR"], now))
    else:
        votes = voting.withdraw(account, found, now=now)
    if wants_json(request):
        return JsonResponse({"voted": on, "votes": votes, "upvotes_in_all": votes + (found.upvotes or 0)})
    return back(request, present.paper_path(found.paper_id))


def mark_voted(request: HttpRequest, several: Collection[Paper], shown: Iterable[present.Shown]) -> None:
    """Tell each of the shown papers whether the reader has voted for it; asks nothing for strangers."""
    if not request.user.is_authenticated:
        return
    keys = voting.voted(request.user.pk, several)
    names = {paper.paper_id for paper in several if paper.key in keys}
    for each in shown:
        each["voted"] = each["id"] in names
