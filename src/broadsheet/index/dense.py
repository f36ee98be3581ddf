"""The dense part: embeddings and tokens of papers beside the values to filter by, in files that only grow.

A scan reads the signs of every embedding, one bit a dimension, and compares the most promising ones exactly. It filters
exactly, takes an update by appending, and cannot go stale as a graph of neighbours does.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import simsimd
from numpy.typing import NDArray

from broadsheet.arrays import spread
from broadsheet.index.embed import Tokens, Vectors
from broadsheet.index.lexical import Keys, Scores, category_names
from broadsheet.types import Document, Facets, Filter

Rows = NDArray[np.intp]
Mask = NDArray[np.bool_]
Sizes = Mapping[str, int]
"""Bytes of each file that are committed. What lies beyond them is the rest of a crash."""

_TYPES: dict[str, Any] = {
    "vectors": np.int8,
    "signs": np.uint8,
    "tokens": np.uint16,
    "token_ends": np.int64,
    "keys": np.int64,
    "days": np.int32,
    "code": np.bool_,
    "dead": np.uint32,
    "category_rows": np.uint32,
    "category_names": np.uint32,
    "names": np.uint8,
}
"""Files and what they hold. `dead` are rows whose paper was changed or deleted; row and name make a category."""

SHORTLIST = 4000
"""Rows whose signs are nearest, to be compared exactly; more where more are asked for."""

FACETS = 30
"""Categories, and years, that the hits of a query are counted by, at most."""

EPOCH = date(1970, 1, 1).toordinal()

MARGIN = 100
"""Rows, or a quarter if that is more, that are compared exactly beyond those that were asked for."""

_REMEMBERED_FILTERS = 32

_BLOCK = 32_768

_SAMPLE = 20_000
"""Rows from which the distance of the shortlist's last one is guessed."""


@lru_cache(maxsize=4)
def _rotation(dimension: int) -> NDArray[np.float64]:
    """A fixed random rotation: it spreads what a vector says evenly over all dimensions."""
    rotation, _ = np.linalg.qr(np.random.default_rng(0).standard_normal((dimension, dimension)))
    return np.ascontiguousarray(rotation)


def rotated(vectors: Vectors) -> Vectors:
    """The vectors as they are kept: no cosine changes, and no dimension is left with more to tell than another.

    Multiplied in double precision, so that a vector has the same codes in any company.
    """
    turned: Vectors = (vectors.astype(np.float64) @ _rotation(vectors.shape[-1])).astype(np.float32)
    return turned


def quantise(vectors: Vectors) -> NDArray[np.int8]:
    """Rotated rows scaled to fill int8. Their cosines stay as they were, within 0.01 at a few hundred dimensions."""
    largest = np.abs(vectors).max(axis=1, keepdims=True, initial=0)
    scaled = np.divide(vectors * 127, largest, out=np.zeros_like(vectors), where=largest > 0)
    codes: NDArray[np.int8] = np.rint(scaled).astype(np.int8)
    return codes


def signs(vectors: Vectors) -> NDArray[np.uint8]:
    """One bit a dimension of rotated rows; the share of bits that differ is the angle over a half turn.

    Charikar, Similarity Estimation Techniques from Rounding Algorithms (2002).
    """
    return np.packbits(vectors > 0, axis=-1)


def damage(folder: Path, sizes: Sizes) -> str:
    """What is wrong with the files, in words; empty if they are all there and long enough."""
    for name, size in sizes.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size < size:
            return f"{path.name} is missing or cut"
    return ""


class DenseWriter:
    """Appends to the files of one folder, from the sizes that were committed last; none for a new folder."""

    def __init__(self, folder: Path, dimension: int, sizes: Sizes) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder, self._dimension = folder, dimension
        self._sizes = dict.fromkeys(_TYPES, 0) | dict(sizes)
        self._files = {name: (folder / name).open("ab") for name in _TYPES}
        for name, file in self._files.items():
            file.truncate(self._sizes[name])
        keys = np.fromfile(folder / "keys", np.int64)
        self.rows = len(keys)
        self._live = dict(zip(keys.tolist(), range(self.rows), strict=True))
        for row in np.fromfile(folder / "dead", np.uint32).tolist():
            if self._live.get(int(keys[row])) == row:
                del self._live[int(keys[row])]
        self._names = {name: code for code, name in enumerate((folder / "names").read_text("utf-8").splitlines())}

    @property
    def live(self) -> int:
        """How many papers there are; `rows` counts the dead ones too."""
        return len(self._live)

    def add(self, documents: Sequence[Document], vectors: Vectors, tokens: Sequence[Tokens]) -> None:
        """Append papers whose keys are not there, or were deleted before, with the embedding and tokens of each."""
        first = self.rows
        turned = rotated(vectors)
        self._append("vectors", quantise(turned))
        self._append("signs", signs(turned))
        before = self._sizes["tokens"] // np.dtype(_TYPES["tokens"]).itemsize
        self._append("token_ends", before + np.cumsum([len(each) for each in tokens], dtype=np.int64))
        self._append("tokens", np.concatenate(tokens) if tokens else ())
        self._append("keys", [document.key for document in documents])
        self._append("days", [document.day.toordinal() if document.day else 0 for document in documents])
        self._append("code", [document.has_code for document in documents])
        pairs = [
            (row, code)
            for row, document in enumerate(documents, first)
            for code in {self._code(name) for category in document.categories for name in category_names(category)}
        ]
        self._append("category_rows", [row for row, _ in pairs])
        self._append("category_names", [code for _, code in pairs])
        self._live |= {document.key: row for row, document in enumerate(documents, first)}
        self.rows += len(documents)

    def delete(self, keys: Collection[int]) -> None:
        """Mark the rows of these keys as dead; unknown ones are no error."""
        self._append("dead", [self._live.pop(key) for key in keys if key in self._live])

    def commit(self) -> Sizes:
        """Put everything on the disk; answers the sizes to keep."""
        for file in self._files.values():
            file.flush()
            os.fsync(file.fileno())
        return dict(self._sizes)

    def close(self) -> None:
        """Let go of the files."""
        for file in self._files.values():
            file.close()

    def _append(self, name: str, values: Any) -> None:
        content = np.ascontiguousarray(values, _TYPES[name]).tobytes()
        self._files[name].write(content)
        self._sizes[name] += len(content)

    def _code(self, name: str) -> int:
        code = self._names.get(name)
        if code is None:
            code = self._names[name] = len(self._names)
            self._append("names", np.frombuffer(f"{name}\n".encode(), np.uint8))
        return code


CATEGORIES_FROM = 1 << 16
"""Where the numbers of categories begin: those of tokens end before it."""


class Material(NamedTuple):
    """Papers as arrays, to be ordered by arithmetic: keys, unit rows, and what each has, one after the other.

    The rows are rotated, which changes no cosine. `tokens` are a paper's tokens and then its categories, each once, as
    numbers; `lengths` says how many of them are whose.
    """

    keys: Keys
    vectors: Vectors
    tokens: NDArray[np.int64]
    lengths: NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class _Columns:
    vectors: NDArray[np.int8]
    signs: NDArray[np.uint64]
    tokens: Tokens
    token_ends: NDArray[np.int64]
    keys: Keys
    days: NDArray[np.int32]
    code: Mask
    dead: NDArray[np.uint32]
    category_rows: NDArray[np.uint32]
    category_names: NDArray[np.uint32]
    names: NDArray[np.uint8]


class DenseView:
    """The committed rows of one folder, mapped into memory; they do not change."""

    def __init__(self, folder: Path, dimension: int, sizes: Sizes) -> None:
        columns = {name: _mapped(folder / name, dtype, sizes[name]) for name, dtype in _TYPES.items()}
        columns["vectors"] = columns["vectors"].reshape(-1, dimension)
        columns["signs"] = _words_of(columns["signs"].reshape(-1, -(-dimension // 8)))
        self._columns = _Columns(**columns)
        self.keys = self._columns.keys
        self.days = self._columns.days
        self.alive: Mask = np.ones(len(self.keys), np.bool_)
        self.alive[self._columns.dead] = False
        rows = np.flatnonzero(self.alive)
        order = np.argsort(self.keys[rows], kind="stable")
        self._rows = rows[order]
        self._sorted_keys: Keys = np.asarray(self.keys[self._rows])
        self._names = bytes(self._columns.names).decode("utf-8").splitlines()
        self._admitted: dict[Filter, Mask] = {}
        self._code_of = {name: code for code, name in enumerate(self._names)}

    def __len__(self) -> int:
        return len(self._rows)

    def rows(self, keys: Keys) -> Rows:
        """The live row of each key, -1 for one that is not there."""
        if not len(self):
            return np.full(len(keys), -1, np.intp)
        places = np.minimum(np.searchsorted(self._sorted_keys, keys), len(self) - 1)
        return np.where(self._sorted_keys[places] == keys, self._rows[places], -1)

    def admitted(self, filter: Filter) -> Mask:
        """Which rows are alive and pass the filter; not to be changed."""
        if not filter:
            return self.alive
        mask = self._admitted.get(filter)
        if mask is None:
            if len(self._admitted) >= _REMEMBERED_FILTERS:
                self._admitted.clear()
            mask = self._admitted[filter] = self._admit(filter)
        return mask

    def share(self, filter: Filter) -> float:
        """How much of the living papers pass the filter."""
        if not filter:
            return 1.0
        passed, living = (int(np.count_nonzero(rows)) for rows in (self.admitted(filter), self.alive))
        return passed / max(living, 1)

    def _admit(self, filter: Filter) -> Mask:
        mask = self.alive.copy()
        if filter.after:
            mask &= self.days >= filter.after.toordinal()
        if filter.before:
            mask &= (self.days <= filter.before.toordinal()) & (self.days > 0)
        if filter.has_code is not None:
            mask &= self._columns.code == filter.has_code
        if filter.categories:
            wanted = [
                code for name in filter.categories if (code := self._code_of.get(category_names(name)[-1])) is not None
            ]
            among = np.zeros(len(mask), np.bool_)
            for code in wanted:
                among[self._columns.category_rows[self._columns.category_names == code]] = True
            mask &= among
        return mask

    def nearest(self, vector: Vectors, admitted: Mask, limit: int) -> tuple[Rows, Scores]:
        """The admitted rows most similar to this rotated vector, best first and equal ones by key, and their cosines.

        Exact below 16,000 rows, where no cosine is rounded by more than 0.005; above, a row whose signs are not among
        the 4,000 nearest is missed, which `make bench` counts.
        """
        rows = self._shortlist(vector, admitted, max(SHORTLIST, 2 * limit))
        codes = self._columns.vectors.take(rows, axis=0)
        if len(rows) > (some := limit + max(limit // 4, MARGIN)):
            far = np.asarray(simsimd.cdist(quantise(vector[None]), codes, metric="cosine")).reshape(-1)
            near = np.flatnonzero(far <= np.partition(far, some)[some])
            rows, codes = rows[near], codes.take(near, axis=0)
        cosines = Compared(codes).cosines(vector)
        order = np.lexsort((self.keys[rows], -cosines))[:limit]
        return rows[order], cosines[order]

    def compared(self, rows: Rows) -> Compared:
        """The embeddings in these rows, to be compared with one vector after the other."""
        return Compared(self._columns.vectors.take(rows, axis=0))

    def tokens(self, rows: Rows) -> tuple[Tokens, NDArray[np.int64]]:
        """The tokens of these rows one after the other, and how many each has."""
        ends = self._columns.token_ends[rows]
        lengths = ends - np.where(rows > 0, self._columns.token_ends[rows - 1], 0)
        return self._columns.tokens.take(spread(ends, lengths)), lengths

    def material(self, keys: Keys) -> Material:
        """Those of these papers that are here, in the order given."""
        rows = self.rows(keys)
        rows = rows[rows >= 0]
        tokens, of_tokens = self.tokens(rows)
        entries, of_categories = self._categories(rows)
        ends = np.cumsum(of_categories)
        whole = np.empty(len(tokens) + len(entries), np.int64)
        whole[np.arange(len(tokens)) + np.repeat(ends - of_categories, of_tokens)] = tokens
        behind = np.arange(len(entries)) + np.repeat(np.cumsum(of_tokens), of_categories)
        whole[behind] = CATEGORIES_FROM + self._columns.category_names[entries].astype(np.int64)
        return Material(np.asarray(self.keys[rows]), self.vectors(rows), whole, of_tokens + of_categories)

    def facets(self, rows: Rows) -> Facets:
        """How many of these rows are in each category or archive, and of each year, most first; how many have code."""
        entries, _ = self._categories(rows)
        of_name = np.bincount(self._columns.category_names[entries], minlength=len(self._code_of))[self._by_name]
        most = np.argsort(-of_name, kind="stable")[:FACETS]
        names, numbers = self._by_name[most].tolist(), of_name[most].tolist()
        days = self.days[rows]
        of_year = np.bincount(_years(days[days > 0]), minlength=1)[::-1]  # the latest of equal ones first
        best = np.argsort(-of_year, kind="stable")[:FACETS].tolist()
        return Facets(
            categories=tuple(
                (self._names[code], number) for code, number in zip(names, numbers, strict=True) if number
            ),
            years=tuple((len(of_year) - 1 - place, int(of_year[place])) for place in best if of_year[place]),
            code=int(self._columns.code[rows].sum()),
        )

    def _categories(self, rows: Rows) -> tuple[Rows, Rows]:
        """Where the categories of these rows stand, row by row, and how many each row has."""
        last = self._category_ends[rows]
        first = np.where(rows > 0, self._category_ends[rows - 1], 0)
        numbers = last - first
        return spread(last, numbers), numbers

    @cached_property
    def _by_name(self) -> NDArray[np.intp]:
        """The codes of all categories in the order of their names."""
        return np.array(sorted(range(len(self._names)), key=self._names.__getitem__), np.intp)

    @cached_property
    def _category_ends(self) -> Rows:
        """Where the categories of each row end."""
        ends: Rows = np.cumsum(np.bincount(self._columns.category_rows, minlength=len(self.keys)))
        return ends

    def category_number(self, category: str) -> int | None:
        """What stands for a category, and all below it, among the tokens of `material`; None if no paper is in it."""
        code = self._code_of.get(category_names(category)[-1])
        return None if code is None else CATEGORIES_FROM + code

    def _shortlist(self, vector: Vectors, admitted: Mask, size: int) -> Rows:
        """Admitted rows, among them the `size` whose signs are nearest to those of a rotated vector."""
        total = int(np.count_nonzero(admitted))
        if total <= 4 * size:
            return np.flatnonzero(admitted)
        distances = self._distances(_words_of(signs(vector[None]))[:, 0])
        every = max(len(distances) // _SAMPLE, 1)
        sample = distances[::every][admitted[::every]]
        last = min(int(len(sample) * size / total), len(sample) - 1)
        until = np.cumsum(np.bincount(sample))
        farthest = int(np.searchsorted(until, last, "right")) if len(sample) else 0
        while True:
            rows = np.flatnonzero((distances <= np.uint16(farthest)) & admitted)
            if len(rows) >= size:
                return rows
            farthest += 1

    def _distances(self, asked: NDArray[np.uint64]) -> NDArray[np.uint16]:
        """In how many signs each row differs; block by block, so that what is computed on stays near the processor."""
        distances = np.zeros(len(self.keys), np.uint16)
        for start in range(0, len(distances), _BLOCK):
            block = distances[start : start + _BLOCK]
            for word, of_rows in zip(asked, self._columns.signs, strict=True):
                block += np.bitwise_count(of_rows[start : start + _BLOCK] ^ word)
        return distances

    def vectors(self, rows: Rows) -> Vectors:
        """The embeddings in these rows, rotated, at length one or zero."""
        codes = self._columns.vectors[rows].astype(np.float32)
        unit: Vectors = codes / np.maximum(np.linalg.norm(codes, axis=1, keepdims=True), 1e-9)
        return unit


class Compared:
    """Some embeddings, ready to be compared with vectors."""

    def __init__(self, codes: NDArray[np.int8]) -> None:
        self._codes = codes.astype(np.float32)
        squares = np.asarray(simsimd.dot(codes, codes)).reshape(-1) if len(codes) else np.zeros(0)
        self._lengths = np.sqrt(squares.astype(np.float32))  # whole numbers, which float32 holds

    def cosines(self, vector: Vectors) -> Scores:
        """The cosine of each with this rotated vector, within 0.01; equal ones have equal ones."""
        # Row by row: a matrix product rounds a row by where it stands, and equal papers would come in any order.
        products: Scores = np.einsum("ij,j->i", self._codes, vector)
        cosines: Scores = products / np.maximum(self._lengths * np.linalg.norm(vector), 1e-9)
        return cosines


def _years(days: NDArray[np.int32]) -> NDArray[np.int64]:
    """The years that these days are in."""
    years: NDArray[np.int64] = (days - EPOCH).astype("datetime64[D]").astype("datetime64[Y]").astype(np.int64) + 1970
    return years


def _words_of(signs: NDArray[np.uint8]) -> NDArray[np.uint64]:
    """Rows of signs as columns of 64 each: read one after the other, they are compared three times as fast."""
    if missing := -signs.shape[1] % 8:
        signs = np.pad(signs, ((0, 0), (0, missing)))
    return np.ascontiguousarray(signs.view(np.uint64).T)


def _mapped(path: Path, dtype: Any, size: int) -> NDArray[Any]:
    shape = size // np.dtype(dtype).itemsize
    if not shape:
        return np.zeros(0, dtype)
    return np.asarray(np.memmap(path, dtype, "r", shape=(shape,)))
