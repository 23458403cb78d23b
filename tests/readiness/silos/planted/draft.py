"""The table on which the portfolio is laid out: units, ids in no order, rows and what was planted."""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from readiness.silos.choices import FindingKind, ProofTable
from readiness.silos.rules.world import BillingRow, PoolRow, PurchaseRow, QueueRow, RequestRow, TierRow, World

TODAY = date(2026, 11, 29)
MONTHS = tuple(date(2026, month, 1) for month in range(5, 12))  # of billing, up to the running one
Row = tuple[ProofTable, int]


@dataclass(frozen=True, slots=True)
class Unit:
    id: int
    path: str


@dataclass(frozen=True, slots=True)
class Planted:
    """`rows` prove it. `variant` says which of the ways it was planted or, for a near miss, what keeps it from being one."""

    kind: FindingKind
    variant: str
    rows: frozenset[Row]


@dataclass(slots=True)
class Draft:
    dice: Random
    units: list[Unit] = field(default_factory=list)
    purchases: dict[int, PurchaseRow] = field(default_factory=dict)
    billing: dict[int, list[BillingRow]] = field(default_factory=lambda: defaultdict(list))
    requests: list[RequestRow] = field(default_factory=list)
    pools: dict[int, PoolRow] = field(default_factory=dict)
    tiers: list[TierRow] = field(default_factory=list)
    queues: list[QueueRow] = field(default_factory=list)
    planted: list[Planted] = field(default_factory=list)
    near: list[Planted] = field(default_factory=list)
    _ids: list[int] = field(default_factory=list)
    _names: int = 0

    def __post_init__(self) -> None:
        self._ids = self.dice.sample(range(1, 200_000), 60_000)
        self.units = _tree(self.dice)

    def next_id(self) -> int:
        """Ids say nothing of when or why a row was made."""
        return self._ids.pop()

    def new_name(self, prefix: str) -> str:
        self._names += 1
        return f"{prefix}{self._names:05d}"

    def days(self, low: int, high: int) -> date:
        return TODAY + timedelta(days=self.dice.randint(low, high))

    def two_units(self, count: int = 2) -> list[Unit]:
        """Units none of which is above another."""
        while True:
            found = self.dice.sample(self.units, count)
            if not any(one is not other and one.path.startswith(other.path) for one in found for other in found):
                return found

    def over_and_under(self) -> list[Unit]:
        """A unit and one below it."""
        below = self.dice.choice([unit for unit in self.units if unit.path.count("/") > 3])
        return [next(unit for unit in self.units if unit.path == "/".join(below.path.split("/")[:-2]) + "/"), below]

    def money(self) -> Decimal:
        """Amounts with a heavy tail, none so small that nobody would look at it."""
        return Decimal(round(30_000 + 15_000 * self.dice.lognormvariate(0.5, 1.1), 2)).quantize(Decimal("0.01"))

    def buy(self, unit: Unit, capability: str, vendor: int, **changes: Any) -> PurchaseRow:
        """A purchase that is part of no finding: in the plan, running for long yet, ending by itself, a contract of its own."""
        row = PurchaseRow(
            id=self.next_id(),
            unit_id=unit.id,
            unit_path=unit.path,
            vendor_id=vendor,
            vendor_parent_id=None,
            product_id=None,
            capability=capability,
            venue=self.dice.choice(["public_cloud", "on_premises", "colocation", "hybrid"]),
            function=self.dice.choice(["storage", "training", "inference", "other", "unknown"]),
            amount=self.money(),
            starts_on=self.days(-200, -30),
            ends_on=self.days(300, 1000),
            notice_on=None,
            in_plan="yes",
            committed_quantity=None,
            committed_unit="",
            billing_account_id="",
            sub_account_id="",
            state="active",
            title=f"{capability} for {unit.id}",
            kind=self.dice.choice(["order", "contract", "subscription"]),
            contract_number=self.new_name("C-"),
            renews="no",
        )
        row = dataclasses.replace(row, **changes)
        self.purchases[row.id] = row
        return row

    def plant(self, kind: FindingKind, variant: str, *rows: Row) -> None:
        self.planted.append(Planted(kind, variant, frozenset(rows)))

    def miss(self, kind: FindingKind, variant: str, *rows: Row) -> None:
        self.near.append(Planted(kind, variant, frozenset(rows)))

    def world(self) -> World:
        """All rows in no order."""
        return World(
            today=TODAY,
            purchases=self._mixed(self.purchases.values()),
            billing=self._mixed(row for rows in self.billing.values() for row in rows),
            requests=self._mixed(self.requests),
            pools=self._mixed(self.pools.values()),
            tiers=self._mixed(self.tiers),
            queues=self._mixed(self.queues),
        )

    def _mixed(self, rows: Iterable[Any]) -> tuple[Any, ...]:
        rows = list(rows)
        self.dice.shuffle(rows)
        return tuple(rows)


def bought(*rows: PurchaseRow) -> list[Row]:
    return [(ProofTable.PURCHASE, row.id) for row in rows]


def _tree(dice: Random) -> list[Unit]:
    """150 units below a root: 8 divisions, 32 departments, the rest teams."""
    ids = dice.sample(range(1, 1000), 150)
    units = [Unit(ids[0], f"/{ids[0]}/")]
    for at, number in enumerate(ids[1:]):
        above = units[0] if at < 8 else units[1 + dice.randrange(8)] if at < 40 else units[9 + dice.randrange(32)]
        units.append(Unit(number, f"{above.path}{number}/"))
    return units
