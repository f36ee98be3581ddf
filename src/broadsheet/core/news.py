"""What is new at one moment, asked for once and told to many: the ground that the sections of digests stand on.

Everything here is the same for all subscribers of that moment. What one of them has seen already is `composing`'s.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from broadsheet.core import personal, trending
from broadsheet.core.chosen import reasons
from broadsheet.core.field import Field, field_of
from broadsheet.core.indexing import document
from broadsheet.core.standing import kept
from broadsheet.core.taxonomy import spelled
from broadsheet.digests import Every, Kind
from broadsheet.index import Embedder, Index
from broadsheet.index.day import Arrived
from broadsheet.index.standing import Matches, Standing, read
from broadsheet.library import collected, editions, papers
from broadsheet.rank.trending import Formula
from broadsheet.text import first_lines, name_key, readable, sentences
from broadsheet.types import Paging, Paper, Reason

LATE = timedelta(days=30)
"""How long before the last edition a paper may be listed and still be new, if it comes in only now."""

LONGEST: Mapping[Every, timedelta] = {
    Every.DAY: timedelta(days=7), Every.WEEK: timedelta(days=15), Every.MONTH: timedelta(days=62)
}  # fmt: skip
"""How far a digest looks back, however long nothing was sent."""

MATCHES = 50
"""Papers that one search is told of at most."""

TOP = 30
"""Papers of the front page and of trending among which a digest finds those that are new to its reader."""

CHOSEN = 20
"""Papers that are chosen for an account, among which are those that were not mailed yet."""

TWO_SENTENCES = 420
"""Characters that two sentences of an abstract may have."""


class Told(NamedTuple):
    """A paper that belongs into a section, and why it does."""

    key: int
    why: str


class News:
    """What is new at `now` to those whose last edition knew the papers up to their own position.

    Papers are read when first asked for, and then kept: a moment's news is meant for all who are due at it.
    """

    def __init__(self, index: Index, formula: Formula, now: datetime) -> None:
        self._index, self._formula, self.now = index, formula, now
        self.newest = papers.newest_key()
        self._batches: dict[Every, _Batch] = {}
        self._papers: dict[int, Paper] = {}
        self._frozen: dict[int, int] = {}
        self._pages: dict[date, list[Told]] = {}
        self._titles: dict[tuple[int, int | None], str] = {}
        self._added: dict[tuple[int, datetime], list[Told]] = {}
        self._chosen: dict[int, list[Told]] = {}

    def prepare(self, awaited: Mapping[tuple[Every, Kind], int]) -> None:
        """Have at hand all that is told to many: of what kinds, how often, and after which position at the earliest."""
        for every in {every for every, _ in awaited}:
            self.reach(every, min(first for (often, _), first in awaited.items() if often is every))
        for every, kind in awaited:
            if kind is Kind.SEARCH:
                _ = self._batches[every].read
            elif kind is Kind.AUTHOR:
                _ = self._batches[every].by_author
            elif kind is Kind.CATEGORY:
                _ = self._batches[every].by_category
            elif kind is Kind.TRENDING:
                _ = self.trending
            elif kind is Kind.FOR_YOU:
                _ = self._field.wording

    def reach(self, every: Every, position: int) -> None:
        """Have at hand what came in after this position, for those who are told so often."""
        known = self._batches.get(every)
        if known is None or position < known.position:
            since = (self.now - LONGEST[every] - LATE).date()
            arrived = list(papers.arrived(position, self.newest, since))
            self._batches[every] = batch = _Batch(position, arrived, self._index.embedder)
            self._papers |= {paper.key: paper for paper in batch.papers}

    def by_author(self, every: Every, name: str, position: int) -> list[Told]:
        """New papers that name this author, the latest first."""
        keys = self._batches[every].by_author.get(name_key(name), ())
        return [Told(key, f"by {name}") for key in reversed(keys) if key > position]

    def in_category(self, every: Every, category: str, position: int) -> list[Told]:
        """New papers of this category, or of an archive with all below it, the most upvoted first."""
        return [each for each in self._batches[every].in_category(category) if each.key > position]

    def expect(self, every: Every, lines: Iterable[tuple[str, int]]) -> None:
        """Hold these kept lines, each against what came in after a position, all at once.

        IndexMissingError without an index to do it with.
        """
        batch = self._batches[every]
        fresh = [each for each in dict.fromkeys(lines) if each not in batch.matches]
        if not fresh:
            return
        asked = enumerate(self._index.understood(kept(line) for line, _ in fresh))
        above = {number: position for number, (_, position) in enumerate(fresh)}
        standing = Standing(asked, self._index.embedder, self._index.statistics())
        found = standing.match_arrived(batch.read, above=above, most=MATCHES, threads=1)
        batch.matches |= {each: (found, number) for number, each in enumerate(fresh)}

    def forget(self) -> None:
        """Let go of what only some were told: it may be much, and others come next."""
        self._titles.clear()
        self._added.clear()
        self._chosen.clear()
        for batch in self._batches.values():
            batch.matches.clear()

    def matching(self, every: Every, line: str, position: int) -> list[Told]:
        """The papers after this position that match a line, which was expected with it, best first."""
        found, number = self._batches[every].matches[line, position]
        return [Told(hit.key, _why(hit.reason)) for hit in found.get(number, ())]

    def front_page(self, since: datetime) -> list[Told]:
        """The most upvoted papers that were listed since the day of this moment."""
        first = max(since.date(), (self.now - LONGEST[Every.MONTH]).date())
        if first not in self._pages:
            listed = papers.listed(first, self.now.date(), offset=0, limit=TOP)
            self._know(listed)
            self._pages[first] = [Told(paper.key, _place(rank, paper)) for rank, paper in enumerate(listed, 1)]
        return self._pages[first]

    @cached_property
    def trending(self) -> list[Told]:
        """What rises now, first the highest; nothing if the list is an old one because nothing grew lately."""
        found = trending.trending(Paging(1, TOP), self._formula, now=self.now)
        if self.now - found.as_of > timedelta(days=1):
            return []
        self._know(each.paper for each in found.rising)
        return [
            Told(each.paper.key, f"number {each.rank} of trending: {trending.reason_of(each)}") for each in found.rising
        ]

    @cached_property
    def _field(self) -> Field:
        return field_of(self._index)

    def choose(self, accounts: Iterable[int]) -> None:
        """Have at hand what is chosen for these accounts, and for no others."""
        found = personal.for_readers(self._index, sorted(set(accounts)), CHOSEN, now=self.now, field=self._field)
        self._know(each.paper for several in found.values() for each in several)
        self._chosen = {
            account: [Told(each.paper.key, f"for you: {'; '.join(reasons(each))}") for each in several]
            for account, several in found.items()
        }

    def for_you(self, account: int) -> list[Told]:
        """Recent papers chosen for an account, best first."""
        return self._chosen[account]

    def title(self, collection: int, account: int | None) -> str:
        """The title of a collection that this account may read, or anybody; empty if there is none."""
        if (collection, account) not in self._titles:
            self._titles[collection, account] = collected.title(collection, account)
        return self._titles[collection, account]

    def added(self, collection: int, since: datetime) -> list[Told]:
        """What was added to a collection since this moment."""
        if (collection, since) not in self._added:
            rows = collected.added(collection, since)
            self._know(papers.by_keys([key for key, _, _ in rows if key not in self._papers]).values())
            told = [Told(key, f"added: “{note}”" if note else "added") for key, note, _ in rows if key in self._papers]
            self._added[collection, since] = told
        return self._added[collection, since]

    def content(self, key: int) -> dict[str, Any]:
        """What an edition keeps of a paper: all that a mail shows of it."""
        return _content(self._papers[key])

    def freeze(self, keys: Iterable[int]) -> Mapping[int, int]:
        """Under which number each of these papers is kept as it is now."""
        fresh = {key: self.content(key) for key in keys if key not in self._frozen}
        if fresh:
            self._frozen |= editions.freeze(fresh)
        return self._frozen

    def _know(self, several: Iterable[Paper]) -> None:
        self._papers |= {paper.key: paper for paper in several}


class _Batch:
    """The papers that came in after a position, and the ways to find them."""

    def __init__(self, position: int, arrived: Sequence[Paper], embedder: Embedder) -> None:
        self.position, self.papers, self._embedder = position, arrived, embedder
        self.matches: dict[tuple[str, int], tuple[Matches, int]] = {}
        self._in: dict[str, list[Told]] = {}

    @cached_property
    def by_author(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for paper in self.papers:
            for name in dict.fromkeys(map(name_key, paper.authors)):
                found.setdefault(name, []).append(paper.key)
        return found

    def in_category(self, category: str) -> list[Told]:
        """Those of this category, the most upvoted first."""
        if category not in self._in:
            several = sorted(self.by_category.get(category.lower(), ()), key=lambda each: (-_votes(each), each.key))
            self._in[category] = [Told(each.key, f"new in {category}") for each in several]
        return self._in[category]

    @cached_property
    def by_category(self) -> dict[str, list[Paper]]:
        found: dict[str, list[Paper]] = {}
        for paper in self.papers:
            names = {
                name.lower() for one in paper.categories for name in (spelled(one), spelled(one).partition(".")[0])
            }
            for name in names:
                found.setdefault(name, []).append(paper)
        return found

    @cached_property
    def read(self) -> list[Arrived]:
        """All of them, ready for searches."""
        ids = {paper.key: (paper.paper_id, *paper.aliases) for paper in self.papers}
        return list(read([document(paper) for paper in self.papers], ids, self._embedder))


def _content(paper: Paper) -> dict[str, Any]:
    text = paper.readable_abstract if paper.abstract else readable(paper.note)
    day = paper.published or paper.announced or paper.featured
    return {
        "paper_id": paper.paper_id,
        "aliases": list(paper.aliases),
        "title": paper.readable_title,
        "authors": list(paper.authors),
        "text": first_lines(" ".join(sentences(text)[:2]), TWO_SENTENCES),
        "note": bool(paper.note and not paper.abstract),
        "links": [[link.url, link.kind.value] for link in paper.links],
        "categories": list(paper.categories),
        "day": day.isoformat() if day else str(paper.year or ""),
        "upvotes": paper.upvotes,
        "votes": paper.votes,
    }


def _why(reason: Reason) -> str:
    """Why a paper matches a kept search, in words."""
    if reason.paper_id:
        return f"is {reason.paper_id}"
    told = []
    if reason.words:
        told.append(f"has {', '.join(reason.words)}")
    if reason.dense_rank is not None and reason.similarity is not None:
        told.append(f"is near in meaning ({reason.similarity:.2f})")
    return " and ".join(told) or "is what was asked for"


def _votes(paper: Paper) -> int:
    """How many upvotes a paper has in all."""
    return (paper.upvotes or 0) + paper.votes


def _place(rank: int, paper: Paper) -> str:
    votes = _votes(paper)
    number = f"with {votes} upvote{'s' if votes != 1 else ''}" if votes else "listed"
    return f"number {rank} of the front page, {number} on {paper.listed_on}"
