"""Inserting very many rows: the SQL that Django would write, without compiling every value of every row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
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
