"""Idle commitments and spend without a purchase, and what looks like them."""

from __future__ import annotations

import dataclasses
from decimal import Decimal
from typing import Any

from readiness.silos.choices import FindingKind, ProofTable
from readiness.silos.rules.world import BillingRow, PoolRow, PurchaseRow, QueueRow, RequestRow
from tests.readiness.silos.planted.draft import MONTHS, Draft, Row, Unit, bought

KINDS = ("accelerators", "storage", "network")


def idle(draft: Draft, count: int) -> None:
    for number in range(count):
        one, other = draft.two_units()
        capability = draft.new_name("capability-")
        pool, row = _pool(draft, one, capability, used=draft.dice.uniform(0.02, 0.12))
        variant = ("request", "queue", "both")[number % 3]
        proof: list[Row] = [(ProofTable.POOL, pool.id), *bought(row)]
        if variant != "queue":
            proof.append(_ask(draft, other, capability, draft.dice.choice(["asked", "approved"])))
        if variant != "request":
            proof.append(_queue(draft, other, capability))
        draft.plant(FindingKind.IDLE_COMMITMENT, variant, *proof)


def idle_nearly(draft: Draft, count: int) -> None:
    variants = (
        "busy",
        "stale",
        "not measured",
        "thinly measured",
        "nobody asks",
        "declined",
        "own unit",
        "other capability",
    )
    for number in range(count):
        variant = variants[number % len(variants)]
        one, other = draft.two_units()
        capability = draft.new_name("capability-")
        used = {"busy": draft.dice.uniform(0.8, 0.97), "not measured": None}.get(variant, draft.dice.uniform(0.02, 0.12))
        pool, row = _pool(draft, one, capability, used=used)
        if variant == "stale":
            pool = _instead(draft, pool, utilisation_age_days=draft.dice.randint(200, 500))
        elif variant == "thinly measured":
            pool = _instead(draft, pool, coverage=0.05)
        if variant != "nobody asks":
            state = draft.dice.choice(["declined", "withdrawn", "ordered"]) if variant == "declined" else "asked"
            wanted = draft.new_name("capability-") if variant == "other capability" else capability
            _ask(draft, one if variant == "own unit" else other, wanted, state)
        draft.miss(FindingKind.IDLE_COMMITMENT, variant, (ProofTable.POOL, pool.id), *bought(row))


def shadow(draft: Draft, count: int) -> None:
    """One account at one vendor for three to six months."""
    variants = ("plain", "two services", "some credits", "its purchase is over", "its purchase was cancelled", "no unit")
    for number in range(count):
        variant, unit = variants[number % len(variants)], draft.dice.choice(draft.units)
        items = (
            _billed_twice(draft, unit) if variant == "two services" else [_billed(draft, unit, months=draft.dice.randint(3, 6))]
        )
        row = draft.billing[items[0]][0]
        accounts = {"billing_account_id": row.billing_account_id, "sub_account_id": row.sub_account_id}
        if variant == "some credits":
            _credit(draft, items[0], share=Decimal("-0.2"))
        elif variant == "its purchase is over":
            _account(draft, unit, row, state="ended", ends_on=draft.days(-400, -300), **accounts)
        elif variant == "its purchase was cancelled":
            _account(draft, unit, row, state="cancelled", **accounts)
        elif variant == "no unit":
            _replace(draft, items[0], unit_id=None, unit_path="")
        draft.plant(FindingKind.SHADOW_SPEND, variant, *[(ProofTable.BILLING_ITEM, item) for item in items])


def shadow_nearly(draft: Draft, count: int) -> None:
    variants = ("linked", "by billing account", "by sub-account", "by what was bought", "credited", "credited later", "long ago")
    for number in range(count):
        variant, unit = variants[number % len(variants)], draft.dice.choice(draft.units)
        item = _billed(draft, unit, months=4)
        row = draft.billing[item][0]
        if variant in {"linked", "by what was bought"}:
            bill = draft.buy(unit, row.capability, row.vendor_id or 0, starts_on=draft.days(-600, -400))
            _replace(draft, item, purchase_id=bill.id if variant == "linked" else None)
        elif variant.startswith("by "):
            sub = {"sub_account_id": row.sub_account_id} if variant == "by sub-account" else {}
            _account(draft, unit, row, billing_account_id=row.billing_account_id, **sub)
        elif variant == "credited":
            _credit(draft, item, share=Decimal(-1))
        elif variant == "credited later":
            _credit_at_once(draft, item)
        else:
            _replace(draft, item, month=MONTHS[0].replace(year=2023))
        draft.miss(FindingKind.SHADOW_SPEND, variant, (ProofTable.BILLING_ITEM, item))


def _pool(draft: Draft, unit: Unit, capability: str, *, used: float | None) -> tuple[PoolRow, PurchaseRow]:
    """A pool that is committed to and allocated whole, with the purchase that pays for it."""
    size = Decimal(draft.dice.choice([64, 96, 128, 256, 512]))
    row = draft.buy(unit, capability, draft.next_id(), committed_quantity=size, committed_unit="accelerators")
    pool = PoolRow(
        id=draft.next_id(),
        unit_id=unit.id,
        unit_path=unit.path,
        capability=capability,
        kind=draft.dice.choice(KINDS),
        size=size,
        committed=size,
        allocated=size,
        utilisation=used,
        utilisation_source="" if used is None else "telemetry",
        utilisation_age_days=None if used is None else draft.dice.randint(1, 10),
        purchase_ids=(row.id,),
        name=draft.new_name("pool-"),
    )
    draft.pools[pool.id] = pool
    return pool, row


def _ask(draft: Draft, unit: Unit, capability: str, state: str) -> Row:
    row = RequestRow(
        id=draft.next_id(),
        unit_id=unit.id,
        unit_path=unit.path,
        capability=capability,
        vendor_id=None,
        quantity=Decimal(draft.dice.choice([8, 16, 32])),
        quantity_unit="accelerators",
        amount=draft.money(),
        needed_on=draft.days(20, 120),
        state=state,
    )
    draft.requests.append(row)
    return ProofTable.REQUEST, row.id


def _queue(draft: Draft, unit: Unit, capability: str) -> Row:
    row = QueueRow(unit.id, capability, Decimal(8), draft.days(-60, -5), "telemetry", draft.next_id(), unit.path)
    draft.queues.append(row)
    return ProofTable.QUEUE, row.id


def _billed(draft: Draft, unit: Unit, *, months: int, like: BillingRow | None = None) -> int:
    """One billing item over the last months, several thousand a month."""
    item = draft.next_id()
    first = like or BillingRow(
        item_id=item,
        unit_id=unit.id,
        unit_path=unit.path,
        vendor_id=draft.next_id(),
        capability=draft.new_name("capability-"),
        purchase_id=None,
        billing_account_id=draft.new_name("account-"),
        sub_account_id=draft.new_name("sub-"),
        month=MONTHS[0],
        billed=None,
        effective=None,
    )
    for month in MONTHS[-1 - months : -1]:
        cost = Decimal(draft.dice.randint(300_000, 2_000_000)) / 100
        effective = None if draft.dice.random() < 0.2 else cost * Decimal("0.97")
        draft.billing[item].append(dataclasses.replace(first, item_id=item, month=month, billed=cost, effective=effective))
    return item


def _billed_twice(draft: Draft, unit: Unit) -> list[int]:
    """Two services on one account."""
    first = _billed(draft, unit, months=5)
    like = draft.billing[first][0]
    return [first, _billed(draft, unit, months=5, like=like)]


def _credit(draft: Draft, item: int, *, share: Decimal) -> None:
    """Credits on the same item in the same months; -1 leaves nothing."""
    for row in list(draft.billing[item]):
        effective = None if row.effective is None else row.effective * share
        draft.billing[item].append(dataclasses.replace(row, billed=(row.billed or Decimal(0)) * share, effective=effective))


def _credit_at_once(draft: Draft, item: int) -> None:
    """The vendor gives everything back in the running month."""
    rows = draft.billing[item]
    back = -sum((row.spend or Decimal(0) for row in rows), Decimal(0))
    rows.append(dataclasses.replace(rows[0], month=MONTHS[-1], billed=back, effective=back))


def _account(draft: Draft, unit: Unit, row: BillingRow, **changes: Any) -> None:
    """The purchase behind a bill is known by its account only; it was booked by another unit, for another capability."""
    buyer = draft.dice.choice([other for other in draft.units if other is not unit])
    bought = {"kind": "billing_account", "starts_on": draft.days(-600, -500), **changes}
    draft.buy(buyer, draft.new_name("capability-"), row.vendor_id or 0, **bought)


def _replace(draft: Draft, item: int, **changes: Any) -> None:
    draft.billing[item] = [dataclasses.replace(row, **changes) for row in draft.billing[item]]


def _instead(draft: Draft, pool: PoolRow, **changes: Any) -> PoolRow:
    changed = dataclasses.replace(pool, **changes)
    draft.pools[pool.id] = changed
    return changed
