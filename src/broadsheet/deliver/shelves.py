"""Collections and reading lists → plain dictionaries, and the files that they are exported as."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import orjson
from django.utils.text import slugify

from broadsheet.community import Access, Collection, Kept, Marked, Marks
from broadsheet.deliver import cite, present
from broadsheet.deliver.cite import Format
from broadsheet.types import Paper

Shown = dict[str, Any]

FORMATS = {**cite.FORMATS, "json": Format("JSON with notes", "application/json", "json")}
"""What a list of papers is exported as; docs/reference/jsonl.md describes the last."""


def collection_path(key: int, title: str = "") -> str:
    """The site path of a collection's page: its number, and its name for whoever reads the address."""
    slug = slugify(title)[:60].strip("-")
    return f"/collections/{key}" + (f"-{slug}" if slug else "")


def number_in(name: str) -> int:
    """The number of the collection that a part of an address names; 0 if it names none."""
    number = name.partition("-")[0]
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else 0


def collection(shown: Collection) -> Shown:
    """A collection without its papers. Moments are ISO, UTC."""
    return {
        "id": shown.key,
        "url": collection_path(shown.key, shown.title),
        "title": shown.title,
        "about": shown.about,
        "public": shown.public,
        "origin": shown.origin,
        "by": shown.by,
        "size": shown.size,
        "made_at": _iso(shown.made_at),
        "changed_at": _iso(shown.changed_at),
        "deleted_at": _iso(shown.deleted_at) if shown.deleted_at else "",
        "own": shown.access is Access.OWNS,
        "edits": shown.access is not None and shown.access >= Access.EDITS,
        "member": shown.access in {Access.READS, Access.EDITS},
    }


def kept(shown: Kept) -> Shown:
    """A paper of a collection: the paper, with its `place`, `kept_note`, and when and by whom it was added."""
    return {
        **present.paper(shown.paper),
        "place": shown.place,
        "kept_note": shown.note,
        "added_at": _iso(shown.at),
        "added_by": shown.by,
    }


def marks(shown: Marks | None) -> Shown:
    """What an account keeps of a paper, and the words for it, as short as a button."""
    given = shown or Marks()
    number = len(given.collections)
    kept_in = f"in {number} collection{'s' if number != 1 else ''}" if number else ""
    told = [
        str(given.state) if given.state else "",
        "hidden" if given.hidden else "",
        kept_in,
        "note" * bool(given.note),
    ]
    return {
        "state": str(given.state or ""),
        "hidden": given.hidden,
        "note": given.note,
        "collections": sorted(given.collections),
        "words": ", ".join(filter(None, told)).capitalize(),
    }


def export(papers: Sequence[Kept], of: Collection, form: str, address: str) -> str:
    """A collection as one of FORMATS, its papers in their order; `address` is that of the site."""
    if form != "json":
        return cite.cite_all([each.paper for each in papers], form)
    told = collection(of)
    head = {name: told[name] for name in ("title", "about", "by", "public", "made_at", "changed_at")}
    several = [
        {
            **record(each.paper),
            "kept": {"place": each.place, "note": each.note, "added_at": _iso(each.at), "added_by": each.by},
        }
        for each in papers
    ]
    return _json({"broadsheet": "collection", **head, "url": f"{address}{told['url']}", "papers": several})


def export_reading(marked: Sequence[Marked], which: str, form: str) -> str:
    """A list of marked papers as one of FORMATS, the latest first."""
    if form != "json":
        return cite.cite_all([each.paper for each in marked], form)
    several = [
        {
            **record(each.paper),
            "kept": {
                "state": str(each.marks.state or ""), "hidden": each.marks.hidden, "note": each.marks.note,
                "marked_at": _iso(each.at),
            },
        }
        for each in marked
    ]  # fmt: skip
    return _json({"broadsheet": "reading", "list": which, "papers": several})


def record(paper: Paper) -> Shown:
    """What is known of a paper, as our own JSON lines say it, so that another library can import it."""
    told = {
        "id": paper.paper_id,
        "ids": list(paper.aliases),
        "title": paper.title,
        "authors": list(paper.authors),
        "abstract": paper.abstract,
        "published": paper.published.isoformat() if paper.published else "",
        "year": paper.year if paper.year and not paper.published else None,
        "categories": list(paper.categories),
        "links": [{"url": link.url, "kind": str(link.kind)} for link in paper.links],
        "venue": paper.venue,
        "comment": paper.comment,
    }
    return {name: value for name, value in told.items() if value}


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode() + "\n"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds")
