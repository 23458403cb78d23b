"""Purchases: orders, contracts, subscriptions and billing accounts, and which initiatives they serve by which share."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from portfolio.accounts.models import BusinessUnit
from portfolio.initiatives.choices import VENUE_LABELS, Venue, choices_of
from portfolio.initiatives.models import Initiative
from portfolio.kit.scope import ScopedQuerySet
from portfolio.procurement.choices import DECLARED, QUANTITY_LABELS, Function, InPlan, Kind, Quantity, Renews, State
from portfolio.procurement.models.catalogue import (
    CURRENCY_LENGTH,
    MONEY_DIGITS,
    MONEY_PLACES,
    Capability,
    PriceTier,
    Product,
    Vendor,
)
from portfolio.procurement.models.plan import PlanItem


class Purchase(models.Model):
    """One purchase of a unit. What is empty is unknown; `in_plan` is declared, a `plan_item` is what derives it.

    `vendor_name` is the name as somebody wrote it, kept beside the vendor that it was taken for. `notice_on` is the last day
    to give notice, from `ends_on` and `notice_days`. `source` and `external_key` are the identity of an imported row.
    """

    unit = models.ForeignKey(
        BusinessUnit, on_delete=models.PROTECT, related_name="purchases", verbose_name=_("business unit")
    )  # fmt: skip
    kind = models.CharField(_("kind"), max_length=15, choices=choices_of(Kind))
    title = models.CharField(_("title"), max_length=500)
    vendor = models.ForeignKey(
        Vendor, on_delete=models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("vendor")
    )
    vendor_name = models.CharField(_("vendor as written"), max_length=255, blank=True, default="", db_default="")
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("product")
    )
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("capability")
    )
    venue = models.CharField(
        _("venue"), max_length=15, choices=choices_of(Venue, VENUE_LABELS), default=Venue.UNKNOWN, db_default="unknown"
    )
    function = models.CharField(
        _("function"), max_length=10, choices=choices_of(Function), default=Function.UNKNOWN, db_default="unknown"
    )
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("buyer")
    )
    buyer_name = models.CharField(_("buyer as written"), max_length=200, blank=True, default="", db_default="")
    amount = models.DecimalField(_("amount"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES, null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH, blank=True, default="", db_default="")
    starts_on = models.DateField(_("from"), null=True, blank=True)
    ends_on = models.DateField(_("until"), null=True, blank=True)
    notice_days = models.PositiveSmallIntegerField(_("notice (days before the end)"), null=True, blank=True)
    notice_on = models.GeneratedField(
        expression=models.expressions.RawSQL("ends_on - notice_days::integer", ()),
        output_field=models.DateField(null=True),
        db_persist=True,
    )
    renews = models.CharField(
        _("renews by itself"), max_length=7, choices=choices_of(Renews), default=Renews.UNKNOWN, db_default="unknown"
    )
    committed_quantity = models.DecimalField(_("committed"), max_digits=20, decimal_places=3, null=True, blank=True)
    committed_unit = models.CharField(
        _("committed in"), max_length=20, choices=choices_of(Quantity, QUANTITY_LABELS), blank=True, default="", db_default=""
    )
    non_cancellable_until = models.DateField(_("cannot be cancelled before"), null=True, blank=True)
    order_number = models.CharField(_("order number"), max_length=120, blank=True, default="", db_default="")
    contract_number = models.CharField(_("contract number"), max_length=120, blank=True, default="", db_default="")
    cost_centre = models.CharField(_("cost centre"), max_length=80, blank=True, default="", db_default="")
    price_tier = models.ForeignKey(
        PriceTier, on_delete=models.SET_NULL, null=True, blank=True, related_name="purchases", verbose_name=_("price tier")
    )
    plan_item = models.ForeignKey(
        PlanItem, on_delete=models.PROTECT, null=True, blank=True, related_name="purchases", verbose_name=_("item of the IT plan")
    )
    in_plan = models.CharField(
        _("in the IT plan"), max_length=7, choices=choices_of(InPlan), default=InPlan.UNKNOWN, db_default="unknown"
    )
    billing_account_id = models.CharField(_("billing account"), max_length=200, blank=True, default="", db_default="")
    sub_account_id = models.CharField(_("sub-account"), max_length=200, blank=True, default="", db_default="")
    state = models.CharField(_("state"), max_length=10, choices=choices_of(State), default=State.ACTIVE, db_default="active")
    source = models.CharField(_("source"), max_length=60, default=DECLARED, db_default=DECLARED, editable=False)
    external_key = models.CharField(max_length=300, blank=True, default="", db_default="", editable=False)
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ScopedQuerySet["Purchase"].as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | models.Q(amount__gte=0), name="purchase_not_negative"
            ),
            models.CheckConstraint(
                condition=models.Q(amount__isnull=True) | ~models.Q(currency=""), name="purchase_amount_has_a_currency"
            ),
            models.CheckConstraint(
                condition=models.Q(committed_quantity__isnull=True)
                | (models.Q(committed_quantity__gte=0) & ~models.Q(committed_unit="")),
                name="purchase_commitment_has_a_unit",
            ),
            models.CheckConstraint(
                condition=models.Q(starts_on__isnull=True)
                | models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="purchase_ends_after_it_starts",
            ),
            models.UniqueConstraint("source", "external_key", "demo", name="purchase_key", condition=~models.Q(external_key="")),
        ]
        indexes = [
            models.Index(fields=["ends_on"], name="purchase_ends"),
            models.Index(fields=["notice_on"], name="purchase_notice"),
            models.Index(fields=["billing_account_id"], name="purchase_account", condition=~models.Q(billing_account_id="")),
        ]

    def __str__(self) -> str:
        return self.title


class ShareQuerySet(ScopedQuerySet["PurchaseShare"]):
    """A share is seen by those who see its purchase."""

    unit_path_lookup = "purchase__unit__path"
    demo_lookup = "purchase__demo"


class PurchaseShare(models.Model):
    """The part of a purchase that serves an initiative; the parts of one purchase add up to 1 at most (a trigger holds it)."""

    purchase = models.ForeignKey(Purchase, on_delete=models.CASCADE, related_name="shares")
    initiative = models.ForeignKey(Initiative, on_delete=models.PROTECT, related_name="purchase_shares")
    share = models.DecimalField(_("share"), max_digits=7, decimal_places=6)

    objects = ShareQuerySet.as_manager()

    class Meta:
        ordering = ("purchase", "id")
        constraints = [
            models.UniqueConstraint("purchase", "initiative", name="purchase_share_once"),
            models.CheckConstraint(condition=models.Q(share__gt=0, share__lte=1), name="share_is_a_fraction"),
        ]

    def __str__(self) -> str:
        return f"{self.share} of {self.purchase_id}"
