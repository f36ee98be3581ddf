"""Words marked in running text, by their stems; everything else escaped."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from broadsheet.index.query import stem
from broadsheet.text import RUN


def marked(text: str, words: Collection[str]) -> SafeString:
    """The text as HTML, with `<mark>` around every word that has the stem of one of these."""
    stems = {stem(word) for word in words}
    if not stems:
        return escape(text)
    parts, end = [], 0
    for match in RUN.finditer(text):
        if stem(match[0]) in stems:
            parts += [escape(text[end : match.start()]), mark_safe("<mark>"), escape(match[0]), mark_safe("</mark>")]
            end = match.end()
    parts.append(escape(text[end:]))
    return SafeString("".join(parts))
