"""Very many rows, or very often: the SQL that Django would write, without compiling it for every row or every time."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection, models


def insert(
    model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]], *, over: Sequence[str] = ()
) -> None:
    """Insert rows of values in the order of `fields`; a row with the same values in the fields `over` is overwritten.

    Values must be what the database driver takes: text, numbers, or adapted dates. About four times as quick as
    `bulk_create`, which is what lets an import keep up with reading.
    """
    quote = connection.ops.quote_name
    columns = {name: quote(str(model._meta.get_field(name).column)) for name in fields}  # type: ignore[union-attr]
    sql = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns.values())}) VALUES ({', '.join(['%s'] * len(columns))})"  # noqa: S608, E501 - names come from the models
    if over:
        updates = ", ".join(f"{column} = excluded.{column}" for name, column in columns.items() if name not in over)
        sql += f" ON CONFLICT ({', '.join(columns[name] for name in over)}) DO UPDATE SET {updates}"
    with connection.cursor() as cursor:
        cursor.executemany(sql, list(rows))


def statement(rows: models.QuerySet[Any, Any]) -> str:
    """The SQL of a query, to be kept and asked with other values in the places of its own."""
    return str(rows.query.sql_with_params()[0])


def rows(statement: str, values: Collection[Any]) -> list[tuple[Any, ...]]:
    """What a statement answers, as the database driver has it: JSON is text."""
    with connection.cursor() as cursor:
        cursor.execute(statement, tuple(values))
        return list(cursor.fetchall())


def next_keys(model: type[models.Model], number: int) -> list[int]:
    """So many keys that no row of this table has or had, ascending. The caller inserts them before another one asks."""
    if not number:
        return []
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)", [table, column, number]
            )
            return sorted(key for (key,) in cursor.fetchall())
        cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        last = (cursor.fetchone() or (0,))[0]
    return list(range(last + 1, last + 1 + number))


def expect_many() -> None:
    """Let SQLite keep more of its indexes in memory, on this connection: a long import reads them all over."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA cache_size=-65536")
