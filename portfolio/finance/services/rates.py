"""Writing exchange rates and the finance settings: both count for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.finance.models import BudgetLine, Commitment, FinanceSettings, Rate
from portfolio.finance.queries.rates import settings_now
from portfolio.finance.services.access import Stale, changed, require_configure
from portfolio.finance.services.checking import check_currency, check_names
from portfolio.kit import clock
from portfolio.kit.acting import acting

SETTINGS_FIELDS = ("reporting_currency", "band_low", "band_high", "marker", "fiscal_year_start")
RATE_FIELDS = ("effective_on", "per_unit", "source")


def set_rate(
    *, by: Actor, currency: str, effective_on: date, per_unit: Decimal, source: str = ""
) -> Rate:  # fmt: skip
    """The value of one unit of `currency` in the reporting currency, from that day on. A rate of that day is replaced.

    Raises PermissionDenied, ValidationError with a message per field.
    """
    require_configure(by)
    with acting(by):
        reporting = settings_now().reporting_currency
        code = currency.strip().upper()
        known = Rate.objects.select_for_update().filter(
            currency=code, reporting_currency=reporting, effective_on=effective_on, demo=False
        )
        row = known.first() or Rate(currency=code, reporting_currency=reporting, effective_on=effective_on)
        _write(row, {"per_unit": per_unit, "source": source.strip()})
    return row


def change_rate(*, by: Actor, rate: Rate, changes: Mapping[str, Any], version: int | None = None) -> Rate:
    """Correct a rate. Raises PermissionDenied, ValidationError by field, Stale."""
    require_configure(by)
    check_names(changes, RATE_FIELDS)
    with acting(by):
        row = _locked(rate, version)
        _write(row, changes)
    return row


def remove_rate(*, by: Actor, rate: Rate, version: int | None = None) -> None:
    """Take a rate away; amounts that stood on it take the one before, or become unknown."""
    require_configure(by)
    with acting(by):
        row = _locked(rate, version)
        row.delete()
        rates_changed({row.currency})


def change_settings(*, by: Actor, changes: Mapping[str, Any], version: int | None = None) -> FinanceSettings:
    """Change SETTINGS_FIELDS. With another reporting currency, rates are wanted in that one: until there are any, amounts in
    other currencies are unknown. Raises PermissionDenied, ValidationError by field, Stale.
    """
    require_configure(by)
    check_names(changes, SETTINGS_FIELDS)
    with acting(by):
        row = FinanceSettings.objects.select_for_update().get(pk=1)
        if version is not None and row.version != version:
            raise Stale(row)
        before = row.reporting_currency
        for name, value in changes.items():
            setattr(row, name, value.strip().upper() if isinstance(value, str) else value)
        _check_settings(row)
        row.version, row.updated_at = row.version + 1, clock.now()
        row.save(update_fields=[*changes, "version", "updated_at"])
        if row.reporting_currency != before:
            rates_changed(None)
    return row


def rates_changed(currencies: set[str] | None) -> None:
    """Tell of every initiative that holds amounts in these currencies; None: in any."""
    found: set[int] = set()
    for model in (BudgetLine, Commitment):
        rows: Any = model.objects.exclude(initiative=None)
        rows = rows if currencies is None else rows.filter(currency__in=currencies)
        found |= set(rows.order_by().values_list("initiative_id", flat=True).distinct())
    changed(initiatives=found)


def _locked(rate: Rate, version: int | None) -> Rate:
    row = Rate.objects.select_for_update().get(pk=rate.pk)
    if version is not None and row.version != version:
        raise Stale(row)
    return row


def _write(row: Rate, values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    check_currency(row.currency)
    if row.currency == row.reporting_currency:
        raise ValidationError({"currency": _("That is the reporting currency; it needs no rate.")})
    if row.per_unit is None or not row.per_unit.is_finite() or row.per_unit <= 0:
        raise ValidationError({"per_unit": _("A number above 0.")})
    row.version = row.version + 1 if row.pk else 1
    row.updated_at = clock.now()
    row.full_clean()
    row.save()
    rates_changed({row.currency})


def _check_settings(row: FinanceSettings) -> None:
    try:
        check_currency(row.reporting_currency)
    except ValidationError as error:
        raise ValidationError({"reporting_currency": error.messages}) from error
    if row.band_low > row.band_high:
        raise ValidationError({"band_high": _("The band ends where it starts, or above.")})
    row.full_clean()
