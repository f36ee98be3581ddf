"""The recent papers among which is chosen for any reader, and what is read of them once for all readers of a moment."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from broadsheet.arrays import Places
from broadsheet.errors import IndexMissingError
from broadsheet.index import Index
from broadsheet.index.embed import TokenTable
from broadsheet.index.explain import Spelled, spelled
from broadsheet.index.query import pairs, phrases
from broadsheet.library import papers
from broadsheet.library import personal as library
from broadsheet.library.personal import Candidate
from broadsheet.rank import personal
from broadsheet.rank.personal import Papers, Scores
from broadsheet.rank.phrases import Phrases, Said
from broadsheet.types import Paper

CANDIDATES = 5000
RECENT = timedelta(days=14)
"""What was listed so long before the newest paper is looked at."""

FEW = 500
"""Papers that are looked at even if they are older."""

REMEMBERED = 50_000
"""Readers' papers whose phrases are remembered, before all are forgotten."""


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a reader has not seen of the field: how many papers, listed since when, and of those that may be shown more.

    That is their places in the field, ascending, how many days each stands behind the newest, and how it rises, from 0
    to 1 for the one that rises most.
    """

    number: int
    first: date | None
    places: Places
    age: Scores
    rising: Scores


class Field:
    """The recent papers, bare of words and meaning without an index, and what is usual among them, None without one.

    What is read of them to explain them is remembered.
    """

    def __init__(self, candidates: Sequence[Candidate], papers: Papers, usual: personal.Usual | None) -> None:
        self.candidates, self.papers, self.usual = candidates, papers, usual
        self._number_of = {each.key: number for number, each in enumerate(candidates)}
        self._numbers = np.array([self._number_of[key] for key in papers.keys.tolist()], np.intp)
        self._days = np.array([each.day.toordinal() for each in candidates], np.int64)
        self._heats = np.array([-np.inf if each.heat is None else each.heat for each in candidates])
        self._shown: dict[int, Paper] = {}
        self._spelled: dict[int, Spelled] = {}

    @cached_property
    def wording(self) -> Wording:
        """The phrases of all these papers: read where many ask, for one asks for few."""
        return Wording(self.papers.keys.tolist())

    def unseen(self, seen: Collection[int], unwanted: Collection[int]) -> Unseen:
        """What is left for one who has seen some papers, and does not want some others."""
        unseen = self._without(np.ones(len(self.candidates), np.bool_), seen)
        left = np.flatnonzero(unseen)
        places = np.flatnonzero(self._without(unseen, unwanted)[self._numbers])
        numbers = self._numbers[places]
        hottest = self._heats[left].max(initial=-np.inf)
        heats = self._heats[numbers] - (hottest if hottest > -np.inf else 0)
        return Unseen(
            number=len(left),
            first=self.candidates[left[-1]].day if len(left) else None,
            places=places,
            age=(self._days[left[:1]] - self._days[numbers]).astype(np.float32),
            # Heats are logarithms to the base 2: five halvings below the hottest is nothing.
            rising=np.maximum(1 + heats / 5, 0).astype(np.float32),
        )

    def _without(self, some: NDArray[np.bool_], keys: Collection[int]) -> NDArray[np.bool_]:
        less = some.copy()
        less[[self._number_of[key] for key in keys if key in self._number_of]] = False
        return less

    def shown(self, keys: Collection[int]) -> Mapping[int, Paper]:
        """Those of these papers that are still in the library, perhaps with others."""
        fresh = [key for key in keys if key not in self._shown]
        if fresh:
            self._shown |= papers.by_keys(fresh)
        return self._shown

    def spelled(self, paper: Paper, table: TokenTable) -> Spelled:
        """The words of a paper that can tell something."""
        if paper.key not in self._spelled:
            self._spelled[paper.key] = spelled(f"{paper.title} {paper.abstract}", table)
        return self._spelled[paper.key]


class Wording:
    """The phrases of some papers, and those of readers' papers, `liked`, that are held against them."""

    def __init__(self, keys: Collection[int], liked: Collection[int] = ()) -> None:
        texts = papers.texts({*keys, *liked})
        self._place_of = {key: place for place, key in enumerate(keys)}
        self._said = Said([phrases(texts.get(key, "")) for key in keys])
        self._numbers = self._numbered({key: phrases(texts.get(key, "")) for key in liked})

    def learn(self, liked: Collection[int]) -> None:
        """Read those of these that are not remembered."""
        if len(self._numbers) + len(liked) > REMEMBERED:
            self._numbers.clear()
        if fresh := [key for key in liked if key not in self._numbers]:
            texts = papers.texts(fresh)
            self._numbers |= self._numbered({key: pairs(texts.get(key, "")) for key in fresh})

    def _numbered(self, said: Mapping[int, Phrases]) -> dict[int, Places]:
        return dict(zip(said, self._said.numbers(list(said.values())), strict=True))

    def added(
        self, short: Sequence[int], liked: Sequence[int], weights: Scores, interests: Sequence[Collection[int]]
    ) -> Scores:
        """What each paper of a shortlist gains; see `Said.added`. Papers are named by their keys, here."""
        places = np.array([self._place_of[key] for key in short], np.intp)
        return self._said.added(places, [self._numbers[key] for key in liked], weights, interests)


def field_of(index: Index) -> Field:
    """The papers listed within RECENT of the newest, or the FEW newest."""
    newest = library.candidates(CANDIDATES)
    within = sum(each.day >= newest[0].day - RECENT for each in newest)
    candidates = newest[: max(within, FEW)]
    keys = sorted(each.key for each in candidates)
    try:
        papers = Papers(*index.material(keys))
    except IndexMissingError:
        none = np.zeros(len(keys), np.int64)
        bare = Papers(np.array(keys, np.int64), np.zeros((len(keys), 1), np.float32), none[:0], none)
        return Field(candidates, bare, None)
    return Field(candidates, papers, personal.usual_in(papers))
