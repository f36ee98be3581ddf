"""The views: each parses a request, calls a verb of the core, and presents the answer."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from math import ceil
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import code, listings, papers, past, periods, suggesting, threads, voting
from broadsheet.core import search as search_verb
from broadsheet.core import trending as rising
from broadsheet.deliver import cite as citations
from broadsheet.deliver import describing, discussion, keeping, present
from broadsheet.deliver.web import beside
from broadsheet.deliver.web.accounts import mark_voted
from broadsheet.deliver.web.acting import viewer_of
from broadsheet.deliver.web.context import address_of
from broadsheet.deliver.web.following import followed
from broadsheet.deliver.web.marking import marked
from broadsheet.deliver.web.saving import mark_saved
from broadsheet.errors import PaperNotFoundError
from broadsheet.text import first_lines
from broadsheet.types import Answer, Filter, Listing, Paging, Paper, PeriodKind, Sort

PAPERS_ON_A_LISTING = 50
HITS_ON_A_PAGE = 20
LAST_PAGE = 10_000
FIRST_LINES = 420
SIMILAR = 6
VOTERS = 50


@require_safe
def front_page(request: HttpRequest) -> HttpResponse:
    """The newest day that has papers."""
    return _listing(request, listings.front_page(None, paging_of(request, PAPERS_ON_A_LISTING), today=_today()))


@require_safe
def go_to_day(request: HttpRequest) -> HttpResponse:
    """What the form with a date leads to."""
    day = day_of(request.GET.get("on", ""))
    return HttpResponseRedirect(present.period(periods.day(day))["url"] if day else "/")


@require_safe
def day(request: HttpRequest, day: str) -> HttpResponse:
    """The papers of one day."""
    when = day_of(day)
    if when is None:
        return no_such_period(request, f"“{day}” is not a day. An address names a day as in /day/2026-03-17.")
    return _listing(request, listings.front_page(when, paging_of(request, PAPERS_ON_A_LISTING), today=_today()))


@require_safe
def week(request: HttpRequest, week: str) -> HttpResponse:
    """The papers of one ISO week."""
    period = periods.week_of(week)
    if period is None:
        return no_such_period(request, f"“{week}” is not a week. An address names one as in /week/2026-W12.")
    return _listing(request, listings.listing(period, paging_of(request, PAPERS_ON_A_LISTING)))


@require_safe
def month(request: HttpRequest, month: str) -> HttpResponse:
    """The papers of one month."""
    period = periods.month_of(month)
    if period is None:
        return no_such_period(request, f"“{month}” is not a month. An address names one as in /month/2026-03.")
    return _listing(request, listings.listing(period, paging_of(request, PAPERS_ON_A_LISTING)))


@require_safe
def trending(request: HttpRequest) -> HttpResponse:
    """The papers that rise, each with the reason."""
    found = rising.trending(paging_of(request, PAPERS_ON_A_LISTING), wiring.formula(), now=datetime.now(UTC))
    shown = present.trending(found)
    as_cards(request, [each.paper for each in found.rising], shown["papers"])
    context = {
        "trending": shown,
        "pages": pages(request, found.paging, found.total),
        "formula": wiring.formula(),
        "tops": [
            present.top_path(periods.around(kind, found.as_of.date())) for kind in (PeriodKind.WEEK, PeriodKind.MONTH)
        ],
        "since": found.as_of if datetime.now(UTC) - found.as_of > timedelta(days=1) else None,
    }
    return render(request, "web/trending.html", context)


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """The search form and, if something was asked for, its hits."""
    asked = request.GET
    form = {name: asked.get(name, "").strip() for name in ("q", "after", "before", "category", "sort")}
    form["code"] = "1" if asked.get("code") else ""
    admitting = Filter(
        after=day_of(form["after"]),
        before=day_of(form["before"]),
        categories=tuple(form["category"].replace(",", " ").split()),
        has_code=True if form["code"] else None,
    )
    context: dict[str, Any] = {"form": form, "answer": None}
    if form["q"] or admitting:
        sort = Sort.DATE if form["sort"] == Sort.DATE else Sort.RELEVANCE
        answer = search_verb.search(
            wiring.index(), form["q"], filter=admitting, sort=sort, paging=paging_of(request, HITS_ON_A_PAGE)
        )
        context |= _shown_answer(request, answer) | {"kept": _line(form)}
        context["following"] = followed(request, "search", context["kept"])
    return render(request, "web/search.html", context)


@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """What the line in the search field may become, for the list below it."""
    found = suggesting.suggest(wiring.index(), request.GET.get("q", ""))
    return JsonResponse(present.suggestions(found), headers={"Cache-Control": "private, max-age=60"})


@require_safe
def paper(request: HttpRequest, paper_id: str) -> HttpResponse:
    """One paper; its other ids lead to the one address it has."""
    try:
        found = papers.paper(paper_id)
    except PaperNotFoundError:
        return render(request, "web/no_paper.html", {"paper_id": paper_id}, status=404)
    if found.paper_id != paper_id:
        return HttpResponsePermanentRedirect(present.paper_path(found.paper_id))
    shown = present.paper(found)
    mark_voted(request, [found], [shown])
    viewer = viewer_of(request)
    context = {
        "paper": shown,
        "discussion": discussion.thread(threads.thread(found.key, viewer), viewer),
        **beside.of_paper(request, found, shown),
        "venue_url": present.venue_path(found.venue),
        "citation": citations.cite(found, "bibtex"),
        "formats": [
            {"label": form.label, "url": f"/cite/{name}/{shown['url'].removeprefix('/papers/')}"}
            for name, form in citations.FORMATS.items()
        ],
        "citation_tags": describing.citation(shown, address_of(request)),
        "open_graph": describing.open_graph(shown, address_of(request)),
        "linked_data": mark_safe(describing.linked_data(shown, address_of(request))),  # noqa: S308 - see there
        "summary": describing.summary(shown),
        "rising": _rising(found),
        "voters": [{"name": name, "url": present.person_path(name)} for name in voting.voters(found, VOTERS)],
        "seen": keeping.seen(papers.seen_at(found)),
        "repositories": [keeping.repository(each, datetime.now(UTC)) for each in code.of_paper(found)],
        "similar": [present.found(each) for each in papers.similar(wiring.index(), found, SIMILAR)],
    }
    return render(request, "web/paper.html", context)


@require_safe
def cite(request: HttpRequest, form: str, paper_id: str) -> HttpResponse:
    """The citation as a file."""
    try:
        found = papers.paper(paper_id)
    except PaperNotFoundError:
        return render(request, "web/no_paper.html", {"paper_id": paper_id}, status=404)
    if form not in citations.FORMATS:
        return not_found(request)
    offered = citations.FORMATS[form]
    response = HttpResponse(citations.cite(found, form), content_type=f"{offered.media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{citations.key(found)}.{offered.extension}"'
    return response


@require_safe
def health(_request: HttpRequest) -> HttpResponse:
    """Whether the service answers, and how far the index is."""
    state, behind = search_verb.progress(wiring.index())
    return JsonResponse(
        {
            "status": "ok",
            "papers": papers.count(),
            "index": {"documents": state.documents, "behind": behind, "building": state.building},
        }
    )


@require_safe
def favicon(_request: HttpRequest) -> HttpResponse:
    """The picture of the browser's tab, for those who do not read the page's head."""
    return HttpResponsePermanentRedirect(static("favicon.svg"))


@require_safe
def manifest(_request: HttpRequest) -> HttpResponse:
    """What a phone needs to keep the paper beside its programs, and to share papers with it."""
    icons = [
        {"src": static(name), "sizes": size, "type": kind}
        for name, size, kind in (
            ("icon-192.png", "192x192", "image/png"),
            ("icon-512.png", "512x512", "image/png"),
            ("favicon.svg", "any", "image/svg+xml"),
        )
    ]
    told = {
        "id": "/",
        "name": settings.SITE_NAME,
        "short_name": settings.SITE_NAME[:12],
        "description": "The daily paper for research",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "background_color": "#fdfcf9",
        "theme_color": "#8f2018",
        "icons": icons,
        "share_target": {
            "action": "/submit",
            "method": "GET",
            "enctype": "application/x-www-form-urlencoded",
            "params": {"title": "title", "text": "text", "url": "url"},
        },
        "shortcuts": [
            {"name": name, "url": url} for name, url in (("Submit a paper", "/submit"), ("My reading", "/reading"))
        ],
    }
    return JsonResponse(told, content_type="application/manifest+json")


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001
    """Nothing is at this address."""
    return render(request, "404.html", status=404)


def _rising(paper: Paper) -> present.Shown | None:
    """How the paper stands in the trending list, if it is warm."""
    found = rising.of_paper(paper, wiring.formula(), now=datetime.now(UTC))
    return present.rising(found) if found else None


def _today() -> date:
    return datetime.now(UTC).date()


def day_of(text: str) -> date | None:
    """The day that an address names, `2026-03-17`; None if it names none."""
    try:
        return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None
    except ValueError:
        return None


def paging_of(request: HttpRequest, size: int) -> Paging:
    """Which page the address asks for."""
    page = request.GET.get("page", "1")
    number = int(page) if page.isascii() and page.isdigit() and len(page) <= len(str(LAST_PAGE)) else 1
    return Paging(min(max(number, 1), LAST_PAGE), size)


def no_such_period(request: HttpRequest, reason: str) -> HttpResponse:
    """The page for an address that names no day, week or month."""
    newest = listings.front_page(None, Paging(1, 1), today=_today()).newest
    context = {"reason": reason, "newest": present.period(periods.day(newest)) if newest else None}
    return render(request, "web/no_period.html", context, status=404)


def _listing(request: HttpRequest, listing: Listing) -> HttpResponse:
    now = datetime.now(UTC)
    shown = present.listing(listing)
    as_cards(request, listing.papers, shown["papers"])
    around = [present.period(periods.around(kind, listing.period.first)) for kind in PeriodKind]
    context = {
        "listing": shown,
        "around": around,
        "pages": pages(request, listing.paging, listing.total),
        "top": present.top_path(listing.period) if listing.period.kind is not PeriodKind.DAY else "",
        "kept": present.past_path(listing.period.first) if past.is_over(listing.period.last, now=now) else "",
    }
    return render(request, "web/listing.html" if listing.newest else "web/empty.html", context)


def as_cards(request: HttpRequest, several: Sequence[Paper], shown: Sequence[present.Shown]) -> None:
    """Add to shown papers what a listing has of each: authors and abstract in short, and what the reader did to it."""
    mark_voted(request, several, shown)
    mark_saved(request, several, shown)
    for each in shown:
        each["first_lines"] = first_lines(each["abstract"], FIRST_LINES)
        each["authors_in_short"] = present.in_short(each["authors"])


def _shown_answer(request: HttpRequest, answer: Answer) -> dict[str, Any]:
    hits = [present.found(each) for each in answer.found]
    mark_saved(request, [each.paper for each in answer.found], [hit["paper"] for hit in hits])
    for hit in hits:
        hit["title"] = marked(hit["paper"]["title"], hit["words"])
        hit["text"] = marked(hit["paper"]["abstract"] or hit["paper"]["note"], hit["words"])
    unfiltered = request.GET.copy()
    for name in ("after", "before", "category", "code", "page"):
        unfiltered.pop(name, None)
    shown = present.answer(answer)
    for each in shown["corrected"]:
        exact = request.GET.copy()
        exact["q"] = answer.query.text.replace(each["typed"], f'"{each["typed"]}"')
        each["exact"] = f"?{exact.urlencode()}"
    return {
        "answer": shown,
        "hits": hits,
        "pages": pages(request, answer.paging, answer.total),
        "unfiltered": unfiltered.urlencode(),
        "chips": _chips(request, answer),
        "wait": answer.state.documents is None and not hits,
    }


def _line(form: dict[str, str]) -> str:
    """What the form asks for in one line, its filters as operators: as it is kept, mailed and fed."""
    several = (f"cat:{name}" for name in form["category"].replace(",", " ").split())
    days = (f"{name}:{form[name]}" for name in ("after", "before") if day_of(form[name]))
    return " ".join([form["q"], *several, *days, *(["has:code"] if form["code"] else [])]).strip()


def _chips(request: HttpRequest, answer: Answer) -> list[dict[str, str]]:
    """What was understood, each with the address of the search without it."""

    def address(**changed: str) -> str:
        asked = request.GET.copy()
        asked.pop("page", None)
        for name, value in changed.items():
            asked[name] = value
        return f"?{asked.urlencode()}"

    chips = [{"kind": part.kind, "value": part.value, "without": address(q=part.rest)} for part in answer.query.parts]
    chips += [
        {"kind": name, "value": value, "without": address(**{name: ""})}
        for name in ("after", "before", "category", "code")
        if (value := request.GET.get(name, "").strip())
    ]
    return chips


def pages(request: HttpRequest, paging: Paging, total: int) -> dict[str, Any]:
    """Where the page before and the page after are, and which of how many this is."""
    last = max(ceil(total / paging.size), 1)

    def address(page: int) -> str:
        query = request.GET.copy()
        query["page"] = str(page)
        return f"?{query.urlencode()}"

    return {
        "number": paging.page,
        "last": last,
        "previous": address(min(paging.page - 1, last)) if paging.page > 1 else "",
        "next": address(paging.page + 1) if paging.page < last else "",
    }
