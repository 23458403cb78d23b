"""Amounts as people write them: worked by hand, and no text that could be two amounts is ever read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from portfolio.formats.sheets.amounts import MOST, Unreadable, decimal_sign_of, read_amount

# A busy machine takes its time; that is no fault of what is tested.
UNHURRIED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("text", "sign", "number", "currency"),
    [
        ("1.234,56", "", "1234.56", ""),
        ("1,234.56", "", "1234.56", ""),
        ("1.234", ",", "1234", ""),
        ("1,234", ".", "1234", ""),
        ("1.234", ".", "1.234", ""),
        ("1,234,567", "", "1234567", ""),
        ("0,123", "", "0.123", ""),
        ("12'345.60", "", "12345.60", ""),
        ("1\u00a0234,5 €", "", "1234.5", "EUR"),
        ("EUR 3.5k", "", "3500", "EUR"),
        ("£1.2m", "", "1200000", "GBP"),
        ("€ 5 Mio.", "", "5000000", "EUR"),
        ("(1,200.00)", "", "-1200", ""),
        ("1200-", "", "-1200", ""),
        ("-1200", "", "-1200", ""),
        ("1,23,456.00", "", "123456", ""),
        ("US$ 10", "", "10", "USD"),
        (".5", "", "0.5", ""),
    ],
)
def test_an_amount_is_read_as_it_was_meant(text: str, sign: str, number: str, currency: str) -> None:
    found = read_amount(text, sign)
    assert (found.number, found.currency) == (Decimal(number), currency)


@pytest.mark.parametrize(
    ("text", "sign", "why"),
    [
        ("1,234", "", "two amounts"),
        ("1.234", "", "two amounts"),
        ("1.2.3", "", "do not fit"),
        ("1,234.5", ",", "do not fit"),
        ("1.23,4", ".", "do not fit"),
        ("USD 5 EUR", "", "more than one currency"),
        ("$5 kr", "", "more than one currency"),
        ("about 5", "", "no amount"),
        ("5-7", "", "no amount"),
        ("1e6", "", "no amount"),
        ("", "", "no amount"),
        ("9" * 19, "", "more than any budget"),
    ],
)
def test_what_could_be_two_amounts_or_none_is_refused_with_its_reason(text: str, sign: str, why: str) -> None:
    with pytest.raises(Unreadable, match=why):
        read_amount(text, sign)


def test_a_sign_that_several_currencies_share_is_no_currency() -> None:
    assert read_amount("$1,2M") == (Decimal("1.2E+6"), "", "$")


@UNHURRIED
@given(st.decimals(min_value=-(10**12), max_value=10**12, places=2, allow_nan=False), st.sampled_from([".", ","]))
def test_grouped_numbers_come_back_in_both_habits(number: Decimal, sign: str) -> None:
    written = f"{number:,.2f}"
    if sign == ",":
        written = written.translate(str.maketrans(",.", ".,"))
    assert read_amount(written, sign).number == number
    assert read_amount(written).number == number  # two decimals are proof enough


@UNHURRIED
@given(st.text(max_size=20))
def test_any_text_is_an_amount_or_a_reason(text: str) -> None:
    try:
        number = read_amount(text).number
    except Unreadable as error:
        number, why = Decimal(0), str(error)
        event(why[:20])
    assert number.is_finite()
    assert abs(number) < MOST


def test_a_column_proves_its_decimal_sign_or_says_nothing() -> None:
    assert decimal_sign_of(["1.234", "5,50", "1.234.567,00"]) == ","
    assert decimal_sign_of(["1.234", "7"]) == ""
    assert decimal_sign_of(["1,5", "1.5"]) == ""
