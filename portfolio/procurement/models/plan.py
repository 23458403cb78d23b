"""The IT plan: what a unit meant to buy in a year."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.choices import DECLARED
from portfolio.procurement.models.catalogue import CURRENCY_LENGTH, MONEY_DIGITS, MONEY_PLACES, Capability


class PlanItem(models.Model):
    """One line of the plan. An empty `planned_amount` is unknown."""

    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="plan_items", verbose_name=_("business unit")
    )  # fmt: skip
    code = models.CharField(_("code"), max_length=80, blank=True, default="", db_default="")
    name = models.CharField(_("name"), max_length=300)
    year = models.PositiveSmallIntegerField(_("year"))
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="plan_items", verbose_name=_("capability")
    )
    planned_amount = models.DecimalField(
        _("planned amount"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH, blank=True, default="", db_default="")
    source = models.CharField(_("source"), max_length=60, default=DECLARED, db_default=DECLARED, editable=False)
    external_key = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["PlanItem"].as_manager()

    class Meta:
        ordering = ("-year", "code", "name", "id")
        constraints = [
            models.UniqueConstraint("unit", "year", "code", name="plan_item_code", condition=~models.Q(code="")),
            models.CheckConstraint(
                condition=models.Q(planned_amount__isnull=True) | models.Q(planned_amount__gte=0), name="plan_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(planned_amount__isnull=True) | ~models.Q(currency=""), name="plan_amount_has_a_currency"
            ),
            models.UniqueConstraint("source", "external_key", "demo", name="plan_item_key", condition=~models.Q(external_key="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}".strip()
