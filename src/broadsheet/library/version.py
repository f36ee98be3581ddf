"""Tells whether anything was committed to the library since, by whatever process."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Hashable
from functools import cache

from django.db import connection


def version() -> Hashable:
    """A value that stays equal only as long as nothing is committed; None where that cannot be told.

    It costs some microseconds on SQLite, and a round trip on PostgreSQL. It cannot be told inside a transaction, which
    sees what it has written itself, nor of a database in memory.
    """
    if connection.in_atomic_block:
        return None
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            # Which transactions can be seen: two snapshots that are equal see the same.
            cursor.execute("SELECT pg_current_snapshot()::text")
            return str(cursor.fetchone()[0])
    name = str(connection.settings_dict["NAME"])
    return None if "memory" in name.rsplit("?", maxsplit=1)[-1] else _watch(name).seen()


class _Watch:
    """A connection that only looks: SQLite tells it of what others commit, and never of what it would itself."""

    def __init__(self, path: str) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, check_same_thread=False)

    def seen(self) -> int:
        with self._lock:
            return int(self._connection.execute("PRAGMA data_version").fetchone()[0])


@cache
def _watch(path: str) -> _Watch:
    return _Watch(path)
