"""A sheet by mapping: suggested from headers and values, read row by row, every refusal with its column and reason."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest

from portfolio.formats.errors import BadMapping, MissingColumns
from portfolio.formats.registers.dates import DateOrder, read_date
from portfolio.formats.registers.reading import open_table
from portfolio.formats.sheets.amounts import Amount, Unreadable
from portfolio.formats.sheets.cells import currency_of, last_day
from portfolio.formats.sheets.fields import Field, Kind
from portfolio.formats.sheets.mapping import SheetMapping, mapping_from
from portfolio.formats.sheets.rows import SheetRow, read_rows
from portfolio.formats.sheets.suggest import Suggestion, suggested

FIELDS = (
    Field("unit", "Business unit", Kind.TEXT, ("department",), required=True, max_length=20),
    Field("category", "Category", Kind.CHOICE, choices=("compute", "people"), words=(("gpu", "compute"),)),
    Field("start", "Period start", Kind.DATE, ("from",), required=True),
    Field("planned", "Planned", Kind.MONEY, ("budget",)),
    Field("currency", "Currency", Kind.CURRENCY),
    Field("in_plan", "In plan", Kind.YES_NO),
    Field("seats", "Seats", Kind.WHOLE, strict=True),
)
TEXT = "Department;Category;From;Budget;Currency;In plan;Seats\n"


def _read(tmp_path: Path, rows: str, mapping: SheetMapping | None = None) -> tuple[Suggestion, list[SheetRow]]:
    path = tmp_path / "sheet.csv"
    path.write_text(TEXT + rows)
    with open_table(path) as table:
        suggestion = suggested(FIELDS, table.headers, [cells for _line, cells in table.rows])
    with open_table(path) as table:
        return suggestion, list(read_rows(table, FIELDS, mapping or suggestion.mapping))


def test_headers_and_values_suggest_the_mapping_and_the_habits(tmp_path: Path) -> None:
    suggestion, _rows = _read(tmp_path, "Retail;GPU;31.12.2026;1.234,50;EUR;yes;3\n")
    assert dict(suggestion.mapping.columns) == {
        "unit": "Department", "category": "Category", "start": "From", "planned": "Budget", "currency": "Currency",
        "in_plan": "In plan", "seats": "Seats",
    }  # fmt: skip
    assert (suggestion.mapping.decimal_sign, suggestion.mapping.date_order) == (",", DateOrder.DMY)


def test_a_row_becomes_typed_values(tmp_path: Path) -> None:
    _suggestion, (row,) = _read(tmp_path, "Retail;GPU;31.12.2026;1.234,50;eur;x;3\n")
    assert not row.issues
    assert row.values["category"] == "compute"
    assert row.values["start"].value == dt.date(2026, 12, 31)
    assert row.values["planned"] == Amount(Decimal("1234.50"))
    assert (row.values["currency"], row.values["in_plan"], row.values["seats"]) == ("EUR", "yes", 3)


def test_bad_cells_are_reported_by_column_and_only_what_must_rejects(tmp_path: Path) -> None:
    _suggestion, rows = _read(
        tmp_path,
        "Retail;magic;2026-01;12,5;EUR;perhaps;3\n;GPU;2026-01;1,5;$;no;2,5\nRetail;GPU;soon;x;EUR;no;1\n",
        SheetMapping((("unit", "Department"), ("category", "Category"), ("start", "From"), ("planned", "Budget"),
                      ("currency", "Currency"), ("in_plan", "In plan"), ("seats", "Seats")), decimal_sign=","),
    )  # fmt: skip
    assert not rows[0].rejected
    assert {issue.column for issue in rows[0].issues} == {"Category", "In plan"}
    assert rows[0].values["category"] == ""
    assert {(issue.field, issue.reject) for issue in rows[1].issues} == {("unit", True), ("currency", True), ("seats", True)}
    assert {issue.field for issue in rows[2].issues if issue.reject} == {"start", "planned"}
    assert [row.line for row in rows] == [2, 3, 4]


def test_a_fixed_value_fills_what_the_file_leaves_blank(tmp_path: Path) -> None:
    mapping = SheetMapping((("unit", "Department"), ("start", "From")), (("currency", "GBP"), ("unit", "Stores")))
    _suggestion, (row,) = _read(tmp_path, ";GPU;2026;1;EUR;;\n", mapping)
    assert (row.values["unit"], row.values["currency"]) == ("Stores", "GBP")


def test_a_mapping_survives_its_data_and_wrong_data_names_its_place() -> None:
    mapping = SheetMapping((("unit", "Department"),), (("currency", "EUR"),), ",", DateOrder.MDY, two_digit_years=True)
    assert mapping_from(mapping.as_data(), FIELDS) == mapping
    with pytest.raises(BadMapping, match=r"columns\.color"):
        mapping_from({"columns": {"color": "Colour"}}, FIELDS)
    with pytest.raises(BadMapping, match="decimal_sign"):
        mapping_from({"decimal_sign": ";"}, FIELDS)


def test_columns_that_are_not_there_and_required_fields_that_nothing_fills_are_named(tmp_path: Path) -> None:
    with pytest.raises(MissingColumns, match="Departmant"):
        _read(tmp_path, "a;b;2026;1;EUR;;\n", SheetMapping((("unit", "Departmant"), ("start", "From"))))
    with pytest.raises(BadMapping, match="Period start"):
        _read(tmp_path, "a;b;2026;1;EUR;;\n", SheetMapping((("unit", "Department"),)))


@pytest.mark.parametrize(
    ("text", "end"), [("2026-02", "2026-02-28"), ("2026", "2026-12-31"), ("Q1 2026", "2026-03-31"), ("2026-02-03", "2026-02-03")]
)
def test_a_period_ends_where_its_precision_says(text: str, end: str) -> None:
    assert last_day(read_date(text)) == dt.date.fromisoformat(end)


def test_the_currency_of_an_amount_is_never_guessed() -> None:
    assert currency_of(Amount(Decimal(1), sign="$"), "CAD") == "CAD"
    assert currency_of(Amount(Decimal(1), "EUR"), "") == "EUR"
    dollars, euros = Amount(Decimal(1), sign="$"), Amount(Decimal(1), "EUR")
    for amount, declared in ((dollars, ""), (dollars, "EUR"), (euros, "USD")):
        with pytest.raises(Unreadable):
            currency_of(amount, declared)
