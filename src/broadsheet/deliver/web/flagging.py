"""The form to flag a comment or a paper, and to take the flag back."""

from __future__ import annotations

from datetime import UTC, datetime

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from broadsheet import wiring
from broadsheet.community import Comment, Flagged, FlagReason
from broadsheet.core import discussing, flagging, papers, threads
from broadsheet.core.discussing import DiscussionError
from broadsheet.core.flagging import FlagError
from broadsheet.deliver import discussion, present
from broadsheet.deliver.web.acting import actor_of, back, signed_in, viewer_of
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import pages, paging_of
from broadsheet.types import Paper

REASONS = {
    FlagReason.SPAM: "Spam, or an advertisement",
    FlagReason.OFF_TOPIC: "Off topic",
    FlagReason.ABUSIVE: "Abusive: it insults, threatens, or tells what is private",
    FlagReason.WRONG_DATA: "Its title, authors, date or links are wrong",
    FlagReason.DUPLICATE: "It is here twice",
    FlagReason.OTHER: "Something else",
}

IN_QUEUE = 30

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@reads_and_writes
@signed_in
@limited("flag")
def comment(request: HttpRequest, key: int) -> HttpResponse:
    """Flag a comment."""
    said = threads.comment(key, viewer_of(request)).comment
    shown = {"by": said.by, "html": discussion.preview(said.text)}
    return _flagged(request, said, f"/comments/{key}", shown | {"thing": "comment", "reasons": flagging.OF_COMMENTS})


@reads_and_writes
@signed_in
@limited("flag")
def paper(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Flag a paper."""
    found = papers.paper(paper_id)
    shown = {"title": present.paper(found)["title"], "thing": "paper", "reasons": flagging.OF_PAPERS}
    return _flagged(request, found, present.paper_path(found.paper_id), shown)


@require_safe
@signed_in
def queue(request: HttpRequest) -> HttpResponse:
    """For editors: what is flagged, with what can be done about it at one key."""
    paging = paging_of(request, IN_QUEUE)
    found, total = flagging.queue(actor_of(request), paging)
    context = {"flagged": [_in_queue(each) for each in found], "total": total, "pages": pages(request, paging, total)}
    return render(request, "web/flags.html", context)


def _in_queue(given: Flagged) -> dict[str, object]:
    shown = present.paper(given.paper)
    said = given.comment
    return {
        "title": shown["title"],
        "url": f"/comments/{said.key}" if said else shown["url"],
        "by": said.by if said else "",
        "html": discussion.preview(said.text) if said else "",
        "act": f"/flags/comments/{said.key}" if said else f"/flags/papers/{given.paper.paper_id}",
        "put_right": "" if said else f"/put-right/{given.paper.paper_id}",
        "reports": [
            {"by": each.by, "reason": REASONS[each.reason], "words": each.words, "at": each.at}
            for each in given.reports
        ],
    }


@require_POST
@signed_in
def decide_comment(request: HttpRequest, key: int) -> HttpResponse:
    """Let an editor keep a flagged comment, or remove it (`remove=1`)."""
    actor, reason, now = actor_of(request), request.POST.get("reason", ""), datetime.now(UTC)
    said = threads.comment(key, viewer_of(request)).comment
    try:
        if request.POST.get("remove"):
            discussing.remove(actor, key, reason, wiring.formula(), now=now)
            messages.success(request, "It is removed, and its author is told why.")
        else:
            flagging.keep(actor, said, reason, now=now)
            messages.success(request, "It stays, and its flags are closed.")
    except (FlagError, DiscussionError) as error:
        messages.error(request, str(error))
    return back(request, "/flags")


@require_POST
@signed_in
def decide_paper(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Let an editor say that nothing is wrong with a flagged paper, or that it was put right (`remove=1`)."""
    actor, reason, now = actor_of(request), request.POST.get("reason", ""), datetime.now(UTC)
    found = papers.paper(paper_id)
    try:
        if request.POST.get("remove"):
            flagging.put_right(actor, found, reason, now=now)
        else:
            flagging.keep(actor, found, reason, now=now)
        messages.success(request, "Its flags are closed.")
    except FlagError as error:
        messages.error(request, str(error))
    return back(request, "/flags")


def _flagged(request: HttpRequest, what: Paper | Comment, place: str, context: dict[str, object]) -> HttpResponse:
    actor = actor_of(request)
    given = request.POST
    own = flagging.own(actor, what)
    context |= {
        "reasons": [(str(reason), REASONS[reason]) for reason in context["reasons"]],  # type: ignore[attr-defined]
        "reason": given.get("reason", own.reason if own else ""),
        "words": given.get("words", own.words if own else ""),
        "own": own,
        "back": place,
        "longest": flagging.LONGEST,
    }
    if request.method != "POST":
        return render(request, "web/flag.html", context)
    if "withdraw" in given:
        flagging.withdraw(actor, what)
        messages.success(request, "Your flag is taken back.")
        return HttpResponseRedirect(place)
    try:
        flagging.flag(actor, what, given.get("reason", ""), given.get("words", ""), now=datetime.now(UTC))
    except FlagError as error:
        return render(request, "web/flag.html", context | {"error": str(error)}, status=422)
    messages.success(request, "Thank you. An editor will look at it; until then you can take your flag back.")
    return HttpResponseRedirect(place)
