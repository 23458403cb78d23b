"""Many rows at once through COPY: the audit triggers see them like any other write, as one statement a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection
from psycopg import sql
from psycopg.types.json import Jsonb

Row = Sequence[Any]


def next_ids(table: str, count: int) -> list[int]:
    """The next ids of a table, so that rows which point to each other can be written in any order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
        return [number for (number,) in cursor.fetchall()]


def copy_rows(table: str, columns: str, rows: Iterable[Row]) -> int:
    """Write `rows`, values in the order of `columns` (names separated by blanks); dicts and lists go as JSON.

    What PostgreSQL refuses is one of Django's database errors, as with any other statement.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns.split()))
    )
    written = 0
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row([Jsonb(value) if isinstance(value, dict | list) else value for value in row])
            written += 1
    return written
