"""Promises of standing queries: exactly the matches that the definition gives, however many queries there are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from fakes import FakeLibrary, a_document
from hypothesis import given, settings
from hypothesis import strategies as st

from broadsheet.index import Index, embed, matching, standing, sync
from broadsheet.index.query import parse
from broadsheet.index.standing import Standing
from broadsheet.types import Document, Hit, Method, Paging, Query

HASHES = embed.load("hash-256")
STATIC = embed.load("static-papers-256")


class Counts:
    """How often terms are in some papers, counted one by one; what `LexicalView` knows, without an index."""

    def __init__(self, documents: Sequence[Document]) -> None:
        self._papers = [matching.told(document) for document in documents]

    def __len__(self) -> int:
        return len(self._papers)

    def frequency(self, field: str, term: str) -> int:
        kind = {"authors": "name", "categories": "category"}.get(field, field)
        return sum(f"{kind}:{term}" in paper.features for paper in self._papers)


def plainly(
    queries: Sequence[tuple[int, Query]],
    documents: Sequence[Document],
    statistics: matching.Statistics,
    embedder: embed.Embedder,
    ids: dict[int, list[str]],
    most: int,
) -> dict[int, list[tuple[int, float]]]:
    """The definition, pair by pair."""
    papers = [matching.told(document) for document in documents]
    codes, squares = matching.codes(embedder, [matching.text(document) for document in documents])
    found = {}
    for number, query in queries:
        asked = matching.asked(query, statistics)
        (code,), (square,) = matching.codes(embedder, [asked.about])
        scores = [
            (
                paper.document.key,
                matching.matches(
                    asked,
                    paper,
                    int(code.astype(int) @ codes[place].astype(int)),
                    (int(square), int(squares[place])),
                    ids.get(paper.document.key, ()),
                ),
            )
            for place, paper in enumerate(papers)
        ]
        hits = sorted(((key, score) for key, score in scores if score), key=lambda hit: (-hit[1], hit[0]))
        if hits:
            found[number] = hits[:most]
    return found


def scores(matches: Mapping[int, tuple[Hit, ...]]) -> dict[int, list[tuple[int, float]]]:
    return {number: [(hit.key, hit.score) for hit in hits] for number, hits in matches.items()}


WORDS = ("graph", "neural", "networks", "quantum", "stars", "dust", "of", "the", "protein", "zxqwv", "Müller", "2024")
NAMES = ("Jane Doe", "Doe, J.", "Zoë Müller", "Li Wei")
some_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
documents = st.lists(
    st.builds(
        lambda title, abstract, authors, categories, day, code: a_document(
            0, title, abstract=abstract, authors=tuple(authors), categories=tuple(categories), day=day, has_code=code
        ),
        some_words | st.just("?"),
        st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
        st.lists(st.sampled_from(("cs.LG", "cs.CL", "math.PR", "hep-th")), max_size=2, unique=True),
        st.none() | st.dates(date(2023, 12, 1), date(2024, 2, 1)),
        st.booleans(),
    ),
    max_size=12,
).map(lambda papers: [replace(paper, key=key) for key, paper in enumerate(papers, 1)])
part = st.one_of(
    some_words,
    some_words.map(lambda text: f'"{text}"'),
    st.sampled_from(WORDS).map(lambda word: f"-{word}"),
    st.sampled_from(NAMES).map(lambda name: f'author:"{name}"'),
    some_words.map(lambda text: f'title:"{text}"'),
    st.sampled_from(("cat:cs", "cat:cs.LG", "cat:math", "cat:nowhere", "has:code", "after:2024", "before:2023")),
    st.sampled_from(("id:arxiv:1", "id:arxiv:2")),
)
lines = st.lists(part, max_size=4).map(" ".join)
guessed: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    ({}, {"names": ("Müller",)}, {"years": ("2024",)}, {"corrected": (("zxqwv", "quantum"),)})
)


@settings(deadline=None, max_examples=80)
@given(documents, st.lists(st.tuples(lines, guessed), max_size=12), st.integers(1, 5), st.data())
@pytest.mark.parametrize("many", [1, standing._MANY], ids=["by meaning first", "by words first"])
def test_the_matches_are_those_of_the_definition_pair_by_pair(
    many: int,
    papers: list[Document],
    asked: list[tuple[str, dict[str, Any]]],
    most: int,
    data: st.DataObject,
) -> None:
    counts = Counts(papers[: data.draw(st.integers(0, len(papers)))])
    queries = [(7 * number, replace(parse(line), **guess)) for number, (line, guess) in enumerate(asked)]
    ids = {paper.key: [f"arxiv:{paper.key}"] for paper in papers}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "_MANY", many)
        patch.setattr(standing, "_TOGETHER", 5)
        matches = Standing(queries, HASHES, counts).match(papers, ids=ids, most=most, threads=1)
    assert scores(matches) == plainly(queries, papers, counts, HASHES, ids, most)


@settings(deadline=None, max_examples=50)
@given(documents, st.lists(st.tuples(lines, st.integers(0, 12)), max_size=6), st.integers(1, 3))
def test_a_query_that_knows_papers_up_to_a_key_matches_the_best_of_those_after_it(
    papers: list[Document], asked: list[tuple[str, int]], most: int
) -> None:
    queries = [(number, parse(line)) for number, (line, _) in enumerate(asked)]
    above = {number: key for number, (_, key) in enumerate(asked)}
    ids = {paper.key: [f"arxiv:{paper.key}"] for paper in papers}
    made = Standing(queries, HASHES, Counts(papers))
    found = made.match_arrived(standing.read(papers, ids, HASHES), above=above, most=most, threads=1)
    alone = (
        plainly([query], [paper for paper in papers if paper.key > above[query[0]]], Counts(papers), HASHES, ids, most)
        for query in queries
    )
    assert scores(found) == {number: hits for each in alone for number, hits in each.items()}


@settings(deadline=None, max_examples=50)
@given(documents, lines)
def test_operators_admit_what_they_admit_in_a_search(papers: list[Document], line: str) -> None:
    query = replace(parse(line), words=(), ids=())
    with TemporaryDirectory() as folder:
        sync.rebuild(Path(folder), HASHES, FakeLibrary.of(*papers))
        found = Index(Path(folder), HASHES).search(query, method=Method.LEXICAL, paging=Paging(1, 100)).hits
    asked = matching.asked(query, Counts(papers))
    expected = {hit.key for hit in found} if asked.anything else set()
    assert {hit.key for hit in matched_by(query, papers)} == expected


def matched_by(query: Query, papers: Sequence[Document], library: Sequence[Document] = ()) -> tuple[Hit, ...]:
    """The matches of one query, words weighed by a library."""
    return Standing([(1, query)], STATIC, Counts(library or papers)).match(papers, threads=1).get(1, ())


LIBRARY = [a_document(100 + number, f"Paper on subject {number} with models of things") for number in range(300)]
TODAY = [
    a_document(1, "Speculative decoding with trees", abstract="A small language model drafts tokens, a large one checks them.", authors=("Jane Doe",), categories=("cs.CL",), day=date(2026, 6, 1)),
    a_document(2, "A history of tea", abstract="Tea was grown in gardens, carried by ships, and taxed by kings. The decoding of some letters stays speculative.", authors=("Wei Müller",), categories=("physics.hist-ph",), day=date(2026, 6, 1)),
    a_document(3, "Faster sampling from language models", abstract="Draft tokens are checked by the large model.", categories=("cs.CL",), day=date(2026, 6, 2), has_code=True),
]  # fmt: skip


def keys(line: str, papers: Sequence[Document] = TODAY) -> list[int]:
    return [hit.key for hit in matched_by(parse(line), papers, LIBRARY)]


def test_a_paper_that_only_mentions_a_common_word_does_not_match_but_for_quotes() -> None:
    library = [*LIBRARY, *(replace(paper, key=paper.key + 300, abstract="much attention") for paper in LIBRARY[:30])]
    papers = [
        a_document(8, "Self-attention", abstract="Attention heads attend to each other in attention layers."),
        a_document(9, "A history of tea", abstract="Prices and harvests of tea have received much attention."),
    ]
    assert [hit.key for hit in matched_by(parse("attention"), papers, library)] == [8]
    assert [hit.key for hit in matched_by(parse('"attention"'), papers, library)] == [8, 9]


def test_a_paper_that_has_none_of_the_words_does_not_match() -> None:
    assert keys("speculative execution in processors") == []
    assert keys("galaxies") == []


def test_a_query_with_operators_only_matches_all_that_it_admits() -> None:
    assert keys("cat:cs.CL") == keys("cat:cs") == [1, 3]
    assert keys("author:muller") == keys('author:"Müller, W."') == [2]
    assert keys("has:code") == keys("after:2026-06-02") == [3]
    assert keys("-tea") == [1, 3]


def test_a_line_that_asks_for_nothing_matches_nothing() -> None:
    assert keys("") == keys("???") == keys('author:"?"') == []


def test_a_word_that_is_nowhere_yet_matches_the_first_paper_that_is_about_it() -> None:
    paper = a_document(9, "Zorblax attention", abstract="We propose Zorblax.")
    assert keys("zorblax", [*TODAY, paper]) == [9]


def test_a_word_that_the_embedder_does_not_know_matches_by_itself() -> None:
    assert not STATIC.embed(["ψψψψ"]).any()
    assert keys("ψψψψ", [a_document(9, "The ψψψψ of charmonium"), *TODAY]) == [9]


def test_a_paper_named_by_its_id_matches_whatever_else_is_asked() -> None:
    query = replace(parse("galaxies cat:math"), ids=("arxiv:2606.00003", "doi:10.1/x"))
    matches = Standing([(4, query)], STATIC, Counts(LIBRARY)).match(TODAY, ids={3: ["arxiv:2606.00003"], 2: ["doi:2"]})
    assert [(hit.key, hit.reason.paper_id, hit.reason.found_by) for hit in matches[4]] == [
        (3, "arxiv:2606.00003", "id")
    ]


def test_a_match_tells_its_words_its_fields_and_its_similarity() -> None:
    (hit,) = matched_by(parse("Speculative DECODING tokens"), TODAY, LIBRARY)
    assert hit.reason.words == ("Speculative", "DECODING", "tokens")
    assert hit.reason.fields == ("title", "abstract")
    assert hit.reason.similarity == pytest.approx(_cosine("Speculative DECODING tokens", TODAY[0]), abs=0.01)
    assert hit.score == pytest.approx((hit.reason.similarity or 0) + (hit.reason.lexical_score or 0))
    assert (hit.rank, hit.reason.found_by) == (1, "both")
    (by_name,) = matched_by(replace(parse("Müller tea letters"), names=("Müller",)), TODAY, LIBRARY)
    assert (by_name.reason.words, by_name.reason.fields) == (
        ("Müller", "tea", "letters"),
        ("title", "abstract", "authors"),
    )


def test_matches_come_best_first_ranked_and_no_more_than_asked_for() -> None:
    papers = [replace(TODAY[0], key=key) for key in (5, 4)] + [replace(TODAY[0], key=6, abstract="")]
    hits = matched_by(parse("speculative decoding"), papers, LIBRARY)
    assert [hit.rank for hit in hits] == [1, 2, 3]
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert [hit.key for hit in hits if hit.key != 6] == [4, 5]
    standing = Standing([(1, parse("speculative decoding"))], STATIC, Counts(LIBRARY))
    assert standing.match(papers, most=2)[1] == hits[:2]


def test_no_papers_and_no_queries_are_no_trouble() -> None:
    assert dict(Standing([], STATIC, Counts([])).match(TODAY)) == {}
    assert dict(Standing([(1, parse("tea"))], STATIC, Counts([])).match([])) == {}


def test_queries_that_come_and_go_are_matched_as_if_they_had_been_there_from_the_start() -> None:
    texts = ("tea letters", "speculative decoding", "cat:cs", "author:doe", '"language model"', "id:arxiv:1")
    queries = list(enumerate(map(parse, texts)))
    changed = Standing(queries[:3], STATIC, Counts(LIBRARY))
    changed.change(queries[3:], removed=[1, 99])
    made = Standing([queries[0], *queries[2:]], STATIC, Counts(LIBRARY))
    assert set(changed.numbers) == set(made.numbers) == {0, 2, 3, 4, 5}
    assert dict(changed.match(TODAY)) == dict(made.match(TODAY))
    assert len(changed) == 5
    assert dict(changed.match(TODAY, among={2, 5, 77})) == {2: changed.match(TODAY)[2]}


def test_what_was_saved_is_loaded_the_same_and_only_under_its_stamp(tmp_path: Path) -> None:
    counts = Counts(LIBRARY)
    made = Standing(
        list(enumerate(map(parse, ("tea letters", '"speculative decoding" -tea', "cat:cs")))), STATIC, counts
    )
    made.save(tmp_path, "today")
    loaded = Standing.load(tmp_path, STATIC, counts, "today")
    assert loaded
    assert dict(loaded.match(TODAY)) == dict(made.match(TODAY))
    assert Standing.load(tmp_path, STATIC, counts, "yesterday") is None
    assert Standing.load(tmp_path, HASHES, counts, "today") is None
    loaded.change([(9, parse("galaxies"))])
    loaded.save(tmp_path, "later")
    again = Standing.load(tmp_path, STATIC, counts, "later")
    assert again
    assert set(again.numbers) == {0, 1, 2, 9}
    assert Standing.load(tmp_path / "nowhere", STATIC, counts, "today") is None


def test_files_that_were_cut_short_are_not_loaded(tmp_path: Path) -> None:
    Standing([(1, parse("tea"))], STATIC, Counts(LIBRARY)).save(tmp_path, "today")
    for file in sorted(path for path in tmp_path.rglob("*") if path.is_file()):
        whole = file.read_bytes()
        file.write_bytes(whole[:-1])
        assert Standing.load(tmp_path, STATIC, Counts(LIBRARY), "today") is None, file.name
        file.write_bytes(whole)
    assert Standing.load(tmp_path, STATIC, Counts(LIBRARY), "today")


def _cosine(text: str, paper: Document) -> float:
    one, other = STATIC.embed([text, matching.text(paper)])
    return float(one @ other)
