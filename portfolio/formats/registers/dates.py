"""Dates as people write them, with the precision they have and no more.

A range of dates is not read: which of its ends is meant depends on what the column asks, and nothing here may guess.
A fiscal year without a quarter is not read either: it is a year long and not a calendar year.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portfolio.formats.registers.words import UNDATED, folded, is_not_applicable

_EXCEL_EPOCH = dt.date(1899, 12, 30)
_YEARS = range(1900, 2200)
_SERIAL_YEARS = range(1950, 2101)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAME = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)"
)
_TIME = r"(?:[t ] ?[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?(?: ?[ap]m)?(?: ?(?:z|utc|[+-][0-9]{2}:?[0-9]{2}))?)?"
_MAX_CHARS = 2_000
_RANGE = re.compile(r" ?(-|to\b|through\b|thru\b|until\b|till\b|/) ?(?:[0-9q]|fy|present|now|ongoing|" + _NAME + ")")
_REST = "only the date at the start was read, not the text after it"


class Precision(StrEnum):
    DAY = "day"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"
    UNKNOWN = "unknown"


class DateOrder(StrEnum):
    """How 7/1/2023 is read. AUTO reads the year alone where day and month could be either way round."""

    DMY = "dmy"
    MDY = "mdy"
    YMD = "ymd"
    AUTO = "auto"


@dataclass(frozen=True, slots=True)
class DateOptions:
    """What is known about the dates of a column.

    `two_digit_year_month`: 22-Jul and Jul-22 are July 2022 (else they are not read). `two_digit_years`: 7/1/23 is 2023
    (1970 to 2069). `excel_year_serials`: a day in 1905 is a bare year that a spreadsheet took for a serial number.
    `fiscal_year_start_month`: first month of a fiscal year, which is named after the calendar year it ends in.
    """

    order: DateOrder = DateOrder.AUTO
    two_digit_year_month: bool = False
    two_digit_years: bool = False
    excel_year_serials: bool = False
    fiscal_year_start_month: int | None = None


@dataclass(frozen=True, slots=True)
class FuzzyDate:
    """`value` is the first day of the period that `precision` names, None if nothing was read.

    `unread` says what was not read and why; with a value it concerns the rest of the text. "N/A", "Unknown", "Ongoing"
    and blanks are no dates and leave nothing unread.
    """

    value: dt.date | None
    precision: Precision
    raw: str
    unread: str | None = None


class _Unreadable(Exception):
    """The text has the shape of a date and is none; the message says why."""


_Found = tuple[dt.date, Precision, str | None]
_Reader = Callable[["re.Match[str]", DateOptions], _Found]
_DEFAULTS = DateOptions()


def read_date(text: str, options: DateOptions = _DEFAULTS) -> FuzzyDate:
    """The date that `text` states. Never raises, never adds precision."""
    plain = folded(text)
    if not plain or is_not_applicable(plain) or plain in UNDATED:
        return FuzzyDate(None, Precision.UNKNOWN, text)
    if len(plain) > _MAX_CHARS:
        return FuzzyDate(None, Precision.UNKNOWN, text, f"longer than {_MAX_CHARS:,} characters")
    try:
        value, precision, unread = _first_date(plain, options)
    except _Unreadable as error:
        return FuzzyDate(None, Precision.UNKNOWN, text, str(error))
    return FuzzyDate(value, precision, text, unread)


def _first_date(plain: str, options: DateOptions) -> _Found:
    for pattern, reader in _PATTERNS:
        match = pattern.match(plain)
        if match is None:
            continue
        rest = plain[match.end() :]
        if _RANGE.match(rest):
            raise _Unreadable("a range of dates; which end is meant is not said")
        if rest and rest[0] not in " (;,":
            continue
        if rest and reader is _year and not rest.lstrip().startswith("("):
            continue
        value, precision, unread = reader(match, options)
        if rest:
            unread = f"{unread}; {_REST}" if unread else _REST
        return value, precision, unread
    raise _Unreadable(_reason(plain))


def _reason(plain: str) -> str:
    if re.match(r"(pre|before|prior to|after|post|since|by|until|circa|ca\.?|c\.|about|approx\S*|~|<|>)[ -]?", plain):
        return "a bound or an estimate, not a date"
    if re.match(r"(fy|fiscal year) ?'?[0-9]{2,4}\b", plain):
        return "a fiscal year is not a calendar year"
    if re.search(r"[0-9]", plain):
        return "no date in a form that is known"
    return "text without a date"


def _day(year: int, month: int, day: int, options: DateOptions) -> _Found:
    if year not in _YEARS:
        raise _Unreadable(f"the year {year} is out of range")
    if not 1 <= month <= 12:
        raise _Unreadable(f"there is no month {month} (is the order of day and month right?)")
    try:
        value = dt.date(year, month, day)
    except ValueError as error:
        raise _Unreadable(f"there is no day {day} in {year}-{month:02d}") from error
    serial = (value - _EXCEL_EPOCH).days
    if options.excel_year_serials and serial in _SERIAL_YEARS:
        return dt.date(serial, 1, 1), Precision.YEAR, None
    return value, Precision.DAY, None


def _first_of(year: int, month: int, precision: Precision) -> _Found:
    if year not in _YEARS:
        raise _Unreadable(f"the year {year} is out of range")
    if not 1 <= month <= 12:
        raise _Unreadable(f"there is no month {month}")
    return dt.date(year, month, 1), precision, None


def _whole_year(digits: str, options: DateOptions) -> int:
    if len(digits) == 4:
        return int(digits)
    if not options.two_digit_years:
        raise _Unreadable("a year of two digits")
    return 2000 + int(digits) if int(digits) < 70 else 1900 + int(digits)


def _month_number(name: str) -> int:
    return _MONTHS.index(name[:3]) + 1


def _iso(match: re.Match[str], options: DateOptions) -> _Found:
    return _day(int(match[1]), int(match[3]), int(match[4]), options)


def _numbers(match: re.Match[str], options: DateOptions) -> _Found:
    first, second = int(match[1]), int(match[3])
    if options.order is DateOrder.YMD and len(match[4]) == 2:
        return _day(_whole_year(match[1].zfill(2), options), second, int(match[4]), options)
    year = _whole_year(match[4], options)
    if options.order is DateOrder.MDY:
        return _day(year, first, second, options)
    if options.order is DateOrder.DMY:
        return _day(year, second, first, options)
    if first > 12 or first == second:
        return _day(year, second, first, options)
    if second > 12:
        return _day(year, first, second, options)
    value, precision, _ = _first_of(year, 1, Precision.YEAR)
    return value, precision, "day and month could be either way round; only the year was read"


def _year_month(match: re.Match[str], _options: DateOptions) -> _Found:
    return _first_of(int(match[1]), int(match[2]), Precision.MONTH)


def _month_year(match: re.Match[str], _options: DateOptions) -> _Found:
    return _first_of(int(match[2]), int(match[1]), Precision.MONTH)


def _day_name_year(match: re.Match[str], options: DateOptions) -> _Found:
    return _day(_whole_year(match[3], options), _month_number(match[2]), int(match[1]), options)


def _name_day_year(match: re.Match[str], options: DateOptions) -> _Found:
    return _day(int(match[3]), _month_number(match[1]), int(match[2]), options)


def _name_year(match: re.Match[str], _options: DateOptions) -> _Found:
    return _first_of(int(match[2]), _month_number(match[1]), Precision.MONTH)


def _year_name(match: re.Match[str], _options: DateOptions) -> _Found:
    return _first_of(int(match[1]), _month_number(match[2]), Precision.MONTH)


def _short_year_name(match: re.Match[str], options: DateOptions) -> _Found:
    return _short(match[1], match[2], options)


def _name_short_year(match: re.Match[str], options: DateOptions) -> _Found:
    return _short(match[2], match[1], options)


def _short(digits: str, name: str, options: DateOptions) -> _Found:
    if not options.two_digit_year_month:
        raise _Unreadable("day or year: a month with two digits")
    return _first_of(2000 + int(digits), _month_number(name), Precision.MONTH)


def _quarter(match: re.Match[str], options: DateOptions) -> _Found:
    found = match.groupdict()
    number = int(found["quarter"])
    if not found["fiscal"]:
        return _first_of(_whole_year(found["year"], options), 3 * number - 2, Precision.QUARTER)
    if options.fiscal_year_start_month is None:
        raise _Unreadable("a fiscal quarter, and the fiscal year's first month is not declared")
    year = int(found["year"]) if len(found["year"]) == 4 else 2000 + int(found["year"])
    start = options.fiscal_year_start_month
    months = (year - (start > 1)) * 12 + start - 1 + 3 * (number - 1)
    return _first_of(months // 12, months % 12 + 1, Precision.QUARTER)


def _year(match: re.Match[str], _options: DateOptions) -> _Found:
    return _first_of(int(match[1]), 1, Precision.YEAR)


_PATTERNS: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern + r"(?![0-9a-z])"), reader)
    for pattern, reader in (
        (r"([0-9]{4})([-/.])([0-9]{1,2})\2([0-9]{1,2})" + _TIME, _iso),
        (r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})" + _TIME, _numbers),
        (r"([0-9]{4})[-/]([0-9]{1,2})", _year_month),
        (r"([0-9]{1,2})[-/]([0-9]{4})", _month_year),
        (r"([0-9]{1,2})(?:st|nd|rd|th)?[ -]" + _NAME + r"\.?,?[ -]([0-9]{4}|[0-9]{2})", _day_name_year),
        (_NAME + r"\.? ([0-9]{1,2})(?:st|nd|rd|th)?,? ([0-9]{4})", _name_day_year),
        (_NAME + r"\.?,?[ /-]?([0-9]{4})", _name_year),
        (r"([0-9]{4})[ /-]?" + _NAME, _year_name),
        (r"([0-9]{2})-" + _NAME, _short_year_name),
        (_NAME + r"[-']'?([0-9]{2})", _name_short_year),
        (r"q(?P<quarter>[1-4])[ ,/-]*(?P<fiscal>fy)?[ ']*(?P<year>[0-9]{4}|[0-9]{2})", _quarter),
        (r"(?P<fiscal>fy)? ?'?(?P<year>[0-9]{4}|[0-9]{2})[ ,/-]*q(?P<quarter>[1-4])", _quarter),
        (r"([0-9]{4})", _year),
    )
)
