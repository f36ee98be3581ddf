"""Why a hit stands there: which of the query's words the paper has and where, and what it says instead of others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from broadsheet.core.indexing import document
from broadsheet.index import Embedder
from broadsheet.index.explain import Pairs, matched, nearest_words
from broadsheet.index.lexical import folded
from broadsheet.index.query import words
from broadsheet.types import Document, Found, Hit, Hits, Query, Reason


def explained(found: Sequence[Found], hits: Hits, embedder: Embedder) -> tuple[Found, ...]:
    """The same hits, their reasons telling words, fields, names, the year, and the nearest words of each paper."""
    told = [_matching(each, hits) for each in found]
    missing = [
        _missing(matching, hits.query) if each.hit.reason.similarity is not None else ()
        for each, matching in zip(found, told, strict=True)
    ]
    near = nearest_words([(words, matching.text) for words, matching in zip(missing, told, strict=True)], embedder)
    return tuple(map(_with_reason, found, told, near))


class _Matching(NamedTuple):
    """What of a query a paper has, where, and the paper's text; nothing of all this where nothing was scored."""

    words: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    text: str = ""


def _matching(each: Found, hits: Hits) -> _Matching:
    reason, query = each.hit.reason, hits.query
    if reason.paper_id is not None or reason.found_by == "filter":
        return _Matching()
    paper = document(each.paper)
    there, fields = matched(hits.words, paper) if reason.lexical_rank is not None else ((), ())
    by = _names_in(paper) if query.names else set()
    names = tuple(name for name in query.names if folded(name) in by)
    years = tuple(year for year in query.years if paper.day and str(paper.day.year) == year)
    authors = ("authors",) if names else ()
    return _Matching((*there, *names), (*fields, *authors), years, f"{paper.title} {paper.abstract}")


def _missing(matching: _Matching, query: Query) -> tuple[str, ...]:
    """The words of the query that a paper has not, and that may mean something by themselves."""
    told = {*matching.words, *query.years, *(typed for typed, _ in query.corrected)}
    return tuple(word for word in query.words if word not in told)


def _with_reason(each: Found, told: _Matching, near: Pairs) -> Found:
    """The same, its reason told in full."""
    hit, why = each.hit, each.hit.reason
    reason = Reason(
        lexical_rank=why.lexical_rank,
        lexical_score=why.lexical_score,
        dense_rank=why.dense_rank,
        similarity=why.similarity,
        words=told.words,
        fields=told.fields,
        years=told.years,
        near=near,
        paper_id=why.paper_id,
    )
    return Found(paper=each.paper, hit=Hit(key=hit.key, rank=hit.rank, score=hit.score, reason=reason))


def _names_in(paper: Document) -> set[str]:
    return {folded(name) for author in paper.authors for name in words(author)}
