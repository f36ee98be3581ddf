"""The verbs about one paper: find it by any of its ids, and what is similar to it."""

from __future__ import annotations

from datetime import datetime

from broadsheet.core.recording import load
from broadsheet.core.search import found
from broadsheet.errors import IndexMissingError, PaperNotFoundError
from broadsheet.incoming import Seen
from broadsheet.index import Index
from broadsheet.library import changes, papers
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Found, Paper, PaperId

PART = 20_000


def paper(any_id: str) -> Paper:
    """The paper that this id, alias, address or DOI leads to; PaperNotFoundError if none does."""
    for alias in dict.fromkeys((any_id, parse_paper_id(any_id))):
        if alias and (match := papers.by_alias(alias)):
            return match
    raise PaperNotFoundError(any_id)


def of_key(key: int) -> Paper:
    """The paper of this key; PaperNotFoundError if it is gone."""
    if key in (there := papers.by_keys([key])):
        return there[key]
    raise PaperNotFoundError(str(key))


def seen_at(of: Paper) -> tuple[Seen, ...]:
    """What each source said of the paper, in the order the library heard of it."""
    return tuple(
        Seen(record=load(payload), name=name, seen_at=seen_at)
        for _source, name, payload, seen_at in papers.seen(of.key)
    )


def similar(index: Index, to: Paper, limit: int = 8) -> tuple[Found, ...]:
    """The papers nearest in meaning, nearest first; none while there is no index."""
    try:
        return found(index.similar(to.key, limit))
    except IndexMissingError:
        return ()


def parts() -> list[tuple[int, datetime]]:
    """The library in parts of at most PART papers by their keys: the number of each, and when it last changed.

    Those of which all papers are gone are left out.
    """
    there = papers.parts(PART)
    return sorted((number, at) for number, at in changes.latest_of_parts(PART).items() if number in there)


def part(number: int) -> list[tuple[PaperId, datetime]]:
    """The papers of a part, each with the moment of its last change."""
    return papers.changed(number * PART, (number + 1) * PART)


def count() -> int:
    """How many papers the library holds."""
    return papers.count()
