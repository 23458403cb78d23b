"""What would be if the picked findings were acted upon; nothing is saved, and no row counts twice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from readiness.silos.choices import ProofTable, Proposal
from readiness.silos.rules.fragmentation import PlanShare

Key = tuple[ProofTable, int]


@dataclass(frozen=True, slots=True)
class Picked:
    """A finding with its rows: `(table, id) -> known amount`."""

    id: int
    proposal: Proposal
    saving_low: Decimal | None
    saving_high: Decimal | None
    unit_ids: frozenset[int]
    rows: Mapping[Key, Decimal | None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`spend` of what the findings are about, once each. `saving` is summed, and held to what each row can lose."""

    findings: int
    rows: int
    units: int
    spend: Decimal
    unknown_amounts: int
    saving_low: Decimal
    saving_high: Decimal
    unknown_savings: int
    overlapping: int
    brought_in: frozenset[int]

    @property
    def spend_after_low(self) -> Decimal:
        return max(Decimal(0), self.spend - self.saving_high)

    @property
    def spend_after_high(self) -> Decimal:
        return max(Decimal(0), self.spend - self.saving_low)


_SPEND = frozenset({ProofTable.PURCHASE, ProofTable.BILLING_ITEM})


def outcome(picked: Iterable[Picked]) -> Outcome:
    """Savings of findings that share a row overlap: the best case counts a shared row's finding with the largest saving only."""
    chosen = sorted(picked, key=lambda one: (-(one.saving_high or Decimal(0)), one.id))
    amounts: dict[Key, Decimal | None] = {}
    low = high = Decimal(0)
    unknown_savings = overlapping = 0
    brought: set[int] = set()
    for one in chosen:
        spend = {key: amount for key, amount in one.rows.items() if key[0] in _SPEND}
        shares_rows = any(key in amounts for key in spend)
        overlapping += shares_rows
        if one.saving_high is None:
            unknown_savings += 1
        elif not shares_rows:
            low += one.saving_low or Decimal(0)
            high += one.saving_high
        amounts |= spend
        if one.proposal is Proposal.BRING_INTO_PLAN:
            brought |= {number for table, number in one.rows if table is ProofTable.PURCHASE}
    return Outcome(
        findings=len(chosen),
        rows=len(amounts),
        units=len(frozenset().union(*(one.unit_ids for one in chosen))),
        spend=sum((amount for amount in amounts.values() if amount is not None), Decimal(0)),
        unknown_amounts=sum(amount is None for amount in amounts.values()),
        saving_low=low,
        saving_high=high,
        unknown_savings=unknown_savings,
        overlapping=overlapping,
        brought_in=frozenset(brought),
    )


def brought_into_plan(before: PlanShare, moved: Iterable[tuple[str, Decimal | None]]) -> PlanShare:
    """The share after purchases of `(standing, amount)` moved inside."""
    counts = {"no": 0, "unknown": 0}
    amounts = {"no": Decimal(0), "unknown": Decimal(0)}
    for standing, amount in moved:
        if standing in counts:
            counts[standing] += 1
            amounts[standing] += amount or Decimal(0)
    return PlanShare(
        inside=before.inside + sum(counts.values()),
        outside=before.outside - counts["no"],
        unknown=before.unknown - counts["unknown"],
        inside_amount=before.inside_amount + sum(amounts.values(), Decimal(0)),
        outside_amount=before.outside_amount - amounts["no"],
        unknown_amount=before.unknown_amount - amounts["unknown"],
        priceless=before.priceless,
    )
