"""Keys tell rows apart and find them again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from portfolio.formats.registers.interpret import compile_mapping
from portfolio.formats.registers.keys import KeyBook, RowKey, normalised_name
from portfolio.formats.registers.mapping_data import mapping_from_data

HEADERS = ("ID", "Unit", "Name", "Note")
FIELDS = {"external_id": "ID", "unit": {"columns": ["Unit"]}, "name": "Name"}


def keys(rows: list[tuple[str, str, str, str]], rule: str = "unit_name_ordinal") -> list[RowKey]:
    mapping = mapping_from_data({"register": "test", "key": rule, "fields": FIELDS})
    interpreter, book = compile_mapping(mapping, HEADERS), KeyBook(mapping)
    return [book.key(interpreter(line, cells), cells) for line, cells in enumerate(rows, start=2)]


def test_names_are_compared_without_case_signs_and_spaces() -> None:
    assert normalised_name("  AI \u2013 Chat-Bot\n(\uff36\uff12) ") == "ai chat bot v2"
    assert normalised_name("Straße") == normalised_name("STRASSE")
    assert normalised_name("???") != normalised_name("***")


def test_equal_names_in_one_unit_get_ordinals_in_file_order_and_a_note() -> None:
    first, other, second = keys([("", "HR", "Chatbot", "a"), ("", "IT", "Chatbot", "a"), ("", "hr", "ChatBot!", "b")])
    assert (first.key, other.key, second.key) == ("hr :: chatbot #1", "it :: chatbot #1", "hr :: chatbot #2")
    assert (first.note, second.first_line, second.exact_duplicate_of) == (None, 2, None)
    assert second.note == "has the same unit and name as line 2; kept as number 2"


def test_an_exact_duplicate_is_told_apart_from_an_equal_name() -> None:
    _, changed, same = keys([("", "HR", "A", "x"), ("", "HR", "A", "y"), ("", "HR", "A", "x")])
    assert (changed.exact_duplicate_of, same.exact_duplicate_of) == (None, 2)
    assert same.ordinal == 3
    assert same.note == "equals line 2 in every cell; kept as number 3 of its key"


def test_an_external_id_is_the_key_and_a_repeated_one_stays_accounted_for() -> None:
    first, second, without = keys([("X-1", "HR", "A", ""), ("X-1", "IT", "B", ""), ("", "IT", "B", "")], "external_id")
    assert (first.key, second.key) == ("X-1", "X-1 #2")
    assert second.note == "has the same external id as line 2; kept as number 2"
    assert (without.basis, without.key) == ("unit_name_ordinal", "it :: b #1")


def test_the_same_file_gives_the_same_keys() -> None:
    rows = [("", f"U{n % 3}", f"Name {n % 5}", "") for n in range(30)]
    assert [key.key for key in keys(rows)] == [key.key for key in keys(rows)]


cell = st.text(alphabet="aA1-# :/?*é", max_size=4)


@given(
    st.lists(st.tuples(cell, cell, cell.filter(str.strip), cell), max_size=12),
    st.sampled_from(["external_id", "unit_name_ordinal"]),
)
def test_no_two_rows_fall_into_one(rows: list[tuple[str, str, str, str]], rule: str) -> None:
    found = keys(rows, rule)
    assert len({key.key for key in found}) == len(rows)
