"""Which column fills which field, and the habits of the file. Data: kept with the import, shown, and used again."""

from __future__ import annotations

from collections.abc import Mapping as AnyMapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portfolio.formats.errors import BadMapping, MissingColumns
from portfolio.formats.registers.columns import closest_headers
from portfolio.formats.registers.dates import DateOptions, DateOrder
from portfolio.formats.registers.words import folded
from portfolio.formats.sheets.fields import Field


@dataclass(frozen=True, slots=True)
class SheetMapping:
    """`columns`: (field, header). `fixed`: (field, text) for fields without a column and for blank cells.

    `decimal_sign` "" lets each cell speak for itself. `date_order` AUTO reads no more than is sure.
    """

    columns: tuple[tuple[str, str], ...]
    fixed: tuple[tuple[str, str], ...] = ()
    decimal_sign: str = ""
    date_order: DateOrder = DateOrder.AUTO
    two_digit_years: bool = False

    @property
    def dates(self) -> DateOptions:
        return DateOptions(self.date_order, two_digit_years=self.two_digit_years, two_digit_year_month=self.two_digit_years)

    def column_of(self, field: str) -> str:
        return dict(self.columns).get(field, "")

    def fixed_for(self, field: str) -> str:
        return dict(self.fixed).get(field, "")

    def as_data(self) -> dict[str, Any]:
        return {
            "columns": dict(self.columns),
            "fixed": dict(self.fixed),
            "decimal_sign": self.decimal_sign,
            "date_order": self.date_order.value,
            "two_digit_years": self.two_digit_years,
        }


def mapping_from(data: AnyMapping[str, Any], fields: Sequence[Field]) -> SheetMapping:
    """The mapping that `as_data` wrote. Raises BadMapping with the place that is wrong."""
    sign = data.get("decimal_sign", "")
    if sign not in ("", ".", ","):
        raise BadMapping("decimal_sign", 'it is ".", "," or empty')
    try:
        order = DateOrder(data.get("date_order", DateOrder.AUTO))
    except ValueError as error:
        raise BadMapping("date_order", f"it is one of {', '.join(DateOrder)}") from error
    return SheetMapping(
        _pairs(data, "columns", fields), _pairs(data, "fixed", fields), sign, order, data.get("two_digit_years") is True
    )


def positions(mapping: SheetMapping, headers: Sequence[str]) -> dict[str, int]:
    """Field -> position of its column. Raises MissingColumns with the headers there are and the closest ones."""
    places: dict[str, int] = {}
    for place, header in enumerate(headers):
        places.setdefault(folded(header), place)
    missing = tuple(column for _field, column in mapping.columns if folded(column) not in places)
    if missing:
        given = tuple(headers)
        raise MissingColumns(missing, given, {column: closest_headers(column, given) for column in missing})
    return {field: places[folded(column)] for field, column in mapping.columns}


def unfilled(mapping: SheetMapping, fields: Sequence[Field]) -> tuple[Field, ...]:
    """Required fields that nothing fills."""
    filled = {name for name, _column in mapping.columns} | {name for name, text in mapping.fixed if text}
    return tuple(field for field in fields if field.required and field.name not in filled)


def _pairs(data: AnyMapping[str, Any], place: str, fields: Sequence[Field]) -> tuple[tuple[str, str], ...]:
    given = data.get(place, {})
    if not isinstance(given, dict):
        raise BadMapping(place, "it is an object: field to text")
    known = [field.name for field in fields]
    for name, text in given.items():
        if name not in known:
            raise BadMapping(f"{place}.{name}", f"there is no such field; there are {', '.join(known)}")
        if not isinstance(text, str):
            raise BadMapping(f"{place}.{name}", "it is a text")
    return tuple((name, given[name].strip()) for name in known if given.get(name, "").strip())
