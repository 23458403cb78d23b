"""A finding stays the same finding while its rows move, amounts change a little and others buy."""

from __future__ import annotations

import dataclasses
from collections import Counter
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from readiness.silos.choices import FindingKind
from readiness.silos.rules.detect import detect
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.world import World
from tests.readiness.silos.planted.draft import Draft
from tests.readiness.silos.planted.portfolio import drawn

Identities = Counter[tuple[FindingKind, tuple[str, ...]]]


@pytest.fixture(scope="module")
def draft() -> Draft:
    return drawn(11, per_kind=30, nearly=40, count=1500)


@pytest.fixture(scope="module")
def world(draft: Draft) -> World:
    return draft.world()


def _identities(world: World) -> Identities:
    return Counter((one.kind, one.identity) for one in detect(world, Settings()))


@pytest.fixture(scope="module")
def before(world: World) -> Identities:
    identities = _identities(world)
    assert {kind for kind, _ in identities} == set(FindingKind)
    return identities


def test_no_two_findings_have_one_identity(before: Identities) -> None:
    assert max(before.values()) == 1


@pytest.mark.parametrize("seed", range(5))
def test_order_of_rows_does_not_matter(world: World, seed: int) -> None:
    """Not even in what is found: rows, amounts and savings are the same."""
    dice = Random(seed)
    shuffled = _shuffled(world, dice)
    first, second = ({(one.kind, one.identity): one for one in detect(which, Settings())} for which in (world, shuffled))
    assert first.keys() == second.keys()
    for key, one in first.items():
        other = second[key]
        assert (one.amount, one.saving_low, one.saving_high, set(one.rows)) == (
            other.amount,
            other.saving_low,
            other.saving_high,
            set(other.rows),
        )


@pytest.mark.parametrize("seed", range(5))
def test_amounts_that_move_by_a_hundredth_change_no_identity(world: World, before: Identities, seed: int) -> None:
    dice = Random(seed)

    def moved(amount: Decimal | None) -> Decimal | None:
        return None if amount is None else (amount * Decimal(str(dice.uniform(0.99, 1.01)))).quantize(Decimal("0.01"))

    changed = dataclasses.replace(
        world,
        purchases=tuple(dataclasses.replace(row, amount=moved(row.amount)) for row in world.purchases),
        requests=tuple(dataclasses.replace(row, amount=moved(row.amount)) for row in world.requests),
    )
    assert _identities(changed) == before


@pytest.mark.parametrize("seed", range(5))
def test_what_others_buy_changes_no_identity(draft: Draft, world: World, before: Identities, seed: int) -> None:
    """Other units, vendors, capabilities, and a whole other division."""
    other = drawn(100 + seed, per_kind=5, nearly=5, count=150)
    moved = 1_000_000 * (seed + 1)

    def path(of: str) -> str:
        return "/".join(str(int(part) + moved) if part else "" for part in of.split("/"))

    added = [
        dataclasses.replace(
            row,
            id=row.id + moved,
            unit_id=row.unit_id + moved,
            unit_path=path(row.unit_path),
            vendor_id=None if row.vendor_id is None else row.vendor_id + moved,
            vendor_parent_id=None if row.vendor_parent_id is None else row.vendor_parent_id + moved,
            product_id=None if row.product_id is None else row.product_id + moved,
            capability=row.capability and f"{row.capability}-{moved}",
            billing_account_id=row.billing_account_id and f"{row.billing_account_id}-{moved}",
            sub_account_id=row.sub_account_id and f"{row.sub_account_id}-{moved}",
        )
        for row in other.world().purchases
    ]
    after = _identities(dataclasses.replace(world, purchases=(*world.purchases, *added)))
    assert not before - after
    assert sum(after.values()) > sum(before.values())


def test_another_row_in_a_finding_keeps_its_identity(world: World) -> None:
    """One more unit buys what two bought already, one more month is billed, one more unit asks."""
    found = {(one.kind, one.identity): one for one in detect(world, Settings())}
    duplicate = next(
        one for one in found.values() if one.kind == FindingKind.DUPLICATE_CAPABILITY and one.identity[-1].count("/") == 2
    )
    like = next(row for row in world.purchases if row.id == duplicate.rows[0].id)
    root = like.unit_path.split("/")[1]
    more = dataclasses.replace(
        like, id=999_999, unit_id=999_998, unit_path=f"/{root}/999998/", contract_number="C-new", vendor_id=999_997
    )
    billed = next(one for one in found.values() if one.kind == FindingKind.SHADOW_SPEND)
    bill = next(row for row in world.billing if row.item_id == billed.rows[0].id)
    idle = {one.capability for one in found.values() if one.kind == FindingKind.IDLE_COMMITMENT}
    asked = next(row for row in world.requests if row.capability in idle and row.state == "asked")
    grown = dataclasses.replace(
        world,
        purchases=(*world.purchases, more),
        billing=(*world.billing, dataclasses.replace(bill, month=world.today.replace(day=1))),
        requests=(*world.requests, dataclasses.replace(asked, id=999_996, unit_id=999_998, unit_path=f"/{root}/999998/")),
    )
    assert _identities(grown).keys() >= found.keys()


def _shuffled(world: World, dice: Random) -> World:
    kinds = ("purchases", "billing", "requests", "pools", "tiers", "queues")
    mixed: dict[str, Any] = {kind: tuple(dice.sample(getattr(world, kind), len(getattr(world, kind)))) for kind in kinds}
    return dataclasses.replace(world, **mixed)
