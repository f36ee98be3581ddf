"""The views of what a reader keeps to itself: papers to read, being read, read, noted and hidden."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet.core import reading as verbs
from broadsheet.deliver import present, shelves
from broadsheet.deliver.web.acting import actor_of, signed_in
from broadsheet.deliver.web.collecting import ON_A_PAGE, as_file
from broadsheet.deliver.web.views import as_cards, not_found, pages, paging_of
from broadsheet.types import Paging

MOST_EXPORTED = 20_000


@require_safe
@signed_in
def reading(request: HttpRequest) -> HttpResponse:
    """The reader's papers, list by list, the latest first."""
    which = _which(request)
    found = verbs.reading_list(actor_of(request), which, paging_of(request, ON_A_PAGE))
    cards = [present.paper(each.paper) for each in found.marked]
    as_cards(request, [each.paper for each in found.marked], cards)
    for card, each in zip(cards, found.marked, strict=True):
        card["marked_at"] = each.at
    lists = [
        {"name": name, "number": found.counts[name], "url": f"?list={name.replace(' ', '-')}", "current": name == which}
        for name in verbs.LISTS
    ]
    slug = which.replace(" ", "-")
    context = {
        "which": which,
        "lists": lists,
        "papers": cards,
        "total": found.total,
        "pages": pages(request, found.paging, found.total),
        "formats": [
            {"label": form.label, "url": f"/reading/export/{slug}/{name}"} for name, form in shelves.FORMATS.items()
        ],
    }
    return render(request, "web/reading.html", context)


@require_safe
@signed_in
def export(request: HttpRequest, which: str, form: str) -> HttpResponse:
    """One of the lists as a file."""
    name = which.replace("-", " ")
    if name not in verbs.LISTS or form not in shelves.FORMATS:
        return not_found(request)
    found = verbs.reading_list(actor_of(request), name, Paging(1, MOST_EXPORTED))
    return as_file(shelves.export_reading(found.marked, name, form), form, which)


def _which(request: HttpRequest) -> str:
    name = request.GET.get("list", "").replace("-", " ")
    return name if name in verbs.LISTS else verbs.LISTS[0]
