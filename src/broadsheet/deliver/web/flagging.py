"""The form to flag a comment or a paper, and to take the flag back."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from broadsheet.community import Comment, FlagReason
from broadsheet.core import flagging, papers, threads
from broadsheet.core.flagging import FlagError
from broadsheet.deliver import discussion, present
from broadsheet.deliver.web.acting import actor_of, signed_in, viewer_of
from broadsheet.deliver.web.limits import limited
from broadsheet.types import Paper

REASONS = {
    FlagReason.SPAM: "Spam, or an advertisement",
    FlagReason.OFF_TOPIC: "Off topic",
    FlagReason.ABUSIVE: "Abusive: it insults, threatens, or tells what is private",
    FlagReason.WRONG_DATA: "Its title, authors, date or links are wrong",
    FlagReason.DUPLICATE: "It is here twice",
    FlagReason.OTHER: "Something else",
}

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@reads_and_writes
@signed_in
@limited("flag", per_account="10/m", per_network="100/m")
def comment(request: HttpRequest, key: int) -> HttpResponse:
    """Flag a comment."""
    said = threads.comment(key, viewer_of(request)).comment
    shown = {"by": said.by, "html": discussion.preview(said.text)}
    return _flagged(request, said, f"/comments/{key}", shown | {"thing": "comment", "reasons": flagging.OF_COMMENTS})


@reads_and_writes
@signed_in
@limited("flag", per_account="10/m", per_network="100/m")
def paper(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Flag a paper."""
    found = papers.paper(paper_id)
    shown = {"title": present.paper(found)["title"], "thing": "paper", "reasons": flagging.OF_PAPERS}
    return _flagged(request, found, present.paper_path(found.paper_id), shown)


def _flagged(request: HttpRequest, what: Paper | Comment, back: str, context: dict[str, object]) -> HttpResponse:
    actor = actor_of(request)
    given = request.POST
    own = flagging.own(actor, what)
    context |= {
        "reasons": [(str(reason), REASONS[reason]) for reason in context["reasons"]],  # type: ignore[attr-defined]
        "reason": given.get("reason", own.reason if own else ""),
        "words": given.get("words", own.words if own else ""),
        "own": own,
        "back": back,
        "longest": flagging.LONGEST,
    }
    if request.method != "POST":
        return render(request, "web/flag.html", context)
    if "withdraw" in given:
        flagging.withdraw(actor, what)
        messages.success(request, "Your flag is taken back.")
        return HttpResponseRedirect(back)
    try:
        flagging.flag(actor, what, given.get("reason", ""), given.get("words", ""), now=datetime.now(UTC))
    except FlagError as error:
        return render(request, "web/flag.html", context | {"error": str(error)}, status=422)
    messages.success(request, "Thank you. An editor will look at it; until then you can take your flag back.")
    return HttpResponseRedirect(back)
