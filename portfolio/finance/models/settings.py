"""How money is counted: one reporting currency, the band of infrastructure's share, and the rates of other currencies."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.finance.choices import CURRENCY_LENGTH

_SHARE = [MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(1))]


class FinanceSettings(models.Model):
    """The one row. Shares are fractions. `marker`: infrastructure's share in the industry, shown beside the own one."""

    reporting_currency = models.CharField(_("reporting currency"), max_length=CURRENCY_LENGTH, default="USD", db_default="USD")
    band_low = models.DecimalField(
        _("band from"), max_digits=5, decimal_places=4, default=Decimal("0.40"), db_default=Decimal("0.40"), validators=_SHARE
    )
    band_high = models.DecimalField(
        _("band to"), max_digits=5, decimal_places=4, default=Decimal("0.50"), db_default=Decimal("0.50"), validators=_SHARE
    )
    marker = models.DecimalField(
        _("industry marker"), max_digits=5, decimal_places=4, default=Decimal("0.20"), db_default=Decimal("0.20"),
        validators=_SHARE,
    )  # fmt: skip
    fiscal_year_start = models.PositiveSmallIntegerField(
        _("first month of the fiscal year"), default=1, db_default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(pk=1), name="finance_settings_once"),
            models.CheckConstraint(
                condition=models.Q(band_low__gte=0, band_high__lte=1, marker__gte=0, marker__lte=1)
                & models.Q(band_low__lte=models.F("band_high")),
                name="finance_band_in_order",
            ),
            models.CheckConstraint(
                condition=models.Q(fiscal_year_start__gte=1, fiscal_year_start__lte=12), name="finance_month_of_a_year"
            ),
        ]

    def __str__(self) -> str:
        return str(_("Finance settings"))


class Rate(models.Model):
    """The value of ONE unit of `currency` in `reporting_currency`, from `effective_on` until a newer one begins."""

    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH)
    reporting_currency = models.CharField(_("reporting currency"), max_length=CURRENCY_LENGTH)
    effective_on = models.DateField(_("effective from"))
    per_unit = models.DecimalField(_("value of one unit"), max_digits=24, decimal_places=12)
    source = models.CharField(_("source"), max_length=200, blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        ordering = ("currency", "-effective_on", "id")
        constraints = [
            models.UniqueConstraint("reporting_currency", "currency", "effective_on", "demo", name="finance_rate_of_a_day"),
            models.CheckConstraint(condition=models.Q(per_unit__gt=0), name="finance_rate_above_zero"),
            models.CheckConstraint(
                condition=~models.Q(currency=models.F("reporting_currency")), name="finance_rate_of_another_currency"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.currency} {self.effective_on}"
