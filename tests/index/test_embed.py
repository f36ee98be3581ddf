"""Promises of the embedders: unit vectors, near where the meaning is near, the same for the same text."""

import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import EmbedderError
from broadsheet.index.embed import Embedder, load, split_words

NAMES = ("static-papers-256", "hash-256")


@pytest.fixture(scope="module", params=NAMES)
def embedder(request: pytest.FixtureRequest) -> Embedder:
    return load(request.param)


def test_an_embedder_answers_to_its_name(embedder: Embedder) -> None:
    assert embedder.name in NAMES
    assert embedder.embed(["a text"]).shape == (1, embedder.dimension)
    assert embedder.embed([]).shape == (0, embedder.dimension)


def test_a_vector_has_length_one_unless_nothing_is_known(embedder: Embedder) -> None:
    vectors = embedder.embed(["graph neural networks", "", " …! ", "für große Modelle"])
    assert np.allclose(np.linalg.norm(vectors, axis=1), [1, 0, 0, 1], atol=1e-5)


def test_a_text_has_the_same_vector_in_any_company(embedder: Embedder) -> None:
    texts = ["dark matter", "sparse graphs", "a text of more words than the others have"]
    together = embedder.embed(texts)
    alone = np.concatenate([embedder.embed([text]) for text in texts])
    assert np.array_equal(together, alone)


def test_case_accents_and_punctuation_do_not_matter(embedder: Embedder) -> None:
    one, other = embedder.embed(["Schrödinger's CAT!", "schrodinger s cat"])
    assert one @ other > 0.999


words = st.text(max_size=60) | st.sampled_from(
    ["Ångström’s", "e\u0301tude", "x^Σ", "20℃ ½", "_a_ B-C", "ﬁne—Tuning", "\ud800"]
)


@given(words, words)
def test_words_are_runs_of_letters_and_digits_in_lower_case_without_accents(one: str, other: str) -> None:
    for text in (f"{one} {other}", f"{one}{other}"):
        signs = (sign.lower() for sign in unicodedata.normalize("NFKD", text) if not unicodedata.combining(sign))
        assert split_words(text) == re.findall(r"[^\W_]+", "".join(signs))


def test_words_have_the_vectors_that_they_have_as_texts(embedder: Embedder) -> None:
    words = ["graph", "fur", "zzyzx", "electroencephalography", "σ", "graph"]
    assert np.array_equal(embedder.table.units(words), embedder.table.encode(words)[0])


@given(text=st.text(max_size=300))
def test_any_text_has_a_vector(embedder: Embedder, text: str) -> None:
    assert np.isfinite(embedder.embed([text])[0]).all()


def test_the_default_embedder_finds_what_means_the_same_in_other_words() -> None:
    pairs = (
        ("speech recognition", "Automatic transcription of spoken language"),
        ("black holes", "Event horizons and the gravitational collapse of massive stars"),
        ("reducing model size", "Compressing neural networks by pruning weights"),
        ("drug discovery", "Generating molecules that bind to protein targets"),
        ("self-driving cars", "Autonomous vehicles in urban traffic"),
        ("machine translation", "Neural systems from English to German"),
    )
    queries, papers = (load_once("static-papers-256").embed(texts) for texts in zip(*pairs, strict=True))
    assert (queries @ papers.T).argmax(axis=1).tolist() == list(range(len(pairs)))


def test_a_word_that_falls_into_crumbs_means_nothing() -> None:
    assert not load("static-papers-256").embed(["zxqwv"]).any()


def test_a_word_is_known_if_it_is_a_token_by_itself() -> None:
    table = load_once("static-papers-256").table
    assert table.knows("momentum")
    assert not table.knows("momentun")


@pytest.mark.parametrize("name", ["nothing", "../models", "", "static-papers-256/"])
def test_an_unknown_name_is_refused_in_words(name: str) -> None:
    with pytest.raises(EmbedderError, match="hash-256"):
        load(name)


_loaded: dict[str, Embedder] = {}


def load_once(name: str) -> Embedder:
    if name not in _loaded:
        _loaded[name] = load(name)
    return _loaded[name]
