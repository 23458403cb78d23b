"""Batches of a Parquet file's chosen columns."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile
from portfolio.formats.traces.rejects import Rejects
from portfolio.formats.traces.trace import Limits

_BATCH = 65_536
_ADVICE = "Write it again, or save the log as CSV"


class Parquet:
    """`first_line` is 1: rows are counted from 1."""

    delimiter = ""
    named = True
    first_line = 1

    def __init__(self, file: BinaryIO, limits: Limits) -> None:
        file.seek(0)
        try:
            self._file = pq.ParquetFile(file, pre_buffer=False, thrift_string_size_limit=2**24, thrift_container_size_limit=2**20)
            self._schema = self._file.schema_arrow
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableFile(f"the Parquet file cannot be opened ({str(error)[:200]})", advice=_ADVICE) from error
        self.headers = list(self._schema.names)
        self._check(limits)

    def _check(self, limits: Limits) -> None:
        about = self._file.metadata
        if about.num_rows < 1:
            raise EmptyFile("the file has no requests", advice="Choose the log that has the requests")
        if about.num_rows > limits.rows:
            raise TooLarge(f"the file has {about.num_rows:,} rows", advice=f"Keep {limits.rows:,} at most, a few busy weeks say")
        if len(self.headers) > limits.columns:
            raise TooLarge(f"the file has {len(self.headers)} columns", advice=f"Keep {limits.columns} at most")

    def batches(self, places: Sequence[int], _rejects: Rejects) -> Iterator[tuple[pa.Array, ...]]:
        names = [self.headers[place] for place in places]
        for place, name in zip(places, names, strict=True):
            if not _usable(self._schema.field(place).type) or self.headers.count(name) > 1:
                what = f'the column "{name[:100]}" holds {str(self._schema.field(place).type)[:100]}, or its name occurs twice'
                raise FormatError(what, where="Columns", advice="Write times, texts or numbers under names of their own")
        try:
            for batch in self._file.iter_batches(batch_size=_BATCH, columns=names, use_threads=False):
                yield tuple(_plain(batch.column(name)) for name in names)
        except (pa.ArrowException, OSError, ValueError) as error:
            raise UnreadableFile(f"the Parquet file is damaged ({str(error)[:200]})", advice=_ADVICE) from error


def _usable(kind: pa.DataType) -> bool:
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    number = pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind)
    return bool(number or pa.types.is_string(kind) or pa.types.is_large_string(kind) or _dated(kind))


def _dated(kind: pa.DataType) -> bool:
    return bool(pa.types.is_timestamp(kind) or pa.types.is_date(kind))


def _plain(cells: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(cells.type):
        cells = cells.dictionary_decode()
    return cells.cast(pa.string()) if pa.types.is_large_string(cells.type) else cells
