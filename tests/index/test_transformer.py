"""Promises of the optional embedder: the transformer's vectors, the static embedder's tokens, errors that say what to do."""

import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from broadsheet.errors import EmbedderError, MissingExtraError
from broadsheet.index import embed
from broadsheet.index.embed import HashEmbedder


class StandIn:
    """A sentence transformer as small as can be: hashed words, and one more dimension that marks a query."""

    def __init__(self, name: str, device: str) -> None:
        if name == "broken":
            raise OSError("no such model")
        assert device == "cpu"

    def encode_query(self, texts: Sequence[str], **options: Any) -> NDArray[np.float32]:
        return self._encode(texts, 1, **options)

    def encode_document(self, texts: Sequence[str], **options: Any) -> NDArray[np.float32]:
        return self._encode(texts, 0, **options)

    def _encode(self, texts: Sequence[str], mark: int, *, normalize_embeddings: bool, **_: Any) -> NDArray[np.float32]:
        assert normalize_embeddings
        rows = np.hstack([HashEmbedder().embed(texts), np.full((len(texts), 1), mark, np.float32)])
        norms = np.linalg.norm(rows, axis=1, keepdims=True)
        unit: NDArray[np.float32] = np.divide(rows, norms, out=np.zeros_like(rows), where=norms > 0)
        return unit


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("sentence_transformers")
    module.SentenceTransformer = StandIn  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "sentence_transformers", module)


@pytest.mark.usefixtures("installed")
def test_vectors_are_the_transformer_s_and_tokens_the_static_embedder_s() -> None:
    embedder, static = embed.load("transformer:small"), embed.load(embed.DEFAULT)
    vectors, tokens = embedder.encode(["dark matter", ""])
    assert embedder.name == "transformer:small"
    assert vectors.shape == (2, embedder.dimension) == (2, 257)
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0])
    assert [each.tolist() for each in tokens] == [each.tolist() for each in static.encode(["dark matter", ""])[1]]
    assert embedder.embed(["dark matter"])[0, -1] > vectors[0, -1]
    assert -1 < embedder.floor < 1


@pytest.mark.usefixtures("installed")
def test_a_model_that_cannot_be_loaded_is_named() -> None:
    with pytest.raises(EmbedderError, match=r"transformer:broken.*no such model"):
        embed.load("transformer:broken")


def test_without_the_extra_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(MissingExtraError, match=r"broadsheet\[transformer\]"):
        embed.load("transformer:small")
