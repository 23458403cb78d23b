"""Dates keep the precision they have: what is read, what is not, and that nothing is invented."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.formats.registers.dates import DateOptions, DateOrder, FuzzyDate, Precision, read_date

FEDERAL = DateOptions(order=DateOrder.MDY, two_digit_year_month=True, excel_year_serials=True, fiscal_year_start_month=10)


def shown(date: FuzzyDate) -> str:
    return f"{date.value} {date.precision}"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("7/1/2023", "2023-07-01 day"),
        (" 07/01/2023 ", "2023-07-01 day"),
        ("7/1/2023 0:00", "2023-07-01 day"),
        ("2023-07-01", "2023-07-01 day"),
        ("2023-07-01T10:20:30Z", "2023-07-01 day"),
        ("2023/7/1", "2023-07-01 day"),
        ("July 4, 2023", "2023-07-04 day"),
        ("4 July 2023", "2023-07-04 day"),
        ("4-Jul-2023", "2023-07-04 day"),
        ("22-Jul", "2022-07-01 month"),
        ("Jul-22", "2022-07-01 month"),
        ("2022-08", "2022-08-01 month"),
        ("8/2022", "2022-08-01 month"),
        ("Aug 2022", "2022-08-01 month"),
        ("August, 2022", "2022-08-01 month"),
        ("Sept. 2022", "2022-09-01 month"),
        ("Q4FY25", "2025-07-01 quarter"),
        ("FY25 Q1", "2024-10-01 quarter"),
        ("Q1 FY2025", "2024-10-01 quarter"),
        ("Q2 2025", "2025-04-01 quarter"),
        ("2025-Q2", "2025-04-01 quarter"),
        ("2022", "2022-01-01 year"),
        ("7/14/1905", "2022-01-01 year"),
        ("1905-07-15", "2023-01-01 year"),
        ("12/31/2027", "2027-12-31 day"),
    ],
)
def test_a_date_is_read_with_its_precision(text: str, expected: str) -> None:
    date = read_date(text, FEDERAL)
    assert shown(date) == expected
    assert date.unread is None
    assert date.raw == text


@pytest.mark.parametrize("text", ["", " ", "\u00a0", "N/A", "n/a ", "NA", "None", "-", "Unknown", "TBD", "Ongoing"])
def test_words_for_no_date_leave_nothing_unread(text: str) -> None:
    date = read_date(text, FEDERAL)
    assert (date.value, date.precision, date.unread) == (None, Precision.UNKNOWN, None)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Pre-2021", "a bound"),
        ("10/12023", "no date in a form"),
        ("2015-2022", "a range"),
        ("7/1/2023 - 8/1/2023", "a range"),
        ("2019 to 2023", "a range"),
        ("Q1 2024-Q2 2024", "a range"),
        ("Current model: 2019-2023", "no date in a form"),
        ("FY2025", "a fiscal year"),
        ("Scheduled for FY2025", "no date in a form"),
        ("N/A - Consolidated into another use case.", "text without a date"),
        ("13/1/2023", "no month 13"),
        ("2/30/2023", "no day 30"),
        ("2023-02-29", "no day 29"),
        ("7/1/23", "two digits"),
        ("4300174099", "no date in a form"),
        ("4300", "out of range"),
        ("²⁰²³", "2023"),
    ],
)
def test_what_is_no_date_is_not_read_and_says_why(text: str, reason: str) -> None:
    date = read_date(text, FEDERAL)
    if reason == "2023":  # NFKC makes plain digits of them
        assert shown(date) == "2023-01-01 year"
        return
    assert (date.value, date.precision) == (None, Precision.UNKNOWN)
    assert date.unread is not None
    assert reason in date.unread


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-02-15 (contract kick-off); 2024-08-23 (signed Acquisition Plan)", "2024-02-15 day"),
        ("2022-08 (estimated)", "2022-08-01 month"),
        ("2022-09-13 Technical kickoff", "2022-09-13 day"),
        ("2021 (planned)", "2021-01-01 year"),
    ],
)
def test_of_a_date_with_text_after_it_the_date_is_read_and_the_rest_reported(text: str, expected: str) -> None:
    date = read_date(text, FEDERAL)
    assert shown(date) == expected
    assert date.unread == "only the date at the start was read, not the text after it"


def test_a_number_at_the_start_of_prose_is_no_year() -> None:
    assert read_date("2000 employees use it", FEDERAL).value is None


def test_the_order_of_day_and_month_is_an_option_and_never_a_guess() -> None:
    assert shown(read_date("7/1/2023", DateOptions(order=DateOrder.DMY))) == "2023-01-07 day"
    ambiguous = read_date("7/1/2023")
    assert shown(ambiguous) == "2023-01-01 year"
    assert ambiguous.unread == "day and month could be either way round; only the year was read"
    assert shown(read_date("13/1/2023")) == "2023-01-13 day"
    assert shown(read_date("1/13/2023")) == "2023-01-13 day"
    assert shown(read_date("7/7/2023")) == "2023-07-07 day"


def test_what_an_option_does_not_allow_is_not_read() -> None:
    assert read_date("22-Jul").unread == "day or year: a month with two digits"
    assert read_date("Q4FY25").value is None
    assert shown(read_date("7/14/1905", DateOptions(order=DateOrder.MDY))) == "1905-07-14 day"
    assert shown(read_date("7/1/23", DateOptions(order=DateOrder.MDY, two_digit_years=True))) == "2023-07-01 day"
    assert shown(read_date("23-07-01", DateOptions(order=DateOrder.YMD, two_digit_years=True))) == "2023-07-01 day"


def test_a_fiscal_year_that_starts_in_january_is_the_calendar_year() -> None:
    assert shown(read_date("Q1FY25", DateOptions(fiscal_year_start_month=1))) == "2025-01-01 quarter"
    assert shown(read_date("Q4FY25", DateOptions(fiscal_year_start_month=4))) == "2025-01-01 quarter"


options = st.builds(
    DateOptions,
    order=st.sampled_from(DateOrder),
    two_digit_year_month=st.booleans(),
    two_digit_years=st.booleans(),
    excel_year_serials=st.booleans(),
    fiscal_year_start_month=st.none() | st.integers(1, 12),
)
date_like = st.lists(
    st.sampled_from(
        [
            "2023",
            "7",
            "14",
            "1905",
            "22",
            "31",
            "jul",
            "july",
            "q4",
            "fy",
            "fy25",
            "25",
            "/",
            "-",
            ".",
            " ",
            ",",
            "(",
            "to",
        ]
    )
    | st.text(max_size=3),
    max_size=9,
).map("".join)


@given(st.text() | date_like, options)
def test_reading_never_raises_and_a_value_fits_its_precision(text: str, how: DateOptions) -> None:
    date = read_date(text, how)
    assert date.raw == text
    assert (date.value is None) == (date.precision is Precision.UNKNOWN)
    if date.value is not None and date.precision is not Precision.DAY:
        assert date.value.day == 1
    if date.value is not None and date.precision is Precision.YEAR:
        assert date.value.month == 1


@given(date_like, options)
def test_no_precision_is_invented(text: str, how: DateOptions) -> None:
    """A day needs three numbers or a month's name with two; a month or quarter needs two parts."""
    date = read_date(text, how)
    parts = len(re.findall(r"[0-9]+|[a-z]{3,}", text.casefold()))
    needed = {Precision.DAY: 3, Precision.MONTH: 2, Precision.QUARTER: 2, Precision.YEAR: 1, Precision.UNKNOWN: 0}
    assert parts >= needed[date.precision]


@given(st.dates(dt.date(1950, 1, 1), dt.date(2199, 12, 31)))
def test_every_day_survives_being_written_in_four_ways(day: dt.date) -> None:
    forms = [
        (day.isoformat(), DateOptions()),
        (f"{day.month}/{day.day}/{day.year}", DateOptions(order=DateOrder.MDY)),
        (f"{day.day}.{day.month}.{day.year}", DateOptions(order=DateOrder.DMY)),
        (day.strftime("%d %B %Y"), DateOptions()),
    ]
    for text, how in forms:
        date = read_date(text, how)
        assert (date.value, date.precision, date.unread) == (day, Precision.DAY, None)
