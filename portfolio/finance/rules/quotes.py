"""Rates as banks publish them, turned into what is kept: the value of one unit in the reporting currency.

Two shapes: a row per day and currency, or a row per day with a column per currency (as central banks do). Two directions: how
many units one unit of the base buys ("1 EUR = 1.08 USD"), or what one unit is worth in the base ("1 USD = 0.93 EUR").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_EVEN, Context, Decimal
from enum import StrEnum

_CODE = re.compile(r"[A-Z]{3}")
_PLACES = Decimal("0.000000000001")
_EXACT = Context(prec=40, rounding=ROUND_HALF_EVEN)
FEWEST_COLUMNS = 2


class Direction(StrEnum):
    UNITS = "units"
    VALUE = "value"


def currency_columns(headers: Iterable[str]) -> list[str]:
    """Headers that are currency codes; two of them and more are the wide shape."""
    found = [header for header in headers if _CODE.fullmatch(header.strip().upper())]
    return found if len(found) >= FEWEST_COLUMNS else []


def per_unit_of(
    quotes: Mapping[str, Decimal], *, base: str, reporting: str, direction: Direction
) -> dict[str, Decimal]:  # fmt: skip
    """One day's quotes against `base` as values of one unit in `reporting`, twelve places.

    Empty where the day does not say what the base is worth in the reporting currency: nothing is guessed from another day.
    """
    worth = {code: _worth(quote, direction) for code, quote in quotes.items() if quote > 0 and code != base}
    worth[base] = Decimal(1)
    if reporting not in worth:
        return {}
    return {
        code: _EXACT.divide(value, worth[reporting]).quantize(_PLACES, context=_EXACT)
        for code, value in worth.items()
        if code != reporting
    }


def _worth(quote: Decimal, direction: Direction) -> Decimal:
    """What one unit is worth in the base."""
    return quote if direction is Direction.VALUE else _EXACT.divide(Decimal(1), quote)
