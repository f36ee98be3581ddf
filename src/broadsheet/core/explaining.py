"""Why a hit stands there: which of the query's words the paper has and where, and what it says instead of others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadsheet.core.indexing import document
from broadsheet.index import Embedder
from broadsheet.index.explain import Pairs, matched, nearest_words
from broadsheet.index.lexical import folded
from broadsheet.index.query import words
from broadsheet.types import Document, Found, Hit, Hits, Reason


def explained(found: Sequence[Found], hits: Hits, embedder: Embedder) -> tuple[Found, ...]:
    """The same hits, their reasons telling words, fields, names, the year, and the nearest words of each paper."""
    told: list[Reason] = []
    asked: list[tuple[tuple[str, ...], str]] = []
    for each in found:
        reason = each.hit.reason
        if reason.paper_id is None and reason.found_by != "filter":
            paper = document(each.paper)
            reason = _matching(reason, paper, hits)
            missing = _missing(reason, hits) if reason.similarity is not None else ()
            asked.append((missing, f"{paper.title} {paper.abstract}"))
        else:
            asked.append(((), ""))
        told.append(reason)
    near = nearest_words(asked, embedder)
    return tuple(map(_with_reason, found, told, near))


def _matching(reason: Reason, paper: Document, hits: Hits) -> Reason:
    """The reason with what of the query the paper has."""
    query = hits.query
    there, fields = matched(hits.words, paper) if reason.lexical_rank is not None else ((), ())
    by = _names_in(paper) if query.names else set()
    names = tuple(name for name in query.names if folded(name) in by)
    years = tuple(year for year in query.years if paper.day and str(paper.day.year) == year)
    authors = ("authors",) if names else ()
    return replace(reason, words=(*there, *names), fields=(*fields, *authors), years=years)


def _missing(reason: Reason, hits: Hits) -> tuple[str, ...]:
    """The words of the query that a paper has not, and that may mean something by themselves."""
    query = hits.query
    told = {*reason.words, *query.years, *(typed for typed, _ in query.corrected)}
    return tuple(word for word in query.words if word not in told)


def _with_reason(each: Found, reason: Reason, near: Pairs) -> Found:
    reason = replace(reason, near=near) if near else reason
    return Found(paper=each.paper, hit=Hit(key=each.hit.key, rank=each.hit.rank, score=each.hit.score, reason=reason))


def _names_in(paper: Document) -> set[str]:
    return {folded(name) for author in paper.authors for name in words(author)}
