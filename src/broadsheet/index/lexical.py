"""The lexical part: words → papers with BM25 scores, kept by Tantivy in a folder. One process writes, any may read."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path

import numpy as np
import tantivy
from numpy.typing import NDArray
from tantivy import FieldType, Occur

from broadsheet.index.query import stem, text_analyzer, words
from broadsheet.text import name_key
from broadsheet.types import Document, Filter, Query

Keys = NDArray[np.int64]
Scores = NDArray[np.float32]

MOST_TERMS = 64
"""Terms of a query that are looked up, the rarest ones: a pasted abstract is found by a part of its words."""

COMMON = 0.3
"""Share of the papers above which a word tells nothing; it is left out while rarer ones remain."""

TITLE_BOOST = 0.3
"""What a word of the title counts beyond what it counts as a word of the text."""

BM25_MOST = 2.2 * (1 + TITLE_BOOST)
"""What a word at most scores for each unit of its rarity: k1 + 1, in the text and in the title."""

AUTHOR_BOOST = 3.0
"""What a name counts among the authors, against a mention of it in the text."""

_VENUE = 200
"""Letters of a venue that tell it from others."""

YEAR_SCORE = 4.0
"""What the right year counts: as much as a word that one paper in fifty has."""

_names = (
    tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    .filter(tantivy.Filter.lowercase())
    .filter(tantivy.Filter.ascii_fold())
    .build()
)


@lru_cache(maxsize=1)
def _schema() -> tantivy.Schema:
    """`text` is title and abstract together, which BM25 ranks better than the two apart.

    `spelled` has the title's words as they are written, to complete what is being typed and to correct it. `named` has
    whole names of authors and of the venue, each marked with what it names; the venue's also as it is written.
    """
    return (
        tantivy.SchemaBuilder()
        .add_integer_field("key", indexed=True, fast=True)
        .add_text_field("title", tokenizer_name="text")
        .add_text_field("text", tokenizer_name="text")
        .add_text_field("spelled", tokenizer_name="names", index_option="basic")
        .add_text_field("authors", tokenizer_name="names")
        .add_text_field("categories", tokenizer_name="raw", index_option="basic")
        .add_text_field("named", tokenizer_name="raw", index_option="basic")
        .add_integer_field("day", indexed=True, fast=True)
        .add_integer_field("code", indexed=True)
        .build()
    )


def _open(folder: Path) -> tantivy.Index:
    index = tantivy.Index(_schema(), str(folder))
    index.register_tokenizer("text", text_analyzer())
    index.register_tokenizer("names", _names)
    return index


def category_names(category: str) -> list[str]:
    """What a category answers to: `cs.LG` is found as `cs.lg` and as `cs`."""
    parts = " ".join(category.lower().split()).split(".")
    return [".".join(parts[:length]) for length in range(1, len(parts) + 1)]


def author_term(name: str) -> str:
    """What an author's whole name is found by, however it is accented and punctuated."""
    return f"author:{name_key(name)}"


def venue_term(venue: str) -> str:
    """What a venue is found by, however it is accented and punctuated."""
    venue = venue[:_VENUE]
    return f"venue:{name_key(venue) or venue}"


def written_venue_term(venue: str) -> str:
    """What tells how a venue is written."""
    return f"written:{venue[:_VENUE]}"


class LexicalWriter:
    """Changes the part in one folder, which it makes if need be; what is not committed is as if it never was."""

    def __init__(self, folder: Path, *, threads: int = 1) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._index = _open(folder)
        self._writer = self._index.writer(heap_size=threads * 20_000_000, num_threads=threads)

    def add(self, documents: Iterable[Document]) -> None:
        """Take in papers whose keys are not there, or were deleted before."""
        for document in documents:
            entry = tantivy.Document(
                key=document.key,
                title=document.title,
                spelled=document.title,
                text=[document.title, document.abstract],
                authors=list(document.authors),
                categories=[name for category in document.categories for name in category_names(category)],
                named=[
                    *(author_term(author) for author in document.authors),
                    *((venue_term(document.venue), written_venue_term(document.venue)) if document.venue else ()),
                ],
                code=int(document.has_code),
            )
            if document.day:
                entry.add_integer("day", document.day.toordinal())
            self._writer.add_document(entry)

    def delete(self, keys: Iterable[int]) -> None:
        """Drop the papers of these keys; unknown ones are no error."""
        for key in keys:
            self._writer.delete_documents_by_term("key", key)

    def commit(self) -> None:
        """Put everything on the disk; then it is there, whatever happens."""
        self._writer.commit()

    def close(self) -> None:
        """Wait for the merging of segments; afterwards the writer must not be used."""
        self._writer.wait_merging_threads()


class Lexical:
    """One folder, opened to read. `view` shows the last commit, and goes on showing it however the folder changes."""

    def __init__(self, folder: Path) -> None:
        if not tantivy.Index.exists(str(folder)):
            raise FileNotFoundError(folder)
        self._index = _open(folder)
        self._index.config_reader(reload_policy="manual")

    def view(self) -> LexicalView:
        """The last commit."""
        self._index.reload()
        return LexicalView(self._index.searcher())


class LexicalView:
    """One commit, which does not change."""

    def __init__(self, searcher: tantivy.Searcher) -> None:
        self._searcher = searcher
        self.frequency: Callable[[str, str], int] = lru_cache(maxsize=50_000)(searcher.doc_freq)
        """In how many papers a field has a term."""
        self._latest: tuple[tuple[str, ...], Mapping[str, int]] = ((), {})

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def ranked(self, query: Query, limit: int) -> tuple[Keys, Scores]:
        """The keys of the best papers for the query's words, phrases and titles, best first, and their BM25 scores.

        Okapi BM25 with k1 = 1.2 and b = 0.75, summed over `text` and, weighted less, `title`.
        """
        must = [*_scored(query), *_unscored(query), *_admitting(query.filter)]
        terms = self._terms(_taken(query))
        found = [(Occur.Should, scored) for term, times in terms.items() for scored in self._term(term, times)]
        found += [
            (Occur.Should, tantivy.Query.boost_query(_one_term("authors", folded(name)), AUTHOR_BOOST))
            for name in query.names
        ]
        found += [(Occur.Should, tantivy.Query.const_score_query(_in_year(year), YEAR_SCORE)) for year in query.years]
        if not found or query.phrases or query.titles:
            clauses = must + found
        elif must:
            clauses = [*must, (Occur.Must, tantivy.Query.boolean_query(found))]
        else:
            clauses = found
        if not limit or not any(occur is not Occur.MustNot for occur, _ in clauses):
            return np.zeros(0, np.int64), np.zeros(0, np.float32)
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        keys = self._keys(hits)
        scores = np.array([score for score, _ in hits], np.float32)
        order = np.lexsort((keys, -scores))
        return keys[order], scores[order]

    def most(self, query: Query) -> float:
        """More than any paper's BM25 score for the words of this query can be; names and years come on top."""
        in_a_row = [word for text in (*query.phrases, *query.titles) for word in words(text)]
        known = self._terms((*_taken(query), *in_a_row))
        rarity = sum(times * self._rarity(term) for term, times in known.items())
        return max(BM25_MOST * rarity, 1e-9)

    def beginning(self, field: str, prefix: str, limit: int, beside: Collection[str] = ()) -> list[tuple[str, int]]:
        """The terms of a field that begin so, most frequent first, each with the number of papers.

        Counted are the papers that have the terms `beside` in the same field.
        """
        clauses = [(Occur.Must, _one_term(field, term)) for term in beside]
        among = tantivy.Query.boolean_query(clauses) if clauses else None
        return list(self._searcher.terms_with_prefix(field, prefix, among, limit))

    def living(self, field: str, prefix: str, limit: int) -> list[tuple[str, int]]:
        """As `beginning`, but papers that were replaced and deleted count no more; takes twice as long."""
        return list(self._searcher.terms_with_prefix(field, prefix, tantivy.Query.all_query(), limit))

    def naming(self, field: str, every: Collection[str], some: Collection[str], limit: int) -> Keys:
        """The keys of papers that have every one of these terms in a field, and some of those, best first."""
        if not some:
            return np.zeros(0, np.int64)
        any_of = tantivy.Query.boolean_query([(Occur.Should, _one_term(field, term)) for term in some])
        clauses = [(Occur.Must, _one_term(field, term)) for term in every]
        found = tantivy.Query.boolean_query([*clauses, (Occur.Must, any_of)])
        return self._keys(self._searcher.search(found, limit, count=False).hits)

    def having(self, field: str, term: str) -> Keys:
        """The keys of all papers that have this term in a field, in no order."""
        found = _without_score(_one_term(field, term))
        return self._keys(self._searcher.search(found, max(self.frequency(field, term), 1), count=False).hits)

    def has_year(self, year: str) -> bool:
        """Whether any paper is of this year."""
        return bool(self._searcher.search(_in_year(year), 1, count=False).hits)

    def allowed(self, query: Query) -> Keys | None:
        """The keys that the query's phrases, authors, titles and excluded words leave; None if it has none of them."""
        clauses = [*_scored(query), *_unscored(query)]
        if not clauses:
            return None
        clauses.append((Occur.Must, tantivy.Query.all_query()))
        quick = tantivy.Query.const_score_query(tantivy.Query.boolean_query(clauses), 0.0)
        return self._keys(self._searcher.search(quick, max(len(self), 1), count=False).hits)

    def looked_up(self, query: Query) -> tuple[str, ...]:
        """The query's words that tell something here, as typed or taken, once each: neither everywhere nor nowhere."""
        in_a_row = [word for text in (*query.phrases, *query.titles) for word in words(text)]
        terms = self._terms(_taken(query)).keys() | set(map(stem, in_a_row))
        typed = (*_taken(query), *in_a_row)
        first = {stem(word): word for word in reversed(typed)}
        return tuple(word for word in dict.fromkeys(typed) if first[stem(word)] == word and stem(word) in terms)

    def _terms(self, typed: tuple[str, ...]) -> Mapping[str, int]:
        """The terms to look up and how often each was typed, rarest first. One search asks for the same ones thrice."""
        asked, terms = self._latest
        if asked != typed:
            terms = self._telling(typed)
            self._latest = (typed, terms)
        return terms

    def _telling(self, typed: tuple[str, ...]) -> Mapping[str, int]:
        times = Counter(filter(None, map(stem, typed)))
        frequency = {term: self.frequency("text", term) for term in times}
        known = sorted((term for term in times if frequency[term]), key=lambda term: (frequency[term], term))
        telling = [term for term in known if frequency[term] <= max(COMMON * len(self), 20)]
        return {term: times[term] for term in (telling or known)[:MOST_TERMS]}

    def _keys(self, hits: Sequence[tuple[float, tantivy.DocAddress]]) -> Keys:
        return np.array(self._searcher.fast_field_values("key", [place for _, place in hits]), np.int64)

    def _rarity(self, term: str) -> float:
        """The idf of BM25."""
        found = self.frequency("text", term)
        return math.log1p((len(self) - found + 0.5) / (found + 0.5))

    def _term(self, term: str, times: int) -> Iterable[tantivy.Query]:
        for field, boost in (("text", float(times)), ("title", TITLE_BOOST * times)):
            found = tantivy.Query.term_query(_schema(), field, term)
            yield found if boost == 1 else tantivy.Query.boost_query(found, boost)


Clauses = list[tuple[Occur, tantivy.Query]]


@lru_cache(maxsize=10_000)
def folded(word: str) -> str:
    """A word as authors' names and the spelled titles keep it: lower case, without accents."""
    terms = _names.analyze(word)
    return str(terms[0]) if terms else ""


def names_asked(author: str) -> list[str]:
    """The names that `author:` asks for, as authors' names are kept; initials only where there is nothing else."""
    names = [term for name in words(author) for term in _names.analyze(name)]
    return [name for name in names if len(name) > 1] or names


def _taken(query: Query) -> tuple[str, ...]:
    """The query's words, and beside each misspelt one what it is taken for."""
    return (*query.words, *(right for _, right in query.corrected))


def _scored(query: Query) -> Clauses:
    """What must be there and counts for the score."""
    clauses = [("text", phrase) for phrase in query.phrases] + [("title", title) for title in query.titles]
    return [(Occur.Must, _in_a_row(field, [stem(word) for word in words(text)])) for field, text in clauses]


def _unscored(query: Query) -> Clauses:
    """What must be there, or must not, and does not count."""
    clauses: Clauses = []
    for author in query.authors:
        clauses += [(Occur.Must, _without_score(_one_term("authors", name))) for name in names_asked(author)]
    clauses += [(Occur.MustNot, _one_term("text", term)) for term in filter(None, map(stem, query.excluded))]
    return clauses


def _admitting(filter: Filter) -> Clauses:
    clauses: Clauses = []
    if filter.categories:
        named = tantivy.Query.term_set_query(
            _schema(), "categories", [category_names(name)[-1] for name in filter.categories]
        )
        clauses.append((Occur.Must, _without_score(named)))
    if filter.has_code is not None:
        clauses.append((Occur.Must, _without_score(_one_term("code", int(filter.has_code)))))
    if filter.after or filter.before:
        clauses.append((Occur.Must, _without_score(_in_time(filter.after, filter.before))))
    return clauses


def _in_time(after: date | None, before: date | None) -> tantivy.Query:
    return tantivy.Query.range_query(
        _schema(),
        "day",
        FieldType.Integer,
        lower_bound=after.toordinal() if after else None,
        upper_bound=before.toordinal() if before else None,
    )


def _in_year(year: str) -> tantivy.Query:
    return _in_time(date(int(year), 1, 1), date(int(year), 12, 31))


def _one_term(field: str, value: str | int) -> tantivy.Query:
    return tantivy.Query.term_query(_schema(), field, value)


def _in_a_row(field: str, terms: Sequence[str]) -> tantivy.Query:
    terms = [term for term in terms if term]
    if not terms:
        return tantivy.Query.all_query()
    return _one_term(field, terms[0]) if len(terms) == 1 else tantivy.Query.phrase_query(_schema(), field, list(terms))


def _without_score(query: tantivy.Query) -> tantivy.Query:
    return tantivy.Query.const_score_query(query, 0.0)
