"""Exports: the table's filters, columns and masks; no cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.test import Client

from tests.people import Organisation
from tests.portfolio.initiatives.pages import SignIn, make, make_many, text_of

EXPORT = "/initiatives/export/"
FORMULAS = ("=1+1", "+1", "-1", "@sum", "\t=1", "  =1", "\uff1d1", "\u200b=1")
pytestmark = pytest.mark.django_db


def rows_of(client: Client, fmt: str, query: str = "") -> list[dict[str, Any]]:
    """The export as a list of dicts, whatever its format."""
    answer = client.get(f"{EXPORT}{fmt}/?{query}")
    if fmt == "csv":
        return list(csv.DictReader(io.StringIO(text_of(answer).removeprefix("\ufeff"))))
    if fmt == "json":
        return list(json.loads(text_of(answer)))
    book: Any = openpyxl.load_workbook(io.BytesIO(b"".join(answer)))
    head, *rows = book.active.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "json"])
def test_an_export_has_the_filtered_rows_and_the_chosen_columns(organisation: Organisation, signed_in: SignIn, fmt: str) -> None:
    make(organisation, "Shelf gaps", topic="Vision", unit="Stores")
    make(organisation, "Route plans", unit="Logistics")
    make(organisation, "Chat")
    rows = rows_of(signed_in("Paula"), fmt, "q=shelf&columns=unit,topic,stage")
    assert [set(row) for row in rows] == [{"key", "name", "unit", "topic", "stage_name", "lifecycle_key"}]
    assert (rows[0]["name"], rows[0]["unit"], rows[0]["topic"]) == ("Shelf gaps", "Retail / Stores", "Vision")


@pytest.mark.parametrize("fmt", ["csv", "xlsx", "json"])
def test_amounts_are_masked_and_said_to_be(organisation: Organisation, signed_in: SignIn, fmt: str) -> None:
    make(organisation, expected_value=Decimal("987654.25"), expected_value_currency="EUR")
    seen = rows_of(signed_in("Paula"), fmt, "columns=value")[0]
    assert Decimal(str(seen["value"])) == Decimal("987654.25")
    hidden = rows_of(signed_in("Vera"), fmt, "columns=value")[0]
    assert str(hidden["value_hidden"]) == "True"
    assert "987654" not in str(hidden)


def test_no_cell_runs_in_a_spreadsheet_and_numbers_stay_numbers(organisation: Organisation, signed_in: SignIn) -> None:
    for text in FORMULAS:
        make(organisation, text, expected_value=Decimal(-5), expected_value_currency="EUR")
    client = signed_in("Paula")
    for fmt in ("csv", "xlsx"):
        rows = rows_of(client, fmt, "columns=value,since")
        assert sorted(row["name"] for row in rows) == sorted(f"'{text}" for text in FORMULAS)
        assert all(Decimal(str(row["value"])) == -5 for row in rows)
    assert isinstance(rows[0]["value"], int | float | Decimal)
    assert isinstance(rows[0]["stage_since"], datetime)
    assert {row["name"] for row in rows_of(client, "json")} == set(FORMULAS)


def test_what_a_workbook_cannot_hold_does_not_break_it(organisation: Organisation, signed_in: SignIn) -> None:
    make(organisation, "bell \x07 and \ufffe", purpose="x")
    assert rows_of(signed_in("Paula"), "xlsx")[0]["name"] == "bell  and "


def test_unknown_is_a_word_and_an_empty_register_an_empty_file(organisation: Organisation, signed_in: SignIn) -> None:
    client = signed_in("Paula")
    assert rows_of(client, "json") == []
    assert rows_of(client, "csv") == []
    make(organisation)
    assert rows_of(client, "csv", "columns=venue_storage")[0]["venue_storage"] == "unknown"


def test_a_long_export_streams(organisation: Organisation, signed_in: SignIn) -> None:
    make_many(organisation, 2500)
    answer = signed_in("Paula").get(f"{EXPORT}csv/")
    assert answer.streaming
    assert text_of(answer).count("\r\n") == 2501
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="initiatives-')


def test_other_formats_do_not_exist(organisation: Organisation, signed_in: SignIn) -> None:
    assert signed_in("Paula").get(f"{EXPORT}pdf/").status_code == 404
