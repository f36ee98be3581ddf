"""Promises of the explanation: which words are there; for one that is not, the nearest that is, if one is near."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index import embed, explain
from broadsheet.index.explain import (
    MOST,
    NEAR,
    TELLING,
    WORTHY,
    matched,
    nearest_words,
    spelled,
    telling_words,
    terms_in,
)
from broadsheet.index.query import stem, words
from broadsheet.types import Document

EMBEDDER = embed.load(embed.DEFAULT)
TEXT = "Compressing images of vehicles quickly. Vehicles are photographed from above."


def test_a_reason_names_the_words_as_typed_and_the_fields_they_are_in() -> None:
    paper = Document(key=1, title="Momentum optimizers", abstract="Step sizes shrink with every optimizer.")
    assert matched(("optimizers", "step", "graphs"), paper) == (("optimizers", "step"), ("title", "abstract"))
    assert matched(("step",), paper) == (("step",), ("abstract",))
    assert matched(("graphs",), paper) == ((), ())


@given(
    st.lists(
        st.sampled_from(["Dying", "die", "skies", "Sky", "École", "normalization", "Normal", "x_1", "2nd", "…"])
        | st.text(max_size=8)
    ),
    st.lists(st.sampled_from(["die", "sky", "ecol", "normal", "1", "2nd"]) | st.text(max_size=3)),
)
def test_the_terms_of_a_text_are_those_of_its_words(text: list[str], terms: list[str]) -> None:
    line = " ".join(text)
    assert terms_in(line, terms) == {stem(word) for word in words(line)} & set(terms)


ENDINGS = [
    "s",
    "es",
    "ed",
    "ing",
    "ying",
    "ly",
    "ies",
    "ied",
    "ational",
    "tional",
    "ization",
    "izer",
    "fulness",
    "ousness",
    "iveness",
    "bility",
    "ivity",
    "enci",
    "anci",
    "abli",
    "entli",
    "ousli",
    "alism",
    "ator",
    "fulli",
    "lessli",
    "logi",
    "icate",
    "ative",
    "alize",
    "iciti",
    "ical",
    "ful",
    "ness",
    "ance",
    "ence",
    "ement",
    "ment",
    "ent",
    "ion",
    "ate",
    "iti",
    "ive",
    "e",
]


@given(st.text("abcdefghijklmnopqrstuvwxyz0123456789", max_size=8), st.sampled_from(ENDINGS))
def test_a_stem_is_looked_for_where_words_begin_like_it(beginning: str, ending: str) -> None:
    word = beginning + ending
    assert terms_in(f"A ({word.title()}).", {stem(word), "elsewhere"}) == {stem(word)}


def slowly_nearest(typed: list[str], text: str) -> tuple[tuple[str, str], ...]:
    """Each telling word with the word of the text that has the highest cosine, one by one, the nearest first."""
    table, there, found = EMBEDDER.table, list(dict.fromkeys(embed.split_words(text))), []
    for word in dict.fromkeys(typed):
        if table.rarity[table.rows(word)].max(initial=0) >= TELLING:
            vectors = EMBEDDER.embed(there)
            cosine, other = max(
                (float(cosine), other) for other, cosine in zip(there, vectors @ EMBEDDER.embed([word])[0], strict=True)
            )
            if cosine >= NEAR and stem(word) != stem(other):
                found.append((cosine, word, other))
    return tuple((word, other) for _, word, other in sorted(found, reverse=True)[:MOST])


several = st.lists(
    st.sampled_from(
        ["cars", "vehicle", "photo", "shrink", "compress", "image", "the", "quick", "zzyzx", "camera", "lens"]
    ),
    max_size=9,
)


@pytest.mark.parametrize("remembered", [3, 40])
@given(asking=st.lists(st.tuples(several, several), max_size=4))
def test_however_few_words_are_remembered_the_nearest_are_those_of_one_by_one(
    remembered: int, asking: list[tuple[list[str], list[str]]]
) -> None:
    lines = [(typed, " ".join((*said, "Vehicles"))) for typed, said in asking]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(explain, "REMEMBERED", remembered)
        explain._codes_of.cache_clear()
        for _ in range(2):
            assert nearest_words(lines, EMBEDDER) == [slowly_nearest(*line) for line in lines]
    explain._codes_of.cache_clear()


def near(typed: list[str], text: str) -> explain.Pairs:
    (found,) = nearest_words([(typed, text)], EMBEDDER)
    return found


def test_a_word_is_paired_with_the_word_that_stands_for_it() -> None:
    assert ("cars", "vehicles") in near(["cars"], TEXT)
    assert ("shrink", "compressing") in near(["shrink", "cars"], TEXT)


def test_the_same_word_in_another_form_explains_nothing_and_neither_does_a_far_one() -> None:
    assert near(["compress", "image", "vehicle"], TEXT) == ()
    assert near(["theology"], TEXT) == ()
    assert near([], TEXT) == near(["cars"], "") == ()


def test_only_the_nearest_pairs_are_told() -> None:
    assert len(near(["cars", "shrink", "pictures", "fast", "camera"], TEXT)) <= MOST


def test_the_words_that_count_most_are_told_each_stem_once_and_no_word_that_counts_little() -> None:
    table = EMBEDDER.table
    counts, said = np.zeros(table.rows("images")[0] + 30_000, np.float32), spelled(TEXT, table)
    for word, worth in (("vehicles", 4.0), ("images", 2.0), ("quickly", 0.1)):
        counts[table.rows(word)[0]] = worth
    assert telling_words(said, counts, 5) == ("vehicles", "images")
    assert telling_words(said, counts, 1) == ("vehicles",)
    assert telling_words(said, np.zeros(1, np.float32), 5) == telling_words(spelled("", table), counts, 5) == ()


@pytest.mark.parametrize("seed", range(20))
def test_the_words_told_are_those_of_a_slow_sum_over_their_tokens(seed: int) -> None:
    table, draws = EMBEDDER.table, np.random.default_rng(seed)
    rows = sorted(set(table.rows(TEXT)))
    counts = np.zeros(rows[-1] - 1 if seed % 2 else rows[-1] + 9, np.float32)
    some = [row for row in rows if row + 1 < len(counts) and draws.random() < 0.5]
    counts[some] = draws.random(len(some))
    worth: dict[str, tuple[float, str]] = {}
    for word in embed.split_words(TEXT):
        tokens = table.rows(word)
        each = sum(float(counts[row]) for row in tokens if row < len(counts)) / max(len(tokens), 1)
        if len(word) > 2 and each > WORTHY * max(counts.tolist()) and each > worth.get(stem(word), (0.0, ""))[0]:
            worth[stem(word)] = (each, word)
    expected = [word for each, word in sorted(worth.values(), key=lambda one: (-one[0], one[1]))]
    assert telling_words(spelled(TEXT, table), counts, 99) == tuple(expected)
