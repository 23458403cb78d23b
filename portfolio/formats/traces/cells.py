"""A batch of cells to numbers: all at once where it is clean, and finding the bad ones where it is not."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_LONG, _SHORT, _FEBRUARY = r"(0[13578]|1[02])-(0[1-9]|[12]\d|3[01])", r"(0[469]|11)-(0[1-9]|[12]\d|30)", r"02-(0[1-9]|1\d|2[0-8])"
_LEAP = r"((19|20|21)(0[48]|[2468][048]|[13579][26])|2000)-02-29"
_DAY = rf"^((19|20|21)\d\d-({_LONG}|{_SHORT}|{_FEBRUARY})|{_LEAP})"  # exact: a row that fits and does not parse costs time
_CLOCK = r"[ T]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,9})?)?"
_LOCAL = rf"{_DAY}({_CLOCK})?$"
_ZONED = rf"{_DAY}{_CLOCK}(Z|[+-]([01]\d|2[0-3])(:?[0-5]\d)?)$"
_LOCAL_TYPE, _ZONED_TYPE = pa.timestamp("ns"), pa.timestamp("ns", "UTC")


@dataclass(frozen=True, slots=True)
class Numbers:
    """`values` are NaN where `empty` or `bad`."""

    values: Floats
    empty: Flags
    bad: Flags


def numbers(cells: pa.Array, *, decimal_comma: bool = False) -> Numbers:
    """Of texts or of any number type; "nan" and "inf" are no numbers. Whole numbers beyond 2^53 lose their last digits."""
    if not pa.types.is_string(cells.type):
        empty = _flags(cells.is_null())
        values = np.asarray(cells.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False), dtype=np.float64).copy()
    else:
        cells = trimmed(cells)
        empty = _flags(pc.equal(cells, ""))
        values = _number_texts(pc.replace_substring(cells, ",", ".") if decimal_comma else cells)
    bad = ~np.isfinite(values) & ~empty
    values[bad | empty] = np.nan
    return Numbers(values, empty, bad)


def _number_texts(cells: pa.Array) -> Floats:
    try:
        return np.asarray(cells.cast(pa.float64()).to_numpy(zero_copy_only=False), dtype=np.float64).copy()
    except pa.ArrowInvalid:
        fits = pc.match_substring_regex(cells, _NUMBER)
        safe = pc.if_else(fits, cells, "nan").cast(pa.float64())
        return np.asarray(safe.to_numpy(zero_copy_only=False), dtype=np.float64).copy()


@dataclass(frozen=True, slots=True)
class Stamps:
    """Nanoseconds since 1970 (UTC); 0 where `empty` or `bad`."""

    values: npt.NDArray[np.int64]
    empty: Flags
    bad: Flags


def stamps(cells: pa.Array) -> Stamps:
    """Of ISO 8601 texts (blank or T between day and clock, point or comma before up to nine digits) or timestamps."""
    if pa.types.is_temporal(cells.type):
        return _temporal(cells)
    cells = trimmed(cells)
    empty = _flags(pc.equal(cells, ""))
    for kind in (_LOCAL_TYPE, _ZONED_TYPE):
        try:
            return Stamps(_nanoseconds(cells.cast(kind)), empty, np.zeros(len(cells), dtype=np.bool_))
        except pa.ArrowInvalid:
            continue
    return _one_by_kind(cells, empty)


def _one_by_kind(cells: pa.Array, empty: Flags) -> Stamps:
    tidy = pc.replace_substring_regex(pc.replace_substring_regex(cells, r"\s*(UTC|GMT|z)$", "Z"), r",(\d{1,9})", r".\1")
    tidy = pc.replace_substring_regex(tidy, r"(\d)\s+([+-]\d\d:?\d*)$", r"\1\2")
    values = np.zeros(len(cells), dtype=np.int64)
    done = np.zeros(len(cells), dtype=np.bool_)
    for pattern, kind in ((_LOCAL, _LOCAL_TYPE), (_ZONED, _ZONED_TYPE)):
        places = np.flatnonzero(_flags(pc.match_substring_regex(tidy, pattern)))
        if len(places):
            _cast(tidy.take(pa.array(places)), kind, places, values, done)
    return Stamps(values, empty, ~done & ~empty)


def _cast(cells: pa.Array, kind: pa.DataType, places: npt.NDArray[np.intp], values: npt.NDArray[np.int64], done: Flags) -> None:
    """Halves what does not parse until it stands alone, should a text fit its pattern and still be no time."""
    try:
        values[places] = _nanoseconds(cells.cast(kind))
        done[places] = True
    except pa.ArrowInvalid:
        if len(places) > 1:
            half = len(places) // 2
            _cast(cells[:half], kind, places[:half], values, done)
            _cast(cells[half:], kind, places[half:], values, done)


def _temporal(cells: pa.Array) -> Stamps:
    empty = _flags(cells.is_null())
    try:
        values = _nanoseconds(cells.cast(pa.timestamp("ns", getattr(cells.type, "tz", None))))
    except pa.ArrowInvalid:  # a year beyond 2262
        values = np.zeros(len(cells), dtype=np.int64)
        return Stamps(values, empty, ~empty)
    return Stamps(values, empty, np.zeros(len(cells), dtype=np.bool_))


def trimmed(cells: pa.Array) -> pa.Array:
    return pc.utf8_trim_whitespace(pc.fill_null(cells, ""))


def _nanoseconds(cells: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.fill_null(cells.cast(pa.int64()), 0).to_numpy(zero_copy_only=False), dtype=np.int64)


def _flags(cells: pa.Array) -> Flags:
    return np.asarray(pc.fill_null(cells, fill_value=False).to_numpy(zero_copy_only=False), dtype=np.bool_)
