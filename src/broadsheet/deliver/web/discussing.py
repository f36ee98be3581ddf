"""The pages of discussions: writing, replying, editing, taking back, the history, and what editors decide there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.http import require_http_methods, require_safe

from broadsheet import wiring
from broadsheet.community import Role, Said
from broadsheet.core import discussing, papers, roles, threads
from broadsheet.core.discussing import DiscussionError
from broadsheet.deliver import discussion, present
from broadsheet.deliver.web.acting import actor_of, answering, signed_in, viewer_of
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import pages, paging_of
from broadsheet.errors import NotAllowedError
from broadsheet.markdown import LONGEST
from broadsheet.types import Paper

COMMENTS_ON_A_PAGE = 50

reads_and_writes = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
def latest(request: HttpRequest) -> HttpResponse:
    """What was said last, over all papers."""
    paging = paging_of(request, COMMENTS_ON_A_PAGE)
    heard, total = threads.latest(paging)
    names, known = threads.named_in(one.comment.text for one in heard)
    context = {
        "comments": [discussion.heard(one, names, known) for one in heard],
        "total": total,
        "pages": pages(request, paging, total),
    }
    return render(request, "web/discussions.html", context)


@require_safe
@answering
def permalink(_request: HttpRequest, key: int) -> HttpResponse:
    """Where a comment stands, on the page of its paper."""
    return HttpResponseRedirect(_place(key))


@require_safe
@answering
def history(request: HttpRequest, key: int) -> HttpResponse:
    """All that a comment said, and what changed."""
    now, before = threads.history(key, viewer_of(request))
    context = {
        "key": key,
        "by": now.comment.by,
        "paper": _paper_of(now.comment.paper),
        "versions": discussion.history(now, before),
        "number": len(before) + 1,
    }
    return render(request, "web/history.html", context)


@reads_and_writes
@signed_in
@limited("comment")
def speak(request: HttpRequest, paper_id: str) -> HttpResponse:
    """The form for a comment on a paper, its preview, and what it does."""
    found = papers.paper(paper_id)

    def send(text: str) -> int:
        said = discussing.comment(actor_of(request), found, text, wiring.formula(), now=datetime.now(UTC))
        return said.key

    return _written(request, send, {"heading": "Write a comment", "button": "Comment", "paper": _named(found)})


@reads_and_writes
@signed_in
@limited("comment")
def reply(request: HttpRequest, key: int) -> HttpResponse:
    """The form for a reply, below what it replies to, its preview, and what it does."""
    above = threads.comment(key, viewer_of(request))
    found = papers.of_key(above.comment.paper)

    def send(text: str) -> int:
        said = discussing.comment(actor_of(request), found, text, wiring.formula(), now=datetime.now(UTC), parent=key)
        return said.key

    context = {
        "heading": f"Reply to {above.comment.by}" if above.comment.by else "Reply",
        "button": "Reply",
        "paper": _named(found),
        "above": discussion.preview(above.comment.text) if above.comment.stands else None,
    }
    return _written(request, send, context)


@reads_and_writes
@signed_in
@limited("comment")
def edit(request: HttpRequest, key: int) -> HttpResponse:
    """The form to edit a comment of one's own, its preview, and what it does."""
    said = _own(request, key, "edit it")

    def send(text: str) -> int:
        return discussing.edit(actor_of(request), key, text, now=datetime.now(UTC)).key

    context = {"heading": "Edit your comment", "button": "Save", "paper": _paper_of(said.comment.paper)}
    return _written(request, send, context, first=said.comment.text)


@reads_and_writes
@signed_in
def take_back(request: HttpRequest, key: int) -> HttpResponse:
    """Ask whether the reader means it, and erase a comment of its own."""
    said = _own(request, key, "take it back")
    context = {
        "heading": "Take your comment back?",
        "words": "Its text and its history are erased, for everybody and for good. Replies of others stay.",
        "button": "Take it back",
        "html": discussion.preview(said.comment.text),
        "back": f"/comments/{key}",
    }
    if request.method != "POST":
        return render(request, "web/decide.html", context)
    paper = _paper_of(said.comment.paper)
    discussing.take_back(actor_of(request), key, now=datetime.now(UTC))
    messages.success(request, "Your comment is gone.")
    return HttpResponseRedirect(f"{paper['url']}#discussion")


@reads_and_writes
@signed_in
def remove(request: HttpRequest, key: int) -> HttpResponse:
    """Let an editor say why, and take a comment out of sight."""
    context = {
        "heading": "Remove this comment?",
        "words": "Nobody but editors reads it then. Its author is told the reason, which stands in its place.",
        "button": "Remove it",
        "needs_reason": True,
    }
    return _decided(
        request,
        key,
        context,
        lambda reason: discussing.remove(actor_of(request), key, reason, wiring.formula(), now=datetime.now(UTC)),
    )


@reads_and_writes
@signed_in
def restore(request: HttpRequest, key: int) -> HttpResponse:
    """Let an editor put a comment back."""
    context = {"heading": "Put this comment back?", "button": "Put it back", "takes_reason": True}
    return _decided(
        request,
        key,
        context,
        lambda reason: discussing.restore(actor_of(request), key, reason, wiring.formula(), now=datetime.now(UTC)),
    )


@reads_and_writes
@signed_in
def lock_thread(request: HttpRequest, key: int) -> HttpResponse:
    """Let an editor close or open what stands below a comment."""
    locked = threads.comment(key, viewer_of(request)).comment.locked
    verb = discussing.unlock_thread if locked else discussing.lock_thread
    context = {
        "heading": "Unlock this part of the discussion?" if locked else "Lock this part of the discussion?",
        "words": "" if locked else "Nobody can reply to this comment, or to anything below it, until it is unlocked.",
        "button": "Unlock it" if locked else "Lock it",
        "takes_reason": locked,
        "needs_reason": not locked,
    }
    return _decided(request, key, context, lambda reason: verb(actor_of(request), key, reason, now=datetime.now(UTC)))


@reads_and_writes
@signed_in
def lock(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Let an editor close or open the discussion of a paper."""
    roles.require(actor_of(request), Role.EDITOR, "lock discussions")
    found = papers.paper(paper_id)
    locked = threads.thread(found.key, None).lock is not None
    verb = discussing.unlock if locked else discussing.lock
    context = {
        "heading": "Unlock this discussion?" if locked else "Lock this discussion?",
        "words": _named(found)["title"],
        "button": "Unlock it" if locked else "Lock it",
        "takes_reason": locked,
        "needs_reason": not locked,
        "back": f"{_named(found)['url']}#discussion",
    }
    return _after(request, context, lambda reason: verb(actor_of(request), found, reason, now=datetime.now(UTC)))


def _written(
    request: HttpRequest, send: Callable[[str], int], context: dict[str, Any], first: str = ""
) -> HttpResponse:
    """The page to write on, with the preview if that was asked for; or, when it is sent, the way to the comment."""
    text = request.POST.get("text", "") if request.method == "POST" else first
    context |= {"text": text, "longest": LONGEST}
    if request.method != "POST":
        return render(request, "web/write.html", context)
    if "preview" in request.POST:
        return render(request, "web/write.html", context | {"preview": discussion.preview(text)})
    try:
        return HttpResponseRedirect(_place(send(text)))
    except DiscussionError as error:
        return render(request, "web/write.html", context | {"error": str(error)}, status=422)


def _decided(request: HttpRequest, key: int, context: dict[str, Any], decide: Callable[[str], None]) -> HttpResponse:
    """The page on which an editor decides about a comment, or what comes of it."""
    roles.require(actor_of(request), Role.EDITOR, "decide about others' comments")
    said = threads.comment(key, viewer_of(request))
    context |= {"by": said.comment.by, "html": discussion.preview(said.comment.text), "back": f"/comments/{key}"}
    return _after(request, context, decide)


def _after(request: HttpRequest, context: dict[str, Any], decide: Callable[[str], None]) -> HttpResponse:
    reason = request.POST.get("reason", "")
    if request.method != "POST":
        return render(request, "web/decide.html", context)
    try:
        decide(reason)
    except DiscussionError as error:
        return render(request, "web/decide.html", context | {"error": str(error), "reason": reason}, status=422)
    return HttpResponseRedirect(context["back"])


def _own(request: HttpRequest, key: int, what: str) -> Said:
    """The comment, if it is the reader's own."""
    actor = actor_of(request)
    roles.require(actor, Role.READER, "change comments")
    said = threads.comment(key, actor)
    if said.comment.account != actor.key:
        raise NotAllowedError(f"Only who wrote a comment may {what}.")
    return said


def _place(key: int) -> str:
    return f"{_paper_of(threads.paper_of(key))['url']}#comment-{key}"


def _paper_of(key: int) -> present.Shown:
    return _named(papers.of_key(key))


def _named(found: Paper) -> present.Shown:
    shown = present.paper(found)
    return {"title": shown["title"], "url": shown["url"], "id": shown["id"]}
