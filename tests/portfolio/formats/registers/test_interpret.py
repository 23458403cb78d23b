"""Rows through a mapping: what lands, what is unknown and why, what is rejected, and that nothing is lost."""

from __future__ import annotations

import random
import time
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.formats.errors import MissingColumns
from portfolio.formats.registers.dates import FuzzyDate
from portfolio.formats.registers.interpret import Interpreted, compile_mapping, interpret
from portfolio.formats.registers.mapping_data import mapping_from_data


def one(fields: Mapping[str, object], cells: dict[str, str], **mapping: Any) -> Interpreted:
    """One row with a name and these cells, read through these fields."""
    data = {"register": "test", "fields": {"name": "Name", **fields}, **mapping}
    row = {"Name": "An initiative", **cells}
    return interpret(mapping_from_data(data), 7, tuple(row), list(row.values()))


def reasons(row: Interpreted) -> list[str]:
    return [issue.reason for issue in row.unread]


def test_a_row_lands_with_its_fields_and_its_whole_raw_text() -> None:
    row = one({"purpose": "Why"}, {"Why": " to see ", "Other": " kept as is "})
    assert row.ok
    assert row.fields == {"name": "An initiative", "purpose": "to see"}
    assert row.raw == {"Name": "An initiative", "Why": " to see ", "Other": " kept as is "}


def test_columns_are_found_without_case_spaces_and_typographic_quotes() -> None:
    row = one({"outputs": "describe the system's  OUTPUTS"}, {"Describe the system\u2019s outputs ": "x"})
    assert row.fields["outputs"] == "x"


def test_a_repeated_column_is_named_by_its_number() -> None:
    row = one({"purpose": "Explain [2]", "outputs": "Explain [1]"}, {"Explain": "first", "Explain [2]": "second"})
    assert (row.fields["purpose"], row.fields["outputs"]) == ("second", "first")


def test_a_missing_required_column_names_the_headers_and_the_closest_one() -> None:
    mapping = mapping_from_data({"register": "test", "fields": {"name": "Use Case Name"}})
    with pytest.raises(MissingColumns) as caught:
        compile_mapping(mapping, ("ID", "Use-Case Names", "Stage"))
    assert caught.value.missing == ("Use Case Name",)
    assert caught.value.closest == {"Use Case Name": ("Use-Case Names",)}
    assert '"Use-Case Names"' in str(caught.value)


def test_an_optional_column_may_be_absent_and_is_told() -> None:
    mapping = mapping_from_data({"register": "test", "fields": {"name": "Name", "purpose": "Why", "topic": "Topic"}})
    interpreter = compile_mapping(mapping, ("Name", "Topic", "Rest"))
    assert interpreter.absent_columns == ("Why",)
    assert interpreter.unmapped_columns == ("Rest",)
    assert interpreter(2, ["a", "b", "c"]).fields == {"name": "a", "topic": "b"}


@pytest.mark.parametrize(("cells", "says"), [(["a"], "fewer than"), (["a", "b", "c"], "more than")])
def test_a_ragged_row_is_rejected_with_all_of_its_text(cells: list[str], says: str) -> None:
    mapping = mapping_from_data({"register": "test", "fields": {"name": "Name"}})
    row = compile_mapping(mapping, ("Name", "B"))(9, cells)
    assert not row.ok
    assert says in row.rejected[0].reason
    assert row.rejected[0].line == 9
    assert all(any(cell in text for text in row.raw.values()) for cell in cells)


def test_blank_cells_past_the_last_header_are_no_content() -> None:
    mapping = mapping_from_data({"register": "test", "fields": {"name": "Name"}})
    assert compile_mapping(mapping, ("Name",))(2, ["a", "", " "]).ok


def test_a_row_without_a_name_is_rejected() -> None:
    row = one({}, {"Name": "  "})
    assert [(issue.line, issue.column, issue.target) for issue in row.rejected] == [(7, "Name", "name")]


def test_a_nul_character_rejects_the_row_because_no_database_can_keep_it() -> None:
    row = one({}, {"Other": "a\0b"})
    assert row.rejected[0].column == "Other"
    assert "NUL" in row.rejected[0].reason


STAGE = {"column": "Stage", "values": {"In production*": "operation", "Planned": "initiated", "In production: no": "x"}}


@pytest.mark.parametrize(
    ("text", "stage", "issues"),
    [
        ("planned ", "initiated", 0),
        ("IN  PRODUCTION: 1 year", "operation", 0),
        ("In production: no", "x", 0),
        ("Planned soon", "unknown", 1),
        ("", "unknown", 0),
        ("N/A", "unknown", 0),
    ],
)
def test_a_value_map_reads_whole_texts_first_and_then_beginnings(text: str, stage: str, issues: int) -> None:
    row = one({"stage": STAGE}, {"Stage": text})
    assert row.fields["stage"] == stage
    assert len(row.unread) == issues
    assert row.raw["Stage"] == text


def test_what_the_value_map_does_not_know_can_be_kept_or_can_reject_the_row() -> None:
    kept = one({"stage": {**STAGE, "otherwise": "keep"}}, {"Stage": " Odd "})
    assert (kept.fields["stage"], kept.unread) == ("Odd", ())
    rejected = one({"stage": {**STAGE, "otherwise": "reject"}}, {"Stage": "Odd"})
    assert [issue.value for issue in rejected.rejected] == ["Odd"]


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("Yes", "yes"),
        ("NO ", "no"),
        ("Partially", "partly"),
        ("Other", "other"),
        ("N/A", "not_applicable"),
        ("", "unknown"),
    ],
)
def test_yes_and_no_are_read_in_their_usual_words(text: str, answer: str) -> None:
    row = one({"answers.ato": "ATO"}, {"ATO": text})
    assert row.fields["answers.ato"] == answer
    assert not row.unread


def test_a_sentence_that_begins_with_no_is_not_taken_for_a_no() -> None:
    row = one({"answers.ato": "ATO"}, {"ATO": "No idea yet"})
    assert row.fields["answers.ato"] == "unknown"
    assert len(row.unread) == 1


@pytest.mark.parametrize(
    ("text", "spec", "amount"),
    [
        ("1250", {}, Decimal(1250)),
        ("$1,250.50", {"unit": "USD"}, Decimal("1250.50")),
        ("USD 1.2 million", {"unit": "USD"}, Decimal(1_200_000)),
        ("1.250,50", {"decimal_sign": ","}, Decimal("1250.50")),
        ("12", {"scale": "1000"}, Decimal(12_000)),
        ("N/A", {}, None),
        ("", {}, None),
    ],
)
def test_an_amount_is_read_in_its_column_s_unit(text: str, spec: dict[str, str], amount: Decimal | None) -> None:
    row = one({"expected_value": {"column": "Value", **spec}}, {"Value": text})
    assert row.fields["expected_value"] == amount
    assert not row.unread


@pytest.mark.parametrize("text", ["€ 5", "5 to 10", "about 5", "1,25", "1.2.3", "five", "1e9", "∞", "12,34,567"])
def test_an_amount_that_could_mean_something_else_is_not_read(text: str) -> None:
    row = one({"expected_value": {"column": "Value", "unit": "USD"}}, {"Value": text})
    assert row.fields["expected_value"] is None
    assert len(row.unread) == 1


def test_the_unit_of_the_amounts_is_their_currency() -> None:
    row = one({"expected_value": {"column": "Value", "unit": "EUR"}}, {"Value": "5"})
    assert row.fields["expected_value_currency"] == "EUR"


def test_units_come_outermost_first_without_blanks_and_repetitions() -> None:
    fields = {"unit": {"columns": ["Department", "Agency", "Office"]}}
    path = one(fields, {"Department": " HHS", "Agency": "", "Office": "CDC "}).fields["unit"]
    assert path == ("HHS", "CDC")
    path = one(fields, {"Department": "HHS", "Agency": "hhs ", "Office": "CDC"}).fields["unit"]
    assert path == ("HHS", "CDC")


def test_a_list_takes_all_of_its_columns_and_a_text_the_first_that_is_not_blank() -> None:
    cells = {"A": "x; y", "B": "['y', 'z']", "C": "[oops"}
    row = one({"tags": {"columns": ["A", "B", "C"]}, "topic": {"columns": ["D", "A"]}}, {"D": " ", **cells})
    assert row.fields["tags"] == ("x", "y", "z")
    assert row.fields["topic"] == "x; y"
    assert len(row.unread) == 1


def test_addresses_are_taken_and_script_is_not() -> None:
    fields = {
        "links": {"column": "Links", "accept": "url"},
        "source_code_url": {"column": "Links", "accept": "url", "report": False},
    }
    row = one(fields, {"Links": "https://a.example/x; http://b.example (soon)"})
    assert row.fields["links"] == ("https://a.example/x", "http://b.example")
    assert row.fields["source_code_url"] == "https://a.example/x"
    assert len(row.unread) == 1
    row = one(fields, {"Links": "javascript:alert(1)"})
    assert (row.fields["links"], row.fields["source_code_url"]) == ((), "")


CLOSURE = {
    "column": "Stage",
    "values": ["Retired"],
    "kind": {"when_dated": "implemented_on", "then": "retired", "otherwise": "abandoned_unknown"},
}
DATED = {"implemented_on": "Implemented", "retired_on": "Closed"}


@pytest.mark.parametrize(
    ("stage", "implemented", "status", "kind"),
    [
        ("retired", "2020-01-02", "closed", "retired"),
        ("Retired", "N/A", "closed", "abandoned_unknown"),
        ("Retired", "some time", "closed", "abandoned_unknown"),
        ("Retired soon", "2020", "active", ""),
        ("", "2020", "active", ""),
    ],
)
def test_a_closure_has_the_kind_its_evidence_allows(stage: str, implemented: str, status: str, kind: str) -> None:
    row = one(DATED, {"Stage": stage, "Implemented": implemented, "Closed": "2024"}, closure=CLOSURE)
    assert (row.fields["status"], row.fields["closure_kind"]) == (status, kind)
    closed_on = row.fields["retired_on"]
    assert isinstance(closed_on, FuzzyDate)
    assert closed_on.precision == "year"
    noted = [issue for issue in row.unread if issue.target == "retired_on"]
    assert bool(noted) == (status == "active")


def test_a_long_value_is_cut_in_the_issue_and_whole_in_the_raw_row() -> None:
    row = one({"initiated_on": "Date"}, {"Date": "word " * 500})
    assert len(row.unread[0].value) == 200
    assert row.raw["Date"] == "word " * 500


@given(st.lists(st.text(max_size=30), min_size=9, max_size=9))
def test_no_text_whatever_makes_a_row_fail_or_lose_a_cell(cells: list[str]) -> None:
    fields: dict[str, object] = {
        "name": "A",
        "unit": {"columns": ["A", "B"]},
        "stage": {"column": "C", "values": {"x*": "y"}},
        "initiated_on": {"column": "D", "dates": {"order": "mdy"}},
        "tags": "E",
        "expected_value": {"column": "F", "unit": "USD"},
        "contract_numbers": {"column": "G", "accept": "contract_number"},
        "links": {"column": "H", "accept": "url"},
        "answers.ato": "I",
    }
    row = interpret(mapping_from_data({"register": "test", "fields": fields}), 2, tuple("ABCDEFGHI"), cells)
    assert list(row.raw.values()) == cells
    assert row.ok == bool(cells[0].strip() and "\0" not in "".join(cells))


def test_a_hundred_thousand_rows_of_fifteen_columns_do_not_keep_anybody_waiting() -> None:
    """The aim is 60,000 rows a second on an idle core; the test allows a busy machine a third of it."""
    dates = {"dates": {"order": "mdy"}}
    mapping = mapping_from_data(
        {
            "register": "test",
            "key": "external_id",
            "fields": {
                "external_id": "c0",
                "name": "c1",
                "unit": {"columns": ["c2", "c3"]},
                "purpose": "c4",
                "stage": {"column": "c5", "values": {"Planned": "initiated"}},
                "initiated_on": {"column": "c6", **dates},
                "implemented_on": {"column": "c7", **dates},
                "owner_name": "c8",
                "tags": "c9",
                "expected_value": "c10",
                "answers.ato": "c11",
                "answers.custom_code": "c12",
                "topic": "c13",
            },
        }
    )
    dice = random.Random(1)
    rest = ["", "Person", "a; b", "12", "Yes", "No", "Health", "rest"]
    rows = [
        [f"ID-{n}", f"Name {n}", f"D{n % 9}", f"B{n % 90}", f"Why {n}", "Planned", f"{dice.randint(1, 12)}/1/2023", *rest]
        for n in range(20_000)
    ]
    interpreter = compile_mapping(mapping, tuple(f"c{n}" for n in range(15)))
    started = time.perf_counter()
    for line, cells in enumerate(rows, start=2):
        interpreter(line, cells)
    assert len(rows) / (time.perf_counter() - started) > 20_000
