"""Promises of the library's version: equal while nothing is committed, and never after, whoever committed."""

import json
from pathlib import Path

import pytest
from builders import a_record
from django.db import connection, transaction
from running import LIBRARY, environment, said_by

from broadsheet.core.store import store
from broadsheet.library.version import version

LOOKED = f"""
{LIBRARY}
import json, subprocess, sys
from django.db import transaction
from broadsheet.library import models
from broadsheet.library.version import version

def add():
    models.Account.objects.create(username=f"reader {{models.Account.objects.count()}}")

def since(act):
    before = version()
    act()
    return before == version()

def inside():
    with transaction.atomic():
        told.append(version())
        add()
        told.append(version())

def undone():
    try:
        with transaction.atomic():
            add()
            raise LookupError
    except LookupError:
        pass

told = [since(lambda: models.Account.objects.count()), since(add)]
program = "import django; django.setup(); from broadsheet.library import models; models.Account(username='bo').save()"
told.append(since(lambda: subprocess.run([sys.executable, "-c", program], check=True)))
told += [since(undone), since(inside)]
print(json.dumps(told))
"""


def test_it_tells_commits_of_this_process_and_of_others(tmp_path: Path) -> None:
    said, complained = said_by(LOOKED, environment(tmp_path))
    assert not complained
    reading, writing, writing_elsewhere, *inside, undone, after = json.loads(said)
    assert (reading, undone) == (True, True)
    assert (writing, writing_elsewhere, after) == (False, False, False)
    assert inside == [None, None]  # where it cannot be told


@pytest.mark.database
@pytest.mark.django_db(transaction=True)
def test_on_postgresql_it_tells_the_same_and_of_a_database_in_memory_nothing() -> None:
    from datetime import UTC, datetime

    if connection.vendor == "sqlite":
        assert version() is None
        return
    before = version()
    assert version() == before
    store([a_record("A stone")], now=datetime(2026, 3, 17, tzinfo=UTC))
    after = version()
    assert after != before
    with transaction.atomic():
        assert version() is None
    assert version() == after
