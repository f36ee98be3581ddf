"""The views that list papers by category, by venue and by author's name."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from itertools import groupby
from typing import Any, Concatenate, ParamSpec
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import browsing, taxonomy
from broadsheet.deliver import present
from broadsheet.deliver.web.following import followed
from broadsheet.deliver.web.views import PAPERS_ON_A_LISTING, as_cards, day_of, pages, paging_of
from broadsheet.errors import IndexMissingError
from broadsheet.text import name_key, readable, venue_name
from broadsheet.types import Browsed, Circle

P = ParamSpec("P")

NAMES_OF_A_CIRCLE = 3
CIRCLES = 12
"""Circles that are shown at once, the largest; the others on demand."""


def out_of_the_index(view: Callable[Concatenate[HttpRequest, P], HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that asks to wait while there is no index yet."""

    @require_safe
    @wraps(view)
    def patient(request: HttpRequest, *args: P.args, **named: P.kwargs) -> HttpResponse:
        try:
            return view(request, *args, **named)
        except IndexMissingError:
            return render(request, "web/wait.html", status=503)

    return patient


@out_of_the_index
def categories(request: HttpRequest) -> HttpResponse:
    """Every category that papers are in, by archive."""
    archives = browsing.categories(wiring.index())
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


@out_of_the_index
def venues(request: HttpRequest) -> HttpResponse:
    """The venues with most papers."""
    found = browsing.venues(wiring.index())
    entries = [
        {"title": venue, "about": "", "url": present.venue_path(venue), "number": number} for venue, number in found
    ]
    return render(request, "web/names.html", {"title": "Venues", "groups": [{"entries": entries}] if entries else []})


@out_of_the_index
def category(request: HttpRequest, category: str) -> HttpResponse:
    """The papers of one category, newest first."""
    found = browsing.in_category(wiring.index(), category, paging_of(request, PAPERS_ON_A_LISTING))
    written = (each for paper in found.papers for each in paper.categories if each.lower() == category.lower())
    spelled = next(written, taxonomy.spelled(category))
    about = {"title": spelled, "about": taxonomy.name(spelled), "kind": "category", "category": spelled,
             "following": followed(request, "category", spelled)}  # fmt: skip
    return _listing(request, found, about)


@out_of_the_index
def venue(request: HttpRequest, venue: str) -> HttpResponse:
    """The papers of one venue, newest first."""
    found = browsing.at_venue(wiring.index(), venue, paging_of(request, PAPERS_ON_A_LISTING))
    written = next((venue_name(readable(paper.venue)) for paper in found.papers), venue)
    return _listing(request, found, {"title": written, "about": "", "kind": "venue"})


@out_of_the_index
def author(request: HttpRequest, name: str) -> HttpResponse:
    """The papers by one name, newest first, which may be those of several people."""
    beside = request.GET["with"].strip() if "with" in request.GET else None
    found, circles = browsing.by_author(wiring.index(), name, paging_of(request, PAPERS_ON_A_LISTING), beside)
    grouped = sum(len(circle.keys) for circle in circles)
    shown = _circles(name, circles, beside)
    largest = [each for place, each in enumerate(shown) if place < CIRCLES or not each["names"]]
    about = {
        "title": name, "about": "", "kind": "author", "beside": beside,
        "circles": largest, "others": [each for each in shown if each not in largest], "number_of_circles": len(shown),
        "newest": grouped if grouped == browsing.MOST_GROUPED else None, "following": followed(request, "author", name),
    }  # fmt: skip
    return _listing(request, found, about)


def _listing(request: HttpRequest, found: Browsed, about: dict[str, Any]) -> HttpResponse:
    shown = [present.paper(each) for each in found.papers]
    as_cards(request, found.papers, shown)
    for each in shown:
        primary = each["categories"][0] if each["categories"] else ""
        wanted = about.get("category", "")
        each["cross"] = primary if wanted and not _is_in(primary, wanted) else ""
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
