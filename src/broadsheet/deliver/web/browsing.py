"""The views that list papers by category, by venue and by author's name."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import browsing, taxonomy
from broadsheet.deliver import present
from broadsheet.deliver.web.accounts import mark_voted
from broadsheet.deliver.web.views import FIRST_LINES, PAPERS_ON_A_LISTING, day_of, in_short, pages, paging_of
from broadsheet.errors import IndexMissingError
from broadsheet.text import first_lines, name_key, readable, venue_name
from broadsheet.types import Browsed, Circle

NAMES_OF_A_CIRCLE = 3
CIRCLES = 12
"""Circles that are shown at once, the largest; the others on demand."""


@require_safe
def categories(request: HttpRequest) -> HttpResponse:
    """Every category that papers are in, by archive."""
    try:
        archives = browsing.categories(wiring.index())
    except IndexMissingError:
        return _wait(request)
    shown = [
        {"archive": archive, "name": taxonomy.name(archive), "entries": [
            {"title": category, "about": name, "url": present.category_path(category), "number": number}
            for category, name, number in several
        ]}
        for archive, several in archives.items()
    ]  # fmt: skip
    divided = [group for group in shown if len(group["entries"]) > 1]
    whole = [entry for group in shown if len(group["entries"]) == 1 for entry in group["entries"]]
    others = [{"archive": "Others" if divided else "", "entries": whole}] if whole else []
    return render(request, "web/names.html", {"title": "Categories", "groups": [*divided, *others]})


@require_safe
def venues(request: HttpRequest) -> HttpResponse:
    """The venues with most papers."""
    try:
        found = browsing.venues(wiring.index())
    except IndexMissingError:
        return _wait(request)
    entries = [
        {"title": venue, "about": "", "url": present.venue_path(venue), "number": number} for venue, number in found
    ]
    return render(request, "web/names.html", {"title": "Venues", "groups": [{"entries": entries}] if entries else []})


@require_safe
def category(request: HttpRequest, category: str) -> HttpResponse:
    """The papers of one category, newest first."""
    try:
        found = browsing.in_category(wiring.index(), category, paging_of(request, PAPERS_ON_A_LISTING))
    except IndexMissingError:
        return _wait(request)
    written = (each for paper in found.papers for each in paper.categories if each.lower() == category.lower())
    spelled = next(written, taxonomy.spelled(category))
    about = {"title": spelled, "about": taxonomy.name(spelled), "kind": "category", "category": spelled}
    return _listing(request, found, about)


@require_safe
def venue(request: HttpRequest, venue: str) -> HttpResponse:
    """The papers of one venue, newest first."""
    try:
        found = browsing.at_venue(wiring.index(), venue, paging_of(request, PAPERS_ON_A_LISTING))
    except IndexMissingError:
        return _wait(request)
    written = next((venue_name(readable(paper.venue)) for paper in found.papers), venue)
    return _listing(request, found, {"title": written, "about": "", "kind": "venue"})


@require_safe
def author(request: HttpRequest, name: str) -> HttpResponse:
    """The papers by one name, newest first, which may be those of several people."""
    beside = request.GET["with"].strip() if "with" in request.GET else None
    try:
        found, circles = browsing.by_author(wiring.index(), name, paging_of(request, PAPERS_ON_A_LISTING), beside)
    except IndexMissingError:
        return _wait(request)
    grouped = sum(len(circle.keys) for circle in circles)
    shown = _circles(name, circles, beside)
    largest = [each for place, each in enumerate(shown) if place < CIRCLES or not each["names"]]
    about = {
        "title": name, "about": "", "kind": "author", "beside": beside,
        "circles": largest, "others": [each for each in shown if each not in largest], "number_of_circles": len(shown),
        "newest": grouped if grouped == browsing.MOST_GROUPED else None,
    }  # fmt: skip
    return _listing(request, found, about)


def _listing(request: HttpRequest, found: Browsed, about: dict[str, Any]) -> HttpResponse:
    shown = [present.paper(each) for each in found.papers]
    mark_voted(request, found.papers, shown)
    for each in shown:
        primary = each["categories"][0] if each["categories"] else ""
        wanted = about.get("category", "")
        each["cross"] = primary if wanted and not _is_in(primary, wanted) else ""
        each["first_lines"] = first_lines(each["abstract"], FIRST_LINES)
        each["authors_in_short"] = in_short(each["authors"])
    days = [(_day(day), list(several)) for day, several in groupby(shown, key=lambda each: str(each["date"]))]
    context = about | {"days": days, "total": found.total, "pages": pages(request, found.paging, found.total)}
    return render(request, "web/browse.html", context, status=200 if found.total else 404)


def _is_in(category: str, wanted: str) -> bool:
    """Whether a category is the wanted one or below it, in whatever case."""
    return f"{category}.".lower().startswith(f"{wanted}.".lower())


def _day(text: str) -> str:
    """A day in words; a year alone stays, and nothing is said of nothing."""
    day = day_of(text)
    return f"{day:%A}, {day.day} {day:%B %Y}" if day else text


def _circles(name: str, circles: tuple[Circle, ...], beside: str | None) -> list[dict[str, Any]]:
    """Circles in words; none if there is only one."""
    return [
        {
            "names": list(circle.names[:NAMES_OF_A_CIRCLE]),
            "more": max(len(circle.names) - NAMES_OF_A_CIRCLE, 0),
            "number": len(circle.keys),
            "url": f"{present.author_path(name)}?with={quote(circle.names[0] if circle.names else '')}",
            "current": beside is not None
            and name_key(beside) in (map(name_key, circle.names) if circle.names else [""]),
        }
        for circle in (circles if len(circles) > 1 else ())
    ]


def _wait(request: HttpRequest) -> HttpResponse:
    """The index is being built, and these listings come out of it."""
    return render(request, "web/wait.html", status=503)
