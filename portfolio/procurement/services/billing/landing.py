"""A block of a bill into the tables: distinct items by their keys, rows by COPY from columns."""

# ruff: noqa: S608 (the statements are put together from constants, values are parameters)

from __future__ import annotations

import csv
import io
from typing import Any
from uuid import UUID

import numpy as np
import numpy.typing as npt
from django.db import connection
from psycopg import sql

from portfolio.formats.billing.charge import AMOUNTS, DIMENSIONS, Block
from portfolio.procurement.models import BillingImport

_MOST_KNOWN = 200_000
_COLUMNS = ("billing_import_id", "row", "item_id", "day", "period", "period_end", *AMOUNTS)
_RENAMED = {"unit": "unit_of_measure"}
_TEXTS = tuple(_RENAMED.get(name, name) for name in DIMENSIONS)
_ITEM = ("unit_id", "demo", "digest", "tags", *(name for name in _TEXTS if name != "tags"))
_STAGING = f"""
CREATE TEMPORARY TABLE IF NOT EXISTS billing_new_items ON COMMIT DELETE ROWS AS
SELECT {", ".join(_ITEM)} FROM procurement_billingitem WITH NO DATA
"""
# In the order of the digests, so that two imports at once wait for each other and never in a circle.
_INSERT = """
INSERT INTO procurement_billingitem ({columns}) SELECT {columns} FROM billing_new_items ORDER BY digest
ON CONFLICT (unit_id, digest, demo) DO NOTHING
"""
_FIND = "SELECT digest, id FROM procurement_billingitem WHERE unit_id = %s AND demo = %s AND digest = ANY(%s)"


class Landing:
    """Writes blocks of one import inside the caller's transaction. Knows the ids of items it met, as far as memory allows."""

    def __init__(self, billing_import: BillingImport) -> None:
        self._import = billing_import
        self._known: dict[bytes, int] = {}
        self._unsure: list[bytes] = []  # of a transaction that has not ended

    def write(self, block: Block) -> None:
        if not len(block.row):
            return
        ids = self._ids(block)
        table = _table(self._import.pk, block, ids[block.item])
        statement = sql.SQL("COPY procurement_billingrow ({}) FROM STDIN (FORMAT csv)").format(
            sql.SQL(", ").join(map(sql.Identifier, _COLUMNS))
        )
        with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
            _write_csv(table, copy)

    def committed(self) -> None:
        """What was written stands; the ids of new items may be kept."""
        self._unsure.clear()
        if len(self._known) > _MOST_KNOWN:
            self._known.clear()

    def rolled_back(self) -> None:
        for key in self._unsure:
            self._known.pop(key, None)
        self._unsure.clear()

    def _ids(self, block: Block) -> npt.NDArray[np.int64]:
        raw = block.keys.T.astype(">u8").tobytes()
        keys = [raw[place : place + 16] for place in range(0, len(raw), 16)]
        self._find([key for key in keys if key not in self._known])
        new = [place for place, key in enumerate(keys) if key not in self._known]
        if new:
            self._insert(block, keys, new)
            self._find([keys[place] for place in new])
        return np.fromiter((self._known[key] for key in keys), dtype=np.int64, count=len(keys))

    def _find(self, keys: list[bytes]) -> None:
        if not keys:
            return
        with connection.cursor() as cursor:
            cursor.execute(_FIND, [self._import.unit_id, self._import.demo, [UUID(bytes=key) for key in keys]])
            for digest, number in cursor.fetchall():
                self._known[digest.bytes] = number
                self._unsure.append(digest.bytes)

    def _insert(self, block: Block, keys: list[bytes], new: list[int]) -> None:
        said = block.described(np.array(new, dtype=np.intp))
        names = [name for name in DIMENSIONS if name in said and name != "tags"]
        columns = ["unit_id", "demo", "digest", "tags", *(_RENAMED.get(name, name) for name in names)]
        tags = said.get("tags", [""] * len(new))
        fixed = (self._import.unit_id, self._import.demo)
        rows = zip(*(said[name] for name in names), strict=True) if names else [()] * len(new)
        identifiers = sql.SQL(", ").join(map(sql.Identifier, columns))
        with connection.cursor() as cursor:
            cursor.execute(_STAGING)
            with connection.wrap_database_errors, cursor.copy(
                sql.SQL("COPY billing_new_items ({}) FROM STDIN (FORMAT csv, FORCE_NOT_NULL ({}))").format(
                    identifiers, sql.SQL(", ").join(map(sql.Identifier, columns[3:]))
                )
            ) as copy:  # fmt: skip
                copy.write(_csv((*fixed, UUID(bytes=keys[place]), tag or "{}", *row)
                                for place, tag, row in zip(new, tags, rows, strict=True)))  # fmt: skip
            cursor.execute(sql.SQL(_INSERT).format(columns=identifiers))
            cursor.execute("DELETE FROM billing_new_items")


def _csv(rows: Any) -> bytes:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue().encode()


def _table(import_id: int, block: Block, ids: npt.NDArray[np.int64]) -> Any:
    import pyarrow as pa

    def days(values: npt.NDArray[np.int32]) -> Any:
        return pa.array(values, pa.int32()).cast(pa.date32())

    columns = {
        "billing_import_id": pa.array(np.full(len(ids), import_id, dtype=np.int64)), "row": pa.array(block.row),
        "item_id": pa.array(ids), "day": days(block.day), "period": days(block.period), "period_end": days(block.period_end),
    }  # fmt: skip
    return pa.table(columns | {name: block.amounts[name] for name in AMOUNTS})


def _write_csv(table: Any, copy: Any) -> None:
    """Arrow makes the text; no Python object for a value."""
    import pyarrow as pa
    import pyarrow.csv as arrow_csv

    sink = pa.BufferOutputStream()
    arrow_csv.write_csv(table, sink, arrow_csv.WriteOptions(include_header=False))
    copy.write(memoryview(sink.getvalue()))
