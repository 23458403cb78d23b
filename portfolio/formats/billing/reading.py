"""The door to a bill's file: what it is, and its blocks from any position on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa

from portfolio.formats.billing.charge import FAULT_TEXTS, Block, Fault, Limits, Position, Reject
from portfolio.formats.billing.checking import Checked, checked, days, items, refused_billed
from portfolio.formats.billing.delimited import Delimited, Raw, sample
from portfolio.formats.billing.layouts import aws_cur, azure_ea, focus
from portfolio.formats.billing.layouts.shape import Layout, constant, twice
from portfolio.formats.billing.parquet import Parquet
from portfolio.formats.errors import FormatError, UnreadableFile

LAYOUTS = (focus, aws_cur, azure_ea)
LIMITS = Limits()
_GZIP, _PARQUET, _ZIP = b"\x1f\x8b", b"PAR1", b"PK\x03\x04"


@dataclass(frozen=True, slots=True)
class Bill:
    """An open bill. `container`: csv, csv.gz or parquet. `currency` stands where the file has no such column."""

    layout: Layout
    container: str
    source: Delimited | Parquet
    limits: Limits
    currency: str

    @property
    def headers(self) -> list[str]:
        return self.source.headers

    def progress(self, after: Position, size_bytes: int) -> float:
        """The part of the file that lies before a position, 0 to 1; of a compressed one about that."""
        if isinstance(self.source, Parquet):
            return min(1.0, after.rows / int(self.source.rows))
        done = self.source.packed_bytes() if self.container == "csv.gz" else after.offset
        return min(1.0, done / max(1, size_bytes))

    def notes(self) -> list[str]:
        """What the reader of the import should know of the file as a whole."""
        told = list(self.layout.told)
        if self.layout.unused:
            told.append(f"{len(self.layout.unused)} columns are not kept: {sample(self.layout.unused, 30)}.")
        if "currency" not in self.layout.wanted:
            told.append(f"The file names no billing currency; {self.currency} was said at the upload.")
        return told

    def blocks(self, at: Position | None = None) -> Iterator[Block]:
        """Blocks from `at` (the `after` of an earlier block) to the end. Raises FormatError."""
        for raw in self.source.blocks(self.layout.wanted, self.layout.amounts, at or Position()):
            yield self._block(raw)

    def _block(self, raw: Raw) -> Block:
        rows = len(raw.row)
        frame = self.layout.frame(raw.columns)
        if "currency" not in self.layout.wanted:
            frame["currency"] = constant(self.currency, rows)
        found = checked(frame, rows, cell_chars=self.limits.cell_chars)
        each = items(found)
        kept = pa.array(np.flatnonzero(found.good))
        sums, unread = refused_billed(found)
        counts: Counter[tuple[str, Fault]] = Counter({(name, fault): 0 for _rows, name, fault in found.faults})
        for which, name, fault in found.faults:
            counts[name, fault] += len(which)
        if raw.narrow:
            counts["row", Fault.WIDTH] = len(raw.narrow)
        return Block(
            after=raw.after, rows=raw.read, row=raw.row[found.good], item=each.of, keys=each.keys, described=each.described,
            amounts={name: column.take(kept) for name, column in found.amounts.items()}, refused=dict(counts),
            rejects=self._rejects(raw, found), refused_billed=sums, refused_unread=unread + len(raw.narrow), **days(found),
        )  # fmt: skip

    def _rejects(self, raw: Raw, found: Checked) -> tuple[Reject, ...]:
        """The first of the refused rows, in the order of the file."""
        told: list[tuple[int, str, Fault, str]] = [(row, "row", Fault.WIDTH, text) for row, text in raw.narrow]
        for which, name, fault in found.faults:
            values = self._values(raw, found, name)
            for place in which[: self.limits.examples]:
                text = values[int(place)].as_py() if values is not None else None
                told.append((int(raw.row[place]), name, fault, "" if text is None else str(text)[:200]))
        told = sorted(told, key=lambda one: one[0])[: self.limits.examples]
        lines = self.source.lines(raw, [row for row, *_rest in told])
        return tuple(Reject(lines[row], row, name, self._header(name), fault, value) for row, name, fault, value in told)

    def _values(self, raw: Raw, found: Checked, name: str) -> Any:
        return raw.columns.get(name, found.columns.get(name))

    def _header(self, name: str) -> str:
        place = self.layout.wanted.get(name)
        return self.headers[place] if place is not None else ""


@contextmanager
def opened(path: Path, *, currency: str = "", limits: Limits = LIMITS) -> Iterator[Bill]:
    """What the file is, from its content alone. Raises FormatError where it is no bill that is known here."""
    with path.open("rb") as file:
        yield recognised(file, currency=currency, limits=limits)


def recognised(file: BinaryIO, *, currency: str = "", limits: Limits = LIMITS) -> Bill:
    """As `opened`, of a file that can be sought in."""
    head = file.read(4)
    file.seek(0)
    if head == _ZIP:
        raise UnreadableFile("this is a zip archive", advice="Upload what is in it: CSV, gzip or Parquet")
    compressed = head[:2] == _GZIP
    source = Parquet(file, limits) if head == _PARQUET else Delimited(file, limits, compressed=compressed)
    layout = next((found for one in LAYOUTS if (found := one.found(source.headers)) is not None), None)
    if layout is None:
        raise FormatError(
            "this is no bill that can be read here", where="Columns",
            advice="Known are FOCUS (BilledCost, ChargeCategory, ChargePeriodStart), AWS Cost and Usage Reports and Azure usage"
            f" details; this file has {sample(source.headers)}",
        )  # fmt: skip
    if same := twice(source.headers, layout.wanted):
        raise FormatError(f"the file has the column {sample(same)} twice", where="Columns", advice="Keep one of them")
    if "currency" not in layout.wanted and not currency:
        raise FormatError(
            "the file does not say in which currency it bills", where="Columns", advice="Name the currency when uploading it"
        )  # fmt: skip
    container = "parquet" if isinstance(source, Parquet) else "csv.gz" if compressed else "csv"
    return Bill(layout, container, source, limits, currency)


def reason(fault: str) -> str:
    """A fault in words."""
    return FAULT_TEXTS[Fault(fault)]


def headers_of(bill: Bill) -> Mapping[str, str]:
    """Our name -> the file's own, of all columns that are read."""
    return {name: bill.headers[place] for name, place in bill.layout.wanted.items()}
