"""Columns of amounts as exact decimals: all at once where they are clean, and finding the bad cells where they are not."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Context, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from portfolio.formats.billing.charge import MOST, PRECISION, SCALE

KIND = pa.decimal128(PRECISION, SCALE)
Flags = npt.NDArray[np.bool_]
_EXACT = Context(prec=PRECISION + 2, rounding=ROUND_HALF_EVEN)
_STEP = Decimal(1).scaleb(-SCALE)
_PLAIN = r"^-?\d{1,17}(\.\d{1,18})?$"
_NUMBER = re.compile(r"(\d{1,40}\.?\d{0,60}|\.\d{1,60})([eE][+-]?\d{1,3})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(,\d{3})+(\.\d+)?", re.ASCII)
_SIGNS = "$€£¥"


def decimals(cells: Any) -> tuple[Any, Flags]:
    """(decimal128 array, which cells are no number); null where empty or bad. Finer than 1e-18 is rounded half to even.

    Of texts, decimals, whole numbers and floats (these as the shortest decimal that names them). "nan", "inf" and what may be
    thousands or a decimal comma ("1,234") are no numbers; "$10,000.00 " and "(1,234.50)" are.
    """
    if pa.types.is_null(cells.type):
        return pa.nulls(len(cells), KIND), np.zeros(len(cells), dtype=np.bool_)
    texts = cells if pa.types.is_string(cells.type) else cells.cast(pa.string())
    try:
        found = texts.cast(KIND)
        largest = pc.max(pc.abs(texts.cast(pa.float64()))).as_py()  # decimal128 wraps around unseen, a float does not
        if largest is None or largest < MOST:
            return found, np.zeros(len(cells), dtype=np.bool_)
    except pa.ArrowInvalid:
        pass
    return _one_by_one(texts)


def _one_by_one(texts: Any) -> tuple[Any, Flags]:
    plain = pc.fill_null(pc.match_substring_regex(texts, _PLAIN), fill_value=True)
    found = pc.if_else(plain, texts, None).cast(KIND)
    odd = np.flatnonzero(~np.asarray(plain.to_numpy(zero_copy_only=False), dtype=np.bool_))
    bad = np.zeros(len(texts), dtype=np.bool_)
    if not len(odd):
        return found, bad
    read = [number(text) for text in texts.take(pa.array(odd)).to_pylist()]
    bad[odd] = [value is None for value in read]
    mask = np.zeros(len(texts), dtype=np.bool_)
    mask[odd] = True
    blank = [text.strip() == "" for text in texts.take(pa.array(odd)).to_pylist()]
    bad[odd] &= ~np.asarray(blank, dtype=np.bool_)
    return pc.replace_with_mask(found, pa.array(mask), pa.array(read, KIND)), bad


@lru_cache(maxsize=65_536)
def number(text: str) -> Decimal | None:
    """One cell; None if it is no certain number."""
    tidy, negative = text.strip(), False
    if tidy.startswith("(") and tidy.endswith(")"):
        tidy, negative = tidy[1:-1].strip(), True
    minus = tidy.startswith("-")
    bare = tidy[1:].strip() if tidy[:1] in {"+", "-"} else tidy
    signed = bare[:1] in _SIGNS and bool(bare)
    bare = bare.lstrip(_SIGNS).strip()
    if _GROUPED.fullmatch(bare) and (signed or "." in bare or bare.count(",") > 1):
        bare = bare.replace(",", "")
    if not _NUMBER.fullmatch(bare):
        return None
    try:
        value = Decimal(bare).quantize(_STEP, context=_EXACT)
    except InvalidOperation:  # more digits than fit
        return None
    if value >= MOST:
        return None
    return -value if minus != negative else value
