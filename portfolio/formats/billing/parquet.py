"""Blocks of a Parquet file's chosen columns, a row group at a time and in it so many rows; any block can be begun at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.parquet as pq

from portfolio.formats.billing.charge import Limits, Position
from portfolio.formats.billing.delimited import NOTHING, Raw
from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile

_ADVICE = "Write the file again"
_MOST_GROUP = 2**30  # a row group of a wide bill has tens of MB; the codec's pages bound what is held of it


class Parquet:
    """Raises FormatError where it is no such file."""

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        self._limits = limits
        try:
            self._file = pq.ParquetFile(file, memory_map=False, pre_buffer=False)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableFile(f"the Parquet file is damaged ({str(error)[:200]})", advice=_ADVICE) from error
        self._schema = self._file.schema_arrow
        self.headers = list(self._schema.names)
        self.repaired = 0
        self.rows = self._file.metadata.num_rows
        if self.rows < 1:
            raise EmptyFile("the file has no charges", advice="Choose the bill's file")
        if len(self.headers) > limits.columns:
            raise TooLarge(f"the file has {len(self.headers)} columns", advice="Is it a bill?")

    def blocks(self, wanted: Mapping[str, int], amounts: frozenset[str], at: Position) -> Iterator[Raw]:
        """As Delimited.blocks; row groups that lie wholly before `at` are not read."""
        names = [self.headers[place] for place in wanted.values()]
        group, passed = self._group_of(at.rows)
        before = Position(at.rows, at.rows, at.rows)
        groups = list(range(group, self._file.num_row_groups))
        skip = at.rows - passed
        try:
            batches = self._file.iter_batches(self._limits.block_rows, row_groups=groups, columns=names, use_threads=False)
            for batch in batches:
                kept = batch.slice(min(skip, batch.num_rows))
                skip -= batch.num_rows - kept.num_rows
                if not kept.num_rows:
                    continue
                raw = self._raw(kept, wanted, amounts, before)
                yield raw
                before = raw.after
        except (pa.ArrowException, OSError) as error:
            raise UnreadableFile(f"the Parquet file is damaged ({str(error)[:200]})", advice=_ADVICE) from error

    def _group_of(self, rows: int) -> tuple[int, int]:
        passed = 0
        for group in range(self._file.num_row_groups):
            size = self._file.metadata.row_group(group).num_rows
            if self._file.metadata.row_group(group).total_byte_size > _MOST_GROUP:
                raise TooLarge("a row group is larger than 1 GB", advice="Write the file with row groups of 100,000 rows")
            if passed + size > rows:
                return group, passed
            passed += size
        return self._file.num_row_groups, passed

    def _raw(self, batch: Any, wanted: Mapping[str, int], amounts: frozenset[str], before: Position) -> Raw:
        columns = {}
        for name, place in wanted.items():
            column = batch.column(batch.schema.get_field_index(self.headers[place]))
            columns[name] = _number(column, self.headers[place]) if name in amounts else _texts(column, self.headers[place])
        done = before.rows + batch.num_rows
        row = np.arange(before.rows + 1, done + 1, dtype=np.int64)
        return Raw(columns, row, (), batch.num_rows, Position(done, done, done), b"", before)

    def lines(self, _raw: Raw, rows: Sequence[int]) -> dict[int, int]:
        """A Parquet file has no lines: the row's number."""
        return {row: row for row in rows}


def _number(column: Any, header: str) -> Any:
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return _blank(column.cast(pa.string()))
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_decimal(kind) or pa.types.is_null(kind):
        return column.cast(pa.string())
    raise FormatError(f'the column "{header[:100]}" holds {str(kind)[:100]}', where="Columns", advice="Write amounts as numbers")


def _texts(column: Any, header: str) -> Any:
    kind = column.type
    if pa.types.is_map(kind) or pa.types.is_struct(kind) or pa.types.is_list(kind):
        column = pa.array([_json(value) for value in column.to_pylist()], pa.string())
    elif pa.types.is_timestamp(kind) or pa.types.is_date(kind):
        coded = column.dictionary_encode()
        stamps = [None if value is None else str(value.as_py()) for value in coded.dictionary]
        return pa.DictionaryArray.from_arrays(coded.indices, pa.array(stamps, pa.string()))
    elif pa.types.is_dictionary(kind):
        column = column.dictionary_decode()
    if pa.types.is_binary(column.type):
        raise FormatError(f'the column "{header[:100]}" holds bytes', where="Columns", advice="Write texts as strings")
    return _blank(column.cast(pa.string())).dictionary_encode()


def _blank(column: Any) -> Any:
    import pyarrow.compute as pc

    return pc.if_else(pc.is_in(column, pa.array(NOTHING)), None, column)


def _json(value: Any) -> str | None:
    if value is None:
        return None
    pairs = dict(value) if isinstance(value, list) and all(isinstance(one, tuple) for one in value) else value
    return orjson.dumps(pairs, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS).decode()
