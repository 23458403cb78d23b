"""Rows of a small world, with the facts that a case does not care about filled in."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import count
from typing import Any

from readiness.silos.choices import ProofTable
from readiness.silos.rules.world import BillingRow, Found, PoolRow, PurchaseRow, QueueRow, RequestRow, TierRow, World

TODAY = date(2026, 6, 15)
# Group (1) > Retail (2) > Stores (3), Web (4); Group > Logistics (5)
PATHS = {1: "/1/", 2: "/1/2/", 3: "/1/2/3/", 4: "/1/2/4/", 5: "/1/5/"}
_numbers = count(1)


def bought(unit: int, amount: int | None = 100_000, **facts: Any) -> PurchaseRow:
    """A running contract for accelerator compute of vendor 7 over 2026."""
    known: dict[str, Any] = {
        "id": next(_numbers), "unit_id": unit, "unit_path": PATHS[unit], "vendor_id": 7, "vendor_parent_id": None,
        "product_id": None, "capability": "accelerator_compute", "venue": "public_cloud", "function": "training",
        "amount": None if amount is None else Decimal(amount), "starts_on": date(2026, 1, 1), "ends_on": date(2026, 12, 31),
        "notice_on": None, "in_plan": "yes", "committed_quantity": None, "committed_unit": "", "billing_account_id": "",
        "sub_account_id": "", "state": "active", "title": "GPUs",
    }  # fmt: skip
    return PurchaseRow(**known | facts)


def billed(unit: int | None, amount: str | None, month: date = date(2026, 5, 1), **facts: Any) -> BillingRow:
    """A month of a model API of vendor 7, account A-1."""
    spend = None if amount is None else Decimal(amount)
    known: dict[str, Any] = {
        "item_id": next(_numbers), "unit_id": unit, "unit_path": PATHS.get(unit or 0, ""), "vendor_id": 7,
        "capability": "model_api", "purchase_id": None, "billing_account_id": "A-1", "sub_account_id": "", "month": month,
        "billed": spend, "effective": spend,
    }  # fmt: skip
    return BillingRow(**known | facts)


def asked(unit: int, **facts: Any) -> RequestRow:
    known: dict[str, Any] = {
        "id": next(_numbers), "unit_id": unit, "unit_path": PATHS[unit], "capability": "accelerator_compute", "vendor_id": None,
        "quantity": Decimal(4), "quantity_unit": "accelerators", "amount": Decimal(80_000), "needed_on": None, "state": "asked",
    }  # fmt: skip
    return RequestRow(**known | facts)


def pool(unit: int, **facts: Any) -> PoolRow:
    """16 accelerators, four of them granted and in use, as measured yesterday."""
    known: dict[str, Any] = {
        "id": next(_numbers), "unit_id": unit, "unit_path": PATHS[unit], "capability": "accelerator_compute",
        "kind": "accelerators", "size": Decimal(16), "committed": Decimal(0), "allocated": Decimal(4), "utilisation": 0.25,
        "utilisation_source": "telemetry", "utilisation_age_days": 1,
    }  # fmt: skip
    return PoolRow(**known | facts)


def queue(unit: int, quantity: int = 4, capability: str = "accelerator_compute") -> QueueRow:
    return QueueRow(unit, capability, Decimal(quantity), TODAY, "allocation asked for", next(_numbers), PATHS[unit])


def quota(unit: int, missing: int, capability: str = "accelerator_compute") -> QueueRow:
    return replace(queue(unit, missing, capability), since=None, source="quota not granted", table=ProofTable.QUOTA)


def tier(from_amount: int, discount: str, **facts: Any) -> TierRow:
    known: dict[str, Any] = {"vendor_id": 7, "capability": "", "from_amount": Decimal(from_amount), "discount": Decimal(discount)}
    return TierRow(**known | facts)


def world(**rows: Any) -> World:
    given: dict[str, Any] = {name: tuple(found) for name, found in rows.items()}
    return World(today=TODAY, **given)


def ids(found: Found) -> set[int]:
    return {row.id for row in found.rows}
