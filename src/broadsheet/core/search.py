"""The verb `search`: a line of text in, papers with the reasons they stand there out. Never waits for the index."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import wraps
from typing import ParamSpec

from broadsheet.core import taxonomy
from broadsheet.core.explaining import explained
from broadsheet.core.naming import named
from broadsheet.errors import IndexMissingError
from broadsheet.index import Index
from broadsheet.index.query import LONGEST, parse
from broadsheet.library import changes, papers
from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Answer, Facets, Filter, Found, Hit, Hits, IndexState, Paging, PaperId, Reason, Sort

Asked = ParamSpec("Asked")


def _in_turn(verb: Callable[Asked, Answer]) -> Callable[Asked, Answer]:
    """Let the threads of a process do this one after the other.

    A search is some hundred short steps of numpy and Tantivy, and lets other threads go on at each. Several at a time
    would take turns at every step, and all be done later than one after the other.
    """
    turn = threading.Lock()

    @wraps(verb)
    def wait(*args: Asked.args, **named: Asked.kwargs) -> Answer:
        with turn:
            return verb(*args, **named)

    return wait


@_in_turn
def search(
    index: Index,
    text: str,
    *,
    filter: Filter = Filter(),
    sort: Sort = Sort.RELEVANCE,
    paging: Paging = Paging(),
    faceted: bool = False,
) -> Answer:
    """What the library has on this: words, meaning, operators and ids in one line, whatever is typed.

    Ids, addresses and DOIs of papers, anywhere in the line, put those papers first; with nothing beside them, those are
    all that is found. Without an index the answer has no other papers, and its state says so. `faceted` counts the hits
    by their facets, for whoever shows them.
    """
    parts, rest = named(text)
    query = parse(rest, filter)
    ids = [part.value for part in parts]
    others = (part._replace(rest=" ".join([*ids, part.rest]).strip()) for part in query.parts)
    query = replace(query, text=text.strip()[:LONGEST], parts=(*parts, *others))
    asked = ids + [parse_paper_id(name) or name for name in query.ids]
    pinned = _pinned(asked)
    state, behind = progress(index)
    hits, without_filter = Hits(hits=pinned, total=len(pinned), query=query), None
    try:
        if (rest and not query.ids) or not asked:
            hits = _after(pinned, index.search(query, sort=sort, paging=paging, faceted=faceted), paging)
        if not hits.total and query.filter:
            without_filter = index.search(replace(query, filter=Filter()), paging=Paging(1, 1)).total
    except IndexMissingError:
        state = replace(state, documents=None)
    there = {hit.reason.paper_id for hit in pinned}
    return Answer(
        query=hits.query,
        sort=sort,
        found=explained(found(hits.hits), hits, index.embedder),
        total=hits.total,
        paging=paging,
        state=state,
        behind=behind,
        without_filter=without_filter,
        facets=_spelled(hits.facets),
        missing=tuple(paper_id for paper_id in dict.fromkeys(asked) if paper_id not in there),
    )


def _spelled(facets: Facets) -> Facets:
    """The same, with categories as their archives write them."""
    return replace(facets, categories=tuple((taxonomy.spelled(name), number) for name, number in facets.categories))


def progress(index: Index) -> tuple[IndexState, int]:
    """How the index stands, and how many changes of the library it has still to apply."""
    state = index.state()
    return state, max(changes.latest() - state.applied, 0)


def found(hits: Sequence[Hit]) -> tuple[Found, ...]:
    """The papers of these hits, in their order, less those that the library has meanwhile deleted."""
    by_key = papers.by_keys({hit.key for hit in hits})
    return tuple(Found(paper=by_key[hit.key], hit=hit) for hit in hits if hit.key in by_key)


def _pinned(ids: Sequence[PaperId]) -> tuple[Hit, ...]:
    """The papers of these ids, each once."""
    matches = {match.key: paper_id for paper_id in ids if (match := papers.by_alias(paper_id))}
    return tuple(
        Hit(key=key, rank=rank, score=1.0, reason=Reason(paper_id=paper_id))
        for rank, (key, paper_id) in enumerate(matches.items(), 1)
    )


def _after(pinned: tuple[Hit, ...], others: Hits, paging: Paging) -> Hits:
    """The hits with the pinned ones before the first of them, and none twice."""
    if not pinned:
        return others
    keys = {hit.key for hit in pinned}
    behind = tuple(replace(hit, rank=hit.rank + len(pinned)) for hit in others.hits if hit.key not in keys)
    return replace(others, hits=(pinned if paging.page == 1 else ()) + behind, total=others.total + len(pinned))
