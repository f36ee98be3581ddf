"""Kept searches as columns of numbers: what a million of them take of memory, and how they lie on the disk.

What a query asks for are features, some by themselves and some in sets and rows; each has one number here, however many
queries share it. Derived from the queries: where the files are gone or of another make, they are made anew.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson
from numpy.typing import NDArray

from broadsheet.index import matching
from broadsheet.index.embed import Embedder
from broadsheet.index.matching import LEAST, Asked, Feature, Row, Statistics
from broadsheet.types import Query

Numbers = NDArray[np.int64]
Places = NDArray[np.int32]

LAYOUT = 1
"""Grows when the columns change their meaning; files of another layout are made anew."""

_BATCH = 20_000
_BETWEEN = "\n"
"""Stands in no feature: between those of a set, and between the parts of a row."""


@dataclass(frozen=True, slots=True)
class Lists:
    """Lists of numbers, one after the other; `bounds` has where each begins, and where the last one ends."""

    bounds: Numbers
    values: Places

    @classmethod
    def of(cls, lists: Sequence[Sequence[int]]) -> Lists:
        """These lists."""
        lengths = np.fromiter(map(len, lists), np.int64, len(lists))
        return cls(_bounds(lengths), np.fromiter(chain.from_iterable(lists), np.int32, int(lengths.sum())))

    def __len__(self) -> int:
        return len(self.bounds) - 1

    def __getitem__(self, row: int) -> list[int]:
        """One list."""
        found: list[int] = self.values[self.bounds[row] : self.bounds[row + 1]].tolist()
        return found

    @property
    def lengths(self) -> Numbers:
        """How long each list is."""
        return np.diff(self.bounds)

    def lengths_of(self, rows: Numbers | Places) -> Numbers:
        """How long the lists of some rows are."""
        lengths: Numbers = self.bounds[rows + 1] - self.bounds[rows]
        return lengths

    def flat(self, rows: Numbers | Places) -> tuple[Numbers, Places]:
        """The values of some rows one after the other, and for each in which of the rows it stands, counted from 0."""
        lengths = self.lengths_of(rows)
        bounds = _bounds(lengths)
        among = np.repeat(np.arange(len(rows)), lengths)
        return among, self.values[np.arange(bounds[-1]) + (self.bounds[rows] - bounds[:-1])[among]]

    def padded(self, rows: Numbers) -> Places:
        """The lists of some rows as the rows of a matrix, filled up with zeros."""
        among, values = self.flat(rows)
        lengths = self.lengths_of(rows)
        bounds = _bounds(lengths)
        matrix = np.zeros((len(rows), int(lengths.max(initial=0))), np.int32)
        matrix[among, np.arange(len(among)) - bounds[among]] = values
        return matrix

    def sums(self, of: Numbers) -> Numbers:
        """For each list the sum of what its values stand for."""
        until = _bounds(of[self.values])
        sums: Numbers = until[self.bounds[1:]] - until[self.bounds[:-1]]
        return sums

    def only(self, rows: Numbers) -> Lists:
        """The lists of these rows."""
        return Lists(_bounds(self.lengths_of(rows)), self.flat(rows)[1])


def _bounds(lengths: Numbers) -> Numbers:
    bounds = np.zeros(len(lengths) + 1, np.int64)
    np.cumsum(lengths, out=bounds[1:])
    return bounds


@dataclass(frozen=True, slots=True)
class Columns:
    """All of the queries, a row each. Features are numbers from 1, words as typed are numbers from 0.

    A paper that matches has one of the `anchors`, or they are empty and any paper may.
    """

    numbers: Numbers
    codes: matching.Codes
    squares: matching.Squares
    sure: Places
    first: Places
    last: Places
    anything: NDArray[np.bool_]
    anchors: Lists
    ids: Lists
    required: Lists
    excluded: Lists
    wanted: Lists
    weights: Lists
    typed: Lists

    def __len__(self) -> int:
        return len(self.numbers)

    def __add__(self, other: Columns) -> Columns:
        return self._each(lambda name, column: _joined(column, getattr(other, name)))

    def only(self, rows: Numbers) -> Columns:
        """These rows."""
        return self._each(lambda _, column: column.only(rows) if isinstance(column, Lists) else column[rows])

    def _each(self, make: Callable[[str, Any], Any]) -> Columns:
        return replace(self, **{column.name: make(column.name, getattr(self, column.name)) for column in fields(self)})


@dataclass(slots=True)
class Terms:
    """Which feature, set of features or row of terms has which number; and the words as they were typed."""

    features: dict[str, int] = field(default_factory=dict)
    typed: dict[str, int] = field(default_factory=dict)

    def number(self, any_of: Sequence[Feature]) -> int:
        """The number of a feature, or of several of which one suffices."""
        numbers = [self._numbered(feature) for feature in any_of]
        return numbers[0] if len(numbers) == 1 else self._numbered(_BETWEEN.join(("any", *any_of)))

    def number_of_row(self, row: Row) -> int:
        """The number of terms that stand in a row."""
        return self._numbered(_BETWEEN.join(("row", row[0], *row[1])))

    def number_of_word(self, typed: str) -> int:
        """The number of a word as it was typed."""
        return self.typed.setdefault(typed, len(self.typed))

    def parts(self, name: str) -> Sequence[Feature]:
        """The features that a name stands for."""
        return name.split(_BETWEEN)[1:] if _BETWEEN in name else (name,)

    def composed(self) -> Iterator[tuple[int, str, tuple[str, ...]]]:
        """The sets and rows: the number, `any` or `row`, and of what they are made."""
        for name, number in self.features.items():
            if _BETWEEN in name:
                kind, *parts = name.split(_BETWEEN)
                yield number, kind, tuple(parts)

    def _numbered(self, name: str) -> int:
        return self.features.setdefault(name, len(self.features) + 1)


def columns(queries: Iterable[tuple[int, Query]], embedder: Embedder, statistics: Statistics, terms: Terms) -> Columns:
    """The queries, each with its number, as columns; `terms` learns what is new to it."""
    made = empty(embedder.dimension)
    rest = iter(queries)
    parts = []
    while batch := list(islice(rest, _BATCH)):
        asked = [matching.asked(query, statistics) for _, query in batch]
        parts.append(_part(batch, asked, embedder, statistics, terms))
    for column in fields(Columns) if parts else ():
        made = replace(made, **{column.name: _joined(*(getattr(part, column.name) for part in parts))})
    return made


def empty(dimension: int) -> Columns:
    """No queries."""
    none, nothing = np.zeros(0, np.int32), Lists.of([])
    return Columns(
        numbers=np.zeros(0, np.int64),
        codes=np.zeros((0, dimension), np.int8),
        squares=none,
        sure=none,
        first=none,
        last=none,
        anything=np.zeros(0, np.bool_),
        **dict.fromkeys(("anchors", "ids", "required", "excluded", "wanted", "weights", "typed"), nothing),
    )


def save(folder: Path, made: Columns, terms: Terms, stamp: str) -> None:
    """Write everything into a folder; `stamp` says of what it was made. Whole or not at all.

    Each save has a folder of its own within; those before it are removed, and who has them open goes on reading.
    """
    inner = folder / secrets.token_hex(6)
    inner.mkdir(parents=True)
    for name, array in _arrays(made):
        np.save(inner / f"{name}.npy", array)
    for name, known in (("features", terms.features), ("typed", terms.typed)):
        (inner / f"{name}.json").write_bytes(orjson.dumps(list(known)))
    draft = folder / "kept.json.draft"
    draft.write_text(json.dumps({"layout": LAYOUT, "stamp": stamp, "queries": len(made), "in": inner.name}), "ascii")
    draft.replace(folder / "kept.json")
    for path in folder.iterdir():
        if path.is_dir() and path != inner:
            shutil.rmtree(path, ignore_errors=True)


def load(folder: Path, stamp: str) -> tuple[Columns, Terms] | None:
    """What `save` wrote there, mapped into memory; None if there is nothing of this stamp."""
    try:
        meta = json.loads((folder / "kept.json").read_bytes())
        if (meta["layout"], meta["stamp"]) != (LAYOUT, stamp):
            return None
        inner = folder / Path(meta["in"]).name
        terms = Terms()
        for name, known, first in (("features", terms.features, 1), ("typed", terms.typed, 0)):
            names = orjson.loads((inner / f"{name}.json").read_bytes())
            known.update(zip(names, range(first, first + len(names)), strict=True))
        found: dict[str, Any] = {}
        for column in fields(Columns):
            if (inner / f"{column.name}.npy").exists():
                found[column.name] = _mapped(inner / f"{column.name}.npy")
            else:
                parts = (_mapped(inner / f"{column.name}.{part}.npy") for part in ("bounds", "values"))
                found[column.name] = Lists(*parts)
        made = Columns(**found)
        return (made, terms) if {len(column) for column in found.values()} == {meta["queries"]} else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _part(
    queries: Sequence[tuple[int, Query]],
    asked: Sequence[Asked],
    embedder: Embedder,
    statistics: Statistics,
    terms: Terms,
) -> Columns:
    codes, squares = matching.codes(embedder, [query.about for query in asked])
    frequency = _Frequencies(statistics)
    wanted = [[terms.number(word.any_of) for word in query.wanted] for query in asked]
    required = [[*map(terms.number, query.required), *map(terms.number_of_row, query.rows)] for query in asked]
    return Columns(
        numbers=np.array([number for number, _ in queries], np.int64),
        codes=codes,
        squares=squares,
        sure=np.array([query.sure for query in asked], np.int32),
        first=np.array([query.days[0] for query in asked], np.int32),
        last=np.array([query.days[1] for query in asked], np.int32),
        anything=np.array([query.anything for query in asked], np.bool_),
        anchors=Lists.of([[terms.number(any_of) for any_of in frequency.anchors(query)] for query in asked]),
        ids=Lists.of([[terms.number((f"id:{paper_id}",)) for paper_id in query.ids] for query in asked]),
        required=Lists.of(required),
        excluded=Lists.of([[terms.number((feature,)) for feature in query.excluded] for query in asked]),
        wanted=Lists.of(wanted),
        weights=Lists.of([[word.weight for word in query.wanted] for query in asked]),
        typed=Lists.of([[terms.number_of_word(word.typed) for word in query.wanted] for query in asked]),
    )


_FIELDS = {"text": "text", "title": "title", "name": "authors", "category": "categories"}
"""Kinds of features, and the fields of the lexical part that have them."""


class _Frequencies:
    """How often what queries ask for is in the library, and so by what they are found soonest."""

    def __init__(self, statistics: Statistics) -> None:
        self._statistics = statistics

    def anchors(self, query: Asked) -> Sequence[tuple[Feature, ...]]:
        """Features one of which every match has, in as few papers as possible; none if there are none such.

        Either a required one, or the rarest of the wanted words, so many that the others are not enough.
        """
        choices: list[tuple[int, tuple[tuple[Feature, ...], ...]]] = [
            (sum(map(self._often, any_of)), (any_of,)) for any_of in query.required
        ]
        if query.wanted:
            met, often, rarest = 0, 0, []
            for word in sorted(query.wanted, key=lambda word: (word.often, -word.weight)):
                if query.whole - met < LEAST * query.whole:
                    break
                met, often = met + word.weight, often + word.often
                rarest.append(word.any_of)
            choices.append((often, tuple(rarest)))
        return min(choices, key=lambda choice: choice[0], default=(0, ()))[1]

    def _often(self, feature: Feature) -> int:
        kind, _, term = feature.partition(":")
        if kind in _FIELDS:
            return self._statistics.frequency(_FIELDS[kind], term)
        return len(self._statistics)


def _joined(*columns: Any) -> Any:
    if not isinstance(columns[0], Lists):
        return np.concatenate(columns)
    lengths = np.concatenate([column.lengths for column in columns])
    return Lists(_bounds(lengths), np.concatenate([column.values for column in columns]))


def _arrays(made: Columns) -> Iterator[tuple[str, NDArray[Any]]]:
    for column in fields(made):
        value = getattr(made, column.name)
        if isinstance(value, Lists):
            yield f"{column.name}.bounds", value.bounds
            yield f"{column.name}.values", value.values
        else:
            yield column.name, value


def _mapped(path: Path) -> NDArray[Any]:
    array: NDArray[Any] = np.asarray(np.load(path, mmap_mode="r", allow_pickle=False))
    return array
