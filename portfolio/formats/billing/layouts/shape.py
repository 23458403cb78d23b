"""What every layout answers, and the tools they share."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
import pyarrow as pa

Columns = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Layout:
    """How a kind of bill is read.

    `wanted`: our name -> place of its column; `amounts`: which of them are amounts; `frame` turns the columns read into those of
    charge.DIMENSIONS (dictionary arrays), TIMES (dictionary arrays) and AMOUNTS, as far as the file has them. `unused` are the
    headers that are not kept. `told` are notes for the reader of the import.
    """

    key: str
    label: str
    version: str
    wanted: Mapping[str, int]
    amounts: frozenset[str]
    frame: Callable[[Columns], dict[str, Any]]
    unused: tuple[str, ...]
    told: tuple[str, ...] = ()


def plain(header: str) -> str:
    """Compared without case, separators and byte order mark: "SkuPriceid", "sku_price_id" and "lineItem/Type" forms meet."""
    return re.sub(r"[^a-z0-9]", "", header.casefold())


def places(headers: Sequence[str], names: Mapping[str, Sequence[str]]) -> dict[str, int]:
    """Our name -> place of the first header that is one of its names."""
    known: dict[str, int] = {}
    for place, header in enumerate(headers):
        known.setdefault(plain(header), place)
    found = {}
    for name, spellings in names.items():
        at = next((known[one] for one in spellings if one in known), None)
        if at is not None:
            found[name] = at
    return found


def twice(headers: Sequence[str], used: Mapping[str, int]) -> list[str]:
    """Headers that are used and occur more than once."""
    keys = [plain(header) for header in headers]
    return [headers[place] for place in used.values() if keys.count(keys[place]) > 1]


def recoded(column: Any, change: Callable[[str], str | None]) -> Any:
    """The dictionary array with each distinct text changed; null stays null."""
    values = [change(value) for value in column.dictionary.to_pylist()]
    return pa.DictionaryArray.from_arrays(column.indices, pa.array(values, pa.string()))


def constant(text: str, rows: int) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array([0] * rows, pa.int32()), pa.array([text]))


def first_of(columns: Columns, *names: str) -> Any:
    """Row by row the first of these columns that says something; None if the file has none of them."""
    import pyarrow.compute as pc

    present = [columns[name] for name in names if name in columns]
    if len(present) < 2:
        return present[0] if present else None
    return pc.coalesce(*(column.cast(pa.string()) for column in present)).dictionary_encode()


@lru_cache(maxsize=20_000)
def tags(text: str) -> str:
    """Tags as JSON with sorted names; of a text that is no JSON object, with or without its braces, {"": text}."""
    stripped = text.strip()
    for form in (stripped, f"{{{stripped}}}"):
        try:
            found = orjson.loads(form)
        except orjson.JSONDecodeError:
            continue
        if isinstance(found, dict):
            said = {name: value if isinstance(value, str) else _word(value) for name, value in found.items()}
            return orjson.dumps(said, option=orjson.OPT_SORT_KEYS).decode() if said else ""
    return orjson.dumps({"": stripped}).decode()


def _word(value: object) -> str:
    return "" if value is None else orjson.dumps(value).decode()
