"""Promises of the lexical part: BM25 as the formula says, filters and operators as brute force says."""

import math
import random
from collections import defaultdict
from pathlib import Path

import pytest
from fakes import a_document

from broadsheet.index import lexical
from broadsheet.index.lexical import Lexical, LexicalView, LexicalWriter
from broadsheet.index.query import parse, stem, words
from broadsheet.types import Document

VOCABULARY = ["stone", "river", "lantern", "graph", "momentum", "sparse", "dense", "norm", "step", "size", "light"]


def written(folder: Path, *documents: Document) -> LexicalView:
    writer = LexicalWriter(folder)
    writer.add(documents)
    writer.commit()
    writer.close()
    return Lexical(folder).view()


def bm25(documents: list[Document], terms: list[str]) -> dict[int, float]:
    """Okapi BM25, k1 = 1.2 and b = 0.75, over title and abstract together, plus TITLE_BOOST times that of the title."""
    scores: defaultdict[int, float] = defaultdict(float)
    for field, boost in (("text", 1.0), ("title", lexical.TITLE_BOOST)):
        texts = [
            [stem(word) for word in words(document.title + (f" {document.abstract}" if field == "text" else ""))]
            for document in documents
        ]
        mean = sum(map(len, texts)) / len(texts)
        for term in terms:
            having = sum(term in text for text in texts)
            idf = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
            for document, text in zip(documents, texts, strict=True):
                if times := text.count(term):
                    saturated = times * 2.2 / (times + 1.2 * (0.25 + 0.75 * len(text) / mean))
                    scores[document.key] += boost * idf * saturated
    return scores


@pytest.mark.parametrize("seed", range(5))
def test_scores_are_what_the_formula_says(tmp_path: Path, seed: int) -> None:
    dice = random.Random(seed)
    documents = [
        # Lengths under 40 words are kept exactly by the index, longer ones rounded.
        a_document(
            key,
            " ".join(dice.choices(VOCABULARY, k=dice.randint(1, 6))),
            abstract=" ".join(dice.choices(VOCABULARY, k=dice.randint(0, 30))),
        )
        for key in range(1, 40)
    ]
    typed = dice.sample(VOCABULARY, 3)
    lexical_common = lexical.COMMON
    try:
        lexical.COMMON = 1.0
        keys, scores = written(tmp_path, *documents).ranked(parse(" ".join(typed)), 100)
    finally:
        lexical.COMMON = lexical_common
    expected = bm25(documents, [stem(word) for word in typed])
    assert dict(zip(keys.tolist(), scores.tolist(), strict=True)) == pytest.approx(expected, rel=1e-3)
    assert list(keys) == sorted(
        keys.tolist(), key=lambda key: (-dict(zip(keys.tolist(), scores.tolist(), strict=True))[key], key)
    )


def test_a_word_on_nearly_every_page_is_left_out_while_rarer_ones_remain(tmp_path: Path) -> None:
    view = written(tmp_path, *(a_document(key, "the stone" if key < 50 else "the river") for key in range(60)))
    assert set(view.ranked(parse("the river"), 100)[0].tolist()) == set(range(50, 60))
    assert len(view.ranked(parse("the"), 100)[0]) == 60
    assert view.looked_up(parse("the river")) == ("river",)


def test_a_phrase_is_found_in_one_field_and_in_this_order_only(tmp_path: Path) -> None:
    view = written(
        tmp_path,
        a_document(1, "Scale invariant weights"),
        a_document(2, "Weights", abstract="They are scale-invariant."),
        a_document(3, "Invariant scale"),
        a_document(4, "On scale", abstract="Invariant weights"),
    )
    assert set(view.ranked(parse('"scale invariant"'), 10)[0].tolist()) == {1, 2}


def test_an_author_is_found_by_any_part_of_the_name_without_accents(tmp_path: Path) -> None:
    view = written(
        tmp_path, a_document(1, authors=("José García",)), a_document(2, authors=("Doe, Jane", "Ann Garcia"))
    )
    for line, found in (
        ("author:garcia", {1, 2}),
        ("author:José", {1}),
        ('author:"Jane Doe"', {2}),
        ("author:nobody", set()),
    ):
        allowed = view.allowed(parse(line))
        assert allowed is not None
        assert set(allowed.tolist()) == found


def test_a_deleted_paper_is_gone_and_a_changed_one_is_found_as_it_is_now(tmp_path: Path) -> None:
    written(tmp_path, a_document(1, "stone"), a_document(2, "river"))
    writer = LexicalWriter(tmp_path)
    writer.delete([1, 2, 3])
    writer.add([a_document(2, "lantern")])
    writer.commit()
    writer.close()
    view = Lexical(tmp_path).view()
    assert len(view) == 1
    assert [view.ranked(parse(line), 10)[0].tolist() for line in ("stone", "river", "lantern")] == [[], [], [2]]


def test_what_is_not_committed_was_never_there(tmp_path: Path) -> None:
    written(tmp_path, a_document(1, "stone"))
    writer = LexicalWriter(tmp_path)
    writer.add([a_document(2, "stone")])
    writer.close()
    assert len(Lexical(tmp_path).view()) == 1
