"""A block's columns to charges: rows that cannot be are taken out, each with its field and reason."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from portfolio.formats.billing.amounts import KIND, decimals
from portfolio.formats.billing.charge import AMOUNTS, CORRECTION, DIMENSIONS, TIMES, Category, Fault
from portfolio.formats.billing.days import DAY_S, seconds
from portfolio.formats.billing.mixing import Lanes, grouped, indices

Flags = npt.NDArray[np.bool_]
_CATEGORIES = {str(one).casefold(): str(one) for one in Category}
_CLASSES = {"correction": CORRECTION, "regular": None}
_CURRENCY = re.compile(r"[A-Z][A-Z0-9 _-]{1,15}")
_UNKNOWN = np.int64(np.iinfo(np.int64).min)


@dataclass(slots=True)
class Checked:
    """`good` marks the rows that stand; `faults` are (row of the block, field, fault), the first one of a row only."""

    columns: dict[str, Any]
    rows: int
    good: Flags
    faults: list[tuple[npt.NDArray[np.int64], str, Fault]] = field(default_factory=list)
    times: dict[str, npt.NDArray[np.int64]] = field(default_factory=dict)
    amounts: dict[str, Any] = field(default_factory=dict)

    def refuse(self, which: Flags, name: str, fault: Fault) -> None:
        new = which & self.good
        if new.any():
            self.faults.append((np.flatnonzero(new), name, fault))
            self.good &= ~new


def checked(columns: dict[str, Any], rows: int, *, cell_chars: int) -> Checked:
    """Times, categories, currencies and amounts of a frame (layouts.shape), and which of its rows stand."""
    found = Checked(columns, rows, np.ones(rows, dtype=np.bool_))
    _times(found)
    _words(found)
    _texts(found, cell_chars)
    _amounts(found)
    return found


def _times(found: Checked) -> None:
    for name in TIMES:
        values, bad = _time(found.columns.get(name), found.rows)
        found.refuse(bad, name, Fault.TIME)
        found.times[name] = values
    found.refuse(found.times["charge_start"] == _UNKNOWN, "charge_start", Fault.NO_START)
    for start, end in (("charge_start", "charge_end"), ("period_start", "period_end")):
        ends = found.times[end]
        known = (ends != _UNKNOWN) & (found.times[start] != _UNKNOWN)
        found.refuse(known & (ends < found.times[start]), end, Fault.ENDS_BEFORE)


def _time(column: Any, rows: int) -> tuple[npt.NDArray[np.int64], Flags]:
    if column is None:
        return np.full(rows, _UNKNOWN), np.zeros(rows, dtype=np.bool_)
    texts = column.dictionary.to_pylist()
    read = [_UNKNOWN] + [_UNKNOWN if not text else found if (found := seconds(text)) is not None else None for text in texts]
    bad = np.array([value is None for value in read])
    table = np.array([_UNKNOWN if value is None else value for value in read], dtype=np.int64)
    codes = indices(column)
    return table[codes], bad[codes]


def _words(found: Checked) -> None:
    _word(found, "charge_category", lambda text: _CATEGORIES.get(text.casefold()), Fault.CATEGORY, Fault.NO_CATEGORY)
    _word(found, "currency", lambda text: text if _CURRENCY.fullmatch(text) else None, Fault.CURRENCY, Fault.NO_CURRENCY)
    _word(found, "charge_class", lambda text: _CLASSES.get(text.casefold(), ""), Fault.CLASS, None)


def _word(found: Checked, name: str, known: Callable[[str], str | None], bad: Fault, none: Fault | None) -> None:
    """A column of few words; what `known` answers replaces each. None is bad for a word that must be, "" for one that may."""
    column = found.columns.get(name)
    if column is None:
        if none is not None:
            found.refuse(np.ones(found.rows, dtype=np.bool_), name, none)
        return
    words = [(text or "").strip() for text in column.dictionary.to_pylist()]
    read = [known(word) if word else None for word in words]
    wrong = [bool(word) and (value is None if none is not None else value == "") for word, value in zip(words, read, strict=True)]
    codes = indices(column)
    found.refuse(np.array([False, *wrong])[codes], name, bad)
    if none is not None:
        found.refuse(np.array([True, *(not word for word in words)])[codes], name, none)
    # What is refused keeps its own words, to be told.
    if not any(wrong):
        found.columns[name] = pa.DictionaryArray.from_arrays(column.indices, pa.array(read, pa.string()))


def _texts(found: Checked, most: int) -> None:
    for name in DIMENSIONS:
        column = found.columns.get(name)
        if column is None or not len(column.dictionary):
            continue
        lengths = pc.utf8_length(column.dictionary)
        if (pc.max(lengths).as_py() or 0) > most:
            long = [False, *(length > most for length in lengths.to_pylist())]
            found.refuse(np.array(long)[indices(column)], name, Fault.LONG)


def _amounts(found: Checked) -> None:
    for name in AMOUNTS:
        column = found.columns.get(name)
        values, bad = (pa.nulls(found.rows, KIND), None) if column is None else decimals(column)
        found.amounts[name] = values
        if bad is not None and bad.any():
            found.refuse(bad, name, Fault.NUMBER)
    missing = np.asarray(found.amounts["billed"].is_null().to_numpy(zero_copy_only=False), dtype=np.bool_)
    found.refuse(missing, "billed", Fault.NO_COST)


@dataclass(frozen=True, slots=True)
class Items:
    """The distinct combinations of dimensions among the rows that stand: `of` each row, keys as mixing.grouped has them."""

    of: npt.NDArray[np.int32]
    keys: Lanes
    _columns: Mapping[str, Any]
    _first: npt.NDArray[np.int64]

    def described(self, places: npt.NDArray[np.intp]) -> dict[str, list[str]]:
        """Texts of these items by dimension."""
        rows = self._first[places]
        found = {}
        for name, column in self._columns.items():
            texts = ["", *((text or "").strip() for text in column.dictionary.to_pylist())]
            found[name] = [texts[code] for code in indices(column)[rows].tolist()]
        return found


def items(found: Checked) -> Items:
    kept = pa.array(np.flatnonzero(found.good))
    columns = {name: found.columns[name].take(kept) for name in DIMENSIONS if name in found.columns}
    first, group, lanes = grouped(columns, len(kept))
    return Items(group, lanes, columns, first)


def days(found: Checked) -> dict[str, npt.NDArray[np.int32]]:
    """Charge day and first and last day of the billing period of the rows that stand; an untold period is the month."""
    start = found.times["charge_start"][found.good] // DAY_S
    period = found.times["period_start"][found.good]
    end = found.times["period_end"][found.good]
    first = np.where(period == _UNKNOWN, _month_start(start), period // DAY_S)
    last = np.where(end == _UNKNOWN, first, end // DAY_S)
    return {"day": start.astype(np.int32), "period": first.astype(np.int32), "period_end": last.astype(np.int32)}


def _month_start(days: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    return days.astype("datetime64[D]").astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)


def refused_billed(found: Checked) -> tuple[Mapping[str, Decimal], int]:
    """Billed cost of refused rows by currency, as far as both could be read, and how many rows could not."""
    places = np.flatnonzero(~found.good)
    if not len(places):
        return {}, 0
    at = pa.array(places)
    amounts = found.amounts["billed"].take(at).to_pylist()
    currencies = found.columns["currency"].take(at).to_pylist() if "currency" in found.columns else [None] * len(places)
    sums: dict[str, Decimal] = {}
    unread = 0
    for amount, currency in zip(amounts, currencies, strict=True):
        if amount is None or not currency:
            unread += 1
        else:
            sums[currency[:16]] = sums.get(currency[:16], Decimal(0)) + amount
    return sums, unread
