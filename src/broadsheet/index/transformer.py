"""The optional embedder: a sentence transformer, for a library that can wait for it. Needs the extra `transformer`.

A text's vector is the transformer's; its tokens, which late interaction compares, are those of the static embedder.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Any

import numpy as np

from broadsheet.errors import EmbedderError, MissingExtraError
from broadsheet.index.embed import StaticEmbedder, Tokens, TokenTable, Vectors

TRUST = 3.0
"""A transformer knows the order of words: its cosines tell more than a sum of tokens does."""

_BATCH = 64
_UNRELATED = (
    "The crystal structure of a bacterial membrane protein",
    "Prime numbers in short intervals",
    "Word order in Old Norse poetry",
    "Gas turbines at high altitude",
    "Loans to small farms in East Africa",
    "A telescope for exoplanets around red dwarfs",
    "Pain relief after knee surgery",
    "Scheduling threads on a multicore processor",
    "Coral reefs and ocean acidification",
    "Teaching fractions in primary school",
    "Spin waves in a thin magnetic film",
    "Court rulings on privacy of letters",
)
"""Texts that have nothing to do with each other: how near a model puts them is its floor."""


class TransformerEmbedder:
    """`transformer:` and a folder, or a name on the Hugging Face Hub. See Embedder; hundreds of times slower."""

    def __init__(self, name: str, static: StaticEmbedder) -> None:
        try:
            from sentence_transformers import SentenceTransformer
        except ImportError as error:
            raise MissingExtraError("transformer", f"The embedder {name!r}") from error
        try:
            self._model: Any = SentenceTransformer(name.partition(":")[2], device="cpu")
        except (OSError, ValueError) as error:
            raise EmbedderError(f"The embedder {name!r} cannot be loaded: {error}") from error
        self.name = name
        self.trust: float = TRUST
        self.table: TokenTable = static.table
        unrelated = self._vectors(_UNRELATED)
        self.dimension: int = unrelated.shape[1]
        self.floor: float = float(max(one @ other for one, other in combinations(unrelated, 2)))
        self._static = static

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Unit rows, as the model embeds a query; zeros for an empty text."""
        return self._vectors(texts, query=True)

    def encode(self, texts: Sequence[str]) -> tuple[Vectors, list[Tokens]]:
        """Unit rows, as the model embeds a document, and the static embedder's tokens."""
        return self._vectors(texts), self._static.encode(texts)[1]

    def _vectors(self, texts: Sequence[str], *, query: bool = False) -> Vectors:
        encode = self._model.encode_query if query else self._model.encode_document
        vectors: Vectors = np.asarray(
            encode(list(texts), batch_size=_BATCH, normalize_embeddings=True, show_progress_bar=False), np.float32
        ).reshape(len(texts), -1)
        vectors[[not text.strip() for text in texts]] = 0
        return vectors
