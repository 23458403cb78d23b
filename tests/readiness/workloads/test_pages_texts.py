"""Numbers as people read and type them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.kit.templatetags.ui_charts import twin
from readiness.workloads.rules.units import kept, typed
from readiness.workloads.tables.numbers import shown, span


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (1000, "people", "1,000"), (0.04321, "s", "0.0432"), (12.5, "", "12.5"), (5, "", "5"), (123.6, "", "124"),
        (12_500_000, "tokens", "12.5\u202fM"), (0.995, "share", "99.5"), (0.9995, "share", "99.95"), (1, "share", "100"),
        (0, "", "0"), (None, "", "\u2013"),
    ],
)  # fmt: skip
def test_a_number_is_short_and_says_no_more_than_it_knows(value: float | None, unit: str, text: str) -> None:
    assert shown(value, unit) == text


def test_a_range_is_told_in_words() -> None:
    assert span(0.9, 0.999, "share") == "90 to 99.9"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0.9995, "share", "99.95"), (1_234_567, "people", "1234567"), (5.530136415281, "1/s", "5.53014"), (1e16, "tokens", "1e+16")],
)
def test_a_field_holds_six_digits_and_every_one_before_the_point(value: float, unit: str, text: str) -> None:
    assert typed(value, unit) == text


@given(st.floats(min_value=1e-6, max_value=1e15, allow_nan=False), st.sampled_from(["s", "share"]))
def test_a_text_that_nobody_touched_stands_for_the_exact_number(value: float, unit: str) -> None:
    assert kept(float(typed(value, unit)), unit, value) == value


@pytest.mark.parametrize("text", [50.0, 90.0, 99.5, 99.95, 99.9999])
def test_a_typed_share_comes_back_as_it_was_typed(text: float) -> None:
    assert float(typed(kept(text, "share"), "share")) == text


def test_the_table_behind_a_curve_has_a_line_for_each_place_and_says_where_a_series_ends() -> None:
    curve = {
        "kind": "line", "title": "Burstiness", "x_label": "Window", "x_unit": "s",
        "series": [
            {"name": "All", "data": [{"x": 1, "y": 2, "low": 1, "high": 3}, {"x": 10, "y": 4}]},
            {"name": "Fast", "data": [{"x": 1, "y": 1.5}]},
        ],
    }  # fmt: skip
    table = twin(curve)
    assert table["columns"] == ["Window s", "All", "Fast"]
    assert [[cell["text"] for cell in row] for row in table["rows"]] == [["1", "2 (1\u20133)", "1.50"], ["10", "4", "\u2013"]]
