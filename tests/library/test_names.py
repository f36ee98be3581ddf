"""Promises of looking accounts up by their names."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from broadsheet.library import accounts, models


@pytest.mark.django_db
def test_a_name_is_found_whatever_its_case_and_the_exact_one_first() -> None:
    lower, exact, french = (models.Account.objects.create(username=name).pk for name in ("ada", "Ada", "Élise"))
    assert accounts.named(["Ada", "ADA", "Élise", "nobody"]) == {"Ada": exact, "ADA": lower, "Élise": french}


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="reads SQLite's own plan")
def test_looking_names_up_reads_no_other_account() -> None:
    with CaptureQueriesContext(connection) as seen:
        accounts.named(["Ada", "grace"])
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {seen.captured_queries[0]['sql']}")
        plan = [row[3] for row in cursor.fetchall()]
    assert not [step for step in plan if step.startswith("SCAN")]
