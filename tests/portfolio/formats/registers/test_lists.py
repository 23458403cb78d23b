"""Lists in one cell, and contract numbers among words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.formats.registers.contracts import read_contract_numbers
from portfolio.formats.registers.lists import UnreadableList, read_list


@pytest.mark.parametrize(
    ("text", "items"),
    [
        ("", ()),
        ('["a", "b"]', ("a", "b")),
        ("['a', \"b's\"]", ("a", "b's")),
        ('["Other"]', ("Other",)),
        ("[1, 2.50, null, true]", ("1", "2.50", "True")),
        ("[]", ()),
        ("a; b | c\nd", ("a", "b", "c", "d")),
        ("Doe, Jane; Roe, Richard", ("Doe, Jane", "Roe, Richard")),
        ("a, b", ("a, b",)),
    ],
)
def test_a_list_is_read_from_any_of_its_forms(text: str, items: tuple[str, ...]) -> None:
    assert read_list(text) == items


def test_a_declared_delimiter_divides_and_no_other() -> None:
    assert read_list("a, b; c,,", ",") == ("a", "b; c")


@pytest.mark.parametrize(
    "text", ["[a, b]", "['a', __import__('os')]", "[['a']]", "[" * 5000, "['" + "x" * 60_000 + "']", "[1] + [2]"]
)
def test_what_opens_like_a_list_and_is_none_is_a_named_error(text: str) -> None:
    with pytest.raises(UnreadableList):
        read_list(text)


@given(st.text())
def test_any_text_is_a_list_or_a_named_error(text: str) -> None:
    try:
        items = read_list(text)
    except UnreadableList:
        return
    assert all(isinstance(item, str) and item for item in items)


@given(st.lists(st.text(min_size=1).map(str.strip).filter(bool)))
def test_python_s_own_writing_of_a_list_is_read_back(items: list[str]) -> None:
    assert read_list(repr(items)) == tuple(items)


@pytest.mark.parametrize(
    ("text", "numbers", "rest"),
    [
        ("70RSAT23T00000030", ("70RSAT23T00000030",), ""),
        (" 2032H5-19-F-00641\u00a0", ("2032H5-19-F-00641",), ""),
        ("75P00122A00010/75P00122F37003", ("75P00122A00010", "75P00122F37003"), ""),
        ("1333LC23C00000030 and 1333LC23C00000026", ("1333LC23C00000030", "1333LC23C00000026"), ""),
        ("GSA Contract Number: 47QTCA18D00JA", ("47QTCA18D00JA",), "GSA Contract Number"),
        ("DSS-70RCSJ24FC0000018", ("DSS-70RCSJ24FC0000018",), ""),
        ("x DSS-70RCSJ24FC0000018", (), "x DSS-70RCSJ24FC0000018"),
        ("PO 4300174099 (renewed annually)", (), "PO 4300174099 renewed annually"),
        ("024-000005265", (), "024-000005265"),
        ("sara@example.org P: 763.255.0037", (), "sara@example.org P 763.255.0037"),
        ("Developed under CWMD contract.", (), "Developed under CWMD contract."),
        ("70rsat23t00000030", (), "70rsat23t00000030"),
    ],
)
def test_contract_numbers_are_taken_and_the_rest_is_told(text: str, numbers: tuple[str, ...], rest: str) -> None:
    assert read_contract_numbers(text) == (numbers, rest)


@given(st.text(alphabet="0123456789ABCDEFZ-/ ,;abc", max_size=60))
def test_every_contract_number_stands_in_the_text(text: str) -> None:
    numbers, _ = read_contract_numbers(text)
    assert all(number in text for number in numbers)
