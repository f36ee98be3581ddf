"""Editions → plain dictionaries, for the mail, the page on the web and the command line alike. Addresses are paths."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from broadsheet.deliver import present
from broadsheet.digests import Edition, FrozenPaper, Kind
from broadsheet.types import Link, LinkKind, Paper

Shown = dict[str, Any]

LINKS = 4
"""Links of a paper that an edition shows."""


def edition(given: Edition, without: Collection[int] = (), zone: str = "UTC") -> Shown:
    """An edition with its sections and papers, less the sections of the subscriptions `without`."""
    sections = [
        section(each, given.frozen) for each in given.content.get("sections", ()) if each["subscription"] not in without
    ]
    return {
        "number": given.number,
        "subject": given.subject,
        "composed_at": given.composed_at,
        "day": day(given.composed_at.astimezone(ZoneInfo(zone)).date()),
        "sections": sections,
        "papers": sum(len(each["papers"]) for each in sections),
    }


def section(given: Mapping[str, Any], frozen: Mapping[int, FrozenPaper]) -> Shown:
    """A section with its heading, where more of it is, and its papers."""
    kind, value, label = Kind(given["kind"]), given["value"], given["label"]
    kept = [(each, frozen[each["frozen"]]) for each in given["papers"] if each["frozen"] in frozen]
    return {
        "kind": kind.value,
        "heading": heading(kind, label),
        "url": path(kind, value),
        "subscription": given["subscription"],
        "more": max(given["total"] - len(kept), 0),
        "papers": [paper(one) | {"why": why(each), "kept": one} for each, one in kept],
    }


def why(placed: Mapping[str, Any]) -> str:
    """Why a paper is where it is, and when it was mailed before."""
    again = placed["again"]
    return f"again, it was in your mail of {again}: {placed['why']}" if again else str(placed["why"])


@lru_cache(maxsize=5000)
def paper(frozen: FrozenPaper) -> Shown:
    """A paper as it was kept, with the first of its links. Not to be changed: many editions are shown the same."""
    kept = frozen.content
    shown = present.paper(
        Paper(
            key=0,
            paper_id=kept["paper_id"],
            title=kept["title"],
            authors=tuple(kept["authors"]),
            aliases=tuple(kept["aliases"]),
            links=tuple(Link(url, LinkKind(kind)) for url, kind in kept["links"]),
            categories=tuple(kept["categories"]),
            upvotes=kept["upvotes"],
            votes=kept["votes"],
        )
    )
    links = {link["label"]: link for link in reversed(shown["links"])}
    return {
        "url": shown["url"],
        "title": shown["title"],
        "authors": present.in_short(shown["authors"]),
        "text": kept["text"],
        "note": kept["note"],
        "links": [links[label] for label in dict.fromkeys(link["label"] for link in shown["links"])][:LINKS],
        "day": kept["day"],
        "category": shown["categories"][0] if shown["categories"] else "",
        "upvotes": shown["upvotes_in_all"],
    }


def heading(kind: Kind, label: str) -> str:
    """What a section is called."""
    return {
        Kind.SEARCH: f"New for “{label}”",
        Kind.AUTHOR: f"New by {label}",
        Kind.COLLECTION: f"Added to “{label}”",
        Kind.CATEGORY: f"New in {label}",
        Kind.FOR_YOU: "For you",
        Kind.FRONT_PAGE: "The top of the front page",
        Kind.TRENDING: "Trending",
    }[kind]


def path(kind: Kind, value: str) -> str:
    """Where on the site there is more of what a subscription is to."""
    return {
        Kind.SEARCH: f"/search?q={quote(value)}&sort=date",
        Kind.AUTHOR: present.author_path(value),
        Kind.COLLECTION: f"/collections/{quote(value)}",
        Kind.CATEGORY: present.category_path(value),
        Kind.FOR_YOU: "/for-you",
        Kind.FRONT_PAGE: "/",
        Kind.TRENDING: "/trending",
    }[kind]


def moment(when: datetime, zone: str) -> str:
    """A moment in words, on the clock of a zone."""
    local = when.astimezone(ZoneInfo(zone))
    return f"{day(local.date())}, {local:%H:%M}"


def day(when: date) -> str:
    """A day in words."""
    return f"{when:%A}, {when.day} {when:%B} {when.year}"
