"""Where editors work: the log of decisions, which everybody may read as far as it is public, and the way back."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from broadsheet import wiring
from broadsheet.community import Decision, Role
from broadsheet.core import decisions, moderating
from broadsheet.core.moderating import DecisionError
from broadsheet.deliver.web.acting import actor_of, back, signed_in
from broadsheet.deliver.web.views import pages, paging_of

ON_A_PAGE = 50


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """What was decided, latest first: the public lines for everybody, all of them for editors."""
    actor = actor_of(request) if request.user.is_authenticated else None
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
