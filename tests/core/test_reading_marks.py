"""Promises of reading states and private notes: one's own, changed one by one, seen of fifty papers in one statement."""

from datetime import timedelta
from typing import Any

import pytest
from readers import NOW, an_actor, some_papers

from broadsheet.community import Marks, ReadingState
from broadsheet.core import collecting, reading, shelving, splitting
from broadsheet.errors import NotAllowedError
from broadsheet.library import models
from broadsheet.types import Paging

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_state_hiding_and_note_change_one_by_one_and_nothing_is_not_kept() -> None:
    ada, (stone,) = an_actor(), some_papers(1)
    reading.mark(ada, stone, state=ReadingState.TO_READ, now=NOW)
    reading.mark(ada, stone, note="Ask Bo.\x00", now=NOW)
    reading.mark(ada, stone, hidden=True, now=NOW)
    assert reading.marks(ada.key, [stone]) == {
        stone.key: Marks(state=ReadingState.TO_READ, hidden=True, note="Ask Bo.")
    }
    reading.mark(ada, stone, state="", hidden=False, now=NOW)
    assert reading.marks(ada.key, [stone])[stone.key] == Marks(note="Ask Bo.")
    reading.mark(ada, stone, note=" ", now=NOW)
    assert reading.marks(ada.key, [stone]) == {}
    assert not models.Reading.objects.exists()


def test_nobody_else_sees_them() -> None:
    ada, bo, (stone,) = an_actor("ada"), an_actor("bo"), some_papers(1)
    reading.mark(ada, stone, state=ReadingState.READ, note="Mine.", now=NOW)
    assert reading.marks(bo.key, [stone]) == {}
    assert reading.reading_list(bo, "read", Paging()).marked == ()


def test_collections_that_one_edits_are_told_with_them_and_no_others() -> None:
    ada, bo, (stone,) = an_actor("ada"), an_actor("bo"), some_papers(1)
    own, edited, read, foreign, binned = (
        collecting.make(who, "Stones", public=True, now=NOW).key for who in (ada, bo, bo, bo, ada)
    )
    collecting.share(bo, edited, "ada", edits=True, now=NOW)
    collecting.share(bo, edited, "ada", edits=True, now=NOW)
    collecting.share(bo, read, "ada", edits=False, now=NOW)
    for who, key in ((ada, own), (bo, edited), (bo, read), (bo, foreign), (ada, binned)):
        shelving.add(who, key, [stone], now=NOW)
    collecting.delete(ada, binned, now=NOW)
    assert reading.marks(ada.key, [stone])[stone.key] == Marks(collections=frozenset({own, edited}))


def test_marks_of_fifty_papers_take_one_statement(django_assert_num_queries: Any) -> None:
    ada, stones = an_actor(), some_papers(50)
    key = collecting.make(ada, "Stones", now=NOW).key
    shelving.add(ada, key, stones[::2], now=NOW)
    for stone in stones[::3]:
        reading.mark(ada, stone, state=ReadingState.READING, now=NOW)
    with django_assert_num_queries(1):
        found = reading.marks(ada.key, stones)
    assert sum(bool(each.collections) for each in found.values()) == 25
    assert sum(each.state is ReadingState.READING for each in found.values()) == 17


def test_lists_are_by_state_latest_first_and_a_note_does_not_move_a_paper() -> None:
    ada, stones = an_actor(), some_papers(4)
    for hour, stone in enumerate(stones):
        reading.mark(ada, stone, state=ReadingState.TO_READ, now=NOW + timedelta(hours=hour))
    reading.mark(ada, stones[0], note="First.", now=NOW + timedelta(days=1))
    reading.mark(ada, stones[1], state=ReadingState.READ, now=NOW + timedelta(days=1))
    reading.mark(ada, stones[2], hidden=True, now=NOW + timedelta(days=2))
    found = reading.reading_list(ada, "to read", Paging(1, 2))
    assert [each.paper for each in found.marked] == [stones[2], stones[3]]
    assert [each.paper for each in reading.reading_list(ada, "to read", Paging(2, 2)).marked] == [stones[0]]
    assert found.counts == {"to read": 3, "reading": 0, "read": 1, "notes": 1, "hidden": 1}
    assert reading.reading_list(ada, "notes", Paging()).marked[0].marks.note == "First."


def test_papers_that_become_one_keep_the_marks() -> None:
    ada, (one, other) = an_actor(), some_papers(2)
    reading.mark(ada, other, state=ReadingState.READ, note="Both.", now=NOW)
    splitting.join(one, other, now=NOW)
    assert reading.marks(ada.key, [one])[one.key] == Marks(state=ReadingState.READ, note="Both.")


def test_who_is_banned_marks_nothing() -> None:
    with pytest.raises(NotAllowedError):
        reading.mark(an_actor(banned=True), some_papers(1)[0], state=ReadingState.READ, now=NOW)
