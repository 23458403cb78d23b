"""Amounts in the reporting currency."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from portfolio.finance.queries.rates import RateTable
from portfolio.procurement.queries.totals import day_of_worth

_CENT = Decimal("0.01")


class Money(NamedTuple):
    """Amounts in the reporting currency, as of a day."""

    rates: RateTable
    today: date

    def of(self, amount: Decimal | None, currency: str, day: date | None) -> Decimal | None:
        """To the cent, at the rate of `day` (today at the latest); None: unknown."""
        made = self.exact(amount, currency, day)
        return None if made is None else made.quantize(_CENT)

    def exact(self, amount: Decimal | None, currency: str, day: date | None) -> Decimal | None:
        """Not rounded."""
        return self.rates.convert(amount, currency, day_of_worth(day, self.today))
