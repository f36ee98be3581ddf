"""The pages of a reader's own ranking: `/for-you`, its profile, and everything that changes them."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from broadsheet import wiring
from broadsheet.core import own_library, papers, reading
from broadsheet.core import personal as ranking
from broadsheet.core import profile as verbs
from broadsheet.core.collecting import CollectionError
from broadsheet.core.personal import ENOUGH
from broadsheet.deliver import for_you as presenting
from broadsheet.deliver import present
from broadsheet.deliver.web.acting import actor_of, back, signed_in, wants_json
from broadsheet.deliver.web.interleaving import mixed_rankings, signed
from broadsheet.deliver.web.limits import limited
from broadsheet.deliver.web.views import as_cards, pages, paging_of
from broadsheet.errors import BadFileError, PaperNotFoundError

PAPERS_ON_A_PAGE = 30
DRAFTS = 1 << 30
"""Drafts of a mixed list: which one a reader looks at is in the address, so that its pages belong together."""

PATH, PROFILE = "/for-you", "/for-you/profile"


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Recent papers for this reader; for strangers, what it would be."""
    if not request.user.is_authenticated:
        return render(request, "web/for_you_strangers.html")
    return _page(request)


@signed_in
def _page(request: HttpRequest) -> HttpResponse:
    mixed, draft = mixed_rankings(), request.GET.get("draft", "")
    seed = int(draft) if draft.isascii() and draft.isdigit() and len(draft) <= 10 else secrets.randbelow(DRAFTS)
    paging, now = paging_of(request, PAPERS_ON_A_PAGE), datetime.now(UTC)
    found = ranking.for_you(wiring.index(), actor_of(request), paging, now=now, mixed=mixed, seed=seed)
    shown = presenting.for_you(found)
    as_cards(request, [each.paper for each in found.chosen], shown["papers"])
    for each in shown["papers"]:
        each["team"] = signed(each["ranking"])
    around = pages(request, found.paging, found.total)
    if mixed and not draft:
        around |= {side: f"{around[side]}&draft={seed}" for side in ("previous", "next") if around[side]}
    context = {
        "for_you": shown, "pages": around, "enough": ENOUGH,
        "missing": max(ENOUGH - found.learned_from, 0), "gone": _gone(request),
    }  # fmt: skip
    return render(request, "web/for_you.html", context)


@require_POST
@signed_in
@limited("save")
def less(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Show less like this paper, or take it back with `on=0`; answers JSON to who asks for it."""
    found, on = papers.paper(paper_id), request.POST.get("on") != "0"
    reading.mark(actor_of(request), found, hidden=on, now=datetime.now(UTC))
    if wants_json(request):
        return JsonResponse({"hidden": on})
    if on and not request.POST.get("next"):
        return HttpResponseRedirect(f"{PATH}?gone={found.paper_id}")
    return back(request, PATH)


@require_safe
@signed_in
def profile(request: HttpRequest) -> HttpResponse:
    """All that the ranking knows of this reader, to be seen and edited."""
    shown = presenting.profile(verbs.profile(wiring.index(), actor_of(request), now=datetime.now(UTC)))
    return render(request, "web/profile.html", {"profile": shown, "enough": ENOUGH})


@require_POST
@signed_in
@limited("save")
def say(request: HttpRequest) -> HttpResponse:
    """Keep what the reader says of the ranking: `surprise` from 0 to 100, `wanted` and `unwanted`, a line each."""
    said: dict[str, Any] = {
        name: request.POST[name].replace(",", "\n").splitlines()
        for name in ("wanted", "unwanted")
        if name in request.POST
    }
    surprise = request.POST.get("surprise", "")
    if surprise.isascii() and surprise.isdigit() and len(surprise) <= 3:
        said["surprise"] = int(surprise) / 100
    verbs.say(actor_of(request), **said)
    return back(request, PATH)


@require_POST
@signed_in
@limited("save")
def forget(request: HttpRequest, paper_id: str) -> HttpResponse:
    """Learn nothing from this paper, or take it back with `on=0`."""
    found = papers.paper(paper_id)
    if request.POST.get("on") == "0":
        verbs.heed(actor_of(request), found)
    else:
        verbs.forget(actor_of(request), found, now=datetime.now(UTC))
    return back(request, PROFILE)


@require_POST
@signed_in
@limited("save")
def anew(request: HttpRequest) -> HttpResponse:
    """Learn from nothing that the reader did so far, or take that back with `on=0`."""
    if request.POST.get("on") == "0":
        verbs.remember(actor_of(request))
        messages.success(request, "Everything that you did counts again.")
    else:
        verbs.begin_anew(actor_of(request), now=datetime.now(UTC))
        messages.success(request, "From now on only what you do next counts. Your votes and collections are as before.")
    return back(request, PROFILE)


@require_POST
@signed_in
@limited("library")
def library(request: HttpRequest) -> HttpResponse:
    """Take in the reader's own library, a BibTeX or RIS file."""
    file = request.FILES.get("library")
    if file is None:
        messages.error(request, "No file was chosen.")
        return back(request, PROFILE)
    name = str(file.name or "your file")[:100]
    if (file.size or 0) > own_library.LARGEST:
        messages.error(request, f"{name} is larger than {own_library.LARGEST >> 20} MB. Export a part of your library.")
        return back(request, PROFILE)
    try:
        brought = own_library.bring(actor_of(request), name, file.read(), now=datetime.now(UTC))
    except BadFileError as error:
        messages.error(request, f"Nothing was taken in from {error}")
    except CollectionError as error:
        messages.error(request, str(error))
    else:
        new = f", {brought.new:,} of them new to this library" if brought.new else ""
        messages.success(request, f"{brought.read:,} papers are learned from{new}.")
    return back(request, PROFILE)


def _gone(request: HttpRequest) -> present.Shown | None:
    """The paper that was hidden last, to take it back."""
    try:
        paper_id = request.GET.get("gone", "")
        return present.paper(papers.paper(paper_id)) if paper_id else None
    except PaperNotFoundError:
        return None
