"""What a request log becomes, and what was left out of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]


class Role(StrEnum):
    """What a column can be of a request."""

    ARRIVAL = "arrival"
    INPUT = "input_tokens"
    OUTPUT = "output_tokens"


class Unit(StrEnum):
    """Of times written as numbers."""

    SECONDS = "s"
    MILLISECONDS = "ms"
    MICROSECONDS = "us"
    NANOSECONDS = "ns"

    @property
    def per_second(self) -> float:
        return {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}[self.value]


class Fault(StrEnum):
    """Why a cell or a row was left out."""

    WRONG_WIDTH = "wrong_width"  # more or fewer cells than the header
    NO_TIME = "no_time"
    NOT_A_TIME = "not_a_time"
    OTHER_UNIT = "other_unit"  # a time far from all others: another unit, or a zero
    NOT_A_NUMBER = "not_a_number"
    NEGATIVE = "negative"
    TOO_LARGE = "too_large"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may cost. Rows hold 24 bytes each once read; bytes are those after decompression."""

    rows: int = 10_000_000
    bytes: int = 2 * 2**30
    line_bytes: int = 4 * 2**20
    columns: int = 4_096


@dataclass(frozen=True, slots=True)
class Rejected:
    """One cell (or row, then `column` is empty) that was left out; `line` counts from 1 with the header, rows of Parquet too."""

    line: int
    column: str
    fault: Fault
    value: str


@dataclass(frozen=True, slots=True)
class Trace:
    """Requests in file order. Arrays have one length; `arrival_s` counts from the earliest, tokens are NaN where not known.

    `origin` is the earliest time (UTC; a time without a zone is taken as such), None for relative times. A row without a
    usable time is left out whole, a token count that cannot be used becomes NaN; `rejected` counts both by fault, `examples`
    holds the first 20. `columns` says which column was taken for what, `unit` how numbers were read (None: dates).
    """

    arrival_s: Floats
    input_tokens: Floats | None
    output_tokens: Floats | None
    origin: datetime | None
    unit: Unit | None
    columns: Mapping[Role, str]
    rows: int
    blank_rows: int
    rejected: Mapping[Fault, int]
    examples: tuple[Rejected, ...]
