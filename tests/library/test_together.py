"""Promises of writing together: what is answered was committed, and nobody pays for another's fault."""

import threading
from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, connection

from broadsheet.library import models
from broadsheet.library.together import Together

pytestmark = pytest.mark.database


def write(wanted: Sequence[int]) -> list[int]:
    if 13 in wanted:
        raise DatabaseError("unlucky")
    models.Change.objects.bulk_create(models.Change(key=key, at=datetime(2026, 3, 17, tzinfo=UTC)) for key in wanted)
    return [key * 2 for key in wanted]


def counted(sizes: list[int]) -> Together[int, int]:
    def write_and_count(wanted: Sequence[int]) -> list[int]:
        sizes.append(len(wanted))
        return write(wanted)

    return Together(write_and_count)


@pytest.mark.django_db(transaction=True)
def test_what_many_threads_want_is_all_written_and_each_gets_its_own_answer() -> None:
    sizes: list[int] = []
    together = counted(sizes)
    answers: dict[int, object] = {}
    ready = threading.Barrier(24)

    def work(first: int) -> None:
        ready.wait()
        for key in range(first, first + 10):
            try:
                answers[key] = together.do(key)
            except DatabaseError as error:
                answers[key] = str(error)
        connection.close()

    threads = [threading.Thread(target=work, args=(first * 10,)) for first in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == {key: "unlucky" if key == 13 else key * 2 for key in range(240)}
    assert sorted(models.Change.objects.values_list("key", flat=True)) == [key for key in range(240) if key != 13]
    assert max(sizes) > 1


@pytest.mark.django_db
def test_inside_a_transaction_a_thread_writes_alone() -> None:
    sizes: list[int] = []
    together = counted(sizes)
    assert [together.do(1), together.do(2)] == [2, 4]
    assert sizes == [1, 1]
