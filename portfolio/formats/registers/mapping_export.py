"""A mapping as plain data again: what a database keeps and an editor shows."""

from __future__ import annotations

from decimal import Decimal

from portfolio.formats.registers.dates import DateOptions
from portfolio.formats.registers.mapping import Accept, Closure, FieldMap, Mapping, Otherwise

Data = dict[str, object]


def mapping_to_data(mapping: Mapping) -> Data:
    """JSON-able data from which `mapping_from_data` makes the same mapping; what is usual is left out."""
    data: Data = {
        "register": mapping.register,
        "key": str(mapping.key),
        "fields": {each.target: _field(each) for each in mapping.fields},
    }
    if mapping.closure is not None:
        data["closure"] = _closure(mapping.closure)
    return data


def _field(field: FieldMap) -> Data:
    data: Data = {"columns": list(field.columns), "kind": str(field.kind)}
    if field.values:
        data["values"] = dict(field.values)
    if field.otherwise is not Otherwise.UNKNOWN:
        data["otherwise"] = str(field.otherwise)
    if field.dates != DateOptions():
        data["dates"] = _dates(field.dates)
    if field.accept is not Accept.ANY:
        data["accept"] = str(field.accept)
    for name in ("delimiter", "default", "unit"):
        if value := getattr(field, name):
            data[name] = value
    for name, usual in (("required", False), ("blank_words", False), ("report", True), ("decimal_sign", ".")):
        if (value := getattr(field, name)) != usual:
            data[name] = value
    if field.scale != Decimal(1):
        data["scale"] = str(field.scale)
    return data


def _dates(options: DateOptions) -> Data:
    data: Data = {"order": str(options.order)}
    for name in ("two_digit_year_month", "two_digit_years", "excel_year_serials"):
        if getattr(options, name):
            data[name] = True
    if options.fiscal_year_start_month is not None:
        data["fiscal_year_start_month"] = options.fiscal_year_start_month
    return data


def _closure(closure: Closure) -> Data:
    kind: object = closure.kind_dated
    if closure.dated_by is not None:
        kind = {"when_dated": closure.dated_by, "then": closure.kind_dated, "otherwise": closure.kind_undated}
    return {
        "column": closure.column,
        "values": list(closure.values),
        "closed_on": closure.closed_on,
        "kind": kind,
        "report_open": closure.report_open,
    }
