"""Promises of a search: both parts fused, every hit explained, filters exact, pages that follow each other."""

from datetime import date
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeLibrary, a_document
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.errors import IndexMissingError
from broadsheet.index import Index, embed, reader, sync
from broadsheet.index.query import parse
from broadsheet.types import Filter, Hit, Paging, Sort

EMBEDDER = embed.load("static-papers-256")

PAPERS = (
    a_document(1, "Stones that learn to stand", abstract="A push at the right time.", day=date(2020, 1, 1)),
    a_document(2, "Pruning neural networks", abstract="Compressing models by removing weights.", day=date(2021, 1, 1), categories=("cs.LG",), has_code=True),
    a_document(3, "Automatic transcription of spoken language", abstract="Speech to text.", day=date(2022, 1, 1), categories=("cs.CL",)),
    a_document(4, "Event horizons", abstract="Gravitational collapse of massive stars into black holes.", day=date(2023, 1, 1), categories=("astro-ph.HE",)),
    a_document(5, "A survey of black holes", abstract="Mergers, jets and horizons.", authors=("Jane Doe",)),
)  # fmt: skip


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    folder = tmp_path_factory.mktemp("index")
    sync.rebuild(folder, EMBEDDER, FakeLibrary.of(*PAPERS))
    return Index(folder, EMBEDDER)


def search(index: Index, line: str, **options: object) -> tuple[Hit, ...]:
    return index.search(parse(line), **options).hits  # type: ignore[arg-type]


def test_a_hit_says_whether_words_or_meaning_or_both_found_it(index: Index) -> None:
    assert search(index, "stand push")[0].reason.found_by in {"words", "both"}
    hit = search(index, "speech recognition transcription")[0]
    assert (hit.key, hit.reason.found_by, hit.reason.lexical_rank, hit.reason.dense_rank) == (3, "both", 1, 1)
    hit = search(index, "reducing network size with sparsity")[0]
    assert hit.key == 2
    assert search(index, "voice assistant")[0].reason.found_by == "meaning"


def test_scores_fall_ranks_rise_and_pages_follow_each_other(index: Index) -> None:
    hits = search(index, "black holes and event horizons")
    assert [hit.rank for hit in hits] == list(range(1, len(hits) + 1))
    assert all(one.score >= other.score for one, other in pairwise(hits))
    pages = [search(index, "black holes and event horizons", paging=Paging(page, 1)) for page in (1, 2)]
    assert (*pages[0], *pages[1]) == hits[:2]
    assert search(index, "black holes", paging=Paging(1000, 20)) == ()


def test_nothing_typed_lists_everything_newest_first_and_undated_last(index: Index) -> None:
    hits = search(index, "")
    assert [hit.key for hit in hits] == [4, 3, 2, 1, 5]
    assert {hit.reason.found_by for hit in hits} == {"filter"}


def test_a_filter_holds_for_what_words_and_what_meaning_finds(index: Index) -> None:
    for line in ("black holes", "speech", "voice assistant", ""):
        for hit in index.search(parse(line, Filter(categories=("cs",)))).hits:
            assert hit.key in {2, 3}
    assert [hit.key for hit in search(index, "has:code")] == [2]


def test_operators_hold_for_what_meaning_finds_too(index: Index) -> None:
    assert {hit.key for hit in search(index, "horizons -survey")} & {5} == set()
    assert [hit.key for hit in search(index, "collapse author:doe")] == []
    assert [hit.key for hit in search(index, "horizons author:doe")] == [5]
    assert [hit.key for hit in search(index, 'title:"black holes"')] == [5]
    assert [hit.key for hit in search(index, '"black holes" after:2023')] == [4]


def test_by_date_the_good_hits_come_newest_first(index: Index) -> None:
    by_relevance, by_date = (search(index, "black holes", sort=sort) for sort in Sort)
    assert {hit.key for hit in by_date} <= {hit.key for hit in by_relevance}
    assert [hit.key for hit in by_date] == [4, 5]


def test_similar_papers_are_other_papers_nearest_first(index: Index) -> None:
    hits = index.similar(4, 3)
    assert hits[0].key == 5
    assert 4 not in {hit.key for hit in hits}
    assert index.similar(99, 3) == ()


def test_of_similar_papers_that_say_the_same_only_the_first_is_offered(tmp_path: Path) -> None:
    talk = "Gravitational collapse of massive stars into black holes, observed by their horizons and their light."
    library = FakeLibrary.of(
        a_document(1, "Black holes", abstract=talk),
        a_document(2, "Black holes (extended version)", abstract=talk),
        a_document(3, "Horizons of black holes", abstract="Light near the horizon of collapsed stars."),
        a_document(4, "The horizon of black holes", abstract="Light near horizons of a collapsed star."),
        a_document(5, "Neutron stars", abstract="Massive stars that collapse into neutron stars and shed light."),
    )
    sync.rebuild(tmp_path, EMBEDDER, library)
    found = [hit.key for hit in Index(tmp_path, EMBEDDER).similar(1, 5)]
    assert 2 not in found
    assert 5 in found
    assert {3, 4} & set(found)


def test_what_is_nowhere_is_not_found(index: Index) -> None:
    assert search(index, "zxqwv") == ()
    assert index.search(parse("zxqwv")).total == 0


def test_without_an_index_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(IndexMissingError, match="reindex"):
        Index(tmp_path / "nowhere", EMBEDDER).search(parse("anything"))
    assert Index(tmp_path / "nowhere", EMBEDDER).state().documents is None


def test_an_index_of_another_embedder_still_finds_by_words(tmp_path: Path) -> None:
    sync.rebuild(tmp_path, embed.load("hash-256"), FakeLibrary.of(*PAPERS))
    hits = Index(tmp_path, EMBEDDER).search(parse("horizons")).hits
    assert {hit.reason.found_by for hit in hits} == {"words"}


def test_papers_that_say_words_in_a_row_are_found_however_inflected_and_none_for_no_words(index: Index) -> None:
    assert index.saying("black hole") == {4, 5}
    assert index.saying("hole black") == set()
    assert index.saying("... - ...") == index.saying("") == set()


rows_once = st.lists(st.integers(0, 30), unique=True, max_size=12)


@given(some=rows_once, others=rows_once)
def test_rows_are_told_from_others_and_ranked_among_them_as_one_by_one(some: list[int], others: list[int]) -> None:
    rows, found = np.array(some, np.intp), np.array(others, np.intp)
    assert reader._without(np.sort(rows), np.sort(found)).tolist() == sorted(set(some) - set(others))
    assert reader._ranks(rows, found) == {row: rank for rank, row in enumerate(others, 1) if row in some}
