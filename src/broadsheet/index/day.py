"""New papers, as kept searches are held against them: `Arrived`, made once, and `Day`, made for one matching."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, KeysView, Mapping, Sequence
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from broadsheet.index import matching
from broadsheet.index.embed import Embedder
from broadsheet.index.kept import Lists, Terms
from broadsheet.index.matching import Feature
from broadsheet.types import Document, PaperId


class Arrived:
    """New papers, read once, to be held against any number of kept searches; `ids` are all ids of a paper by its key.

    What they have is kept in arrays, which processes that are forked go on sharing.
    """

    def __init__(
        self, documents: Sequence[Document], ids: Mapping[int, Collection[PaperId]], embedder: Embedder
    ) -> None:
        self.papers = [matching.told(document) for document in documents]
        self.ids = ids
        self.keys = np.array([document.key for document in documents], np.int64)
        self.days = np.array([paper.day for paper in self.papers], np.int32)
        self.codes, self.squares = matching.codes(embedder, [matching.text(document) for document in documents])
        having: defaultdict[Feature, list[int]] = defaultdict(list)
        for place, paper in enumerate(self.papers):
            named = (f"id:{paper_id}" for paper_id in ids.get(paper.document.key, ()))
            for feature in (*paper.features, *named):
                having[feature].append(place)
        self._row_of = {feature: row for row, feature in enumerate(having)}
        self._having = Lists.of(list(having.values()))

    def __len__(self) -> int:
        return len(self.papers)

    @property
    def features(self) -> KeysView[Feature]:
        """All that any of these papers has."""
        return self._row_of.keys()

    def places(self, feature: Feature) -> list[int]:
        """The places of the papers that have a feature, ascending."""
        row = self._row_of.get(feature)
        return [] if row is None else self._having[row]

    @cached_property
    def units(self) -> NDArray[np.float32]:
        """The embeddings at length one or zero, nearly."""
        lengths = np.sqrt(np.maximum(self.squares, 1).astype(np.float32))
        units: NDArray[np.float32] = np.divide(self.codes, lengths[:, None], dtype=np.float32)
        return units


class Day:
    """New papers as a table: which of the features that are asked for each of them has; row 0 is for what none has."""

    def __init__(self, arrived: Arrived, terms: Terms) -> None:
        self.arrived = arrived
        asked = arrived.features & terms.features.keys()
        having = {terms.features[feature]: arrived.places(feature) for feature in asked}
        _add_composed(having, arrived, terms)
        self.row_of = np.zeros(len(terms.features) + 1, np.int32)
        self.row_of[list(having)] = np.arange(1, len(having) + 1)
        self.table = np.zeros((len(having) + 1, len(arrived)), np.bool_)
        places = Lists.of(list(having.values()))
        self.table[np.repeat(np.arange(1, len(having) + 1), places.lengths), places.values] = True
        rows, columns = np.nonzero(self.table)
        bounds = np.searchsorted(rows, np.arange(len(self.table) + 1))
        self.having = Lists(bounds, columns.astype(np.int32))

    def __len__(self) -> int:
        return len(self.arrived)

    @cached_property
    def flat(self) -> NDArray[np.bool_]:
        """The table, row after row."""
        return self.table.reshape(-1)


def _add_composed(having: dict[int, list[int]], arrived: Arrived, terms: Terms) -> None:
    """Add which papers have one of a set of features, and which have terms in a row."""
    rows: defaultdict[tuple[str, str, str], list[tuple[int, tuple[str, ...]]]] = defaultdict(list)
    for number, kind, parts in terms.composed():
        if kind == "any":
            found = {place for part in parts for place in having.get(terms.features.get(part, 0), ())}
            if found:
                having[number] = sorted(found)
        else:
            rows[parts[0], parts[1], parts[2]].append((number, parts[1:]))
    perhaps = {
        place
        for field, one, other in rows
        for place in set(arrived.places(f"{field}:{one}")).intersection(arrived.places(f"{field}:{other}"))
    }
    for place in sorted(perhaps):
        paper = arrived.papers[place]
        for field, text in (("title", paper.title), ("text", paper.title), ("text", paper.abstract)):
            for start, (one, other) in enumerate(pairwise(text)):
                for number, row in rows.get((field, one, other), ()):
                    if text[start : start + len(row)] == row and having.setdefault(number, [])[-1:] != [place]:
                        having[number].append(place)
