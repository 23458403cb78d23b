"""Which vendor, capability, unit, initiative and purchase an item is for: rules as data, and what they decided."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.models.billing.charges import BillingItem
from portfolio.procurement.models.catalogue import Capability, Vendor
from portfolio.procurement.models.purchase import Purchase


class BillingRule(models.Model):
    """For bills of `unit` and the units below it: items that meet all `conditions` are for what the rule says.

    `conditions`: [{field, operator, value, tag}] (rules.billing). Rules are asked in the order of `position`; the first one that
    says a thing (a vendor, say) decides that thing.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+", verbose_name=_("for bills of"))
    position = models.PositiveIntegerField(_("position"))
    name = models.CharField(_("name"), max_length=200)
    conditions = models.JSONField(_("conditions"), default=list)
    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="billing_rules", verbose_name=_("vendor")
    )
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="billing_rules", verbose_name=_("capability")
    )
    to_unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("business unit")
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="billing_rules", verbose_name=_("initiative")
    )
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, blank=True, related_name="billing_rules", verbose_name=_("purchase")
    )
    active = models.BooleanField(_("in use"), default=True, db_default=True)
    source = models.CharField(max_length=20, default="declared", db_default="declared", editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["BillingRule"].as_manager()

    class Meta:
        ordering = ("position", "id")
        indexes = [models.Index(fields=["position"], name="billing_rule_position")]

    def __str__(self) -> str:
        return self.name


class BillingAssignment(models.Model):
    """What an item is for, and the rule that said so; empty is "nobody knows". Kept by services.billing.assigning alone.

    `holder` holds the amounts: the unit that a rule named, else the unit whose bill it is. `purchase` without a rule is the
    purchase that names the item's accounts as its own.
    """

    item = models.OneToOneField(BillingItem, on_delete=models.CASCADE, primary_key=True, related_name="assignment")
    holder = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, null=True, related_name="+")
    capability = models.ForeignKey(Capability, on_delete=models.PROTECT, null=True, related_name="+")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, null=True, related_name="+")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, null=True, related_name="+")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, null=True, related_name="+")
    vendor_rule = models.ForeignKey(BillingRule, on_delete=models.SET_NULL, null=True, related_name="+")
    capability_rule = models.ForeignKey(BillingRule, on_delete=models.SET_NULL, null=True, related_name="+")
    unit_rule = models.ForeignKey(BillingRule, on_delete=models.SET_NULL, null=True, related_name="+")
    initiative_rule = models.ForeignKey(BillingRule, on_delete=models.SET_NULL, null=True, related_name="+")
    purchase_rule = models.ForeignKey(BillingRule, on_delete=models.SET_NULL, null=True, related_name="+")

    def __str__(self) -> str:
        return f"assignment of item {self.item_id}"
