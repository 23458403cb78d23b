"""Scores as PostgreSQL's binary COPY rows, and back: every row has the same length, so numpy does it without a loop.

Format: header, then a row of int16 fields and each field as int32 length and its bytes, big-endian; an array is dimensions, a
flag for nulls, the element's type, length and lower bound, then its elements (PostgreSQL manual, COPY, "Binary Format").
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

HEADER = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
TRAILER = b"\xff\xff"
FLOAT8, INT2 = 701, 21

Row = NDArray[Any]


def _array(name: str, element: str, count: int) -> list[tuple[Any, ...]]:
    fields: list[tuple[Any, ...]] = [
        (f"{name}_length", ">i4"), (f"{name}_dimensions", ">i4"), (f"{name}_nulls", ">i4"), (f"{name}_type", ">i4"),
        (f"{name}_count", ">i4"), (f"{name}_bound", ">i4"),
    ]  # fmt: skip
    return [*fields, (name, [("length", ">i4"), ("value", element)], (count,))]


def layout(plain: Sequence[tuple[str, str]], arrays: Sequence[tuple[str, str, int]]) -> np.dtype[Any]:
    """Of a row with `plain` fields (name, big-endian type), then `arrays` (name, type, elements)."""
    fields: list[tuple[Any, ...]] = [("fields", ">i2")]
    for name, kind in plain:
        fields += [(f"{name}_length", ">i4"), (name, kind)]
    for name, kind, count in arrays:
        fields += _array(name, kind, count)
    return np.dtype(fields)


def empty(rows: int, plain: Sequence[tuple[str, str]], arrays: Sequence[tuple[str, str, int]]) -> Row:
    """Rows with every length filled in; the caller sets the values, of an array under [name]["value"]."""
    one = np.zeros(1, dtype=layout(plain, arrays))
    one["fields"] = len(plain) + len(arrays)
    for name, kind in plain:
        one[f"{name}_length"] = int(kind[2:])
    for name, kind, count in arrays:
        size = int(kind[2:])
        one[f"{name}_length"] = 20 + count * (4 + size)
        one[f"{name}_dimensions"], one[f"{name}_count"], one[f"{name}_bound"] = 1, count, 1
        one[f"{name}_type"] = FLOAT8 if kind == ">f8" else INT2
        one[name]["length"] = size
    return np.repeat(one, rows)


def records(payload: bytes, plain: Sequence[tuple[str, str]], arrays: Sequence[tuple[str, str, int]]) -> Row:
    """Rows that record_send wrote one after the other: as those of COPY, with a count of int32 and the type of each field.

    Raises ValueError where the payload does not have that form.
    """
    fields: list[tuple[Any, ...]] = [("fields", ">i4")]
    for name, kind in plain:
        fields += [(f"{name}_type", ">i4"), (f"{name}_length", ">i4"), (name, kind)]
    for name, kind, count in arrays:
        fields += [(f"{name}_of", ">i4"), *_array(name, kind, count)]
    return _read(payload, np.dtype(fields))


def _read(body: bytes, whole: np.dtype[Any]) -> Row:
    if len(body) % whole.itemsize:
        raise ValueError("not rows of this layout: a null, or another number of elements")
    return np.frombuffer(body, dtype=whole)
