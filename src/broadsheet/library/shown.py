"""Titles and abstracts as one reads them, kept beside what was written, so that showing a paper reads no TeX.

What is kept names what it was made of. Where that is not what is there, because an older Broadsheet wrote it or `tex`
makes something else of it since, it is worked out whenever it is shown.
"""

from __future__ import annotations

import zlib
from typing import Any, NamedTuple

from broadsheet import tex


class Shown(NamedTuple):
    """What is kept for showing of a paper: texts, None where they are as written; and what they were made of."""

    shown_title: str | None
    shown_abstract: str | None
    shown_of: int


def made(title: str, abstract: str) -> Shown:
    """What is to be kept of a paper with this title and this abstract."""
    return Shown(_other(title), _other(abstract), sum_of(title, abstract))


def _other(text: str) -> str | None:
    shown = tex.readable(text)
    return None if shown == text else shown


def sum_of(title: str, abstract: str) -> int:
    """By what it is known whether something was made of these texts, by this `tex`."""
    return zlib.crc32(f"{title}\0{abstract}".encode(), tex.VERSION)


def fill(row: dict[str, Any]) -> None:
    """Turn the columns of a row that are named like the fields of `Shown` into those of a paper."""
    title, abstract, of = row["title"], row["abstract"], row.pop("shown_of")
    if of is None or of != sum_of(title, abstract):
        row["shown_title"] = row["shown_abstract"] = None
        return
    if row["shown_title"] is None:
        row["shown_title"] = title
    if row["shown_abstract"] is None:
        row["shown_abstract"] = abstract
