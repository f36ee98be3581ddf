"""Every kind of source by its name, and who can describe a paper of which only an id is known."""

from __future__ import annotations

from broadsheet.errors import SourceError
from broadsheet.sources import (
    acl,
    arxiv,
    arxiv_api,
    arxiv_oai,
    biorxiv,
    crossref,
    dumps,
    feed,
    github,
    huggingface,
    openalex,
    openreview,
    semantic_scholar,
    zotero,
)
from broadsheet.sources.kinds import Kind, Lookup, TitleLookup
from broadsheet.types import PaperId

KINDS: dict[str, Kind] = {
    kind.name: kind
    for kind in (
        arxiv.KIND,
        arxiv_api.KIND,
        arxiv_oai.KIND,
        huggingface.KIND,
        openreview.KIND,
        biorxiv.KIND,
        biorxiv.MEDRXIV,
        acl.KIND,
        openalex.KIND,
        feed.KIND,
        zotero.KIND,
        arxiv_oai.OAI,
        dumps.KIND,
        crossref.KIND,
        semantic_scholar.KIND,
        github.KIND,
    )
}
"""Kinds by name, those that most people want first."""


def kind(name: str) -> Kind:
    """The kind of this name; SourceError if there is none."""
    if name not in KINDS:
        raise SourceError(f"There is no kind of source {name!r}. There are: {', '.join(KINDS)}.")
    return KINDS[name]


def lookups(paper_id: PaperId) -> tuple[Lookup, ...]:
    """Who can be asked about a paper of this id, the best first."""
    scheme = paper_id.partition(":")[0]
    return tuple(lookup for lookup in _LOOKUPS if scheme in lookup.schemes)


def title_lookups() -> tuple[TitleLookup, ...]:
    """Who can be asked for a paper of which only the title is known, the best first."""
    return (arxiv_api.ArxivPapers(), crossref.Crossref())


_LOOKUPS: tuple[Lookup, ...] = (
    arxiv_api.ArxivPapers(),
    crossref.Crossref(),
    openalex.OpenAlexPapers(),
    openreview.OpenReviewPapers(),
    acl.AclPapers(),
    semantic_scholar.SemanticScholar(),
)
