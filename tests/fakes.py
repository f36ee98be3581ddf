"""A library in memory, as the index sees one."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from broadsheet.types import Change, Document


def a_document(key: int, title: str = "Stones that learn", **fields: Any) -> Document:
    """A paper of which the index is told a title, and whatever a test cares for."""
    return Document(key=key, title=title, **fields)


@dataclass
class FakeLibrary:
    """Papers by key and a log of what was written, in lists; `interrupt` is called before every answer."""

    papers: dict[int, Document] = field(default_factory=dict)
    log: list[int] = field(default_factory=list)
    interrupt: Callable[[], None] = lambda: None

    @classmethod
    def of(cls, *documents: Document) -> Self:
        """A library that these papers were just put into."""
        library = cls()
        library.put(*documents)
        return library

    def put(self, *documents: Document) -> None:
        for document in documents:
            self.papers[document.key] = document
            self.log.append(document.key)

    def remove(self, *keys: int) -> None:
        for key in keys:
            if self.papers.pop(key, None):
                self.log.append(key)

    def latest(self) -> int:
        return len(self.log)

    def changes(self, after: int, limit: int) -> Sequence[Change]:
        self.interrupt()
        numbered = enumerate(self.log[after : after + limit], after + 1)
        return [Change(number, key, self.papers.get(key)) for number, key in numbered]

    def documents(self) -> Iterable[Document]:
        for document in sorted(self.papers.values(), key=lambda document: document.key):
            self.interrupt()
            yield document

    def count(self) -> int:
        return len(self.papers)
