"""Other currencies in the reporting currency, by rates that hold from a day on. Without a rate the amount is unknown."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

Known = tuple[tuple[date, ...], tuple[Decimal, ...]]


@dataclass(frozen=True, slots=True)
class Rates:
    """`by_currency`: days in ascending order, and from each on the value of one unit in `reporting`."""

    reporting: str
    by_currency: dict[str, Known]

    def on(self, currency: str, day: date) -> Decimal | None:
        """The value of one unit on a day: of the newest rate that holds by then. None: nobody has said."""
        if currency == self.reporting:
            return Decimal(1)
        days, values = self.by_currency.get(currency, ((), ()))
        place = bisect_right(days, day)
        return values[place - 1] if place else None


def rates_from(reporting: str, rows: Iterable[tuple[str, date, Decimal]]) -> Rates:
    """Rates from (currency, effective on, value of one unit), in any order."""
    held: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for currency, day, per_unit in rows:
        held[currency].append((day, per_unit))
    made: dict[str, Known] = {}
    for currency, pairs in held.items():
        pairs.sort()
        made[currency] = (tuple(day for day, _value in pairs), tuple(value for _day, value in pairs))
    return Rates(reporting, made)


def converted(amount: Decimal | None, currency: str, day: date, rates: Rates) -> Decimal | None:
    """An amount in the reporting currency, not rounded. None where the amount or the rate is unknown, never 1."""
    per_unit = rates.on(currency, day)
    return None if amount is None or per_unit is None else amount * per_unit
