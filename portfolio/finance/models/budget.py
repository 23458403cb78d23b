"""Planned and actual amounts by period and category, and what is promised whatever happens."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.finance.choices import (
    CATEGORY_LABELS,
    CURRENCY_LENGTH,
    IN_NO_CATEGORY,
    MONEY_DIGITS,
    MONEY_PLACES,
    CommitmentSource,
    LineSource,
)
from portfolio.finance.models.scope import MoneyQuerySet
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative

CATEGORIES = [("", IN_NO_CATEGORY), *((category.value, label) for category, label in CATEGORY_LABELS.items())]
ONE_HOLDER = models.Q(unit__isnull=True, initiative__isnull=False) | models.Q(unit__isnull=False, initiative__isnull=True)


class BudgetLine(models.Model):
    """An amount for a category and a period (both days inclusive) of one initiative, or of a unit itself; never of both.

    Lines of an initiative belong to the unit that it belongs to today. `planned` and `actual` empty are unknown, not zero.
    """

    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("business unit")
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="budget_lines", verbose_name=_("initiative")
    )
    category = models.CharField(_("category"), max_length=20, choices=CATEGORIES, blank=True, default="", db_default="")
    label = models.CharField(_("what for"), max_length=200, blank=True, default="", db_default="")
    cost_centre = models.CharField(_("cost centre"), max_length=60, blank=True, default="", db_default="")
    period_start = models.DateField(_("from"))
    period_end = models.DateField(_("to"))
    planned = models.DecimalField(_("planned"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True)
    actual = models.DecimalField(_("actual"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH)
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    source = models.CharField(max_length=10, choices=choices_of(LineSource), default=LineSource.ENTERED, db_default="entered")
    run = models.ForeignKey(
        "finance.FinanceImport", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", editable=False
    )
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MoneyQuerySet["BudgetLine"].as_manager()

    class Meta:
        ordering = ("period_start", "category", "label", "id")
        constraints = [
            models.UniqueConstraint(
                "initiative", "unit", "category", "label", "cost_centre", "period_start", "period_end", "currency",
                name="finance_line_once", nulls_distinct=False,
            ),
            models.CheckConstraint(condition=ONE_HOLDER, name="finance_line_of_one"),
            models.CheckConstraint(
                condition=models.Q(period_end__gte=models.F("period_start")), name="finance_line_ends_after_it_starts"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["unit"], name="finance_line_unit", condition=models.Q(unit__isnull=False))]

    def __str__(self) -> str:
        return self.label or str(self.get_category_display())


class Commitment(models.Model):
    """What will be spent whatever happens: cancellable after `non_cancellable_until`, at any time where that is empty.

    `source_ref` is the purchase's id for rows that procurement keeps; a person cannot edit those here.
    """

    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("business unit")
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("initiative")
    )
    category = models.CharField(_("category"), max_length=20, choices=CATEGORIES, blank=True, default="", db_default="")
    label = models.CharField(_("what for"), max_length=200)
    amount = models.DecimalField(_("amount"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH, blank=True, default="", db_default="")
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("to"), null=True, blank=True)
    non_cancellable_until = models.DateField(_("cannot be cancelled until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True, default="", db_default="")
    source = models.CharField(
        max_length=10, choices=choices_of(CommitmentSource), default=CommitmentSource.DECLARED, db_default="declared",
        editable=False,
    )  # fmt: skip
    source_ref = models.BigIntegerField(null=True, blank=True, editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MoneyQuerySet["Commitment"].as_manager()

    class Meta:
        ordering = ("starts_on", "id")
        constraints = [
            models.UniqueConstraint(
                "source", "source_ref", "initiative", name="finance_commitment_of_a_purchase", nulls_distinct=False,
                condition=models.Q(source_ref__isnull=False),
            ),
            models.CheckConstraint(condition=ONE_HOLDER, name="finance_commitment_of_one"),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="finance_commitment_ends_after_it_starts",
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | (models.Q(amount__gte=0) & ~models.Q(currency="")),
                name="finance_commitment_amount_has_a_currency",
            ),
            models.CheckConstraint(
                condition=models.Q(source="declared", source_ref__isnull=True)
                | models.Q(source="purchase", source_ref__isnull=False),
                name="finance_commitment_says_whose",
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["initiative"], name="finance_commitment_initiative"),
            models.Index(fields=["unit"], name="finance_commitment_unit", condition=models.Q(unit__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.label
