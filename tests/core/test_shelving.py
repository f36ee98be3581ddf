"""Promises of the papers of a collection: each once, in an order that is whole after every change, however many work."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from readers import NOW, an_actor, some_papers
from running import LIBRARY, environment, said_by

from broadsheet.community import Where
from broadsheet.core import collecting, shelving, splitting
from broadsheet.core.collecting import CollectionError
from broadsheet.core.store import remove as remove_from_library
from broadsheet.library import models
from broadsheet.types import Paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]

PAPERS = 7
paper_numbers = st.integers(0, PAPERS - 1)
steps = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(paper_numbers, max_size=3)),
        st.tuples(st.just("remove"), paper_numbers),
        st.tuples(st.just("remove and put back"), paper_numbers),
        st.tuples(st.just("move"), paper_numbers, st.integers(-1, PAPERS + 2)),
        st.tuples(st.just("step"), paper_numbers, st.sampled_from(["top", "up", "down", "bottom"])),
        st.tuples(st.just("beside"), paper_numbers, st.sampled_from(["before", "after"]), paper_numbers),
    ),
    max_size=25,
)


def slowly(order: list[int], step: Any) -> list[int]:
    """What a step makes of a list, with nothing but a list."""
    verb, *said = step
    order = list(order)
    if verb == "add":
        return order + [one for one in dict.fromkeys(said[0]) if one not in order]
    paper = said[0]
    if paper not in order or verb == "remove and put back":
        return order
    at = order.index(paper)
    order.remove(paper)
    if verb == "move":
        at = min(max(said[1] - 1, 0), len(order))
    elif verb == "step":
        at = {"top": 0, "up": max(at - 1, 0), "down": at + 1, "bottom": len(order)}[said[1]]
    elif verb == "beside" and said[2] != paper:
        at = order.index(said[2]) + (said[1] == "after")
    if verb != "remove":
        order.insert(at, paper)
    return order


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=steps)
def test_whatever_is_done_to_a_collection_its_order_is_that_of_a_list(steps: list[Any]) -> None:
    ada, stones = an_actor(), some_papers(PAPERS)
    key = collecting.make(ada, "Stones", now=NOW).key
    order: list[int] = []
    for step in steps:
        verb, *said = step
        try:
            if verb == "add":
                shelving.add(ada, key, [stones[one] for one in said[0]], now=NOW)
            elif verb == "remove":
                shelving.remove(ada, key, stones[said[0]], now=NOW)
            elif verb == "remove and put back":
                taken = shelving.remove(ada, key, stones[said[0]], now=NOW)
                if taken:
                    shelving.put_back(ada, key, stones[said[0]], taken.stood, now=NOW)
            elif verb == "move":
                shelving.move(ada, key, stones[said[0]], said[1], now=NOW)
            elif verb == "step":
                shelving.move(ada, key, stones[said[0]], Where(said[1]), now=NOW)
            else:
                shelving.move(ada, key, stones[said[0]], Where(said[1]), beside=stones[said[2]], now=NOW)
        except CollectionError:
            assert {said[0], *([said[2]] if verb == "beside" else [])} - set(order)
        else:
            order = slowly(order, step)
        kept = shelving.every(collecting.collection(key, ada))
        assert [each.place for each in kept] == list(range(1, len(order) + 1))
        assert [stones.index(each.paper) for each in kept] == order


def kept(key: int) -> list[tuple[int, str, str]]:
    rows = models.CollectionPaper.objects.filter(collection=key).order_by("place")
    return list(rows.values_list("place", "paper__paper_id", "note"))


def test_a_paper_is_added_once_and_keeps_its_note() -> None:
    ada, (stone,) = an_actor(), some_papers(1)
    key = collecting.make(ada, "Stones", now=NOW).key
    assert shelving.add(ada, key, [stone, stone], now=NOW) == 1
    shelving.note(ada, key, stone, "Heavy.", now=NOW)
    assert shelving.add(ada, key, [stone], now=NOW) == 0
    assert kept(key) == [(1, "doi:10.1000/0", "Heavy.")]


def test_a_removed_paper_comes_back_where_it_stood_with_note_and_day() -> None:
    ada, stones = an_actor(), some_papers(3)
    key = collecting.make(ada, "Stones", now=NOW).key
    shelving.add(ada, key, stones, now=NOW)
    shelving.note(ada, key, stones[1], "Heavy.", now=NOW)
    before = kept(key)
    taken = shelving.remove(ada, key, stones[1], now=NOW + timedelta(days=1))
    assert taken
    assert [place for place, _, _ in kept(key)] == [1, 2]
    for _ in range(2):
        shelving.put_back(ada, key, stones[1], taken.stood, now=NOW + timedelta(days=1))
        assert kept(key) == before
    assert models.CollectionPaper.objects.get(paper=stones[1].key).at == NOW


def test_papers_that_leave_the_library_or_become_one_leave_no_empty_place() -> None:
    ada, stones = an_actor(), some_papers(6)
    one, other = (collecting.make(ada, title, now=NOW).key for title in ("One", "Other"))
    shelving.add(ada, one, stones, now=NOW)
    shelving.add(ada, other, list(reversed(stones[1:])), now=NOW)
    shelving.note(ada, other, stones[5], "Heavy.", now=NOW)
    splitting.join(stones[0], stones[5], now=NOW)
    remove_from_library([stones[2].key, stones[3].key], now=NOW)
    assert kept(one) == [(1, "doi:10.1000/0", ""), (2, "doi:10.1000/1", ""), (3, "doi:10.1000/4", "")]
    assert kept(other) == [(1, "doi:10.1000/0", "Heavy."), (2, "doi:10.1000/4", ""), (3, "doi:10.1000/1", "")]


def test_pages_of_a_large_collection_follow_its_order_in_few_statements(django_assert_max_num_queries: Any) -> None:
    ada, stones = an_actor(), some_papers(130)
    key = collecting.make(ada, "Stones", now=NOW).key
    shelving.add(ada, key, list(reversed(stones)), now=NOW)
    with django_assert_max_num_queries(4):
        found = collecting.collection(key, ada)
        third = shelving.page(found, Paging(3, 50))
    assert found.size == 130
    assert [each.paper.title for each in third] == [f"Stone number {n} of many" for n in range(29, -1, -1)]
    assert [each.place for each in third] == list(range(101, 131))


def test_a_paper_is_chosen_into_some_collections_and_out_of_others_at_once() -> None:
    ada, (stone,) = an_actor(), some_papers(1)
    one, other, third = (collecting.make(ada, title, now=NOW).key for title in "abc")
    shelving.add(ada, one, [stone], now=NOW)
    shelving.choose(ada, stone, into={other}, out_of={one, third}, now=NOW)
    assert [bool(kept(key)) for key in (one, other, third)] == [False, True, False]
    collecting.delete(ada, third, now=NOW)
    with pytest.raises(collecting.CollectionNotFoundError):
        shelving.choose(ada, stone, into={one, third}, out_of=(), now=NOW)
    assert not kept(one)


def test_what_is_not_in_the_collection_is_neither_moved_nor_noted() -> None:
    ada, (stone, other) = an_actor(), some_papers(2)
    key = collecting.make(ada, "Stones", now=NOW).key
    shelving.add(ada, key, [stone], now=NOW)
    with pytest.raises(CollectionError, match="not in the collection"):
        shelving.note(ada, key, other, "Heavy.", now=NOW)
    with pytest.raises(CollectionError, match="not in the collection"):
        shelving.move(ada, key, other, 1, now=NOW)
    with pytest.raises(CollectionError, match="not in the collection"):
        shelving.move(ada, key, stone, Where.AFTER, beside=other, now=NOW)
    assert shelving.remove(ada, key, other, now=NOW) is None


def test_a_full_collection_says_so_and_takes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shelving, "MOST", 2)
    ada, stones = an_actor(), some_papers(3)
    key = collecting.make(ada, "Stones", now=NOW).key
    with pytest.raises(CollectionError, match="at most"):
        shelving.add(ada, key, stones, now=NOW)
    assert kept(key) == []


HANDS = (
    LIBRARY
    + """
import threading
from datetime import UTC, datetime
from django.db import connection
from broadsheet.community import Actor, Where
from broadsheet.core import collecting, papers, shelving
from broadsheet.core.store import store
from broadsheet.library import models
from broadsheet.types import Record

now = datetime(2026, 3, 17, tzinfo=UTC)
store([Record(source="x", title=f"Stone {n} of many", ids=(f"doi:10.1000/{n}",)) for n in range(40)], now=now)
stones = [papers.paper(f"doi:10.1000/{n}") for n in range(40)]
names = [f"reader {n}" for n in range(8)]
several = [Actor(key=models.Account.objects.create(username=name).pk, name=name) for name in names]
key = collecting.make(several[0], "Stones", now=now).key
for one in several[1:]:
    collecting.share(several[0], key, one.name, edits=True, now=now)

def work(number):
    mine = stones[number * 5 : number * 5 + 5]
    try:
        for stone in mine:
            shelving.add(several[number], key, [stone], now=now)
        for stone, where in zip(mine, Where):
            if where not in (Where.BEFORE, Where.AFTER):
                shelving.move(several[number], key, stone, where, now=now)
        taken = shelving.remove(several[number], key, mine[0], now=now)
        shelving.put_back(several[number], key, mine[0], taken.stood, now=now)
        shelving.remove(several[number], key, mine[1], now=now)
    finally:
        connection.close()

threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
for thread in threads: thread.start()
for thread in threads: thread.join()
places = [each.place for each in shelving.every(collecting.collection(key, several[0]))]
print(len(places), places == list(range(1, len(places) + 1)))
"""
)


def test_eight_hands_at_once_leave_an_order_that_is_whole(tmp_path: Path) -> None:
    assert said_by(HANDS, environment(tmp_path)) == ("32 True\n", "")
