"""What a line that is still being typed may become: papers by their titles, papers by their authors' names."""

from __future__ import annotations

import numpy as np

from broadsheet.index.lexical import Keys, LexicalView, folded
from broadsheet.index.query import words

SHORTEST = 2
"""Letters of the last word from which it is completed."""

COMPLETIONS = 20
"""Words that the last one may become, the most frequent ones."""


def completed(typed: str, view: LexicalView, limit: int) -> tuple[Keys, Keys]:
    """The keys of papers whose titles, and of those whose authors, have all words typed; the last may be unfinished."""
    asked = list(filter(None, map(folded, words(typed))))
    if len(asked) > 1 and len(asked[-1]) < SHORTEST:
        asked.pop()
    if not asked or len(asked[-1]) < SHORTEST:
        nothing = np.zeros(0, np.int64)
        return nothing, nothing
    *whole, last = asked
    titles, authors = (
        view.naming(field, whole, [term for term, _ in view.beginning(field, last, COMPLETIONS, whole)], limit)
        for field in ("spelled", "authors")
    )
    return titles, authors
