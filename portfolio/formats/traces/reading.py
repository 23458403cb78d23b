"""A request log from a file: which columns, which unit, what was left out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from portfolio.formats.errors import EmptyFile, FormatError, TooLarge, UnreadableFile
from portfolio.formats.traces.cells import numbers, stamps, trimmed
from portfolio.formats.traces.columns import found_columns
from portfolio.formats.traces.delimited import Delimited
from portfolio.formats.traces.parquet import Parquet
from portfolio.formats.traces.rejects import Rejects
from portfolio.formats.traces.times import EPOCH, is_epoch, strange, unit_of
from portfolio.formats.traces.trace import Fault, Floats, Limits, Rejected, Role, Trace, Unit

MOST_TOKENS = 1e7  # of one request; the longest contexts on the market hold 1e7
_FURTHEST = 1e19  # beyond any time in nanoseconds
_WORST_SHARE = 0.5


def read_trace(
    file: BinaryIO | Path,
    name: str,
    *,
    mapping: Mapping[Role, str] | None = None,
    unit: Unit | None = None,
    limits: Limits | None = None,
) -> Trace:
    """CSV (comma, semicolon, tab or bar; also gzip) or Parquet, told apart by content; `name` is for messages.

    `mapping` names columns where detection is not to choose, `unit` is that of times written as numbers. Raises FormatError
    (MissingColumns, AmbiguousUnit, TooLarge, EmptyFile, UnreadableFile, UnsafeArchive) saying what to do; single bad cells
    are counted and shown in the result, and are an error only where they are more than half.
    """
    limits = limits or Limits()
    with _opened(file, name) as opened:
        source = _source(opened, name, limits)
        places = _places(source, mapping)
        rejects = Rejects()
        held = _Held(rejects, source.headers, places, decimal_comma=source.delimiter == ";")
        for batch in source.batches(list(places.values()), rejects):
            held.add(dict(zip(places, batch, strict=True)))
            if held.rows > limits.rows:
                raise TooLarge(f"{name} has more than {limits.rows:,} rows", advice="Upload a part of it, a few busy weeks say")
    return held.trace(unit, source.first_line, name)


@contextmanager
def _opened(file: BinaryIO | Path, name: str) -> Iterator[BinaryIO]:
    if not isinstance(file, Path):
        yield file
        return
    try:
        opened = file.open("rb")
    except OSError as error:
        raise UnreadableFile(f"{name} is no file that can be read", advice="Choose a CSV or Parquet file") from error
    with opened:
        yield opened


def _source(file: BinaryIO, name: str, limits: Limits) -> Delimited | Parquet:
    file.seek(0)
    head = file.read(4)
    if not head:
        raise EmptyFile(f"{name} is empty", advice="Choose the log that has the requests")
    if head == b"PAR1":
        return Parquet(file, limits)
    if head[:2] == b"PK" or head in {b"BZh9", b"\xfd7zX", b"\x28\xb5\x2f\xfd", b"7z\xbc\xaf"}:
        raise UnreadableFile(f"{name} is an archive or a workbook", advice="Unpack it, or save its sheet as CSV")
    return Delimited(file, limits, compressed=head[:2] == b"\x1f\x8b")


def _places(source: Delimited | Parquet, mapping: Mapping[Role, str] | None) -> dict[Role, int]:
    if not source.named and not mapping:
        raise FormatError(
            "the first line holds data and no column names",
            where="Line 1",
            advice='Put a line such as "timestamp,input_tokens,output_tokens" first, or map them as "column 1", "column 2"',
        )
    return found_columns(source.headers, mapping)


@dataclass
class _Held:
    """Batches turned into numbers, with a row's place kept until all are known. Times are nanoseconds or raw numbers."""

    rejects: Rejects
    headers: list[str]
    places: dict[Role, int]
    decimal_comma: bool
    rows: int = 0
    dated: bool | None = None
    times: list[Floats] = field(default_factory=list)  # raw numbers; or seconds since `base` for dates
    blank: int = 0
    base: int | None = None
    tokens: dict[Role, list[Floats]] = field(default_factory=dict)

    def add(self, cells: dict[Role, pa.Array]) -> None:
        columns = {role: numbers(cells[role], decimal_comma=self.decimal_comma) for role in cells if role is not Role.ARRIVAL}
        values, empty, bad = self._times(cells[Role.ARRIVAL])
        blank = empty & np.logical_and.reduce(
            [found.empty for found in columns.values()] or [np.ones(len(empty), dtype=np.bool_)]
        )
        self.blank += int(np.count_nonzero(blank))
        self._reject(Role.ARRIVAL, empty & ~blank, Fault.NO_TIME, cells)
        self._reject(Role.ARRIVAL, bad, Fault.NOT_A_TIME, cells)
        if self.dated:
            self._reject(Role.ARRIVAL, np.isnan(values) & ~empty & ~bad, Fault.OTHER_UNIT, cells)
        self.times.append(values)
        for role, found in columns.items():
            self._reject(role, found.bad, Fault.NOT_A_NUMBER, cells)
            self._reject(role, found.values < 0, Fault.NEGATIVE, cells)
            self._reject(role, found.values > MOST_TOKENS, Fault.TOO_LARGE, cells)
            found.values[(found.values < 0) | (found.values > MOST_TOKENS)] = np.nan
            self.tokens.setdefault(role, []).append(found.values)
        self.rows += len(values)

    def _reject(self, role: Role, bad: npt.NDArray[np.bool_], fault: Fault, cells: dict[Role, pa.Array]) -> None:
        self.rejects.cells(bad, self.rows, self.headers[self.places[role]], fault, cells[role])

    def _times(self, cells: pa.Array) -> tuple[Floats, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
        if self.dated is None:
            self.dated = _holds_dates(cells)
        if not self.dated:
            found = numbers(cells, decimal_comma=self.decimal_comma)
            absurd = np.abs(found.values) > _FURTHEST
            found.values[absurd] = np.nan
            return found.values, found.empty, found.bad | absurd
        dates = stamps(cells)
        good = ~(dates.empty | dates.bad) & (dates.values >= EPOCH[0] * 1e9) & (dates.values <= EPOCH[1] * 1e9)
        if self.base is None and good.any():
            self.base = int(dates.values[good][0])
        seconds = np.full(len(good), np.nan)
        seconds[good] = (dates.values[good] - (self.base or 0)) / 1e9
        return seconds, dates.empty, dates.bad

    def trace(self, given: Unit | None, first_line: int, name: str) -> Trace:
        times = np.concatenate(self.times) if self.times else np.zeros(0)
        self.times = []
        seconds, origin, unit = self._seconds(times, given, first_line, name)
        kept = np.isfinite(seconds)
        examples = self.rejects.examples(first_line)
        self._enough(int(np.count_nonzero(kept)), examples, name)
        tokens = {role: np.concatenate(self.tokens.pop(role))[kept] for role in list(self.tokens)}
        seconds = seconds[kept]
        earliest = float(seconds.min())
        return Trace(
            arrival_s=seconds - earliest,
            input_tokens=tokens.get(Role.INPUT),
            output_tokens=tokens.get(Role.OUTPUT),
            origin=None if origin is None else datetime.fromtimestamp(origin + earliest, UTC),
            unit=unit,
            columns={role: self.headers[place] for role, place in self.places.items()},
            rows=self.rows + len(self.rejects.skipped_lines),
            blank_rows=self.blank,
            rejected=dict(self.rejects.counts),
            examples=examples,
        )

    def _seconds(self, times: Floats, given: Unit | None, first_line: int, name: str) -> tuple[Floats, float | None, Unit | None]:
        """Seconds from an origin (None: relative), NaN where a time is of no use."""
        known = times[np.isfinite(times)]
        if not len(known):
            self._enough(0, self.rejects.examples(first_line), name)
        if self.dated:
            return times, (self.base or 0) / 1e9, None
        header = self.headers[self.places[Role.ARRIVAL]]
        unit = unit_of(known, header, given)
        seconds = times / unit.per_second
        epoch = is_epoch(known, unit)
        odd = strange(seconds, epoch=epoch)
        if odd.any():
            self.rejects.cells(odd, 0, header, Fault.OTHER_UNIT, pa.array(times))
            seconds[odd] = np.nan
        return seconds, 0.0 if epoch else None, unit

    def _enough(self, kept: int, examples: tuple[Rejected, ...], name: str) -> None:
        lost = self.rows - self.blank - kept + len(self.rejects.skipped_lines)
        if kept >= 2 and lost <= _WORST_SHARE * (kept + lost):
            return
        if kept < 2 and not lost:
            raise EmptyFile(f"{name} holds {kept} request{'s'[kept:]}", advice="A rate needs two at least")
        first = "; ".join(f'line {one.line} {one.column or "row"}: {one.fault} "{one.value}"' for one in examples[:5])
        raise UnreadableFile(
            f"{lost:,} of {kept + lost:,} rows of {name} cannot be used",
            where=f"Line {examples[0].line}" if examples else "",
            advice=f"Correct them or map other columns. First: {first}",
        )


def _holds_dates(cells: pa.Array) -> bool:
    """By the first batch: dates where more cells are dates than numbers."""
    if pa.types.is_temporal(cells.type):
        return True
    if not pa.types.is_string(cells.type):
        return False
    head = trimmed(cells[:1000])
    dates, plain = stamps(head), numbers(head)
    return bool(np.count_nonzero(~dates.bad) > np.count_nonzero(~plain.bad))
