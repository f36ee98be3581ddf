"""The values of the personal ranking that cross a boundary, frozen: what is learned of a reader, and what is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from broadsheet.types import Paging, Paper


class Followed(NamedTuple):
    """What an account follows: `kind` is author, category or search, `value` its name or its line."""

    kind: str
    value: str


class Signal(NamedTuple):
    """That an account did something with a paper that tells of its taste: `kind` says what, in one word."""

    kind: str
    key: int
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """What an account says of its ranking itself. `surprise` is from 0, its own field, to 1."""

    wanted: tuple[str, ...] = ()
    unwanted: tuple[str, ...] = ()
    surprise: float = 0.2
    since: datetime | None = None


class Titled(NamedTuple):
    """A paper by its id, and its title."""

    paper_id: str
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """A paper for a reader, and why it stands there.

    `nearest` is the reader's paper that it is most like, by `likeness`, at most 1 and 0 as usual; `words` are those of
    the paper that tell most of the reader's; `followed` and `wanted` what of it was asked for by name; `adds` what each
    part adds to `score`, in standard deviations of the papers that were looked at. `ranking` names the one of two
    mixed rankings that brought it.
    """

    paper: Paper
    rank: int
    score: float
    adds: tuple[tuple[str, float], ...] = ()
    nearest: Titled | None = None
    likeness: float = 0.0
    words: tuple[str, ...] = ()
    followed: tuple[Followed, ...] = ()
    wanted: tuple[str, ...] = ()
    ranking: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ForYou:
    """One page of papers for a reader, chosen among `looked_at` listed since `first`.

    `learned_from` counts the reader's papers that the index has; below three nothing was learned, and the order is that
    of what is followed and what rises. `missing` says that there is no index, `behind` how many changes it lacks.
    """

    chosen: tuple[Chosen, ...]
    total: int
    paging: Paging
    taste: Taste
    learned_from: int
    looked_at: int
    first: date | None
    behind: int = 0
    missing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A paper of a reader's that is learned from, or not because it is `unheeded`; `kinds` is what the reader did."""

    paper: Paper
    kinds: tuple[str, ...]
    at: datetime
    unheeded: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Interest:
    """Papers of a reader's that belong together, the most typical first, and the words that tell them from others.

    `number` is how many they are, of which `papers` are the first; `share` how much of all the reader's they weigh.
    """

    papers: tuple[Kept, ...]
    number: int
    share: float
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """All that the personal ranking knows of a reader. `apart` are papers that it does not or cannot learn from."""

    taste: Taste
    interests: tuple[Interest, ...]
    hidden: tuple[Kept, ...]
    apart: tuple[Kept, ...]
    followed: tuple[Followed, ...]
    counts: tuple[tuple[str, int], ...]


class Tally(NamedTuple):
    """What two rankings that were mixed were credited with in all, and the chance of that if they are equal."""

    one: str
    other: str
    wins: int
    losses: int
    chance: float
