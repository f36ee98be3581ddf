"""Ids, addresses and DOIs of papers in a typed line: which they are, and what the line says beside them. Pure."""

from __future__ import annotations

from broadsheet.sources.ids import parse_paper_id
from broadsheet.types import Part

_AROUND = "()[]<>{}.,;'"
_BEFORE = {"arxiv", "arxiv:", "doi", "doi:", "acl:", "openreview:"}

MOST_WORDS = 300
"""Words of a line in which ids are looked for: a pasted abstract, not a pasted book."""


def named(text: str) -> tuple[tuple[Part, ...], str]:
    """Each paper id that the line spells, as a part of it, and the line without them all."""
    tokens = text.split()
    if len(tokens) > MOST_WORDS:
        return (), text
    spans: dict[range, str] = {}
    for place, token in enumerate(tokens):
        if token.lower().startswith(("id:", "-", '"')) or not (paper_id := parse_paper_id(token.strip(_AROUND))):
            continue
        first = place - 1 if place and tokens[place - 1].lower().lstrip(_AROUND) in _BEFORE else place
        spans[range(first, place + 1)] = paper_id
    if not spans:
        whole = parse_paper_id(text)
        return ((Part("id", whole, ""),), "") if whole else ((), text)
    taken = {place for span in spans for place in span}
    parts = (
        Part("id", paper_id, " ".join(token for place, token in enumerate(tokens) if place not in span))
        for span, paper_id in spans.items()
    )
    rest = " ".join(token for place, token in enumerate(tokens) if place not in taken)
    return tuple(parts), rest
