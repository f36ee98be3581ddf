"""Promises of standing queries: exactly the matches that the definition gives, however many queries there are."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from fakes import FakeLibrary, a_document
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from broadsheet.index import Index, embed, matching, sync
from broadsheet.index.lexical import Lexical
from broadsheet.index.query import matched, parse
from broadsheet.index.standing import Standing
from broadsheet.types import Document, Filter, Hit, Method, Paging, Query, Reason

EMBEDDER = embed.load("hash-256")
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


def scores(matches: dict[int, tuple[Hit, ...]]) -> dict[int, list[tuple[int, float]]]:
    return {number: [(hit.key, hit.score) for hit in hits] for number, hits in matches.items()}


WORDS = ("graph", "neural", "networks", "quantum", "stars", "dust", "of", "the", "protein", "zxqwv", "Müller", "2024")
NAMES = ("Jane Doe", "Doe, J.", "Zoë Müller", "Li Wei")
some_words = st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join)
documents = st.lists(
    st.builds(
        lambda title, abstract, authors, categories, day, code: a_document(
            0, title, abstract=abstract, authors=tuple(authors), categories=tuple(categories), day=day, has_code=code
        ),
        some_words,
        st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join),
        st.lists(st.sampled_from(NAMES), max_size=2, unique=True),
        st.lists(st.sampled_from(("cs.LG", "cs.CL", "math.PR", "hep-th")), max_size=2, unique=True),
        st.none() | st.dates(date(2023, 12, 1), date(2024, 2, 1)),
        st.booleans(),
    ),
    max_size=12,
).map(lambda papers: [_with_key(paper, key) for key, paper in enumerate(papers, 1)])
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
guessed = st.sampled_from(({}, {"names": ("Müller",)}, {"years": ("2024",)}, {"corrected": (("zxqwv", "quantum"),)}))


def _with_key(paper: Document, key: int) -> Document:
    return a_document(
        key,
        paper.title,
        abstract=paper.abstract,
        authors=paper.authors,
        categories=paper.categories,
        day=paper.day,
        has_code=paper.has_code,
    )


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(documents, st.lists(st.tuples(lines, guessed), max_size=12), st.integers(1, 5), st.data())
def test_the_matches_are_those_of_the_definition_pair_by_pair(
    papers: list[Document], asked: list[tuple[str, dict[str, tuple[str, ...]]]], most: int, data: st.DataObject
) -> None:
    library = papers[: data.draw(st.integers(0, len(papers)))]
    queries = [(7 * number, Query(**_fields(parse(line)) | guess)) for number, (line, guess) in enumerate(asked)]
    ids = {paper.key: [f"arxiv:{paper.key}"] for paper in papers}
    counts = Counts(library)
    standing = Standing(queries, EMBEDDER, counts)
    expected = plainly(queries, papers, counts, EMBEDDER, ids, most)
    assert scores(dict(standing.match(papers, ids=ids, most=most, threads=1))) == expected


def _fields(query: Query) -> dict[str, object]:
    return {name: getattr(query, name) for name in Query.__slots__}
