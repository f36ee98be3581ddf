"""Promises of the suggestions: titles and authors that have every word typed, the last one unfinished."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from builders import a_record

from broadsheet import wiring
from broadsheet.core import indexing
from broadsheet.core.store import store
from broadsheet.core.suggesting import suggest
from broadsheet.types import Record, Suggestions

pytestmark = pytest.mark.django_db


@pytest.fixture
def library(index_folder: Path) -> Callable[..., None]:
    def put(*records: Record) -> None:
        store(records, now=datetime(2026, 3, 17, tzinfo=UTC))
        indexing.catch_up(index_folder, wiring.embedder())

    return put


def titles(typed: str) -> list[str]:
    return [paper.title for paper in suggest(wiring.index(), typed).papers]


PAPERS = (
    a_record("Attention Is All You Need", authors=("Ashish Vaswani", "Noam Shazeer"), ids=("arxiv:1706.03762",)),
    a_record("Paying more attention to attention", authors=("Sergey Zagoruyko",), ids=("arxiv:1612.03928",)),
    a_record("Épreuves sur l'attention", authors=("Noël Chomsky",), published=date(2020, 1, 1), ids=("doi:10.1/x1",)),
)


def test_titles_that_begin_like_the_line_come_first(library: Callable[..., None]) -> None:
    library(*PAPERS)
    assert titles("atten")[0] == "Attention Is All You Need"
    assert set(titles("atten")) == {record.title for record in PAPERS}
    assert titles("attention is al") == ["Attention Is All You Need"]
    assert titles("attention i") == titles("attention")
    assert titles("need you att") == ["Attention Is All You Need"]


def test_authors_are_suggested_by_any_part_of_their_names(library: Callable[..., None]) -> None:
    library(*PAPERS)
    assert suggest(wiring.index(), "vasw").authors == ("Ashish Vaswani",)
    assert suggest(wiring.index(), "ashish va").authors == ("Ashish Vaswani",)
    assert suggest(wiring.index(), "noel").authors == ("Noël Chomsky",)
    assert set(suggest(wiring.index(), "no").authors) == {"Noam Shazeer", "Noël Chomsky"}


@pytest.mark.parametrize("typed", ["", " ", "a", "-", "zzzz", "x" * 1000, '"', "\x00"])
def test_what_cannot_be_completed_suggests_nothing(library: Callable[..., None], typed: str) -> None:
    library(*PAPERS)
    assert suggest(wiring.index(), typed) == Suggestions()


def test_without_an_index_nothing_is_suggested(index_folder: Path) -> None:
    assert not index_folder.exists() or not any(index_folder.iterdir())
    assert suggest(wiring.index(), "attention") == Suggestions()
