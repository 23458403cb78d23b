"""Vendors with what is bought of them, their terms for those who may see them, capabilities and products."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.procurement.choices import LIVE
from portfolio.procurement.models import Capability, PriceTier, Product, Vendor, VendorAlias
from portfolio.procurement.queries.purchases import visible_purchases

SORTABLE = {"name": "name", "parent": "parent_name", "purchases": "bought", "running": "running", "units": "units"}
PRODUCT_COLUMNS = ("id", "vendor_id", "name", "capability_id", "sku", "version")
TIER_COLUMNS = (
    "id", "vendor_id", "capability_id", "product_id", "from_amount", "currency", "per_year", "discount", "effective_on",
    "ends_on", "source", "version",
)  # fmt: skip


def visible_vendors(actor: Actor) -> QuerySet[Vendor]:
    """Vendors belong to the organisation: whoever holds any role sees them."""
    rows: QuerySet[Vendor] = Vendor.objects.visible_to(actor)
    return rows


def vendor_rows(actor: Actor, rows: QuerySet[Vendor] | None = None) -> QuerySet[Vendor, dict[str, Any]]:
    """Dict rows with `parent_name` and how many visible purchases (`bought`, `running`) of how many `units` name them."""
    found = visible_vendors(actor) if rows is None else rows
    named = visible_purchases(actor).filter(vendor=OuterRef("pk")).order_by().values("vendor")
    counts = {
        "bought": _count(named.annotate(n=Count("pk"))),
        "running": _count(named.annotate(n=Count("pk", filter=Q(state__in=LIVE)))),
        "units": _count(named.annotate(n=Count("unit", distinct=True))),
    }
    made: QuerySet[Vendor, dict[str, Any]] = found.annotate(parent_name=F("parent__name"), **counts).values(
        "id", "name", "parent_id", "note", "version", "created_at", "updated_at", "parent_name", *counts
    )
    return made


def ordered(rows: QuerySet[Any, Any], sort: str) -> QuerySet[Any, Any]:
    """Sort by one of SORTABLE, `-` in front for descending; else by name."""
    column = SORTABLE.get(sort.removeprefix("-"), "name")
    expression = F(column).desc(nulls_last=True) if sort.startswith("-") else F(column).asc(nulls_last=True)
    return rows.order_by(expression, "name", "id")


def aliases_of(vendor_ids: Collection[int]) -> dict[int, list[VendorAlias]]:
    """Other names by vendor."""
    found: dict[int, list[VendorAlias]] = {pk: [] for pk in vendor_ids}
    for row in VendorAlias.objects.filter(vendor__in=vendor_ids):
        found[row.vendor_id].append(row)
    return found


def children_of(actor: Actor, vendor: Vendor) -> QuerySet[Vendor]:
    return visible_vendors(actor).filter(parent=vendor)


def visible_tiers(actor: Actor) -> QuerySet[PriceTier]:
    """A tier is nothing but terms: for whoever may not see amounts of any unit there is none."""
    rows: QuerySet[PriceTier] = PriceTier.objects.visible_to(actor)
    return rows if actor.may_somewhere(Action.MONEY) else rows.none()


def tier_rows(
    actor: Actor, found: QuerySet[PriceTier] | None = None, *, vendor: int | None = None
) -> QuerySet[PriceTier, dict[str, Any]]:  # fmt: skip
    """Price tiers (of one vendor) with names."""
    rows = visible_tiers(actor) if found is None else found
    rows = rows if vendor is None else rows.filter(vendor=vendor)
    names = {
        "vendor_name": F("vendor__name"), "capability_key": F("capability__key"), "capability_label": F("capability__label"),
        "product_name": F("product__name"),
    }  # fmt: skip
    made: QuerySet[PriceTier, dict[str, Any]] = rows.annotate(**names).values(*TIER_COLUMNS, *names)
    return made


def visible_products(actor: Actor) -> QuerySet[Product]:
    rows: QuerySet[Product] = Product.objects.visible_to(actor)
    return rows


def visible_capabilities(actor: Actor) -> QuerySet[Capability]:
    rows: QuerySet[Capability] = Capability.objects.visible_to(actor)
    return rows


def product_rows(
    actor: Actor, found: QuerySet[Product] | None = None, *, vendor: int | None = None
) -> QuerySet[Product, dict[str, Any]]:  # fmt: skip
    """Products (of one vendor) with their vendor's and capability's names and how many visible purchases name them."""
    rows = visible_products(actor) if found is None else found
    rows = rows if vendor is None else rows.filter(vendor=vendor)
    named = visible_purchases(actor).filter(product=OuterRef("pk")).order_by().values("product").annotate(n=Count("pk"))
    names = {
        "vendor_name": F("vendor__name"), "capability_key": F("capability__key"), "capability_label": F("capability__label"),
        "bought": _count(named),
    }  # fmt: skip
    made: QuerySet[Product, dict[str, Any]] = rows.annotate(**names).values(*PRODUCT_COLUMNS, *names)
    return made


def capability_rows(
    actor: Actor, found: QuerySet[Capability] | None = None
) -> QuerySet[Capability, dict[str, Any]]:  # fmt: skip
    """The taxonomy in its order, each with how many visible purchases of how many units name it."""
    rows = visible_capabilities(actor) if found is None else found
    named = visible_purchases(actor).filter(capability=OuterRef("pk")).order_by().values("capability")
    counts = {
        "bought": _count(named.annotate(n=Count("pk"))), "units": _count(named.annotate(n=Count("unit", distinct=True))),
    }  # fmt: skip
    made: QuerySet[Capability, dict[str, Any]] = rows.annotate(**counts).values(
        "id", "key", "label", "is_infrastructure", "category", "position", "retired", "version", *counts
    )
    return made


def _count(rows: QuerySet[Any, Any]) -> Any:
    return Coalesce(Subquery(rows.values("n")[:1]), 0)
