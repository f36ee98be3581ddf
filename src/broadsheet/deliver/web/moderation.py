"""Where editors work: the log of decisions, which everybody may read as far as it is public, and what is one paper."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet import wiring
from broadsheet.community import Actor, Decision, Role
from broadsheet.core import decisions, moderating, papers, roles
from broadsheet.core.moderating import DecisionError
from broadsheet.core.splitting import SplitError
from broadsheet.deliver import keeping, present
from broadsheet.deliver.web.acting import actor_of, back, signed_in, viewer_of
from broadsheet.deliver.web.views import pages, paging_of
from broadsheet.errors import PaperNotFoundError
from broadsheet.incoming import Seen
from broadsheet.types import Paper

ON_A_PAGE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What was decided, latest first: the public lines for everybody, all of them for editors."""
    actor = viewer_of(request)
    paging = paging_of(request, ON_A_PAGE)
    found, total = decisions.recent(actor, paging)
    context = {
        "decisions": [_shown(each) for each in found],
        "total": total,
        "pages": pages(request, paging, total),
        "edits": actor is not None and actor.role >= Role.EDITOR,
    }
    return render(request, "web/decisions.html", context)


@require_POST
@signed_in
def undo(request: HttpRequest, number: int) -> HttpResponse:
    """Take a decision back."""
    try:
        found = moderating.undo(actor_of(request), number, wiring.formula(), now=datetime.now(UTC))
    except DecisionError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, f"Undone: {found.by or 'a rule'} {found.act}, {found.title}.")
    return back(request, "/decisions")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def put_right(request: HttpRequest, paper_id: str) -> HttpResponse:
    """What a paper is made of; an editor splits records off, or joins it with another paper."""
    actor, paper = actor_of(request), papers.paper(paper_id)
    roles.require(actor, Role.EDITOR, "say which records are one paper")
    seen, error = papers.seen_at(paper), ""
    if request.method == "POST":
        try:
            return _put_right(request, actor, paper, seen)
        except (SplitError, PaperNotFoundError) as wrong:
            error = str(wrong)
    context = {
        "paper": present.paper(paper),
        "records": [{"number": number, **each} for number, each in enumerate(keeping.seen(seen))],
        "other": request.POST.get("other", ""),
        "error": error,
    }
    return render(request, "web/put_right.html", context, status=422 if error else 200)


def _put_right(request: HttpRequest, actor: Actor, paper: Paper, seen: Sequence[Seen]) -> HttpResponse:
    now = datetime.now(UTC)
    if other := request.POST.get("other", "").strip():
        joined = moderating.join(actor, paper, papers.paper(other), now=now)
        messages.success(request, "They are one paper now. The log of decisions has the way back.")
        return HttpResponseRedirect(present.paper_path(papers.of_key(joined).paper_id))
    chosen = request.POST.getlist("record")
    slots = {(each.record.source, each.name) for number, each in enumerate(seen) if str(number) in chosen}
    split = moderating.split(actor, paper, slots, now=now)
    messages.success(request, "They are two papers now. The log of decisions has the way back.")
    return HttpResponseRedirect(present.paper_path(papers.of_key(split).paper_id))


def _shown(given: Decision) -> dict[str, Any]:
    kind, _, key = given.subject.partition(":")
    return {
        "number": given.number,
        "at": given.at,
        "by": given.by or "A rule",
        "act": str(given.act),
        "title": given.title,
        "url": f"/comments/{key}" if kind == "comment" else "",
        "reason": given.reason,
        "public": given.public,
        "undone_at": given.undone_at,
        "undone_by": given.undone_by,
        "undoable": moderating.can_undo(given),
    }
