"""The verbs of kept searches: `match_new` holds many of them against papers that came in, `kept` reads one."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from broadsheet.core.indexing import document
from broadsheet.core.naming import named
from broadsheet.index import Index
from broadsheet.index.query import parse
from broadsheet.index.standing import MOST, Standing
from broadsheet.library import changes, papers
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Found, Query


def kept(line: str) -> Query:
    """What a kept line asks of a new paper.

    As in a search, ids in the line stand beside what the rest of it asks for, and `id:` stands for those papers alone.
    """
    parts, rest = named(line)
    query = parse(rest)
    ids = [part.value for part in parts] + [parse_paper_id(name) or name for name in query.ids]
    return Query(text=line, ids=tuple(ids)) if query.ids else replace(query, text=line, ids=tuple(ids))


def match_new(
    index: Index, searches: Iterable[tuple[int, str]], keys: Collection[int], *, most: int = MOST
) -> dict[int, tuple[Found, ...]]:
    """Number of a kept line → those of these papers that match it, best first; a line without any is left out.

    A withdrawn paper matches nothing. IndexMissingError while there is no index to weigh words by.
    """
    there = {key: paper for key, paper in papers.by_keys(keys).items() if not paper.withdrawn}
    if not there:
        return {}
    numbers, lines = zip(*searches, strict=True) or ((), ())
    standing = Standing(
        zip(numbers, index.understood(map(kept, lines)), strict=True), index.embedder, index.statistics()
    )
    ids = {key: (paper.paper_id, *paper.aliases) for key, paper in there.items()}
    matches = standing.match([document(paper) for paper in there.values()], ids=ids, most=most)
    return {number: tuple(Found(paper=there[hit.key], hit=hit) for hit in hits) for number, hits in matches.items()}


def new_papers(after: int) -> tuple[list[int], int]:
    """The keys of papers that came in after this number of the change log, and its last number now."""
    latest = changes.latest()
    return changes.arrived(after, latest), latest
