"""Why a hit stands there: which of the query's words the paper has and where, and what it says instead of others."""

from __future__ import annotations

from dataclasses import replace

from broadsheet.core.indexing import document
from broadsheet.index import Embedder
from broadsheet.index.explain import matched, nearest_words
from broadsheet.index.lexical import folded
from broadsheet.index.query import words
from broadsheet.types import Document, Found, Hit, Hits


def explained(each: Found, hits: Hits, embedder: Embedder) -> Found:
    """The same hit, its reason telling words, fields, names, the year, and the nearest words of the paper."""
    reason = each.hit.reason
    if reason.paper_id is not None or reason.found_by == "filter":
        return each
    paper, query = document(each.paper), hits.query
    there, fields = matched(hits.words, paper) if reason.lexical_rank is not None else ((), ())
    by = _names_in(paper) if query.names else set()
    names = tuple(name for name in query.names if folded(name) in by)
    years = tuple(year for year in query.years if paper.day and str(paper.day.year) == year)
    told = {*there, *names, *query.years, *(typed for typed, _ in query.corrected)}
    missing = [word for word in query.words if word not in told] if reason.similarity is not None else []
    near = nearest_words(missing, f"{paper.title} {paper.abstract}", embedder) if missing else ()
    authors = ("authors",) if names else ()
    reason = replace(reason, words=(*there, *names), fields=(*fields, *authors), years=years, near=near)
    hit = Hit(key=each.hit.key, rank=each.hit.rank, score=each.hit.score, reason=reason)
    return Found(paper=each.paper, hit=hit)


def _names_in(paper: Document) -> set[str]:
    return {folded(name) for author in paper.authors for name in words(author)}
