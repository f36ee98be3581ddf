"""The verb `export`: every paper once, in the order of the change log, so that whoever has some asks for the rest."""

from __future__ import annotations

from collections.abc import Iterator

from broadsheet.library import changes
from broadsheet.types import Paper

AT_ONCE = 500


def export(after: int = 0) -> Iterator[tuple[int, int, Paper | None]]:
    """(number of a change, the paper's key, the paper as it is now): whatever has changed after this number, once.

    The paper is None if it is gone. Whoever has read up to a number goes on after it, now or later, and then has all:
    a paper that changes in between comes again.
    """
    told = bytearray()  # a byte a key: for three million papers less than a set of their keys takes by far
    until = changes.latest()
    while after < until and (rows := changes.after(after, AT_ONCE)):
        for number, key, paper in rows:
            after = number
            if key >= len(told):
                told.extend(bytes(key + 1 - len(told)))
            if not told[key]:
                told[key] = 1
                yield number, key, paper


def latest() -> int:
    """The number of the last change, up to which an export that begins now goes."""
    return changes.latest()
