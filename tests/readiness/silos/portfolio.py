"""Purchases of Retail, Stores and Logistics with a silo of every kind among them, and many purchases at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from portfolio.kit import clock
from portfolio.procurement.models import Capability, PriceTier, Purchase, PurchaseRequest, Vendor
from readiness.silos.models import Detection, Finding, PoolPurchase
from readiness.silos.services.detecting import detect_now
from readiness.workloads.models import CapacityPool
from tests.people import Organisation

TODAY = clock.today()


def later(days: int) -> date:
    return TODAY + timedelta(days=days)


@dataclass
class Bought:
    """Rows by name."""

    vendors: dict[str, Vendor]
    purchases: dict[str, Purchase]


def capability(key: str) -> Capability:
    return Capability.objects.get(key=key)


def make_purchase(organisation: Organisation, unit: str, title: str, amount: int | str | None, **values: Any) -> Purchase:
    """A running contract for accelerator compute in US dollars, from half a year ago for a year."""
    given: dict[str, Any] = {
        "kind": "contract", "capability": capability("accelerator_compute"), "venue": "public_cloud", "in_plan": "yes",
        "starts_on": later(-180), "ends_on": later(200), "currency": "" if amount is None else "USD",
        "amount": None if amount is None else Decimal(amount),
    }  # fmt: skip
    return Purchase.objects.create(unit=organisation.units[unit], title=title, **given | values)


def make_vendor(name: str, **values: Any) -> Vendor:
    return Vendor.objects.create(name=name, key=name.lower(), **values)


def make_silos(organisation: Organisation) -> Bought:
    """Stores buys outside the plan; Stores and Logistics buy the same, above a tier together; a term of Logistics runs twice; a
    notice day of Retail is near; a pool of Logistics stands idle (nobody measured it, so it is unknown) while Retail asks."""
    vendors = {"Nimbus": make_vendor("Nimbus"), "Altostratus": make_vendor("Altostratus")}
    nimbus, other = vendors["Nimbus"], vendors["Altostratus"]
    purchases = {
        "stores": make_purchase(organisation, "Stores", "GPUs for stores", 300_000, vendor=nimbus, in_plan="no"),
        "logistics": make_purchase(organisation, "Logistics", "GPUs for routes", "400111.11", vendor=nimbus),
        "again": make_purchase(
            organisation, "Logistics", "GPUs for routes, next term", 120_000, vendor=nimbus, starts_on=later(30),
            ends_on=later(400),
        ),
        "notice": make_purchase(
            organisation, "Retail", "Labelling", 50_000, vendor=other, capability=capability("labelling"), ends_on=later(80),
            notice_days=30, renews="yes",
        ),
        "unknown": make_purchase(
            organisation, "Retail", "Something", None, in_plan="unknown", capability=None, venue="unknown"
        ),
    }  # fmt: skip
    PriceTier.objects.create(
        vendor=nimbus, from_amount=Decimal(600_000), currency="USD", per_year=False, discount=Decimal("0.10000"),
        effective_on=later(-400),
    )  # fmt: skip
    pool = CapacityPool.objects.create(unit=organisation.units["Logistics"], name="Hall 2", kind="accelerators", size=16)
    PoolPurchase.objects.create(pool=pool, purchase=purchases["logistics"])
    PurchaseRequest.objects.create(
        unit=organisation.units["Retail"], title="GPUs", capability=capability("accelerator_compute"), quantity=4,
        quantity_unit="accelerators", amount=Decimal(80_000), currency="USD",
    )  # fmt: skip
    return Bought(vendors, purchases)


def look(why: str = "test", demo: bool = False) -> Detection:
    return detect_now(demo=demo, why=why, today=TODAY, now=clock.now())


def of_kind(kind: str) -> list[Finding]:
    return list(Finding.objects.filter(kind=kind).order_by("id"))


_VENDORS = "INSERT INTO procurement_vendor (name, key) SELECT 'Vendor ' || n, 'vendor ' || n FROM generate_series(1, %s) n"
_PURCHASES = """
INSERT INTO procurement_purchase (unit_id, kind, title, vendor_id, capability_id, venue, amount, currency, starts_on, ends_on,
                                  in_plan, demo)
SELECT (%s::bigint[])[1 + n %% 3], 'order', 'Purchase ' || n, v.id, c.id, 'public_cloud', 20000 + n, 'USD', current_date - 100,
       current_date + 300, 'no', false
FROM generate_series(1, %s) n JOIN procurement_vendor v ON v.key = 'vendor ' || n
JOIN (SELECT id, row_number() OVER (ORDER BY id) AS place FROM procurement_capability) c ON c.place = 1 + n %% 3
"""


def make_many(organisation: Organisation, count: int) -> None:
    """`count` purchases outside the plan, each of a vendor of its own and in a capability that only its unit buys: as many
    findings and no others."""
    units = [organisation.units[name].pk for name in ("Retail", "Stores", "Logistics")]
    with connection.cursor() as cursor:
        cursor.execute(_VENDORS, [count])
        cursor.execute(_PURCHASES, [units, count])
