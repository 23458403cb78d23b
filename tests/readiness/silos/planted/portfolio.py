"""The whole portfolio: findings, near misses and the rest of 10,000 purchases."""

from __future__ import annotations

import dataclasses
from datetime import timedelta
from decimal import Decimal
from itertools import accumulate
from random import Random

from readiness.silos.rules.world import BillingRow, TierRow
from tests.readiness.silos.planted import capacity, purchases
from tests.readiness.silos.planted.draft import MONTHS, TODAY, Draft, Unit

PURCHASES = 10_000
PER_KIND = 200
NEARLY = 140


def drawn(seed: int = 6, *, per_kind: int = PER_KIND, nearly: int = NEARLY, count: int = PURCHASES) -> Draft:
    """The same for the same seed."""
    draft = Draft(Random(seed))
    for plant in (
        purchases.outside,
        purchases.duplicates,
        purchases.overlaps,
        purchases.renewals,
        purchases.tiers,
        capacity.idle,
        capacity.shadow,
    ):
        plant(draft, per_kind)
    for miss in (
        purchases.outside_nearly,
        purchases.duplicates_nearly,
        purchases.overlaps_nearly,
        purchases.renewals_nearly,
        purchases.tiers_nearly,
        capacity.idle_nearly,
        capacity.shadow_nearly,
    ):
        miss(draft, nearly)
    _frames(draft, count // 250)
    _rest(draft, count)
    return draft


def _frames(draft: Draft, count: int) -> None:
    """Frame contracts that many units order from, some of them twice, one above its vendor's price tier: nothing to find."""
    for _ in range(count):
        vendor, capability = draft.next_id(), draft.new_name("capability-")
        contract = draft.new_name("F-")
        orders = draft.dice.choices(draft.units, k=draft.dice.randint(5, 30))
        rows = [draft.buy(unit, capability, vendor, kind="order", contract_number=contract) for unit in orders]
        draft.tiers.append(TierRow(vendor, "", sum((row.amount or Decimal(0) for row in rows), Decimal(0)) / 2, Decimal("0.1")))


def _rest(draft: Draft, count: int) -> None:
    """Everyday purchases: a few capabilities and vendors have most of them, and each capability has one buyer."""
    vendors = [draft.next_id() for _ in range(1200)]
    shares = list(accumulate(1 / (rank + 3) for rank in range(len(vendors))))
    owned = [(draft.new_name("capability-"), draft.dice.choice(draft.units)) for _ in range(450)]
    weights = list(accumulate(1 / (rank + 5) for rank in range(len(owned))))
    taken: set[tuple[str, int]] = set()
    while len(draft.purchases) < count:
        capability, unit = draft.dice.choices(owned, cum_weights=weights)[0]
        vendor = draft.dice.choices(vendors, cum_weights=shares)[0]
        if (capability, vendor) in taken:
            _earlier(draft, unit, capability, vendor)
        else:
            taken.add((capability, vendor))
            _running(draft, unit, capability, vendor)


def _running(draft: Draft, unit: Unit, capability: str, vendor: int) -> None:
    """What runs, is planned or was cancelled, with what is not known about it; some of it with the bills that it pays."""
    state = draft.dice.choices(["active", "planned", "cancelled"], [85, 8, 7])[0]
    start = draft.days(10, 200) if state == "planned" else draft.days(-900, -30)
    row = draft.buy(
        unit,
        capability,
        vendor,
        state=state,
        starts_on=None if draft.dice.random() < 0.03 else start,
        ends_on=TODAY + timedelta(days=draft.dice.randint(300, 1500)),
        in_plan=draft.dice.choices(["yes", "unknown"], [7, 3])[0],
        amount=None if draft.dice.random() < 0.08 else draft.money(),
        product_id=draft.next_id() if draft.dice.random() < 0.6 else None,
    )
    if state == "active" and draft.dice.random() < 0.15:
        _bill(draft, unit, capability, vendor, row.id)


def _earlier(draft: Draft, unit: Unit, capability: str, vendor: int) -> None:
    """Another contract with the same vendor for the same thing, long over."""
    end = draft.days(-2000, -1000)
    draft.buy(unit, capability, vendor, state="ended", starts_on=end - timedelta(days=364), ends_on=end)


def _bill(draft: Draft, unit: Unit, capability: str, vendor: int, purchase: int) -> None:
    first = BillingRow(
        draft.next_id(), unit.id, unit.path, vendor, capability, purchase,
        draft.new_name("account-"), draft.new_name("sub-"), MONTHS[0], None, None,
    )  # fmt: skip
    for month in MONTHS:
        cost = Decimal(draft.dice.randint(50_000, 3_000_000)) / 100
        draft.billing[first.item_id].append(dataclasses.replace(first, month=month, billed=cost, effective=cost))
