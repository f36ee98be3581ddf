"""Sources, announcements and records → plain dictionaries, for those who look after the library and those who ask."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from broadsheet.core.code import lives
from broadsheet.incoming import AnnounceKind, CategoryDay, Repository, Seen, SourceState
from broadsheet.text import readable
from broadsheet.types import LinkKind

Shown = dict[str, Any]

NAMES = {
    "acl": "ACL Anthology",
    "arxiv": "arXiv",
    "bibtex": "a BibTeX file",
    "biorxiv": "bioRxiv",
    "crossref": "Crossref",
    "html": "a saved page",
    "huggingface": "Hugging Face daily papers",
    "jsonl": "a JSON file",
    "medrxiv": "medRxiv",
    "oai": "an OAI-PMH repository",
    "openalex": "OpenAlex",
    "openreview": "OpenReview",
    "page": "a saved page",
    "paperswithcode": "Papers with Code",
    "paperswithcode-links": "Papers with Code, links",
    "paperswithcode-results": "Papers with Code, results",
    "pasted": "a pasted bibliography",
    "person": "a person",
    "ris": "a RIS file",
    "sample": "the sample reading list",
    "submission": "submissions here",
    "semanticscholar": "Semantic Scholar",
    "zotero": "Zotero",
}
"""What pages call a source; any other is called by its own name."""

VERDICTS = {
    "complete": "all are here",
    "gap": "papers are missing",
    "unchecked": "no listing could be trusted",
    "unseen": "no listing was read",
}


def source(state: SourceState, now: datetime) -> Shown:
    """A source, how it is in one word and in a line, without its secrets. Moments are ISO, UTC, or empty."""
    if state.paused:
        how = "paused"
    elif state.failing_since:
        how = "failing"
    elif state.finished_at is None:
        how = "starting"
    else:
        how = "well"
    since = f"fails since {ago(state.failing_since, now)}" if state.failing_since else ""
    last = f"last fetch {ago(state.finished_at, now)}" if state.finished_at else "never fetched to the end yet"
    counts = f"{state.new:,} new and {state.changed:,} changed of {state.read:,} read"
    unread = f"{state.unread:,} could not be read" if state.unread else ""
    following = "" if state.paused else f"next {ahead(state.next_at, now)}"
    return {
        "name": state.name,
        "kind": state.kind,
        "asked_for": " ".join(state.words) or state.kind,
        "state": how,
        "words": " · ".join(filter(None, (since, last, counts, unread, following))),
        "last_fetch": _iso(state.finished_at),
        "next_fetch": "" if state.paused else _iso(state.next_at),
        "failing_since": _iso(state.failing_since),
        "failures": state.failures,
        "error": state.error,
        "read": state.read,
        "new": state.new,
        "changed": state.changed,
        "unread": state.unread,
        "unread_words": state.unread_words.splitlines(),
    }


def category_day(given: CategoryDay) -> Shown:
    """What became of what was announced in a category on a day, with the line that says it."""
    kinds = {kind: given.kinds.get(kind, 0) for kind in AnnounceKind}
    names = {AnnounceKind.NEW: "new", AnnounceKind.CROSS: "cross-listed", AnnounceKind.REPLACE: "replaced"}
    parts = [f"{number} {names[kind]}" for kind, number in kinds.items() if number]
    here = [f"{given.withdrawn} withdrawn"] * bool(given.withdrawn) + [f"{given.missing} missing"] * bool(given.missing)
    if not given.listings:
        words = "an announcement was due, and no listing was read"
    elif not given.announced:
        words = "nothing was announced"
    else:
        words = f"{given.announced} announced ({', '.join(parts)}), {', '.join([f'{given.stored} here', *here])}"
    troubles = [f"{said.listing}: {said.trouble}" for said in given.listings if said.trouble]
    return {
        "category": given.category,
        "day": given.day.isoformat(),
        "url": f"/completeness/{given.category}/{given.day.isoformat()}",
        "verdict": given.verdict,
        "verdict_words": VERDICTS[given.verdict],
        "words": "; ".join([words, *troubles]),
        "announced": given.announced,
        "kinds": {str(kind): number for kind, number in kinds.items()},
        "stored": given.stored,
        "withdrawn": given.withdrawn,
        "missing": given.missing,
        "listings": [
            {
                "listing": said.listing,
                "given": said.given,
                "told": said.told,
                "trouble": said.trouble,
                "seen_at": _iso(said.seen_at),
            }
            for said in given.listings
        ],
    }


def seen(given: Sequence[Seen]) -> list[Shown]:
    """Where a paper was seen: each source's record, with what it says of its own."""
    return [
        {
            "source": each.record.source,
            "place": NAMES.get(each.record.source, each.record.source),
            "name": each.name,
            "title": readable(each.record.title),
            "seen_at": _iso(each.seen_at),
            "day": each.seen_at.date().isoformat(),
            "ids": list(each.record.ids),
            "withdrawn": each.record.withdrawn,
            "said": _said(each),
        }
        for each in given
    ]


def repository(given: Repository, now: datetime) -> Shown:
    """A repository with one line on whether somebody works on it."""
    if given.gone:
        words = "is gone"
    else:
        pushed = f"last push {given.pushed_at:%B %Y}" if given.pushed_at else "never pushed to"
        words = " · ".join(filter(None, (f"★ {given.stars:,}", pushed, "archived" if given.archived else "")))
    return {
        "name": given.name,
        "url": f"https://github.com/{given.name}",
        "kind": str(LinkKind.CODE),
        "stars": given.stars,
        "lives": lives(given, now),
        "gone": given.gone,
        "words": words,
    }


def ago(moment: datetime | None, now: datetime) -> str:
    """How long ago a moment was, in words."""
    return f"{_long((now - moment).total_seconds())} ago" if moment else "never"


def ahead(moment: datetime, now: datetime) -> str:
    """In how long a moment will be, in words."""
    seconds = (moment - now).total_seconds()
    return f"in {_long(seconds)}" if seconds > 0 else "due now"


def _long(seconds: float) -> str:
    for unit, size in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= 1.5 * size or (unit != "day" and seconds >= size):
            number = round(seconds / size)
            return f"{number} {unit}{'s' if number != 1 else ''}"
    return "a moment"


def _said(each: Seen) -> list[tuple[str, str]]:
    """The fields in which sources may differ, as (name, value)."""
    record = each.record
    days = [(name, getattr(record, name)) for name in ("published", "updated", "announced", "featured")]
    return [
        *((name, day.isoformat()) for name, day in days if day),
        *([("venue", readable(record.venue))] if record.venue else []),
        *([("versions", str(max(version.number for version in record.versions)))] if record.versions else []),
        *([("categories", " ".join(record.categories))] if record.categories else []),
    ]


def _iso(moment: datetime | None) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment else ""
