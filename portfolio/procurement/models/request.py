"""Purchase requests: what a unit wants to buy, when, for which initiative, and each step on its way to an order."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.choices import DECLARED, QUANTITY_LABELS, Ask, Quantity
from portfolio.procurement.models.catalogue import CURRENCY_LENGTH, MONEY_DIGITS, MONEY_PLACES, Capability, Vendor
from portfolio.procurement.models.purchase import Purchase


class PurchaseRequest(models.Model):
    """What is empty is unknown. `purchase` is the order that it became."""

    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="purchase_requests", verbose_name=_("business unit")
    )
    initiative = models.ForeignKey(
        Initiative, on_delete=models.PROTECT, null=True, blank=True, related_name="purchase_requests",
        verbose_name=_("initiative"),
    )  # fmt: skip
    title = models.CharField(_("what is wanted"), max_length=300)
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("capability")
    )
    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("vendor")
    )
    quantity = models.DecimalField(_("how much"), max_digits=20, decimal_places=3, null=True, blank=True)
    quantity_unit = models.CharField(
        _("counted in"), max_length=20, choices=choices_of(Quantity, QUANTITY_LABELS), blank=True, default="", db_default=""
    )
    amount = models.DecimalField(
        _("estimated amount"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True
    )
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH, blank=True, default="", db_default="")
    needed_on = models.DateField(_("needed on"), null=True, blank=True)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    state = models.CharField(_("state"), max_length=10, choices=choices_of(Ask), default=Ask.ASKED, db_default="asked")
    purchase = models.ForeignKey(
        Purchase, on_delete=models.PROTECT, null=True, blank=True, related_name="requests", verbose_name=_("order")
    )
    reason = models.TextField(_("reason"), blank=True, default="", db_default="")
    source = models.CharField(_("source"), max_length=60, default=DECLARED, db_default=DECLARED, editable=False)
    external_key = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["PurchaseRequest"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0), name="ask_not_negative"),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | ~models.Q(currency=""), name="ask_amount_has_a_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(quantity__isnull=True) | (models.Q(quantity__gt=0) & ~models.Q(quantity_unit="")),
                name="ask_quantity_has_a_unit",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=Ask.ORDERED) | models.Q(purchase__isnull=False), name="ordered_names_its_order"
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=(Ask.DECLINED, Ask.WITHDRAWN)) | ~models.Q(reason=""),
                name="ask_refused_with_a_reason",
            ),
            models.UniqueConstraint("source", "external_key", "demo", name="ask_key", condition=~models.Q(external_key="")),
        ]
        indexes = [models.Index(fields=["state", "needed_on"], name="ask_state")]

    def __str__(self) -> str:
        return self.title


class StepQuerySet(ScopedQuerySet["PurchaseRequestStep"]):
    unit_path_lookup = "request__unit__path"
    demo_lookup = "request__demo"


class PurchaseRequestStep(models.Model):
    """One step, never edited: who took it, when, and why."""

    insert_only = True

    request = models.ForeignKey(PurchaseRequest, on_delete=models.PROTECT, related_name="steps")
    state = models.CharField(max_length=10, choices=choices_of(Ask))
    reason = models.TextField(blank=True, default="", db_default="")
    purchase = models.ForeignKey(Purchase, on_delete=models.PROTECT, null=True, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    by_label = models.CharField(max_length=200)
    at = models.DateTimeField(db_default=Now(), editable=False)

    objects = StepQuerySet.as_manager()

    class Meta:
        ordering = ("request", "id")

    def __str__(self) -> str:
        return f"{self.request_id}: {self.state}"
