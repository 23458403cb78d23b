"""Fiscal years: twelve months from a month on, named after the calendar year in which they end."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple


class Year(NamedTuple):
    name: int
    start: date
    end: date


def fiscal_year(name: int, first_month: int) -> Year:
    """The fiscal year of that name. From January on it is the calendar year."""
    start = date(name - (first_month > 1), first_month, 1)
    return Year(name, start, date(start.year + 1, first_month, 1) - timedelta(days=1))


def fiscal_year_of(day: date, first_month: int) -> Year:
    """The fiscal year in which a day lies."""
    return fiscal_year(day.year + (first_month > 1 and day.month >= first_month), first_month)
