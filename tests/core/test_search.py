"""Promises of the verb `search` that need no index: threads search one after the other, and a failure holds up nobody."""

import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from broadsheet.core.search import search
from broadsheet.index import Index
from broadsheet.types import Hits, IndexState, Query


class Slow:
    """An index that takes its time, and counts how many search it at once."""

    embedder = SimpleNamespace()

    def __init__(self) -> None:
        self.searching, self.most, self.searched = 0, 0, 0
        self._lock = threading.Lock()

    def state(self) -> IndexState:
        return IndexState()

    def search(self, query: Query, **_more: Any) -> Hits:
        with self._lock:
            self.searching += 1
            self.most = max(self.most, self.searching)
        threading.Event().wait(0.01)
        with self._lock:
            self.searching -= 1
            self.searched += 1
        if "pit" in query.text:
            raise LookupError
        return Hits(hits=(), total=0, query=query)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Slow:
    monkeypatch.setattr("broadsheet.core.search.changes.latest", lambda: 0)
    return Slow()


def test_threads_search_one_after_the_other(slow: Slow) -> None:
    index = cast("Index", slow)
    threads = [threading.Thread(target=search, args=(index, f"stone {number}")) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (slow.searched, slow.most) == (8, 1)


def test_a_search_that_fails_holds_up_nobody(slow: Slow) -> None:
    index = cast("Index", slow)
    with pytest.raises(LookupError):
        search(index, "a pit")
    assert search(index, "a stone").total == 0
