"""The values that cross a boundary between rooms, frozen. No input, no output, no logic beyond a property."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from broadsheet.tex import readable

PaperId: TypeAlias = str
"""`arxiv:2401.01234`, `doi:10.1145/...`, `openreview:...`, `acl:...`, or `page:<hash>` when only a title is known."""

Json: TypeAlias = Any
"""What `json.loads` can answer."""


class LinkKind(StrEnum):
    """What stands at the other end of a link."""

    CODE = "code"
    PROJECT = "project"
    DATA = "data"
    PAPER = "paper"
    OTHER = "other"


class Link(NamedTuple):
    """An address and what stands there. The address is absolute, http or https, without trailing punctuation."""

    url: str
    kind: LinkKind = LinkKind.OTHER


class Version(NamedTuple):
    """One deposited text of a paper, counted from 1; the day it was deposited where known."""

    number: int
    deposited: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """What one source says of one paper: parsed, not yet stored.

    `ids` are paper ids, strongest first; empty when the source names none. `categories` have the primary one first.
    `published` is the day of the first deposit or print, `updated` that of the latest version, `announced` the day its
    source listed it as new, `featured` the day an edited front page showed it, each as the source names it (UTC where
    it gives a moment); `scheduled` the day on which its source's calendar puts it, for where no listing tells the day;
    `year` stands alone when no day is known. `withdrawn` says that its authors or its source took
    it back. `extras` are attributed by source and shown, never searched: `{"huggingface": {"upvotes": 32}}`.
    """

    source: str
    title: str
    abstract: str = ""
    note: str = ""
    authors: tuple[str, ...] = ()
    ids: tuple[PaperId, ...] = ()
    published: date | None = None
    updated: date | None = None
    announced: date | None = None
    scheduled: date | None = None
    featured: date | None = None
    year: int | None = None
    categories: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    versions: tuple[Version, ...] = ()
    venue: str = ""
    comment: str = ""
    withdrawn: bool = False
    extras: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """One work as the library holds it: the best of all its records.

    `key` is the library's own number, stable while the paper exists; `aliases` are all its other ids, sorted.
    `title` and `abstract` are the original text; `readable_title` and `readable_abstract` are fit for display, and
    `shown_title` and `shown_abstract` are those where the library keeps them. `note` is our own words, to be shown only
    while there is no abstract. `upvotes` counts those seen at other places, `votes` those of accounts here, `firm`
    those of them that count fully, `comments` what stands of what was said.
    """

    key: int
    paper_id: PaperId
    title: str
    abstract: str = ""
    note: str = ""
    authors: tuple[str, ...] = ()
    aliases: tuple[PaperId, ...] = ()
    published: date | None = None
    updated: date | None = None
    announced: date | None = None
    featured: date | None = None
    year: int | None = None
    categories: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    versions: tuple[Version, ...] = ()
    venue: str = ""
    comment: str = ""
    withdrawn: bool = False
    extras: Mapping[str, Json] = field(default_factory=dict)
    upvotes: int | None = None
    votes: int = 0
    firm: int = 0
    comments: int = 0
    shown_title: str | None = field(default=None, compare=False, repr=False)
    shown_abstract: str | None = field(default=None, compare=False, repr=False)

    @property
    def readable_title(self) -> str:
        """The title as one reads it."""
        return readable(self.title) if self.shown_title is None else self.shown_title

    @property
    def readable_abstract(self) -> str:
        """The abstract as one reads it."""
        return readable(self.abstract) if self.shown_abstract is None else self.shown_abstract

    @property
    def listed_on(self) -> date | None:
        """The day whose front page shows it: featured, else announced, else published."""
        return self.featured or self.announced or self.published

    @property
    def full_upvotes(self) -> int:
        """What the order of listings goes by: upvotes elsewhere, and those here that count fully."""
        return (self.upvotes or 0) + self.firm

    @property
    def has_code(self) -> bool:
        """True if one of its links leads to code."""
        return any(link.kind is LinkKind.CODE for link in self.links)


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What the index is told of one paper: readable text to search, values to filter by."""

    key: int
    title: str
    abstract: str = ""
    authors: tuple[str, ...] = ()
    categories: tuple[str, ...] = ()
    venue: str = ""
    day: date | None = None
    has_code: bool = False


class Change(NamedTuple):
    """One line of the change log: after it, the paper of this key is `document`, or gone if that is None.

    Numbers only grow; the log may tell of a paper several times, and only its last state counts.
    """

    number: int
    key: int
    document: Document | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Admits or refuses a paper without scoring it. Days are inclusive; a paper without a day fails a day filter.

    Of `categories` any one suffices; `cs` admits every `cs.XX`. `has_code` is None when it does not matter.
    """

    after: date | None = None
    before: date | None = None
    categories: tuple[str, ...] = ()
    has_code: bool | None = None

    def __bool__(self) -> bool:
        return self != Filter()


class Part(NamedTuple):
    """One thing that a line was understood to ask for, and the line without it.

    `kind` is author, title, category, code, after, before, phrase, without or id.
    """

    kind: str
    value: str
    rest: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """What a person asked for, understood.

    `text` is what was typed; `free` what of it no operator took, and `words` the words of that in order; the others are
    what operators named, one by one in `parts`. A query without words, phrases, authors, titles and ids is a listing of
    everything that its filter admits.

    The index, which knows what its papers contain, adds what the free words probably mean: `names` are those that are
    authors' names, `years` those that are years; `corrected` pairs a misspelt word with what it is taken for.
    """

    text: str = ""
    free: str = ""
    words: tuple[str, ...] = ()
    phrases: tuple[str, ...] = ()
    excluded: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    titles: tuple[str, ...] = ()
    ids: tuple[PaperId, ...] = ()
    filter: Filter = Filter()
    parts: tuple[Part, ...] = ()
    names: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    corrected: tuple[tuple[str, str], ...] = ()


class Method(StrEnum):
    """Which parts of the index answer a query."""

    LEXICAL = "lexical"
    DENSE = "dense"
    HYBRID = "hybrid"


class Sort(StrEnum):
    """The order of hits."""

    RELEVANCE = "relevance"
    DATE = "date"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why a hit stands there. Ranks count from 1 within their own part; None where that part did not find it.

    `words` are the query's words (as typed) that the paper contains, `fields` where (title, abstract, authors), `years`
    those of the query that are the paper's, `near` pairs a word of the query with the word of the paper that is nearest
    to it in meaning; `similarity` is the cosine between the query's and the paper's embeddings (-1 to 1), `paper_id`
    the id that was asked for, if it was.
    """

    lexical_rank: int | None = None
    lexical_score: float | None = None
    dense_rank: int | None = None
    similarity: float | None = None
    words: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    near: tuple[tuple[str, str], ...] = ()
    paper_id: PaperId | None = None

    @property
    def found_by(self) -> str:
        """`id`, `words`, `meaning`, `both`, or `filter` when nothing was scored."""
        if self.paper_id is not None:
            return "id"
        if self.lexical_rank is not None:
            return "words" if self.dense_rank is None else "both"
        return "filter" if self.dense_rank is None else "meaning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hit:
    """One answer: a paper's key, its score (higher is better, comparable within one answer only), rank from 1."""

    key: int
    rank: int
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """Of all hits of a query that scores: how many are in a category or archive, of a year, most first; have code."""

    categories: tuple[tuple[str, int], ...] = ()
    years: tuple[tuple[int, int], ...] = ()
    code: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hits:
    """The answers on one page, and how many there are to page through.

    `words` are the query's words that were looked up, `query` is the query as the index understood it.
    """

    hits: tuple[Hit, ...]
    total: int
    words: tuple[str, ...] = ()
    query: Query = Query()
    facets: Facets = Facets()


class Paging(NamedTuple):
    """Which slice of a longer order: pages count from 1."""

    page: int = 1
    size: int = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """How the index stands: usable if `documents` is a number, up to date if `applied` is the log's last number.

    `building` is None unless a build is under way, then (done, total) papers.
    """

    generation: str | None = None
    documents: int | None = None
    applied: int = 0
    embedder: str = ""
    building: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreReport:
    """What storing a batch of records did, in papers: `merged` counts papers that became part of another one."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    merged: int = 0

    def __add__(self, other: StoreReport) -> StoreReport:
        return StoreReport(
            read=self.read + other.read,
            new=self.new + other.new,
            changed=self.changed + other.changed,
            unchanged=self.unchanged + other.unchanged,
            merged=self.merged + other.merged,
        )


class PeriodKind(StrEnum):
    """How long a listing's period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A day, an ISO week (from Monday) or a month: both ends included. Made by `broadsheet.core.periods`."""

    kind: PeriodKind
    first: date
    last: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """The papers listed in a period, most upvoted first, then in the order they were stored; one page of them.

    `ranks` has the rank of each; papers of as many full upvotes share theirs, as in 1, 2, 2, 4.
    `previous` and `next` are the nearest periods of the same kind that have papers; `newest` is the newest day that
    has any. All three are None in an empty library, and then `period` is today.
    """

    period: Period
    papers: tuple[Paper, ...]
    ranks: tuple[int, ...]
    total: int
    paging: Paging
    previous: Period | None
    next: Period | None
    newest: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A paper and the hit that brought it."""

    paper: Paper
    hit: Hit


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What a search answers: one page of papers with the reasons they stand there.

    `without_filter` says how many hits there would be without the filter, counted only when the filter left none;
    `missing` are ids that were asked for and that the library does not have.
    `behind` is how many changes the index has still to apply; `state` says if it is being built.
    """

    query: Query
    sort: Sort
    found: tuple[Found, ...]
    total: int
    paging: Paging
    state: IndexState
    behind: int = 0
    without_filter: int | None = None
    missing: tuple[PaperId, ...] = ()
    facets: Facets = Facets()


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestions:
    """What a line that is still being typed may become, best first."""

    papers: tuple[Paper, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Browsed:
    """One page of the papers of a category, a venue or an author's name, newest first, and how many there are."""

    papers: tuple[Paper, ...]
    total: int
    paging: Paging


@dataclass(frozen=True, slots=True, kw_only=True)
class Circle:
    """Papers by one name that share other authors, by their keys; `names` are those authors, most frequent first."""

    names: tuple[str, ...]
    keys: tuple[int, ...]


class Counted(NamedTuple):
    """One gain of a paper, and what it counts now."""

    kind: str
    before: float
    after: float
    at: datetime
    counts: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Rising:
    """A paper in the trending list, or one that is in none, whose rank is 0. `gains` are all that its heat comes from.

    `score` is its heat over what is usual in its field at its `age`, in announcement days, over a power of that age.
    `held` says that papers with a lower score stand above it, because it owes its own to light votes.
    """

    paper: Paper
    rank: int
    score: float
    heat: float
    usual: float
    field: str
    age: float
    held: bool
    gains: tuple[Counted, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trending:
    """One page of the trending list as of a moment; `version` is the formula's, `half_life` in announcement days."""

    rising: tuple[Rising, ...]
    total: int
    paging: Paging
    version: int
    half_life: float
    gravity: float
    as_of: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Top:
    """One page of the papers that gained most upvotes in a period, with the number and the rank that equals share.

    `earlier` says that anything is known to have grown before.
    """

    period: Period
    gained: tuple[tuple[int, float, Paper], ...]
    total: int
    paging: Paging
    earlier: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Submitted:
    """A paper that was put forward. `again` says that it had stood on a front page before, and keeps its day.

    `waiting` says that an editor has yet to nod; `refused` that one has said no before.
    """

    paper: Paper
    again: bool
    waiting: bool = False
    refused: bool = False
