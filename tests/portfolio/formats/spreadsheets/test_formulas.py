"""No text of ours becomes a formula in somebody's spreadsheet, and none is lost by preventing it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.formats.spreadsheets.formulas import guarded, unguarded


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\0=1", "  =1", "\uff1dcmd", "\uff0b1", "\ufeff=1", "\u00a0@x", "\tplain"],
)
def test_what_could_be_a_formula_is_guarded(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=b", "'quoted'", "1-2", "Name", "it's"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text
    assert unguarded(text) == text


@given(st.text(alphabet="'=+-@ \t\r\0a\uff1d") | st.text())
def test_guarding_can_be_undone_and_leaves_no_formula(text: str) -> None:
    safe = guarded(text)
    assert unguarded(safe) == text
    assert not safe.lstrip().startswith(("=", "+", "-", "@"))
