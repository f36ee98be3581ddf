"""Papers, hits and listings → plain dictionaries that every front end shows. No markup; addresses are site paths."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from broadsheet.core import periods
from broadsheet.core.trending import reason_of
from broadsheet.people import Browser, Deed, Invitation, Profile, Scope, Token
from broadsheet.text import readable, venue_name
from broadsheet.types import (
    Answer,
    Found,
    LinkKind,
    Listing,
    Paper,
    PaperId,
    Period,
    Rising,
    Suggestions,
    Top,
    Trending,
)

Shown = dict[str, Any]

AUTHORS = 6
"""Authors whom a listing names of each paper."""

BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("FxiOS/", "Firefox"), ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"),
)  # fmt: skip
"""What is in the name that a browser gives itself, and what people call it; earlier ones also name later ones."""

SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "Mac"),
    ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip
"""The same for what it runs on."""

LABELS = {
    LinkKind.CODE: "Code",
    LinkKind.PROJECT: "Project",
    LinkKind.DATA: "Data",
    LinkKind.PAPER: "Paper",
    LinkKind.OTHER: "Link",
}


def paper_path(paper_id: PaperId) -> str:
    """The site path of a paper's page."""
    return f"/papers/{quote(paper_id, safe=':/()')}"


def person_path(name: str) -> str:
    """The site path of an account's profile."""
    return f"/people/{quote(name, safe='@+')}"


def profile(shown: Profile) -> Shown:
    """What others see of an account; `votes` is null where it hides them."""
    return {
        "name": shown.name,
        "url": person_path(shown.name),
        "role": str(shown.role),
        "about": shown.about,
        "joined": shown.joined,
        "public": shown.public,
        "submissions": list(map(_deed, shown.submissions)),
        "comments": list(map(_deed, shown.comments)),
        "votes": None if shown.votes is None else list(map(_deed, shown.votes)),
    }


def invitation(shown: Invitation, now: datetime) -> Shown:
    """An invitation, and in one word how it stands: open, accepted or too old."""
    state = "accepted" if shown.accepted_by else "open" if shown.until > now else "too old"
    told = ("number", "role", "mail", "mailed", "by", "made_at", "until", "accepted_by")
    return {name: getattr(shown, name) for name in told} | {"state": state}


def token(shown: Token, now: datetime) -> Shown:
    """A token, without its secret, which nobody has; `over` says that it is too old."""
    told = ("number", "name", "made_at", "used_at", "ends_at")
    return {name: getattr(shown, name) for name in told} | {
        "scopes": [scope.value for scope in Scope if scope in shown.scopes],
        "over": shown.ends_at is not None and shown.ends_at <= now,
    }


def browser(shown: Browser) -> Shown:
    """A browser that an account is signed in with, by its name and system as far as it tells them."""
    told = ("number", "network", "since", "seen_at", "own")
    return {name: getattr(shown, name) for name in told} | {"name": browser_name(shown.name), "agent": shown.name}


def browser_name(agent: str) -> str:
    """“Firefox on Linux”, out of what a browser sends about itself; its first words if that tells nothing."""
    name = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    if name and system:
        return f"{name} on {system}"
    return name or system or agent[:60] or "A browser that tells nothing about itself"


def _deed(shown: Deed) -> Shown:
    url = paper_path(shown.paper_id) + (f"#comment-{shown.number}" if shown.number else "")
    return {"title": readable(shown.title), "url": url, "at": shown.at, "words": shown.words}


def paper(shown: Paper) -> Shown:
    """One paper, readable. Dates are ISO days, or a year alone, or empty; absent text is empty, absent numbers null."""
    day, year = shown.published or shown.announced or shown.featured, str(shown.year or "")
    return {
        "id": shown.paper_id,
        "url": paper_path(shown.paper_id),
        "title": shown.readable_title,
        "authors": list(shown.authors),
        "abstract": shown.readable_abstract,
        "note": "" if shown.abstract else readable(shown.note),
        "date": _iso(day) or year,
        "published": _iso(shown.published) or year,
        "listed_on": _iso(shown.listed_on),
        "categories": list(shown.categories),
        "links": _links(shown),
        "has_code": shown.has_code,
        "versions": [{"number": version.number, "date": _iso(version.deposited)} for version in shown.versions],
        "aliases": list(shown.aliases),
        "venue": readable(shown.venue),
        "updated": _iso(shown.updated),
        "announced": _iso(shown.announced),
        "featured": _iso(shown.featured),
        "withdrawn": shown.withdrawn,
        "standing": [{"kind": kind, "words": words} for kind, words in standing(shown)],
        "comment": readable(shown.comment),
        "upvotes": shown.upvotes,
        "votes": shown.votes,
        "light_votes": shown.votes - shown.firm,
        "upvotes_in_all": None if shown.upvotes is None and not shown.votes else (shown.upvotes or 0) + shown.votes,
        "comments": shown.comments,
        "extras": dict(shown.extras),
    }


def _iso(day: date | None) -> str:
    return day.isoformat() if day else ""


def in_short(authors: Sequence[str]) -> str:
    """The first authors, and how many more there are."""
    more = len(authors) - AUTHORS
    return ", ".join(authors[:AUTHORS]) + (f" and {more} more" if more > 0 else "")


def category_path(category: str) -> str:
    """The site path of a category's listing."""
    return f"/categories/{quote(category, safe='')}"


def venue_path(venue: str) -> str:
    """The site path of a venue's listing."""
    return f"/venues/{quote(venue_name(readable(venue)), safe='')}"


def top_path(given: Period) -> str:
    """The site path of what gained most upvotes in a week or a month."""
    return f"/top/{given.kind}/{periods.address(given)}"


def past_path(day: date) -> str:
    """The site path of a day's lists as they were kept."""
    return f"/trending/{day.isoformat()}"


def author_path(name: str) -> str:
    """The site path of the listing of an author's name."""
    return f"/authors/{quote(name, safe='')}"


def search_path(line: str) -> str:
    """The site path of a search for a line."""
    return f"/search?q={quote(line, safe='')}"


def standing(shown: Paper) -> list[tuple[str, str]]:
    """What a reader should know before reading: pairs of `withdrawn`, `replaced` or `printed`, and words."""
    told = []
    if shown.withdrawn:
        told.append(("withdrawn", "withdrawn"))
    if shown.versions and (number := max(version.number for version in shown.versions)) > 1:
        told.append(("replaced", f"version {number}" + (f" of {shown.updated}" if shown.updated else "")))
    if shown.venue and any(paper_id.startswith("arxiv:") for paper_id in (shown.paper_id, *shown.aliases)):
        told.append(("printed", "preprint, and published"))
    return told


def found(hit: Found) -> Shown:
    """A paper with its rank, its score and the reason that it stands there, in words."""
    why = reasons(hit)
    return {
        "rank": hit.hit.rank,
        "score": round(hit.hit.score, 4),
        "found_by": hit.hit.reason.found_by,
        "reason": "; ".join([f"{kind}: {detail}" for kind, detail in why]),
        "reasons": why,
        "words": list(hit.hit.reason.words),
        "paper": paper(hit.paper),
    }


def reasons(hit: Found) -> list[tuple[str, str]]:
    """Why a hit stands there: pairs of a kind (id, words, year, near, meaning, filter) and the detail in words."""
    why = hit.hit.reason
    if why.paper_id:
        return [("id", why.paper_id)]
    found = []
    if why.lexical_rank is not None:
        names = {"abstract": "abstract" if hit.paper.abstract else "note"}
        where = " and ".join(names.get(field, field) for field in why.fields)
        found.append(("words", f"{', '.join(why.words)} in {where}" if where else "operators"))
    if why.years:
        found.append(("year", ", ".join(why.years)))
    if why.near:
        found.append(("near", ", ".join(f"{typed} ≈ {other}" for typed, other in why.near)))
    if why.dense_rank is not None:
        place = "nearest of all" if why.dense_rank == 1 else f"number {why.dense_rank}"
        found.append(("meaning", f"similarity {why.similarity:.2f}, {place}"))
    return found or [("filter", "admitted")]


def trending(given: Trending) -> Shown:
    """The papers that rise, each with its rank, its score and what it gained, in words and in numbers."""
    return {
        "total": given.total,
        "page": given.paging.page,
        "size": given.paging.size,
        "as_of": given.as_of.isoformat(timespec="seconds"),
        "formula": {"version": given.version, "half_life": given.half_life, "gravity": given.gravity},
        "papers": [{**paper(each.paper), **rising(each)} for each in given.rising],
    }


def rising(given: Rising) -> Shown:
    """Where a paper stands in the trending list, and all that this comes from; rank 0 is nowhere."""
    return {
        "rank": given.rank,
        "score": round(given.score, 4),
        "heat": round(given.heat, 4),
        "usual": round(given.usual, 4),
        "times": round(given.heat / given.usual, 2),
        "age": round(given.age, 2),
        "field": given.field,
        "held": given.held,
        "reason": reason_of(given),
        "gains": [
            {
                "kind": gain.kind,
                "before": round(gain.before, 2),
                "after": round(gain.after, 2),
                "at": gain.at.isoformat(timespec="seconds"),
                "counts": round(gain.counts, 4),
            }
            for gain in given.gains
        ],
    }


def top(given: Top) -> Shown:
    """The papers that gained most upvotes in a period, each with its rank and how many it gained."""
    return {
        "period": period(given.period),
        "total": given.total,
        "page": given.paging.page,
        "size": given.paging.size,
        "papers": [{**paper(each), "rank": rank, "gained": round(gained, 1)} for rank, gained, each in given.gained],
    }


def suggestions(given: Suggestions) -> Shown:
    """What a line may become: `papers` by title, `authors` with the line that searches for them."""
    return {
        "papers": [
            {"title": each.readable_title, "authors": list(each.authors[:3]), "url": paper_path(each.paper_id)}
            for each in given.papers
        ],
        "authors": [{"name": name, "line": f'author:"{name}"'} for name in given.authors],
    }


def answer(given: Answer) -> Shown:
    """What a search answers: `papers` are papers that also have rank, score, found_by, words and reason."""
    shown = map(found, given.found)
    return {
        "query": given.query.text,
        "understood": [{"kind": part.kind, "value": part.value, "without": part.rest} for part in given.query.parts],
        "names": list(given.query.names),
        "years": list(given.query.years),
        "corrected": [{"typed": typed, "taken": taken} for typed, taken in given.query.corrected],
        "missing": list(given.missing),
        "sort": str(given.sort),
        "total": given.total,
        "page": given.paging.page,
        "size": given.paging.size,
        "without_filter": given.without_filter,
        "facets": {
            "categories": [{"value": name, "number": number} for name, number in given.facets.categories],
            "years": [{"value": year, "number": number} for year, number in given.facets.years],
            "code": given.facets.code,
        },
        "index": {"documents": given.state.documents, "behind": given.behind, "building": given.state.building},
        "papers": [{**each.pop("paper"), **each} for each in shown],
    }


def listing(given: Listing) -> Shown:
    """The papers of a period, and the ways to the periods around it."""
    return {
        "period": period(given.period),
        "total": given.total,
        "page": given.paging.page,
        "size": given.paging.size,
        "previous": period(given.previous) if given.previous else None,
        "later": period(given.next) if given.next else None,
        "newest": period(periods.day(given.newest)) if given.newest else None,
        "papers": [
            {**paper(each), "rank": rank, "tied": given.ranks.count(rank) > 1}
            for rank, each in zip(given.ranks, given.papers, strict=True)
        ],
    }


def period(given: Period) -> Shown:
    """A period with its site path and its name in words."""
    address = periods.address(given)
    names = {
        "day": f"{given.first:%A}, {given.first.day} {given.first:%B} {given.first.year}",
        "week": f"Week {address[-2:]}: {_day(given, first=True)} to {_day(given, first=False)} {given.last.year}",
        "month": f"{given.first:%B} {given.first.year}",
    }
    return {
        "kind": str(given.kind),
        "first": given.first.isoformat(),
        "last": given.last.isoformat(),
        "url": f"/{given.kind}/{address}",
        "name": names[given.kind],
    }


def _day(given: Period, *, first: bool) -> str:
    day = given.first if first else given.last
    return f"{day.day} {day:%B}"


def _own_links(shown: Paper) -> list[Shown]:
    """Where its ids lead, strongest id first."""
    links = []
    for paper_id in (shown.paper_id, *shown.aliases):
        scheme, _, name = paper_id.partition(":")
        if scheme == "arxiv":
            links += [_link("arXiv", f"https://arxiv.org/abs/{name}"), _link("PDF", f"https://arxiv.org/pdf/{name}")]
        elif scheme == "doi":
            links.append(_link("DOI", f"https://doi.org/{quote(name, safe='/()')}"))
        elif scheme == "openreview":
            links.append(_link("OpenReview", f"https://openreview.net/forum?id={quote(name)}"))
        elif scheme == "acl":
            links.append(_link("ACL Anthology", f"https://aclanthology.org/{quote(name)}/"))
    return links


def _links(shown: Paper) -> list[Shown]:
    """Where its ids lead, and then what else belongs to it."""
    links = _own_links(shown)
    if not shown.links:
        return links
    own = {link["url"].rstrip("/") for link in links}
    return links + [
        _link(LABELS[kind], url, kind)
        for url, kind in shown.links
        if url.startswith(("https://", "http://")) and url.rstrip("/") not in own
    ]


def _link(label: str, url: str, kind: LinkKind = LinkKind.PAPER) -> Shown:
    place = url.partition("://")[2].removeprefix("www.").rstrip("/")
    return {"label": label, "url": url, "kind": str(kind), "place": place}
