"""The verbs that keep the index: `catch_up` applies the change log, `rebuild` starts anew beside the old one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path

from broadsheet.index import Embedder, sync
from broadsheet.library import changes, papers
from broadsheet.text import readable, venue_name
from broadsheet.types import Change, Document, Paper


class LibraryView:
    """The library as the index sees it: numbered changes, and documents to read from the start."""

    def latest(self) -> int:
        """The number of the last change."""
        return changes.latest()

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        """Up to `limit` changes after this number, each with the paper as it is now."""
        return [
            Change(number, key, document(paper) if paper else None)
            for number, key, paper in changes.after(after, limit)
        ]

    def documents(self) -> Iterable[Document]:
        """Every paper, in order of keys."""
        return map(document, papers.everything())

    def count(self) -> int:
        """How many papers there are."""
        return papers.count()


def document(paper: Paper) -> Document:
    """What the index is told of a paper: readable text, and our note only while there is no abstract."""
    return Document(
        key=paper.key,
        title=paper.readable_title,
        abstract=paper.readable_abstract if paper.abstract else readable(paper.note),
        authors=paper.authors,
        categories=paper.categories,
        venue=venue_name(readable(paper.venue)) if paper.venue else "",
        day=paper.published or paper.announced or paper.featured or (date(paper.year, 1, 1) if paper.year else None),
        has_code=paper.has_code,
    )


def catch_up(folder: Path, embedder: Embedder, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Apply to the index what the library has written since; answers how many changes that were.

    Rebuilds where there is nothing to continue from. IndexBusyError if another process is at it.
    """
    return sync.catch_up(folder, embedder, LibraryView(), progress=progress)


def rebuild(folder: Path, embedder: Embedder, *, progress: Callable[[int, int], None] | None = None) -> int:
    """Build a new index beside the old one and swap; answers how many papers it holds."""
    return sync.rebuild(folder, embedder, LibraryView(), progress=progress)
