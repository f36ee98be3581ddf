"""The views about the ranking: lists of past days as they were, tops of a week or a month, the log of changes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import past, periods, tops, weighing
from broadsheet.deliver import present
from broadsheet.deliver.web.views import (
    PAPERS_ON_A_LISTING,
    as_cards,
    day_of,
    no_such_period,
    pages,
    paging_of,
)
from broadsheet.rank import rings, trending, trust
from broadsheet.text import readable
from broadsheet.types import Period, PeriodKind

CHANGES = 200
"""Lines of the log that are shown."""


@require_safe
def past_day(request: HttpRequest, day: str) -> HttpResponse:
    """The trending list and the front page of a day as they stood when it was over, if that was kept."""
    when = day_of(day)
    if when is None:
        return no_such_period(request, f"“{day}” is not a day. An address names a day as in /trending/2026-03-17.")
    kept = past.kept(when)
    before, after = past.days_around(when)
    context = {
        "period": present.period(periods.day(when)),
        "lists": [_kept(name, kept[name]) for name in ("trending", "front page") if name in kept],
        "over": past.is_over(when, now=datetime.now(UTC)),
        "before": _day(before),
        "after": _day(after),
    }
    return render(request, "web/past.html", context, status=200 if kept else 404)


@require_safe
def top_week(request: HttpRequest, week: str) -> HttpResponse:
    """What gained most upvotes in an ISO week."""
    period = periods.week_of(week)
    if period is None:
        return no_such_period(request, f"“{week}” is not a week. An address names one as in /top/week/2026-W12.")
    return _top(request, period)


@require_safe
def top_month(request: HttpRequest, month: str) -> HttpResponse:
    """What gained most upvotes in a month."""
    period = periods.month_of(month)
    if period is None:
        return no_such_period(request, f"“{month}” is not a month. An address names one as in /top/month/2026-03.")
    return _top(request, period)


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """The formula with this site's numbers, and all that has changed in the ranking."""
    context = {
        "formula": wiring.formula(),
        "trending": trending,
        "trust": trust,
        "rings": rings,
        "remembered": weighing.REMEMBERED.days,
        "window": weighing.WINDOW.days,
        "versions": sorted(trending.VERSIONS.items(), reverse=True),
        "changes": [{"at": one.at, "words": _words(one.kind, one.said)} for one in weighing.changes(CHANGES)],
    }
    return render(request, "web/ranking.html", context)


def _top(request: HttpRequest, period: Period) -> HttpResponse:
    found = tops.top(period, paging_of(request, PAPERS_ON_A_LISTING))
    shown = present.top(found)
    as_cards(request, [paper for _, _, paper in found.gained], shown["papers"])
    today = datetime.now(UTC).date()
    context = {
        "top": shown,
        "pages": pages(request, found.paging, found.total),
        "before": _neighbour(period, period.first - timedelta(days=1)) if found.earlier else None,
        "after": _neighbour(period, period.last + timedelta(days=1)) if period.last < today else None,
        "others": [
            {"name": str(kind).title(), "url": present.top_path(periods.around(kind, period.first))}
            for kind in (PeriodKind.WEEK, PeriodKind.MONTH)
        ],
        "running": period.first <= today <= period.last,
    }
    return render(request, "web/top.html", context)


def _neighbour(period: Period, day: date) -> dict[str, str]:
    other = periods.around(period.kind, day)
    return {"name": present.period(other)["name"], "url": present.top_path(other)}


def _day(day: date | None) -> dict[str, str] | None:
    return {"name": present.period(periods.day(day))["name"], "url": present.past_path(day)} if day else None


def _kept(name: str, kept: Any) -> dict[str, Any]:
    """A list as it was, with the addresses that its papers have today."""
    return {
        "name": name.capitalize(),
        "taken_at": kept.taken_at,
        "version": kept.version,
        "formula": kept.formula,
        "entries": [
            {
                **entry,
                "title": readable(entry["title"]),
                "url": present.paper_path(entry["id"]),
                "told": _told(entry),
            }
            for entry in kept.entries
        ],
    }


def _told(entry: Mapping[str, Any]) -> str:
    """What a place was given for."""
    if "score" not in entry:
        return f"{(entry['upvotes'] or 0) + entry['votes']} upvotes"
    counts = ", ".join(f"{kind} {number:.2f}" for kind, number in entry["counts"].items() if number >= 0.005)
    field = f" in {entry['field']}" if entry["field"] else ""
    return (
        f"{counts}: heat {entry['heat']:.2f}, usual{field} {entry['usual']:.2f}, "
        f"{entry['age']:.1f} days old, score {entry['score']:.2f}"
    )


def _words(kind: str, said: Mapping[str, Any]) -> str:
    """A line of the log as a sentence."""
    votes = f"{said.get('votes', 0)} vote{'' if said.get('votes') == 1 else 's'}"
    if kind == "account":
        counts = {None: "by the rules again", 0.0: "not at all", 1.0: "fully"}
        return f"An editor said that an account's votes count {counts.get(said['counts'], said['counts'])}: {votes}."
    if kind == "votes":
        return f"An editor looked at {votes}: " + (
            "they count fully." if said["honest"] else "they count by the rules again."
        )
    weights = ", ".join(f"{name} {weight:g}" for name, weight in said["weights"].items())
    return (
        f"Formula {said['version']} with half-life {said['half_life']:g} days, power of the age {said['gravity']:g}; "
        f"weights: {weights}."
    )
