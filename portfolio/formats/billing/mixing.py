"""Rows that agree in many columns of texts, found by a 128-bit sum of keyed digests of their distinct texts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Lanes = npt.NDArray[np.uint64]


@lru_cache(maxsize=50_000)
def _digest(column: str, text: str) -> tuple[int, int]:
    digest = blake2b(text.encode(), digest_size=16, person=column.encode()[:16]).digest()
    return int.from_bytes(digest[:8]), int.from_bytes(digest[8:])


def grouped(columns: Mapping[str, Any], rows: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int32], Lanes]:
    """(row that is the first of each group, group of each row, key of each group as two lanes).

    `columns`: dictionary arrays of texts. Null and "" add nothing to a key, so a column that is absent, one that is empty, and
    another order of columns give the same keys.
    """
    lanes = np.zeros((2, rows), dtype=np.uint64)
    for name, column in columns.items():
        values, codes = column.dictionary.to_pylist(), indices(column)
        table = np.zeros((2, len(values) + 1), dtype=np.uint64)
        table[:, 1:] = np.array([_digest(name, v) if v else (0, 0) for v in values], dtype=np.uint64).reshape(-1, 2).T
        lanes += table[:, codes]
    _, first, group = np.unique(lanes[0], return_index=True, return_inverse=True)
    if not np.array_equal(lanes[1], lanes[1][first][group]):  # two keys that agree in their first half
        _, first, group = np.unique(lanes, axis=1, return_index=True, return_inverse=True)
    return first.astype(np.int64), group.astype(np.int32), lanes[:, first]


def indices(column: Any) -> npt.NDArray[np.int32]:
    """Codes of a dictionary array; 0 is null, 1 the first of its dictionary."""
    codes = column.indices.cast(pa.int32()).fill_null(-1).to_numpy(zero_copy_only=False)
    return np.asarray(codes, dtype=np.int32) + np.int32(1)


def coded(texts: list[str | None], codes: npt.NDArray[np.int32]) -> Any:
    """A dictionary array of `texts` (the first for code 0), as `indices` reads it back; texts may repeat, None is null."""
    places = {text: place for place, text in enumerate(dict.fromkeys(text for text in texts if text is not None))}
    table = np.array([-1 if text is None else places[text] for text in texts], dtype=np.int32)
    found = table[codes]
    return pa.DictionaryArray.from_arrays(pa.array(found, mask=found < 0), pa.array(list(places), pa.string()))
