"""Promises of the guesses: names, years and mistakes are understood without operators, and a guess only adds."""

from datetime import date
from pathlib import Path

import pytest
from fakes import FakeLibrary, a_document
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index import Index, embed, sync
from broadsheet.index.guessing import meant, understood
from broadsheet.index.lexical import Lexical, LexicalView
from broadsheet.index.query import parse
from broadsheet.types import Query

EMBEDDER = embed.load("hash-256")

PAPERS = (
    a_document(1, "Attention for translation", authors=("Ashish Vaswani", "Noam Shazeer"), day=date(2017, 6, 12)),
    a_document(2, "Attention in the visual cortex", authors=("Ann Long",), day=date(2016, 3, 1)),
    a_document(3, "Long contexts and transformers", authors=("Wei Long",), day=date(2023, 5, 5)),
    a_document(4, "Transformers read long books", authors=("Jane Doe",), day=date(2023, 7, 1)),
    a_document(5, "Long rivers, long memories", authors=("José Martínez",), day=date(2017, 1, 1)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("index")
    sync.rebuild(folder, EMBEDDER, FakeLibrary.of(*PAPERS))
    return folder


@pytest.fixture(scope="module")
def view(folder: Path) -> LexicalView:
    return Lexical(next(folder.rglob("lexical"))).view()


def read(query: Query, view: LexicalView) -> Query:
    return understood(query, view, lambda word: word in {"contexts", "rivers"})


def keys(folder: Path, line: str) -> list[int]:
    return [hit.key for hit in Index(folder, EMBEDDER).search(parse(line)).hits]


def test_a_word_that_is_more_often_a_name_is_taken_for_one(view: LexicalView) -> None:
    assert read(parse("vaswani attention"), view).names == ("vaswani",)
    assert read(parse("martinez rivers"), view).names == ("martinez",)
    assert read(parse("long contexts"), view).names == ()
    assert read(parse("long contexts 2023"), view).names == ("long",)


def test_a_year_that_a_paper_has_is_taken_for_one(view: LexicalView) -> None:
    assert read(parse("attention 2017"), view).years == ("2017",)
    assert read(parse("attention 1950 20171"), view).years == ()


def test_name_and_year_bring_the_right_paper_to_the_front(folder: Path) -> None:
    assert keys(folder, "vaswani attention")[0] == 1
    assert keys(folder, "attention 2016")[0] == 2
    assert keys(folder, "attention 2017")[0] == 1
    assert keys(folder, "Shazeer")[0] == 1


@pytest.mark.parametrize("typed", ["tranformers", "transfromers", "transformesr", "trensformers"])
def test_a_misspelt_word_is_taken_for_the_one_it_is_near_to(view: LexicalView, folder: Path, typed: str) -> None:
    assert read(parse(typed), view).corrected == ((typed, "transformers"),)
    assert set(keys(folder, typed)) >= {3, 4}


@pytest.mark.parametrize(
    "line", ["transformers", "transformer", '"tranformers"', "lnog", "zxqwvzxqwv", "title:tranformers"]
)
def test_what_is_right_short_quoted_or_like_nothing_stays_as_it_is(view: LexicalView, line: str) -> None:
    assert read(parse(line), view).corrected == ()


def test_meaning_is_asked_without_names_years_and_mistakes(view: LexicalView) -> None:
    assert meant(read(parse("vaswani 2017 attention tranformers"), view), view) == "attention transformers"


@given(line=st.text(max_size=60))
def test_no_line_is_too_strange_to_be_understood(view: LexicalView, line: str) -> None:
    assert read(parse(line), view).words == parse(line).words
