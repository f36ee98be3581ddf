"""The daily papers of Hugging Face: the list that its `/api/daily_papers` answers, as it was through the years."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator
from datetime import date

from broadsheet.sources import building
from broadsheet.sources.building import Place, build
from broadsheet.sources.ids import parse_paper_id
from broadsheet.text import find_links
from broadsheet.types import Json, LinkKind, Record

SOURCE = "huggingface"
_SHOWN = ("_id", "fullname", "avatarUrl", "avatar", "type")
_DATED = re.compile(r"(?<!\d)(20\d\d-\d\d-\d\d)(?!\d)")


def parse(found: Json, *, file: str, listed: date | None = None) -> Iterator[Record]:
    """A record for each paper in the answer. `listed` is the day of the list, where something outside says it.

    A paper was featured on the day of `submittedOnDailyAt`; before April 2025 that was not told, and the day in the
    file's name decides, else the outer `publishedAt`, unless that is only the time of the deposit in another zone.
    """
    listed = listed or day_in(file.rpartition("/")[2])
    for number, entry in enumerate(entries(found), 1):
        yield _record(entry, Place(file, f"record {number}"), listed)


def entries(found: Json) -> list[Json]:
    """The list itself, whatever it is wrapped in."""
    if isinstance(found, dict):
        for key in ("dailyPapers", "data", "papers"):
            if isinstance(found.get(key), list):
                return list(found[key])
        return [found]
    return list(found) if isinstance(found, list) else []


def recognises(found: Json) -> bool:
    """True if this looks like such an answer; an empty list does."""
    if isinstance(found, dict) and not any(
        isinstance(found.get(key), list) for key in ("dailyPapers", "data", "papers")
    ):
        return isinstance(found.get("paper"), dict)
    first: Json = next(iter(entries(found)), {"paper": {}})
    return isinstance(first, str) or (isinstance(first, dict) and isinstance(first.get("paper"), dict))


def day_in(name: str) -> date | None:
    """The day that a file is named for."""
    match = _DATED.search(name)
    return building.day(match[1]) if match else None


def _record(entry: Json, place: Place, listed: date | None) -> Record:
    if isinstance(entry, str):
        entry = _literal(entry, place)
    paper = entry.get("paper") if isinstance(entry, dict) else None
    if not isinstance(paper, dict):
        raise place.error('here stands no object with a "paper"')

    def text(key: str) -> str:
        value = paper.get(key)
        value = entry.get(key) if value is None else value
        if value is not None and not isinstance(value, str):
            raise place.error(f'"{key}" is not a string')
        return value or ""

    published, outer = building.day(text("publishedAt")), str(entry.get("publishedAt") or "")
    featured = building.day(text("submittedOnDailyAt")) or listed
    if featured is None and published and (seen := building.day(outer)) and seen > published:
        featured = seen
    abstract = building.clean(text("summary"))
    return build(
        place,
        source=SOURCE,
        title=text("title"),
        abstract=abstract,
        authors=_authors(paper.get("authors"), place),
        ids=(parse_paper_id(text("id")),),
        published=published,
        featured=featured,
        links=(
            *building.link(text("projectPage"), LinkKind.PROJECT),
            *building.link(text("githubRepo"), LinkKind.CODE),
            *find_links(abstract),
        ),
        extras={SOURCE: extras} if (extras := _extras(entry, paper)) else {},
    )


def _authors(found: Json, place: Place) -> list[str]:
    if found is None:
        return []
    if not isinstance(found, list):
        raise place.error('"authors" is not a list')
    return [
        author["name"]
        for author in found
        if isinstance(author, dict) and isinstance(author.get("name"), str) and not author.get("hidden")
    ]


def _extras(entry: dict[str, Json], paper: dict[str, Json]) -> dict[str, Json]:
    """What the place itself adds, of the right type only."""
    submitter = paper.get("submittedOnDailyBy") or entry.get("submittedBy")
    organization = paper.get("organization") or entry.get("organization")
    wanted: dict[str, tuple[Json, type]] = {
        "upvotes": (paper.get("upvotes"), int),
        "comments": (entry.get("numComments"), int),
        "submitter": (_name(submitter), str),
        "organization": (_name(organization), str),
        "ai_summary": (paper.get("ai_summary"), str),
        "ai_keywords": (paper.get("ai_keywords"), list),
        "github_stars": (paper.get("githubStars"), int),
        "github_repo": (paper.get("githubRepo"), str),
        "published_at": (paper.get("publishedAt"), str),
        "listed_at": (entry.get("publishedAt"), str),
        "listed_title": (_other(entry.get("title"), paper.get("title")), str),
        "submitted_at": (paper.get("submittedOnDailyAt"), str),
        "submitted_by": (_who(submitter), dict),
        "organized_by": (_who(organization), dict),
        "discussion_id": (paper.get("discussionId"), str),
        "thumbnail": (entry.get("thumbnail"), str),
        "media": (paper.get("mediaUrls") or entry.get("mediaUrls"), list),
    }
    return {key: value for key, (value, kind) in wanted.items() if isinstance(value, kind)}


def _other(listed: Json, own: Json) -> Json:
    """The title in the list, if it is another one than the paper's own."""
    texts = [" ".join(text.split()) if isinstance(text, str) else "" for text in (listed, own)]
    return texts[0] if all(texts) and texts[0] != texts[1] else None


def _name(who: Json) -> Json:
    """How a person or an organization is called, if at all."""
    return (who.get("fullname") or who.get("name")) if isinstance(who, dict) else None


def _who(who: Json) -> Json:
    """A person or an organization by the name of its account there, if more than its names is told of it."""
    if not isinstance(who, dict) or not isinstance(name := who.get("name") or who.get("user"), str):
        return None
    shown = {key: value for key in _SHOWN if isinstance(value := who.get(key), str)}
    return {"name": name, **shown} if shown.keys() - {"fullname"} else None


def _literal(text: str, place: Place) -> Json:
    """An entry that was stored as Python wrote it, as the winter of 2024 has them. Evaluates nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        raise place.error("here stands a string that is no paper") from None
