"""COPY in PostgreSQL's binary format, made of columns without a Python object for each value."""

from __future__ import annotations

import struct
from typing import Any

import numpy as np
from django.db import connection
from django.db.backends.utils import CursorWrapper
from numpy.typing import NDArray
from psycopg import sql

HEADER = b"PGCOPY\n\xff\r\n\x00" + struct.pack(">ii", 0, 0)
TRAILER = struct.pack(">h", -1)


def encoded(*columns: NDArray[Any]) -> bytes:
    """The rows: a count of fields, then each with its length before it. All are of fixed width, so one array holds them.

    int64 is a bigint or, as microseconds since 2000, a timestamptz; int16 a smallint; float64 a double precision.
    """
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for number, column in enumerate(columns):
        fields += [(f"length{number}", ">i4"), (f"value{number}", column.dtype.newbyteorder(">").str)]
    rows = np.empty(len(columns[0]), dtype=fields)
    rows["fields"] = len(columns)
    for number, column in enumerate(columns):
        rows[f"length{number}"] = column.dtype.itemsize
        rows[f"value{number}"] = column
    return rows.tobytes()


def copy(cursor: CursorWrapper, table: str, **columns: NDArray[Any]) -> None:
    """Write columns of one length into the columns of their names."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN (FORMAT BINARY)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.wrap_database_errors, cursor.copy(statement) as stream:
        stream.write(HEADER)
        stream.write(encoded(*columns.values()))
        stream.write(TRAILER)


def numbers(cursor: CursorWrapper, query: sql.Composable) -> NDArray[np.int64]:
    """The answer of a query that gives one bigint a row, named `number` and never NULL, as one value and not as so many rows."""
    cursor.execute(sql.SQL("SELECT string_agg(int8send(number), '') FROM ({}) AS answer").format(query))
    (found,) = cursor.fetchone()
    return np.frombuffer(found or b"", dtype=">i8").astype(np.int64)
