"""Vendors with their names, products, price tiers and the IT plan of the demo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from portfolio.initiatives.services.demo.subjects import Cast
from portfolio.procurement.choices import AliasSource
from portfolio.procurement.models import Capability, PlanItem, PriceTier, Product, Vendor, VendorAlias
from portfolio.procurement.rules.matching import normalised

PACK = Path(__file__).resolve().parents[2] / "packs" / "demo.yaml"


@cache
def words() -> dict[str, Any]:
    """The pack, read once."""
    pack: dict[str, Any] = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    return pack


@dataclass(frozen=True)
class Catalogue:
    """`vendors` by every name that they go by, `products` by vendor id and name, `plan` by code, `capabilities` by key."""

    vendors: Mapping[str, int]
    products: Mapping[tuple[int, str], Product]
    plan: Mapping[str, int]
    capabilities: Mapping[str, int]


def lay_out(crew: Cast, today: date) -> Catalogue:
    """Write all of it in a few statements."""
    kinds = dict(Capability.objects.values_list("key", "id"))
    vendors = _vendors()
    products = _products(vendors, kinds)
    _tiers(vendors, kinds, today)
    plan = PlanItem.objects.bulk_create(
        PlanItem(
            unit_id=crew.units[unit], code=code, name=name, year=today.year, capability_id=kinds[kind], demo=True,
            planned_amount=None if amount is None else Decimal(amount) * 1000, currency="" if amount is None else "EUR",
        )
        for unit, code, name, kind, amount in words()["plan"]
    )  # fmt: skip
    return Catalogue(vendors, products, {row.code: row.pk for row in plan}, kinds)


def _vendors() -> dict[str, int]:
    told = words()["vendors"]
    rows = Vendor.objects.bulk_create(Vendor(name=name, key=normalised(name), demo=True) for name in told)
    known = {row.name: row for row in rows}
    for name, more in told.items():
        known[name].parent = known.get(more.get("parent", ""))
    Vendor.objects.bulk_update(rows, ["parent"])
    aliases = VendorAlias.objects.bulk_create(
        VendorAlias(vendor=known[name], name=alias, key=normalised(alias), source=AliasSource.MATCHED, demo=True)
        for name, more in told.items()
        for alias in more.get("aliases", ())
    )
    return {name: row.pk for name, row in known.items()} | {row.name: row.vendor_id for row in aliases}


def _products(vendors: Mapping[str, int], kinds: Mapping[str, int]) -> dict[tuple[int, str], Product]:
    rows = Product.objects.bulk_create(
        Product(vendor_id=vendors[vendor], name=name, capability_id=kinds[kind], sku=sku, demo=True)
        for vendor, found in words()["products"].items()
        for name, kind, sku in found
    )
    return {(row.vendor_id, row.name): row for row in rows}


def _tiers(vendors: Mapping[str, int], kinds: Mapping[str, int], today: date) -> None:
    PriceTier.objects.bulk_create(
        PriceTier(
            vendor_id=vendors[vendor], capability_id=kinds.get(kind), from_amount=Decimal(amount), currency=currency,
            per_year=per_year, discount=Decimal(discount), effective_on=today - timedelta(days=ago), source="price list",
            demo=True,
        )
        for vendor, kind, amount, currency, per_year, discount, ago in words()["tiers"]
    )  # fmt: skip
