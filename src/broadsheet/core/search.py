"""The verb `search`: a line of text in, papers with the reasons they stand there out. Never waits for the index."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from broadsheet.core.indexing import document
from broadsheet.errors import IndexMissingError
from broadsheet.index import Index
from broadsheet.index.query import matched, parse
from broadsheet.library import changes, papers
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Answer, Filter, Found, Hit, Hits, IndexState, Paging, Query, Reason, Sort


def search(
    index: Index,
    text: str,
    *,
    filter: Filter = Filter(),
    sort: Sort = Sort.RELEVANCE,
    paging: Paging = Paging(),
) -> Answer:
    """What the library has on this: words, meaning, operators and ids in one line, whatever is typed.

    An id, an address or a DOI of a paper finds exactly that paper. Without an index the answer is empty and its
    state says so.
    """
    query = parse(text, filter)
    state, behind = progress(index)
    try:
        hits = _by_id(query) or index.search(query, sort=sort, paging=paging)
        without_filter = None
        if not hits.total and query.filter:
            without_filter = index.search(replace(query, filter=Filter()), paging=Paging(1, 1)).total
    except IndexMissingError:
        hits, without_filter, state = Hits(hits=(), total=0), None, replace(state, documents=None)
    return Answer(
        query=query,
        sort=sort,
        found=tuple(_with_words(hits.words, each) for each in found(hits.hits)),
        total=hits.total,
        paging=paging,
        state=state,
        behind=behind,
        without_filter=without_filter,
    )


def progress(index: Index) -> tuple[IndexState, int]:
    """How the index stands, and how many changes of the library it has still to apply."""
    state = index.state()
    return state, max(changes.latest() - state.applied, 0)


def found(hits: Sequence[Hit]) -> tuple[Found, ...]:
    """The papers of these hits, in their order, less those that the library has meanwhile deleted."""
    by_key = papers.by_keys({hit.key for hit in hits})
    return tuple(Found(paper=by_key[hit.key], hit=hit) for hit in hits if hit.key in by_key)


def _with_words(looked_up: tuple[str, ...], each: Found) -> Found:
    """The same, its reason telling which of the query's words the paper contains."""
    if each.hit.reason.lexical_rank is None:
        return each
    words, fields = matched(looked_up, document(each.paper))
    reason = replace(each.hit.reason, words=words, fields=fields)
    return replace(each, hit=replace(each.hit, reason=reason))


def _by_id(query: Query) -> Hits | None:
    """The papers that are named by id, if the line is nothing but an id or says `id:`."""
    named = query.ids or ((query.text.strip(),) if len(query.text.split()) == 1 else ())
    ids = [paper_id for name in named for paper_id in (parse_paper_id(name), name) if paper_id]
    matches = {match.key: (match, paper_id) for paper_id in ids if (match := papers.by_alias(paper_id))}
    if not matches and not query.ids:
        return None
    hits = tuple(
        Hit(key=match.key, rank=rank, score=1.0, reason=Reason(paper_id=paper_id))
        for rank, (match, paper_id) in enumerate(matches.values(), 1)
    )
    return Hits(hits=hits, total=len(hits))
