"""The views for whoever asks whether the library is whole: the sources, and what was announced."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet.core import completeness as announced
from broadsheet.core import sources as following
from broadsheet.deliver import keeping, present
from broadsheet.deliver.web.views import day_of, not_found

DAYS = 14


@require_safe
def sources(request: HttpRequest) -> HttpResponse:
    """Every source, and how it is."""
    now = datetime.now(UTC)
    return render(request, "web/sources.html", {"sources": [keeping.source(each, now) for each in following.every()]})


@require_safe
def completeness(request: HttpRequest, category: str = "") -> HttpResponse:
    """What was announced in the last two weeks, by day and category, and whether all of it is here."""
    found = announced.completeness(now=datetime.now(UTC), days=DAYS, category=category)
    if category and not found:
        return not_found(request)
    days: dict[str, list[dict[str, Any]]] = {}
    for each in found:
        days.setdefault(f"{each.day:%A}, {each.day.day} {each.day:%B}", []).append(keeping.category_day(each))
    whole = sum(each.verdict == "complete" for each in found)
    context = {
        "days": days.items(),
        "category": category,
        "whole": whole,
        "all": len(found),
        "followed": any(each.kind == "arxiv" for each in following.every()),
    }
    return render(request, "web/completeness.html", context)


@require_safe
def announced_day(request: HttpRequest, category: str, day: str) -> HttpResponse:
    """What one category announced on one day: each listing, and each paper that is not here."""
    when = day_of(day)
    here = announced.of_day(category, when, now=datetime.now(UTC)) if when else None
    if here is None or when is None:
        return not_found(request)
    absent = [
        {"id": paper_id, "url": present.paper_path(paper_id), "state": state, "reason": reason}
        for paper_id, state, reason in announced.not_stored(category, when)
    ]
    context = {"day": keeping.category_day(here), "name": f"{when:%A}, {when.day} {when:%B %Y}", "absent": absent}
    return render(request, "web/announced_day.html", context)
