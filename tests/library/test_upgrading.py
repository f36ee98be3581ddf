"""Promises of taking over an older library."""

from datetime import UTC, datetime

import pytest
from builders import a_record
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from broadsheet.core import harvesting, papers
from broadsheet.core.store import remove, store
from broadsheet.library import models

NOW = datetime(2026, 3, 17, tzinfo=UTC)


def there_and_back(migration: str) -> None:
    """Leave the library as one that was made up to this migration, and was then taken over."""
    try:
        MigrationExecutor(connection).migrate([("library", migration)])
    finally:
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes("library"))


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_what_was_in_the_log_before_there_were_harvests_can_be_harvested() -> None:
    days = [datetime(2026, 3, day, 8, 0, 0, day, tzinfo=UTC) for day in (17, 16, 18)]
    for number, day in enumerate(days):
        store([a_record(f"Stone {number}", ids=(f"arxiv:2603.0000{number}",), categories=("cs.LG", "a b"))], now=day)
    remove([papers.paper("2603.00000").key], now=days[-1])
    there_and_back("0017_names_in_lower_case")
    assert set(models.Change.objects.values_list("tags", flat=True)) == {"", " arxiv cs.LG "}
    items = harvesting.portion(harvesting.Wanted(), 10, lambda: datetime(2026, 4, 1, tzinfo=UTC)).items
    assert [(item.paper.title if item.paper else "", item.at.day) for item in items] == [
        ("Stone 1", 16), ("Stone 2", 18), ("", 18),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_papers_from_before_their_readable_texts_were_kept_show_the_same() -> None:
    store([a_record("Lifting $n^2$ stones", abstract="With {\\em ropes}.", ids=("arxiv:2603.00001",))], now=NOW)
    before = papers.paper("2603.00001")
    there_and_back("0021_harvests")
    assert set(models.Paper.objects.values_list("shown_of", flat=True)) == {None}
    after = papers.paper("2603.00001")
    assert (after, after.readable_title, after.readable_abstract) == (before, "Lifting n² stones", "With ropes.")
