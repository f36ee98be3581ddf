"""The API of Hugging Face's papers, as its clients speak it: daily papers, search, one paper, and its text.

Names, nesting and types are theirs. What they count and we do not have is left out, as they do it themselves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe

from broadsheet import wiring
from broadsheet.core import listings, papers, periods, submitting
from broadsheet.core import search as search_verb
from broadsheet.core import trending as rising
from broadsheet.deliver import present
from broadsheet.errors import BroadsheetError, PaperNotFoundError
from broadsheet.sources.hf_daily import SOURCE
from broadsheet.types import LinkKind, Paging, Paper, Period

Answer = dict[str, Any]

MOST = 100
USUAL = 50
USUAL_HITS = 20
LAST_PAGE = 10_000


class AskedWronglyError(BroadsheetError):
    """A parameter of the request has a value that it cannot have; the text says which, and what it can be."""


def speaks_theirs(view: Callable[..., Any]) -> Callable[..., HttpResponse]:
    """Answer as their API does: JSON for every origin, and errors in the shape that their clients read."""

    @wraps(view)
    def respond(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            found = view(request, *args, **kwargs)
            response = found if isinstance(found, HttpResponse) else JsonResponse(found, safe=False)
        except AskedWronglyError as error:
            response = _error(400, str(error))
        except PaperNotFoundError:
            response = _error(404, "Paper not found")
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = "X-Error-Message"
        return response

    return require_safe(respond)


def _error(status: int, words: str) -> HttpResponse:
    one_line = words.encode("ascii", "replace").decode()
    return JsonResponse({"error": words}, status=status, headers={"X-Error-Message": one_line})


@speaks_theirs
def daily_papers(request: HttpRequest) -> list[Answer]:
    """The papers of a day, a week or a month, or the newest of all days; or what one account put forward."""
    asked = request.GET
    paging = _paging(request, USUAL)
    if name := asked.get("submitter"):
        return _entries(listings.put_forward_by(name, paging))
    if asked.get("sort", "publishedAt") not in {"publishedAt", "trending"}:
        raise AskedWronglyError('Invalid option: "sort" is publishedAt or trending')
    if text := asked.get("date"):
        period = _period(text, "date", r"(\d{4})-(\d\d)-(\d\d)", _a_day, "2025-01-23")
    elif text := asked.get("week"):
        period = _period(text, "week", r"(\d{4})-W(\d\d)", periods.week, "2025-W09")
    elif text := asked.get("month"):
        period = _period(text, "month", r"(\d{4})-(\d\d)", periods.month, "2025-02")
    elif asked.get("sort") == "trending":
        found = rising.trending(paging, wiring.formula(), now=datetime.now(UTC))
        return _entries([each.paper for each in found.rising])
    else:
        return _entries(listings.newest(paging))
    return _entries(listings.listing(period, paging).papers)


@speaks_theirs
def search(request: HttpRequest) -> list[Answer]:
    """The papers that a search finds, best first."""
    paging = _paging(request, USUAL_HITS)
    found = search_verb.search(wiring.index(), request.GET.get("q", "")[:10_000], paging=paging)
    return _entries([each.paper for each in found.found])


@speaks_theirs
def paper(_request: HttpRequest, paper_id: str) -> Answer:
    """One paper, by any of its ids."""
    found = papers.paper(paper_id)
    (entry,) = _entries([found])
    return {**entry["paper"], **_nothing_linked(), "numComments": entry["numComments"]}


@speaks_theirs
def repositories(_request: HttpRequest, paper_id: str) -> Answer:
    """What of their hub belongs to a paper: nothing that this library knows of."""
    papers.paper(paper_id)
    return {"models": [], "datasets": [], "spaces": []}


@speaks_theirs
def text(_request: HttpRequest, paper_id: str) -> HttpResponse:
    """A paper as Markdown: what this library knows of it."""
    return HttpResponse(markdown(papers.paper(paper_id)), content_type="text/markdown; charset=utf-8")


def markdown(found: Paper) -> str:
    """Title, authors, facts, links and abstract of a paper, for reading."""
    shown = present.paper(found)
    facts = [f"Published: {shown['published']}" if shown["published"] else "", shown["venue"]]
    links = [f"- [{link['label']}]({link['url']})" for link in shown["links"]]
    parts = (
        f"# {shown['title']}",
        ", ".join(shown["authors"]),
        " · ".join(filter(None, (*facts, " ".join(shown["categories"])))),
        "## Abstract" if shown["abstract"] or shown["note"] else "",
        shown["abstract"] or shown["note"],
        "## Links" if links else "",
        "\n".join(links),
    )
    return "\n\n".join(filter(None, parts)) + "\n"


def _entries(several: Sequence[Paper]) -> list[Answer]:
    """Papers as entries of their daily list."""
    put_forward = submitting.first_of(several)
    return [_entry(each, put_forward.get(each.key)) for each in several]


def _entry(given: Paper, put_forward: tuple[str, datetime] | None) -> Answer:
    theirs: Mapping[str, Any] = given.extras.get(SOURCE) or {}
    published = theirs.get("published_at") or _moment(given.published or given.announced)
    submitted = theirs.get("submitted_at") or (_instant(put_forward[1]) if put_forward else _moment(given.featured))
    who = theirs.get("submitted_by") or ({"name": put_forward[0], "fullname": put_forward[0]} if put_forward else None)
    person = {"type": "user", **who, "user": who["name"]} if who else None
    code = next((link.url for link in given.links if link.kind is LinkKind.CODE), None)
    project = next((link.url for link in given.links if link.kind is LinkKind.PROJECT), None)
    summary = given.abstract or given.note
    told = {
        "id": given.paper_id.removeprefix("arxiv:"),
        "authors": [{"name": name, "hidden": False} for name in given.authors],
        "publishedAt": published,
        "submittedOnDailyAt": submitted,
        "submittedOnDailyBy": person,
        "title": given.title,
        "summary": summary,
        "upvotes": (given.upvotes or 0) + given.votes,
        "discussionId": theirs.get("discussion_id"),
        "projectPage": project,
        "githubRepo": theirs.get("github_repo") or code,
        "githubStars": theirs.get("github_stars"),
        "ai_summary": theirs.get("ai_summary"),
        "ai_keywords": theirs.get("ai_keywords"),
        "mediaUrls": theirs.get("media"),
        "organization": theirs.get("organized_by"),
    }
    entry = {
        "paper": _known(told),
        "publishedAt": theirs.get("listed_at") or submitted or published,
        "title": theirs.get("listed_title") or given.title,
        "summary": summary,
        "thumbnail": theirs.get("thumbnail"),
        "mediaUrls": theirs.get("media"),
        "numComments": theirs.get("comments", 0) + given.comments,
        "submittedBy": person,
        "organization": theirs.get("organized_by"),
        "isAuthorParticipating": False,
    }
    return _known(entry)


def _known(told: Mapping[str, Any]) -> Answer:
    return {name: value for name, value in told.items() if value is not None}


def _nothing_linked() -> Answer:
    kinds = ("Models", "Datasets", "Spaces")
    return {f"linked{kind}": [] for kind in kinds} | {f"numTotal{kind}": 0 for kind in kinds}


def _moment(day: date | None) -> str | None:
    return f"{day}T00:00:00.000Z" if day else None


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _paging(request: HttpRequest, usual: int) -> Paging:
    limit = _number(request, "limit", usual, 1, MOST)
    return Paging(_number(request, "p", 0, 0, LAST_PAGE) + 1, limit)


def _number(request: HttpRequest, name: str, usual: int, least: int, most: int) -> int:
    text = request.GET.get(name, str(usual))
    if not re.fullmatch(r"-?\d{1,9}", text, re.ASCII) or not least <= int(text) <= most:
        raise AskedWronglyError(f'Invalid number: "{name}" is from {least} to {most}')
    return int(text)


def _period(text: str, name: str, pattern: str, make: Callable[..., Period], example: str) -> Period:
    try:
        match = re.fullmatch(pattern, text, re.ASCII)
        return make(*map(int, match.groups() if match else ()))
    except (TypeError, ValueError):
        raise AskedWronglyError(f'Invalid {name}: "{name}" is one such as {example}') from None


def _a_day(year: int, month: int, day: int) -> Period:
    return periods.day(date(year, month, day))
