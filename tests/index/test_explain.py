"""Promises of the explanation: for a word that is not there, the nearest one that is, if one is near at all."""

from broadsheet.index import embed
from broadsheet.index.explain import MOST, nearest_words, telling_words

EMBEDDER = embed.load(embed.DEFAULT)
TEXT = "Compressing images of vehicles quickly. Vehicles are photographed from above."


def test_a_word_is_paired_with_the_word_that_stands_for_it() -> None:
    assert ("cars", "vehicles") in nearest_words(["cars"], TEXT, EMBEDDER)
    assert ("shrink", "compressing") in nearest_words(["shrink", "cars"], TEXT, EMBEDDER)


def test_the_same_word_in_another_form_explains_nothing_and_neither_does_a_far_one() -> None:
    assert nearest_words(["compress", "image", "vehicle"], TEXT, EMBEDDER) == ()
    assert nearest_words(["theology"], TEXT, EMBEDDER) == ()
    assert nearest_words([], TEXT, EMBEDDER) == nearest_words(["cars"], "", EMBEDDER) == ()


def test_only_the_nearest_pairs_are_told() -> None:
    assert len(nearest_words(["cars", "shrink", "pictures", "fast", "camera"], TEXT, EMBEDDER)) <= MOST


def test_the_words_that_count_most_are_told_each_stem_once_and_no_word_that_counts_little() -> None:
    table = EMBEDDER.table
    counts = {table.rows(word)[0]: worth for word, worth in (("vehicles", 4.0), ("images", 2.0), ("quickly", 0.1))}
    assert telling_words(TEXT, counts, table, 5) == ("vehicles", "images")
    assert telling_words(TEXT, counts, table, 1) == ("vehicles",)
    assert telling_words(TEXT, {}, table, 5) == telling_words("", counts, table, 5) == ()
