"""The verbs of kept searches: `match_new` holds many of them against papers that came in, `kept` reads one."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from broadsheet.core.indexing import document
from broadsheet.core.naming import named
from broadsheet.index import Index
from broadsheet.index.query import parse
from broadsheet.index.standing import MOST, Matches, Standing
from broadsheet.library import changes, papers
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Found, Paper, Query

GROWN = 1.1
"""How much larger the library is when words are weighed anew."""


def kept(line: str) -> Query:
    """What a kept line asks of a new paper.

    As in a search, ids in the line stand beside what the rest of it asks for, and `id:` stands for those papers alone.
    """
    parts, rest = named(line)
    query = parse(rest)
    ids = [part.value for part in parts] + [parse_paper_id(name) or name for name in query.ids]
    return Query(text=line, ids=tuple(ids)) if query.ids else replace(query, text=line, ids=tuple(ids))


def match_new(
    index: Index,
    searches: Iterable[tuple[int, str]],
    keys: Collection[int],
    *,
    folder: Path | None = None,
    most: int = MOST,
) -> Mapping[int, tuple[Found, ...]]:
    """Number of a kept line → those of these papers that match it, best first; a line without any is left out.

    A withdrawn paper matches nothing. In the folder, if one is given, is kept what it costs to read the lines.
    IndexMissingError while there is no index to weigh words by.
    """
    there = {key: paper for key, paper in papers.by_keys(keys).items() if not paper.withdrawn}
    lines = dict(searches)
    if not there or not lines:
        return {}
    ids = {key: (paper.paper_id, *paper.aliases) for key, paper in there.items()}
    numbers = {line: number_of(line) for line in lines.values()}
    standing = standing_for(index, numbers, folder)
    documents = [document(paper) for paper in there.values()]
    matches = standing.match(documents, ids=ids, among=numbers.values(), most=most)
    matching = {number: numbers[line] for number, line in lines.items() if numbers[line] in matches}
    return _Matched(matching, matches, there)


def standing_for(index: Index, lines: Collection[str], folder: Path | None = None) -> Standing:
    """These kept lines, each under its `number_of`, and others that were read before; one process at a time.

    Lines are read, and their words weighed, when they are first met. All is made anew when the library has grown by a
    tenth, when the index has another embedder, and when the folder is gone.
    """
    statistics = index.statistics()
    stamp = f"{math.floor(math.log(len(statistics) + 1, GROWN))}"
    standing = Standing.load(folder, index.embedder, statistics, stamp) if folder else None
    standing = standing or Standing((), index.embedder, statistics)
    known = set(standing.numbers.tolist())
    fresh = {number: line for line in lines if (number := number_of(line)) not in known}
    if fresh:
        standing.change(zip(fresh, index.understood(map(kept, fresh.values())), strict=True))
        if folder:
            standing.save(folder, stamp)
    return standing


def number_of(line: str) -> int:
    """The number under which a kept line is matched: the same for all who keep it."""
    return int.from_bytes(hashlib.blake2b(line.encode(), digest_size=8).digest(), "little", signed=True)


def new_papers(after: int) -> tuple[list[int], int]:
    """The keys of papers that came in after this number of the change log, and its last number now."""
    latest = changes.latest()
    return changes.arrived(after, latest), latest


class _Matched(Mapping[int, tuple[Found, ...]]):
    """Matches as papers, made when they are read."""

    def __init__(self, matching: Mapping[int, int], matches: Matches, there: Mapping[int, Paper]) -> None:
        self._matching, self._matches, self._there = matching, matches, there

    def __len__(self) -> int:
        return len(self._matching)

    def __iter__(self) -> Iterator[int]:
        return iter(self._matching)

    def __getitem__(self, number: int) -> tuple[Found, ...]:
        return tuple(Found(paper=self._there[hit.key], hit=hit) for hit in self._matches[self._matching[number]])
