"""Promises of the change log."""

import threading
from datetime import UTC, datetime

import pytest
from builders import a_paper, a_record
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from broadsheet.core.store import store
from broadsheet.library import changes, models

NOW = datetime(2026, 3, 17, 8, tzinfo=UTC)


@pytest.mark.django_db
@pytest.mark.database
def test_numbers_only_grow_even_after_the_newest_change_is_gone() -> None:
    changes.append({1: a_paper(), 2: a_paper()}, NOW)
    last = changes.latest()
    models.Change.objects.filter(number=last).delete()
    changes.append({3: a_paper()}, NOW)
    assert changes.latest() > last


@pytest.mark.django_db
@pytest.mark.database
def test_the_log_tells_of_a_paper_as_it_is_now() -> None:
    store([a_record(title="As it was", ids=("doi:10.1/x",))], now=NOW)
    first = changes.latest()
    store([a_record(source="person", title="As it is", ids=("doi:10.1/x",))], now=NOW)
    said = changes.after(0, 10)
    assert [number for number, _, _ in said] == [first, changes.latest()]
    assert {paper.title for _, _, paper in said if paper} == {"As it is"}


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_a_reader_that_has_passed_a_number_never_sees_a_lower_one_later() -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time; this promise is about PostgreSQL")
    first_has_number, second_may_try = threading.Event(), threading.Event()

    def slow_writer() -> None:
        with transaction.atomic():
            changes.serialise_writers()
            changes.append({1: a_paper()}, NOW)
            first_has_number.set()
            second_may_try.wait(0.5)
        connection.close()

    def quick_writer() -> None:
        first_has_number.wait()
        with transaction.atomic():
            changes.serialise_writers()
            changes.append({2: a_paper()}, NOW)
        connection.close()

    writers = [threading.Thread(target=slow_writer), threading.Thread(target=quick_writer)]
    for writer in writers:
        writer.start()
    seen: list[int] = []
    while any(writer.is_alive() for writer in writers):
        seen += [number for number, _, _ in changes.after(max(seen, default=0), 10)]
    for writer in writers:
        writer.join()
    seen += [number for number, _, _ in changes.after(max(seen, default=0), 10)]
    assert list(models.Change.objects.order_by("number").values_list("number", flat=True)) == seen


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads SQLite's own plan")
def test_a_portion_of_the_log_is_read_without_the_rest_of_it() -> None:
    changes.notice(5, NOW)
    with CaptureQueriesContext(connection) as seen:
        changes.standing(10, 1000, 50, category="cs.LG")
        changes.last_of(7, 1000)
        changes.noticed_before(NOW)
        changes.moments([3])
        changes.latest_of_parts(1000)
    with connection.cursor() as cursor:
        for query in seen.captured_queries[:-1]:
            cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
            assert not [row for row in cursor.fetchall() if row[3].startswith("SCAN")], query["sql"]
        cursor.execute(f"EXPLAIN QUERY PLAN {seen.captured_queries[-1]['sql']}")
        assert "COVERING INDEX change_of_key" in str(cursor.fetchall())
