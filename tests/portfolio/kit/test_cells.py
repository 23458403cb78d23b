"""Exports hold texts and numbers, never formulas."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal

import pytest

from portfolio.kit.cells import csv_lines, neutral

FORMULAS = [
    "=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\x00=1", "  =1+1", "\u00a0=1", "\u200b=1", "\ufeff=1",
    "\uff1d1+1", "\uff0b1", "\uff0d1", "\uff20SUM(A1)", "\u3000\uff1d1", "\ufe66cmd", "\x01=1", "-5",
]  # fmt: skip


@pytest.mark.parametrize("text", FORMULAS)
def test_a_text_that_could_run_is_quoted_and_whole(text: str) -> None:
    assert neutral(text) == "'" + text


@pytest.mark.parametrize(
    "value", ["", "plain", "a=b", "1-2", "'quoted", 5, -5, -5.5, Decimal("-1.20"), date(2026, 1, 2), None, True]
)
def test_everything_else_stays_as_it_is(value: object) -> None:
    assert neutral(value) is value


def test_a_csv_line_comes_back_as_it_went_in_with_numbers_bare() -> None:
    text = "".join(csv_lines(["name", "amount"], [['say "hi", all\nof you', -5], ["=cmd|' /C calc'!A0", Decimal("1.50")]]))
    assert ",-5\r\n" in text
    assert list(csv.reader(io.StringIO(text, newline="")))[1:] == [
        ['say "hi", all\nof you', "-5"],
        ["'=cmd|' /C calc'!A0", "1.50"],
    ]
