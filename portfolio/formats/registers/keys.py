"""The key of a register's row: what it is found by at the next import. No two rows of a file share one."""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.formats.registers.interpret import Interpreted
from portfolio.formats.registers.mapping import KeyRule, Mapping


@dataclass(frozen=True, slots=True)
class RowKey:
    """`ordinal`: 1 for the first row of its base key in file order, 2 for the next one.

    `first_line`: line of the first row with the same base key, if this is a later one. `exact_duplicate_of`: line of an
    earlier row that equals this one in every cell. `note` says either in words. Both rows land.
    """

    key: str
    basis: KeyRule
    ordinal: int
    first_line: int | None = None
    exact_duplicate_of: int | None = None
    note: str | None = None


def normalised_name(text: str) -> str:
    """A name for comparison: NFKC, no case, letters and digits with one space between words.

    A name without letters and digits keeps its signs, so that "???" and "***" stay apart.
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    words = "".join(sign if sign.isalnum() or unicodedata.category(sign)[0] == "M" else " " for sign in plain).split()
    return " ".join(words) or " ".join(plain.split())


class KeyBook:
    """Keys for the rows of one file. Feed every row that lands, in file order."""

    def __init__(self, mapping: Mapping) -> None:
        self._rule = mapping.key
        self._counts: dict[str, int] = {}
        self._first_lines: dict[str, int] = {}
        self._digests: dict[bytes, int] = {}
        self._units: dict[object, str] = {}

    def key(self, row: Interpreted, cells: Sequence[str]) -> RowKey:
        base, basis = self._base(row)
        ordinal = self._counts[base] = self._counts.get(base, 0) + 1
        first_line = self._first_lines.setdefault(base, row.line)
        digest = hashlib.blake2b("\x1f".join(cells).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        twin = self._digests.setdefault(digest, row.line)
        key = base if basis is KeyRule.EXTERNAL_ID and ordinal == 1 else f"{base} #{ordinal}"
        if ordinal == 1:
            return RowKey(key, basis, ordinal)
        duplicate = twin if twin != row.line else None
        if duplicate is not None:
            note = f"equals line {duplicate} in every cell; kept as number {ordinal} of its key"
        elif basis is KeyRule.EXTERNAL_ID:
            note = f"has the same external id as line {first_line}; kept as number {ordinal}"
        else:
            note = f"has the same unit and name as line {first_line}; kept as number {ordinal}"
        return RowKey(key, basis, ordinal, first_line, duplicate, note)

    def _base(self, row: Interpreted) -> tuple[str, KeyRule]:
        if self._rule is KeyRule.EXTERNAL_ID:
            ids = _ids(row.fields)
            if ids:
                return " + ".join(ids), KeyRule.EXTERNAL_ID
        path = row.fields.get("unit", ())
        unit = self._units.get(path)
        if unit is None:
            levels = path if isinstance(path, tuple) else ()
            unit = self._units[path] = " / ".join(normalised_name(str(level)) for level in levels)
        return f"{unit} :: {normalised_name(str(row.fields.get('name', '')))}", KeyRule.UNIT_NAME_ORDINAL


def _ids(fields: dict[str, object]) -> list[str]:
    single = fields.get("external_id")
    if isinstance(single, str) and single.strip():
        return [" ".join(single.split())]
    several = fields.get("external_ids")
    return [" ".join(str(each).split()) for each in several] if isinstance(several, tuple) else []
