"""Names for pickers and legends."""

from __future__ import annotations

from collections.abc import Collection

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.procurement.models import Capability, Purchase, Vendor
from readiness.silos.models import PoolPurchase
from readiness.workloads.models import CapacityPool

MOST_OFFERED = 500


def capability_names() -> list[tuple[str, str]]:
    """`(key, label)` of every capability, in their order."""
    return list(Capability.objects.order_by("position", "label").values_list("key", "label"))


def vendor_names(ids: Collection[int]) -> dict[int, str]:
    return dict(Vendor.objects.filter(pk__in=ids).values_list("id", "name"))


def linked(actor: Actor, pool: CapacityPool) -> list[tuple[int, str]]:
    """Visible purchases that pay for a pool."""
    rows = PoolPurchase.objects.visible_to(actor).filter(pool=pool).order_by("purchase__title")
    return list(rows.values_list("purchase_id", "purchase__title"))


def offered(actor: Actor, pool: CapacityPool) -> list[tuple[int, str]]:
    """Purchases of the pool's unit and those below it that could be linked."""
    rows = Purchase.objects.visible_to(actor).filter(demo=pool.demo).exclude(pool_purchases__pool=pool)
    may = actor.may(Action.VIEW, pool.unit.path)
    mine = rows.filter(unit__path__startswith=pool.unit.path) if may else rows
    return list(mine.order_by("title", "id").values_list("id", "title")[:MOST_OFFERED])
