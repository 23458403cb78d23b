"""What was charged: distinct things, every row of every bill, billing periods, and the months that pages add up."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.kit.scope import Reader, ScopedQuerySet, within
from portfolio.procurement.models.billing.files import BillingImport
from portfolio.procurement.models.catalogue import CURRENCY_LENGTH

DIGITS, PLACES = 38, 18  # as exact as the files


def _text(help_text: str = "") -> models.TextField:  # type: ignore[type-arg]
    """What the file says, empty where it says nothing."""
    return models.TextField(blank=True, default="", db_default="", help_text=help_text)


def _amount(*, null: bool = False) -> models.DecimalField:  # type: ignore[type-arg]
    return models.DecimalField(max_digits=DIGITS, decimal_places=PLACES, null=null)


class BillingItem(models.Model):
    """Everything that rows of bills have in common but for time and amounts (formats.billing.charge.DIMENSIONS), once a unit.

    `unit` is the unit whose bill it is. `digest` stands for all texts. Texts are the file's own.
    """

    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    demo = models.BooleanField(default=False, db_default=False)
    digest = models.UUIDField()
    provider = _text("who sells it")
    publisher = _text("who makes it")
    invoice_issuer = _text("who bills it")
    billing_account_id = _text()
    billing_account_name = _text()
    billing_account_type = _text()
    sub_account_id = _text()
    sub_account_name = _text()
    sub_account_type = _text()
    service_name = _text()
    service_category = _text()
    service_subcategory = _text()
    charge_category = _text("Usage, Purchase, Tax, Credit, Adjustment")
    charge_class = _text("Correction or empty")
    charge_description = _text()
    charge_frequency = _text()
    pricing_category = _text()
    sku_id = _text()
    sku_price_id = _text()
    sku_meter = _text()
    region_id = _text()
    region_name = _text()
    resource_id = _text()
    resource_name = _text()
    resource_type = _text()
    commitment_id = _text()
    commitment_name = _text()
    commitment_category = _text()
    commitment_type = _text()
    commitment_status = _text("Used, Unused or empty")
    currency = _text()
    pricing_currency = _text()
    unit_of_measure = _text("of the quantities")
    tags = models.JSONField(default=dict, db_default=models.Value({}, models.JSONField()))

    class Meta:
        constraints = [models.UniqueConstraint("unit", "digest", "demo", name="billing_item_digest")]

    def __str__(self) -> str:
        return f"{self.service_name} {self.resource_id}".strip() or f"item {self.pk}"


class BillingRow(models.Model):
    """One row of a file. Of an item, its category, currency and account; here when and how much. Costs are never added up.

    `row` is its number in the file. Unknown amounts are empty. No foreign keys in the database: the transaction that writes rows
    writes what they point to, and 5 million checks cost as much as the rows.
    """

    pk = models.CompositePrimaryKey("billing_import", "row")
    billing_import = models.ForeignKey(BillingImport, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    row = models.BigIntegerField()
    item = models.ForeignKey(BillingItem, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False)
    day = models.DateField()
    period = models.DateField(help_text="first day of the billing period")
    period_end = models.DateField()
    billed = _amount()
    effective = _amount(null=True)
    list = _amount(null=True)
    contracted = _amount(null=True)
    pricing_effective = _amount(null=True)
    quantity = _amount(null=True)

    def __str__(self) -> str:
        return f"row {self.row}"


class BillingPeriod(models.Model):
    """The billing period of one account in a published import. It counts while it is `live`: neither superseded nor withdrawn."""

    billing_import = models.ForeignKey(BillingImport, on_delete=models.PROTECT, related_name="periods")
    unit = models.ForeignKey(BusinessUnit, on_delete=models.PROTECT, related_name="+")
    demo = models.BooleanField(default=False, db_default=False)
    provider = _text()
    billing_account_id = _text()
    starts_on = models.DateField()
    ends_on = models.DateField()
    rows = models.BigIntegerField()
    live = models.BooleanField(default=True)
    superseded_by = models.ForeignKey(
        BillingImport, on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_periods"
    )

    class Meta:
        ordering = ("-starts_on", "provider", "billing_account_id", "id")
        constraints = [
            models.UniqueConstraint("billing_import", "provider", "billing_account_id", "starts_on", name="billing_period_once")
        ]
        indexes = [
            models.Index(fields=["unit", "provider", "billing_account_id", "starts_on"], name="billing_period_of_account"),
        ]

    def __str__(self) -> str:
        return f"{self.provider} {self.billing_account_id} {self.starts_on}"


class BillingMonthQuerySet(ScopedQuerySet["BillingMonth"]):
    """Amounts: seen by who sees money of the unit that an item was given to, or of its initiative."""

    unit_path_lookup = "item__assignment__holder__path"
    demo_lookup = "item__demo"
    view_action = Action.MONEY

    def visible_to(self, reader: Reader) -> Self:
        return self.filter(held_by(reader, "item__assignment__"), item__demo=reader.showing_demo)


def held_by(reader: Reader, assignment: str) -> Q:
    """Items whose amounts `reader` may see; `assignment` leads to BillingAssignment."""
    seen = within(f"{assignment}holder__path", reader.paths(Action.MONEY))
    person = getattr(reader, "user_id", None)
    if person is None or getattr(reader, "scopes", None) is not None or not seen:
        return seen
    return seen | Q(**{f"{assignment}initiative__owner_id": person}) | Q(**{f"{assignment}initiative__sponsor_id": person})


class BillingMonth(models.Model):
    """An item in a billing period: what its published rows add up to. `month` is the first of the month of the period's start.

    A sum leaves unknown amounts out; `effective_unknown`, ... tell of how many rows.
    """

    period = models.ForeignKey(BillingPeriod, on_delete=models.PROTECT, related_name="months", db_index=False)
    item = models.ForeignKey(BillingItem, on_delete=models.PROTECT, related_name="months")
    month = models.DateField()
    charge_category = models.CharField(max_length=20)
    charge_class = models.CharField(max_length=20, blank=True, default="", db_default="")
    currency = models.CharField(max_length=CURRENCY_LENGTH)
    pricing_currency = models.CharField(max_length=64, blank=True, default="", db_default="")
    billed = _amount()
    effective = _amount(null=True)
    list = _amount(null=True)
    contracted = _amount(null=True)
    pricing_effective = _amount(null=True)
    quantity = _amount(null=True)
    rows = models.BigIntegerField()
    effective_unknown = models.BigIntegerField(default=0, db_default=0)
    list_unknown = models.BigIntegerField(default=0, db_default=0)
    contracted_unknown = models.BigIntegerField(default=0, db_default=0)

    objects = BillingMonthQuerySet.as_manager()

    class Meta:
        ordering = ("-month", "id")
        constraints = [models.UniqueConstraint("period", "item", name="billing_month_once")]
        indexes = [models.Index(fields=["month"], name="billing_month_month")]

    def __str__(self) -> str:
        return f"item {self.item_id} in {self.month}"
