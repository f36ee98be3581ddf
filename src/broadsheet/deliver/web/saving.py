"""The control that every paper has for signed-in readers: keep it to be read, hide it, note something, collect it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import UTC, datetime
from typing import Any, Literal

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from broadsheet.community import Actor, ReadingState
from broadsheet.core import collecting, papers, reading, saving
from broadsheet.core.collecting import CollectionError, CollectionNotFoundError
from broadsheet.deliver import present, shelves
from broadsheet.deliver.web.acting import actor_of, back, signed_in, wants_json
from broadsheet.deliver.web.limits import limited
from broadsheet.types import Paper


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@limited("save")
def save(request: HttpRequest, paper_id: str) -> HttpResponse:
    """The form for one paper, whole or as the part of a page (`?part=1`); and what it does, as JSON to who asks."""
    found, actor = papers.paper(paper_id), actor_of(request)
    shown = present.paper(found)
    if request.method != "POST":
        mark_saved(request, [found], [shown])
        context = {"paper": shown, "choices": choices(actor, shown), "next": request.GET.get("next", "")}
        return render(request, "web/save_part.html" if request.GET.get("part") else "web/save_page.html", context)
    try:
        marks = saving.save(actor, found, **_said(request.POST), now=datetime.now(UTC))
    except CollectionNotFoundError:
        return _refused(request, "A collection is gone, or not shared with you any more. Load the page anew.", shown)
    except CollectionError as error:
        return _refused(request, str(error), shown)
    if wants_json(request):
        return JsonResponse(shelves.marks(marks))
    messages.success(request, f"Saved: {shown['title']}")
    return back(request, shown["url"])


def mark_saved(request: HttpRequest, several: Collection[Paper], shown: Iterable[present.Shown]) -> None:
    """Tell each of the shown papers what the reader keeps of it; one statement, and none for strangers."""
    if not request.user.is_authenticated:
        return
    found = reading.marks(request.user.pk, several)
    by_id = {paper.paper_id: found.get(paper.key) for paper in several}
    for each in shown:
        each["saved"] = shelves.marks(by_id.get(each["id"]))


def choices(actor: Actor, shown: present.Shown) -> list[dict[str, Any]]:
    """The collections that a paper can be put into, and whether it is there."""
    there = set(shown["saved"]["collections"])
    return [
        {"id": each.key, "title": each.title, "by": "" if each.owner == actor.key else each.by, "in": each.key in there}
        for each in collecting.editable(actor)
    ]


def _said(form: QueryDict) -> dict[str, Any]:
    """What a form says, be it of a single button or of note and collections; it keeps silent about the rest.

    A collection that was not offered is not chosen away, however much later the form comes.
    """
    state: ReadingState | Literal[""] | None = None
    if "state" in form:
        state = ReadingState(form["state"]) if form["state"] in list(ReadingState) else ""
    into, offered = _numbers(form.getlist("into")), _numbers(form.getlist("offered"))
    return {
        "state": state,
        "hidden": form["hidden"] == "1" if "hidden" in form else None,
        "note": form.get("note"),
        "into": into,
        "out_of": offered - into,
        "fresh": form.get("fresh", ""),
    }


def _numbers(values: Iterable[str]) -> set[int]:
    return {number for value in values if (number := shelves.number_in(value))}


def _refused(request: HttpRequest, words: str, shown: present.Shown) -> HttpResponse:
    if wants_json(request):
        return JsonResponse({"error": words}, status=422)
    messages.error(request, words)
    return back(request, shown["url"])
