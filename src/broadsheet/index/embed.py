"""Embedders: text → vectors whose nearness is nearness of meaning. An embedder's name travels with its vectors.

The default is static: one vector a token, shipped with the package, summed and normalised; a text costs a look-up.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib import resources
from importlib.resources.abc import Traversable
from itertools import chain
from typing import Any, Protocol

import numpy as np
import simsimd
from numpy.typing import NDArray

from broadsheet.errors import EmbedderError
from broadsheet.text import runs

Vectors = NDArray[np.float32]

_CACHED_WORDS = 400_000
_LONGEST_WORD = 100
_BLOCK = 2048
_ASCII_WORDS = bytes(ord(chr(code).lower() if chr(code).isalnum() else " ") for code in range(128)) + bytes(
    range(128, 256)
)
"""Small letters for capitals, a blank for what is in no word, of ASCII; the bytes of other signs as they are."""


Tokens = NDArray[np.uint16]
"""The tokens of a text as rows of a table, each once, in ascending order."""


class Embedder(Protocol):
    """Turns texts into unit vectors, and into the tokens that late interaction compares one by one."""

    @property
    def name(self) -> str:
        """What its vectors and tokens are known by; another name, other vectors."""

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""

    @property
    def floor(self) -> float:
        """The cosine under which two texts have nothing to do with each other."""

    @property
    def trust(self) -> float:
        """What its cosines count in a fused score, those of the default embedder being 1."""

    @property
    def table(self) -> TokenTable:
        """The vectors of its tokens."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """One row a text, of length one; all zeros for a text in which nothing is known."""

    def encode(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """What `embed` answers, and the tokens of each text."""


DEFAULT = "static-papers-256"


def load(name: str) -> Embedder:
    """The embedder of this name; EmbedderError if there is none."""
    if name == HashEmbedder.name:
        return HashEmbedder()
    if name == DEFAULT:
        return StaticEmbedder(name)
    if name.startswith("transformer:"):
        from broadsheet.index.transformer import TransformerEmbedder

        return TransformerEmbedder(name, StaticEmbedder(DEFAULT))
    raise EmbedderError(
        f"There is no embedder {name!r}. Set `embedder` (BROADSHEET_EMBEDDER) to {DEFAULT}, or to transformer: and the "
        f"name or folder of a sentence transformer, or to {HashEmbedder.name}, which knows no meaning."
    )


class _RowsOfWords(dict[str, tuple[int, ...]]):
    """Remembers for each word met the rows of its tokens; forgets everything when it has met too many."""

    def __init__(self, rows_of_word: Callable[[str], tuple[int, ...]]) -> None:
        super().__init__()
        self._rows_of_word = rows_of_word

    def __missing__(self, word: str) -> tuple[int, ...]:
        if len(self) >= _CACHED_WORDS:
            self.clear()
        rows = self[word] = self._rows_of_word(word)
        return rows


class TokenTable:
    """Token vectors, and how a word becomes rows of them. The longer a vector, the more its token tells of a text.

    `rarity` is the logarithm of all papers over those that have the token, as it was where the table was made.
    """

    def __init__(self, vectors: Vectors, rarity: Vectors, rows_of_word: Callable[[str], tuple[int, ...]]) -> None:
        self._vectors, self.rarity, self._rows_of = vectors, rarity, _RowsOfWords(rows_of_word)
        largest = np.maximum(np.abs(vectors).max(axis=1, keepdims=True), 1e-9)
        self._codes = np.rint(vectors * 127 / largest).astype(np.int8)
        self._lengths = np.maximum(np.linalg.norm(self._codes.astype(np.float32), axis=1), 1e-9)

    @property
    def dimension(self) -> int:
        """Numbers in a vector."""
        return int(self._vectors.shape[1])

    def __len__(self) -> int:
        return len(self._codes)

    def cosines(self, tokens: Sequence[int], among: NDArray[np.intp] | None = None) -> Vectors:
        """A row for each token: the cosines of all vectors of the table, or of those `among` it, within 0.01."""
        asked, rows = self._codes[tokens], np.arange(len(self)) if among is None else among
        products = np.empty((len(tokens), len(rows)), np.float32)
        for start in range(0, len(rows), _BLOCK):  # so that what is compared several times stays near the processor
            block = rows[start : start + _BLOCK]
            codes = self._codes[start : start + _BLOCK] if among is None else self._codes.take(block, axis=0)
            products[:, start : start + _BLOCK] = simsimd.cdist(asked, codes, metric="dot", out_dtype="float32")
        cosines: Vectors = products / (self._lengths[rows] * self._lengths[tokens, None])
        return cosines

    def rows(self, text: str) -> list[int]:
        """The row of every token of a text, in its order."""
        return list(chain.from_iterable(map(self._rows_of.__getitem__, split_words(text))))

    def units(self, words: Sequence[str]) -> Vectors:
        """What `encode` answers for each of these words, which are as `split_words` has them, without their tokens."""
        several = [self._rows_of[word] for word in words]
        vectors: Vectors = self._vectors[[rows[0] if rows else 0 for rows in several]]
        for place, rows in enumerate(several):
            if len(rows) != 1:
                vectors[place] = self._vectors[np.array(rows, np.intp)].sum(axis=0)
        return _at_length_one(vectors)

    def pieces(self, word: str) -> tuple[int, ...]:
        """The rows of the tokens of a word that is in lower case and without accents."""
        return self._rows_of[word]

    def knows(self, word: str) -> bool:
        """Whether such a word is a token by itself."""
        return len(self._rows_of[word]) == 1

    def encode(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """The sums of the texts' token vectors, at length one or zero, and their tokens."""
        vectors = np.zeros((len(texts), self.dimension), np.float32)
        tokens = []
        for place, text in enumerate(texts):
            # Text by text: the vectors of one text's tokens still fit the processor's cache.
            rows = np.array(self.rows(text), np.uint16)
            if len(rows):
                vectors[place] = self._vectors[rows].sum(axis=0)
            tokens.append(np.unique(rows))
        return _at_length_one(vectors), tokens


def _at_length_one(vectors: Vectors) -> Vectors:
    """These rows, changed in place; those that are zeros stay so."""
    norms = np.linalg.norm(vectors, axis=1, keepdims=True)
    np.divide(vectors, norms, out=vectors, where=norms > 0)
    return vectors


def split_words(text: str) -> list[str]:
    """Runs of letters and digits, in lower case, without accents."""
    found = spaced(text).split()
    if not text.isascii():
        for place in [place for place, run in enumerate(found) if not run.isascii()][::-1]:
            found[place : place + 1] = _words_of_run(found[place])
    return found


def spaced(text: str) -> str:
    """The text with its ASCII in lower case, and blanks for what of it is in no word; other signs as they are."""
    return text.encode("utf-8", "surrogatepass").translate(_ASCII_WORDS).decode("utf-8", "surrogatepass")


@lru_cache(maxsize=10_000)
def _words_of_run(run: str) -> list[str]:
    """The words of what no sign of ASCII separates, which depend on nothing that stands around it."""
    signs = (sign.lower() for sign in unicodedata.normalize("NFKD", run) if not unicodedata.combining(sign))
    return runs("".join(signs))


class WordPieces:
    """A vocabulary, and how a word falls into rows of it."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        self._row_of = {token: row for row, token in enumerate(vocabulary)}

    def __call__(self, word: str) -> tuple[int, ...]:
        """WordPiece: the longest known beginning, then the longest known continuation, and so on.

        Nothing if that gets stuck, or leaves crumbs: pieces of one letter would find what looks alike, not what means
        the same.
        """
        rows, start = [], 0
        if len(word) > _LONGEST_WORD:
            return ()
        while start < len(word):
            for end in range(len(word), start, -1):
                piece = word[start:end] if start == 0 else f"##{word[start:end]}"
                if (row := self._row_of.get(piece)) is not None:
                    rows.append(row)
                    start = end
                    break
            else:
                return ()
        return tuple(rows) if len(rows) == 1 or len(word) >= 2 * len(rows) else ()


class _BagOfTokens:
    """An embedder whose vector of a text is the sum of its tokens', which `table` has."""

    table: TokenTable
    trust = 1.0

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, or zeros; see Embedder."""
        return self.table.encode(texts)[0]

    def encode(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """Unit rows, and tokens; see Embedder."""
        return self.table.encode(texts)


class StaticEmbedder(_BagOfTokens):
    """Token vectors that ship with the package: `index/models/NAME`, whose README says how they were made."""

    def __init__(self, name: str) -> None:
        folder = resources.files("broadsheet.index") / "models" / name
        meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
        self.name: str = name
        self.dimension: int = meta["dimension"]
        self.floor: float = meta["floor"]
        quantised, scales, rarity = (_array(folder / f"{name}.npy") for name in ("vectors", "scales", "rarity"))
        vocabulary = (folder / "vocabulary.txt").read_text(encoding="utf-8").split("\n")
        self.table = TokenTable(quantised * scales[:, None], rarity, WordPieces(vocabulary))


def _array(path: Traversable) -> NDArray[Any]:
    with path.open("rb") as file:
        array: NDArray[Any] = np.load(file, allow_pickle=False)
        return array


class HashEmbedder(_BagOfTokens):
    """Words and their four-letter pieces, hashed to fixed random vectors: knows no meaning, needs no file."""

    name = "hash-256"
    dimension = 256
    floor = 0.25
    _BUCKETS = 1 << 13

    def __init__(self) -> None:
        table = np.random.default_rng(0).standard_normal((self._BUCKETS, self.dimension), dtype=np.float32)
        table[self._BUCKETS // 2 :] *= 0.3  # pieces tell less than words
        self.table = TokenTable(table, np.ones(len(table), np.float32), self._hashes)

    def _hashes(self, word: str) -> tuple[int, ...]:
        half = self._BUCKETS // 2
        pieces = [word[start : start + 4] for start in range(len(word) - 3)]
        return (_bucket(word, half), *(half + _bucket(piece, half) for piece in pieces))


@lru_cache(maxsize=100_000)
def _bucket(text: str, buckets: int) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=4).digest(), "little") % buckets
