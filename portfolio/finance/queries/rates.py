"""Rates as one table that is loaded once, and the settings of money."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from portfolio.finance.models import FinanceSettings, Rate
from portfolio.finance.rules.rates import Rates, converted, rates_from
from portfolio.finance.rules.share import Band


class RateTable:
    """Every rate into the reporting currency. In the demo its own rates count too, and real ones go before them."""

    def __init__(self, rates: Rates) -> None:
        self.rates = rates

    @classmethod
    def load(cls, *, demo: bool = False, settings: FinanceSettings | None = None) -> RateTable:
        """One statement, two without `settings`."""
        reporting = (settings or settings_now()).reporting_currency
        rows = Rate.objects.filter(reporting_currency=reporting)
        rows = rows if demo else rows.filter(demo=False)
        found = rows.order_by("-demo").values_list("currency", "effective_on", "per_unit")
        once = {(currency, day): per_unit for currency, day, per_unit in found}  # the real one comes last
        return cls(rates_from(reporting, ((currency, day, per_unit) for (currency, day), per_unit in once.items())))

    @classmethod
    def both(cls) -> tuple[RateTable, RateTable]:
        """The tables of the real portfolio and of the demo, in two statements."""
        reporting = settings_now().reporting_currency
        rows = Rate.objects.filter(reporting_currency=reporting).order_by("-demo")
        found = list(rows.values_list("demo", "currency", "effective_on", "per_unit"))
        real = rates_from(reporting, (tuple(rest) for demo, *rest in found if not demo))  # type: ignore[misc]
        once = {(currency, day): per_unit for _demo, currency, day, per_unit in found}
        return cls(real), cls(rates_from(reporting, ((*key, per_unit) for key, per_unit in once.items())))

    @property
    def reporting(self) -> str:
        return self.rates.reporting

    def convert(self, amount: Decimal | None, currency: str, day: date) -> Decimal | None:
        """In the reporting currency, not rounded; None where the amount or the rate of that day is unknown."""
        return converted(amount, currency, day, self.rates)


def settings_now() -> FinanceSettings:
    """The one row, which a migration made."""
    return FinanceSettings.objects.get(pk=1)


def band_of(settings: FinanceSettings) -> Band:
    return Band(settings.band_low, settings.band_high)
