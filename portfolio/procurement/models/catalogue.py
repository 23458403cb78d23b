"""What can be bought and from whom: capabilities, vendors with their names and parents, products, price tiers.

These belong to the organisation, not to a unit: two units that buy the same from the same vendor must find one row.
"""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from portfolio.initiatives.choices import choices_of
from portfolio.kit.scope import Reader, Row, ScopedQuerySet
from portfolio.procurement.choices import AliasSource

MONEY_DIGITS, MONEY_PLACES, CURRENCY_LENGTH = 20, 2, 16


class OrganisationQuerySet(ScopedQuerySet[Row]):
    """Rows that every person of the organisation may see, of the portfolio (demo or real) that is being shown."""

    def visible_to(self, reader: Reader) -> Self:
        if not reader.paths(self.view_action):
            return self.none()
        return self if self.demo_lookup is None else self.filter(**{self.demo_lookup: reader.showing_demo})


class CapabilityQuerySet(OrganisationQuerySet["Capability"]):
    demo_lookup = None


class Capability(models.Model):
    """One kind of thing that AI initiatives need; `category` is where finance counts it (finance.choices.Category)."""

    key = models.SlugField(_("key"), max_length=60, unique=True)
    label = models.CharField(_("name"), max_length=120)
    is_infrastructure = models.BooleanField(_("infrastructure"), default=False, db_default=False)
    category = models.CharField(_("budget category"), max_length=20, blank=True, default="", db_default="")
    position = models.PositiveSmallIntegerField(_("position"), default=0, db_default=0)
    retired = models.BooleanField(_("no longer offered"), default=False, db_default=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = CapabilityQuerySet.as_manager()

    class Meta:
        ordering = ("position", "label")

    def __str__(self) -> str:
        return self.label


class Vendor(models.Model):
    """A seller. `key` is its normalised name (rules.matching.normalised), so that one vendor is not entered twice."""

    name = models.CharField(_("name"), max_length=255)
    key = models.CharField(max_length=255, editable=False)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    note = models.TextField(_("note"), blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    updated_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OrganisationQuerySet["Vendor"].as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [
            models.UniqueConstraint(Lower("name"), "demo", name="vendor_name"),
            models.CheckConstraint(condition=~models.Q(parent=models.F("id")), name="vendor_not_its_own_parent"),
        ]
        indexes = [models.Index(fields=["key"], name="vendor_key")]

    def __str__(self) -> str:
        return self.name


class AliasQuerySet(OrganisationQuerySet["VendorAlias"]):
    demo_lookup = "vendor__demo"


class VendorAlias(models.Model):
    """Another name that a vendor goes by, as a file or a person wrote it."""

    vendor = models.ForeignKey(Vendor, on_delete=models.CASCADE, related_name="aliases")
    name = models.CharField(_("name"), max_length=255)
    key = models.CharField(max_length=255, editable=False)
    source = models.CharField(
        _("source"), max_length=10, choices=choices_of(AliasSource), default=AliasSource.DECLARED, db_default="declared"
    )
    demo = models.BooleanField(default=False, db_default=False, editable=False)

    objects = AliasQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint(Lower("name"), "demo", name="vendor_alias_name")]
        indexes = [models.Index(fields=["key"], name="vendor_alias_key")]

    def __str__(self) -> str:
        return self.name


class Product(models.Model):
    """What a vendor sells; its capability is what a purchase of it has where nobody says otherwise."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="products", verbose_name=_("vendor"))
    name = models.CharField(_("name"), max_length=255)
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="products", verbose_name=_("capability")
    )
    sku = models.CharField(_("article number"), max_length=120, blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = OrganisationQuerySet["Product"].as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = [models.UniqueConstraint("vendor", Lower("name"), name="product_name")]

    def __str__(self) -> str:
        return self.name


class PriceTier(models.Model):
    """From `from_amount` on (a year or in all) the vendor gives `discount` (a fraction: 0.1 is 10 %) off its list price."""

    vendor = models.ForeignKey(Vendor, on_delete=models.PROTECT, related_name="tiers", verbose_name=_("vendor"))
    capability = models.ForeignKey(
        Capability, on_delete=models.PROTECT, null=True, blank=True, related_name="tiers", verbose_name=_("capability")
    )
    product = models.ForeignKey(
        Product, on_delete=models.PROTECT, null=True, blank=True, related_name="tiers", verbose_name=_("product")
    )
    from_amount = models.DecimalField(_("from"), max_digits=MONEY_DIGITS, decimal_places=MONEY_PLACES)
    currency = models.CharField(_("currency"), max_length=CURRENCY_LENGTH)
    per_year = models.BooleanField(_("a year"), default=True, db_default=True)
    discount = models.DecimalField(_("discount"), max_digits=6, decimal_places=5)
    effective_on = models.DateField(_("from day"))
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300, blank=True, default="", db_default="")
    demo = models.BooleanField(default=False, db_default=False, editable=False)
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = OrganisationQuerySet["PriceTier"].as_manager()

    class Meta:
        ordering = ("vendor", "from_amount", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(from_amount__gte=0), name="tier_amount_not_negative"),
            models.CheckConstraint(condition=models.Q(discount__gte=0, discount__lt=1), name="tier_discount_is_a_fraction"),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("effective_on")),
                name="tier_ends_after_it_starts",
            ),
        ]

    def __str__(self) -> str:
        return f"tier {self.pk} of vendor {self.vendor_id}"
