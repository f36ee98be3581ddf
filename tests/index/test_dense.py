"""Promises of the dense part: the neighbours that brute force finds, and filters as the papers say."""

import random
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from fakes import a_document
from hypothesis import given
from hypothesis import strategies as st

from broadsheet.index import dense
from broadsheet.index.dense import DenseView, DenseWriter, Sizes, rotated
from broadsheet.index.embed import Tokens
from broadsheet.index.lexical import Lexical, LexicalWriter
from broadsheet.index.query import parse
from broadsheet.types import Document, Facets, Filter

CATEGORIES = ("cs.LG", "cs.CL", "math.CO", "astro-ph", "astro-ph.CO", "stat.ML")


def vectors(count: int, seed: int = 0) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((count, 64), dtype=np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def tokens(count: int) -> list[Tokens]:
    return [np.arange(row % 5, dtype=np.uint16) for row in range(count)]


def written(folder: Path, documents: list[Document], rows: np.ndarray) -> Sizes:
    writer = DenseWriter(folder, rows.shape[1], {})
    writer.add(documents, rows, tokens(len(rows)))
    sizes = writer.commit()
    writer.close()
    return sizes


def some_documents(count: int, seed: int) -> list[Document]:
    dice = random.Random(seed)
    return [
        a_document(
            key,
            categories=tuple(dice.sample(CATEGORIES, dice.randint(0, 3))),
            day=date(2020, 1, 1) + timedelta(days=dice.randint(0, 900)) if dice.random() < 0.9 else None,
            has_code=dice.random() < 0.3,
        )
        for key in range(10, 10 + count)
    ]


def test_cosines_are_those_of_the_vectors_within_a_hundredth(tmp_path: Path) -> None:
    rows, query = vectors(500), vectors(1, seed=1)[0]
    view = DenseView(tmp_path, 64, written(tmp_path, some_documents(500, 0), rows))
    assert np.allclose(view.compared(np.arange(500)).cosines(rotated(query)), rows @ query, atol=0.01)


@pytest.mark.parametrize("limit", [1, 10, 500])
def test_the_nearest_rows_are_those_of_brute_force(tmp_path: Path, limit: int) -> None:
    rows, query = vectors(500), vectors(1, seed=1)[0]
    view = DenseView(tmp_path, 64, written(tmp_path, some_documents(500, 0), rows))
    admitted = view.admitted(Filter(categories=("cs",)))
    found, cosines = view.nearest(rotated(query), admitted, limit)
    exact = view.compared(np.flatnonzero(admitted)).cosines(rotated(query))
    assert np.allclose(sorted(exact, reverse=True)[:limit], cosines, atol=2e-6)
    assert np.allclose(view.compared(found).cosines(rotated(query)), cosines, atol=2e-6)


def test_of_many_rows_a_scan_of_signs_finds_the_nearest_in_a_full_measure(tmp_path: Path) -> None:
    count = 30_000
    topics = vectors(50, seed=3)
    rows = topics[np.arange(count) % 50] + vectors(count, seed=4) * 0.8
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    documents = [a_document(key, has_code=key % 3 > 0) for key in range(count)]
    view = DenseView(tmp_path, 64, written(tmp_path, documents, rows))
    for wanted in (Filter(), Filter(has_code=True)):
        admitted = view.admitted(wanted)
        for query in topics[:10]:
            exact = np.where(admitted, rows @ query, -1)
            found, _ = view.nearest(rotated(query), admitted, 10)
            assert admitted[found].all()
            assert exact[found].min() > np.sort(exact)[-11] - 0.02


@pytest.mark.parametrize("seed", range(3))
def test_a_shortlist_is_all_rows_up_to_a_distance_and_as_many_as_asked(tmp_path: Path, seed: int) -> None:
    rows, query = vectors(40_000, seed), vectors(1, seed + 10)[0]
    view = DenseView(
        tmp_path, 64, written(tmp_path, [a_document(key, has_code=key % 3 > 0) for key in range(40_000)], rows)
    )
    admitted, turned = view.admitted(Filter(has_code=True)), dense.rotated(query)
    found = view._shortlist(turned, admitted, 500)
    distances = (dense.rotated(rows) > 0) ^ (turned > 0)
    far = distances.sum(axis=1)
    assert found.tolist() == np.flatnonzero((far <= far[found].max()) & admitted).tolist()
    assert len(found) >= 500
    sample = np.sort(far[::2][admitted[::2]])
    guessed = sample[int(len(sample) * 500 / np.count_nonzero(admitted))]
    assert far[found].max() == guessed or np.count_nonzero((far <= guessed) & admitted) < 500


def test_the_tokens_of_some_rows_come_in_their_order(tmp_path: Path) -> None:
    view = DenseView(tmp_path, 64, written(tmp_path, some_documents(12, 0), vectors(12)))
    found, lengths = view.tokens(np.array([3, 0, 11, 2]))
    assert lengths.tolist() == [3, 0, 1, 2]
    assert found.tolist() == [0, 1, 2, 0, 0, 1]


filters = st.builds(
    Filter,
    after=st.none() | st.dates(date(2019, 6, 1), date(2022, 12, 31)),
    before=st.none() | st.dates(date(2019, 6, 1), date(2022, 12, 31)),
    categories=st.lists(st.sampled_from([*CATEGORIES, "cs", "math", "CS.lg", "bio"]), max_size=2).map(tuple),
    has_code=st.none() | st.booleans(),
)


def admits(filter: Filter, document: Document) -> bool:
    """The filter, as its docstring has it."""
    return (
        (not filter.after or (document.day is not None and document.day >= filter.after))
        and (not filter.before or (document.day is not None and document.day <= filter.before))
        and (filter.has_code is None or document.has_code == filter.has_code)
        and (
            not filter.categories
            or any(
                category.lower() == wanted.lower() or category.lower().startswith(f"{wanted.lower()}.")
                for category in document.categories
                for wanted in filter.categories
            )
        )
    )


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Document], DenseView, Lexical]:
    folder = tmp_path_factory.mktemp("index")
    documents = some_documents(300, 7)
    writer = LexicalWriter(folder / "lexical")
    writer.add(documents)
    writer.commit()
    writer.close()
    sizes = written(folder / "dense", documents, vectors(300))
    return documents, DenseView(folder / "dense", 64, sizes), Lexical(folder / "lexical")


@given(filter=filters)
def test_a_filter_admits_the_same_papers_in_both_parts_as_one_by_one(
    papers: tuple[list[Document], DenseView, Lexical], filter: Filter
) -> None:
    documents, view, lexical = papers
    expected = {document.key for document in documents if admits(filter, document)}
    assert set(view.keys[view.admitted(filter)].tolist()) == expected
    assert set(lexical.view().ranked(parse("stones", filter), 1000)[0].tolist()) == expected


def test_a_changed_paper_counts_once_and_a_deleted_one_not_at_all(tmp_path: Path) -> None:
    sizes = written(tmp_path, [a_document(1), a_document(2), a_document(3)], vectors(3))
    writer = DenseWriter(tmp_path, 64, sizes)
    writer.delete([1, 2, 99])
    writer.add([a_document(2, has_code=True)], vectors(1, seed=5), tokens(1))
    assert (writer.live, writer.rows) == (2, 4)
    view = DenseView(tmp_path, 64, writer.commit())
    writer.close()
    assert len(view) == 2
    assert view.rows(np.array([1, 2, 3, 4])).tolist() == [-1, 3, 2, -1]
    assert view.keys[view.admitted(Filter(has_code=True))].tolist() == [2]


def test_what_a_crash_left_behind_is_cut_off(tmp_path: Path) -> None:
    sizes = written(tmp_path, [a_document(1, categories=("cs.LG",))], vectors(1))
    crashed = DenseWriter(tmp_path, 64, sizes)
    crashed.delete([1])
    crashed.add([a_document(1, categories=("math.CO",))], vectors(1, seed=1), tokens(1))
    crashed.commit()  # but its sizes were never written down
    crashed.close()
    writer = DenseWriter(tmp_path, 64, sizes)
    assert (writer.live, writer.rows) == (1, 1)
    writer.add([a_document(2, categories=("stat.ML",))], vectors(1, seed=2), tokens(1))
    view = DenseView(tmp_path, 64, writer.commit())
    writer.close()
    assert view.keys[view.admitted(Filter(categories=("cs",)))].tolist() == [1]
    assert view.keys[view.admitted(Filter(categories=("stat.ml",)))].tolist() == [2]
    assert not view.admitted(Filter(categories=("math",))).any()


def test_a_missing_or_cut_file_is_named(tmp_path: Path) -> None:
    sizes = written(tmp_path, [a_document(1)], vectors(1))
    assert not dense.damage(tmp_path, sizes)
    (tmp_path / "vectors").write_bytes(b"short")
    assert "vectors" in dense.damage(tmp_path, sizes)


def test_an_empty_part_finds_nothing(tmp_path: Path) -> None:
    view = DenseView(tmp_path, 64, written(tmp_path, [], vectors(0)))
    assert len(view) == 0
    assert view.nearest(rotated(vectors(1)[0]), view.alive, 10)[0].tolist() == []
    assert view.rows(np.array([1])).tolist() == [-1]


@pytest.mark.parametrize("seed", range(3))
def test_the_material_of_papers_is_their_cosines_tokens_and_categories_in_the_order_asked(
    tmp_path: Path, seed: int
) -> None:
    documents, rows = some_documents(60, seed), vectors(60, seed)
    view = DenseView(tmp_path, 64, written(tmp_path, documents, rows))
    by_key = {document.key: place for place, document in enumerate(documents)}
    asked = random.Random(seed).sample(sorted(by_key), 25)
    found = view.material(np.array([10**9, *asked]))
    assert found.keys.tolist() == asked
    mine = rows[[by_key[key] for key in asked]]
    assert np.abs(found.vectors @ found.vectors.T - mine @ mine.T).max() < 0.02
    for key, held in zip(asked, np.split(found.tokens, np.cumsum(found.lengths)[:-1]), strict=True):
        document = documents[by_key[key]]
        words = set(held[held < dense.CATEGORIES_FROM].tolist())
        assert words == set(range(by_key[key] % 5))
        for category in ("cs", *CATEGORIES):
            below = any(f"{one}.".startswith(f"{category}.") for one in document.categories)
            assert (view.category_number(category) in held.tolist()) == below


def test_a_category_that_no_paper_is_in_has_no_number(tmp_path: Path) -> None:
    assert DenseView(tmp_path, 64, written(tmp_path, [a_document(1)], vectors(1))).category_number("cs.LG") is None


def test_facets_are_what_filters_would_leave(papers: tuple[list[Document], DenseView, Lexical]) -> None:
    documents, view, _ = papers
    several = documents[::3]
    facets = view.facets(view.rows(np.array([document.key for document in several])))
    assert facets.categories
    assert facets.years
    for name, number in facets.categories:
        assert number == sum(admits(Filter(categories=(name,)), document) for document in several)
    for year, number in facets.years:
        within = Filter(after=date(year, 1, 1), before=date(year, 12, 31))
        assert number == sum(admits(within, document) for document in several)
    assert facets.code == sum(document.has_code for document in several)
    assert view.facets(np.array([], np.intp)) == Facets()
