"""Several contracts with one vendor that together reach a price none of them reaches alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal
from readiness.silos.rules.amounts import cents, known_sum
from readiness.silos.rules.settings import PriceTier
from readiness.silos.rules.terms import current
from readiness.silos.rules.world import Found, Proof, PurchaseRow, TierRow, World

_YEAR_DAYS = 365
_ONE = Decimal(1)


@dataclass(frozen=True, slots=True)
class Contract:
    """Purchases under one contract number, or one purchase without; `amount` as the tier counts it."""

    start: date
    amount: Decimal
    rows: tuple[PurchaseRow, ...]


@dataclass(frozen=True, slots=True)
class Ladder:
    """What a vendor's tiers are about: everything of the family, one capability, or one product."""

    family: int
    capability: str
    product_id: int | None

    def holds(self, purchase: PurchaseRow) -> bool:
        if self.product_id is not None:
            return purchase.product_id == self.product_id
        return not self.capability or purchase.capability == self.capability

    @property
    def identity(self) -> tuple[str, ...]:
        told = ("vendor", str(self.family), "capability", self.capability)
        return told if self.product_id is None else (*told, "product", str(self.product_id))


def found(world: World, settings: PriceTier) -> list[Found]:
    """One finding per ladder, for the tier and the contracts that gain most."""
    by_family: dict[int, list[PurchaseRow]] = defaultdict(list)
    for purchase in current(world.purchases, world.today):
        if purchase.family is not None and purchase.amount is not None and purchase.kind != "billing_account":
            by_family[purchase.family].append(purchase)
    ladders: dict[tuple[Ladder, bool], list[TierRow]] = defaultdict(list)
    for tier in world.tiers:
        ladders[(Ladder(tier.family, tier.capability, tier.product_id), tier.per_year)].append(tier)
    best: dict[Ladder, Found] = {}
    for (ladder, per_year), tiers in ladders.items():
        contracts = _contracts([row for row in by_family[ladder.family] if ladder.holds(row)], per_year, world.today)
        finding = _of_ladder(ladder, sorted(tiers, key=lambda tier: tier.from_amount), contracts, settings.window_days)
        if finding is not None and _better(finding, best.get(ladder)):
            best[ladder] = finding
    return list(best.values())


def _better(finding: Found, than: Found | None) -> bool:
    return than is None or (finding.saving_high or 0) > (than.saving_high or 0)


def _contracts(purchases: Sequence[PurchaseRow], per_year: bool, today: date) -> list[Contract]:
    """By their start; one without a start began today at the latest."""
    groups: dict[str | int, list[PurchaseRow]] = defaultdict(list)
    for purchase in purchases:
        groups[purchase.contract_number.casefold() or purchase.id].append(purchase)
    contracts = [
        Contract(
            start=min(row.starts_on or today for row in rows),
            amount=sum((_counted(row, per_year) for row in rows), Decimal(0)),
            rows=tuple(rows),
        )
        for rows in groups.values()
    ]
    return sorted(contracts, key=lambda contract: contract.start)


def _counted(row: PurchaseRow, per_year: bool) -> Decimal:
    assert row.amount is not None
    if not per_year or row.starts_on is None or row.ends_on is None:
        return row.amount
    days = (row.ends_on - row.starts_on).days + 1
    return row.amount if days <= _YEAR_DAYS + 1 else cents(row.amount * _YEAR_DAYS / days)


def _of_ladder(ladder: Ladder, tiers: Sequence[TierRow], contracts: Sequence[Contract], window_days: int) -> Found | None:
    """The tier and the window of contracts that gain most, if anything is to be gained.

    A contract that reaches a tier alone has no part in reaching it: the others count without it.
    """
    best: tuple[Decimal, TierRow, Sequence[Contract]] | None = None
    for tier in tiers:
        below = [contract for contract in contracts if contract.amount < tier.from_amount]
        for first, last, total in _windows(below, window_days):
            reached = last > first and total >= tier.from_amount
            if reached and (best is None or total * tier.discount >= best[0]):
                best = total * tier.discount, tier, below[first : last + 1]
    if best is None:
        return None
    finding = _finding(ladder, best[1], best[2])
    return finding if finding.saving_high else None


def _windows(contracts: Sequence[Contract], window_days: int) -> Iterator[tuple[int, int, Decimal]]:
    """For each contract as the last: the first within the window, and what they sum to; in one pass."""
    first, total = 0, Decimal(0)
    for last, contract in enumerate(contracts):
        total += contract.amount
        while (contract.start - contracts[first].start).days >= window_days:
            total -= contracts[first].amount
            first += 1
        yield first, last, total


def _finding(ladder: Ladder, tier: TierRow, contracts: Sequence[Contract]) -> Found:
    rows = [row for contract in contracts for row in contract.rows]
    amount, low = known_sum(row.amount for row in rows)
    return Found(
        kind=FindingKind.PRICE_TIER,
        identity=ladder.identity,
        unit_ids=tuple(sorted({row.unit_id for row in rows})),
        capability=ladder.capability or rows[0].capability if len({row.capability for row in rows}) == 1 else "",
        vendor_id=ladder.family,
        rows=tuple(Proof(ProofTable.PURCHASE, row.id, row.unit_id, row.amount) for row in rows),
        amount=amount,
        amount_is_low=low,
        proposal=Proposal.MERGE,
        saving_low=_gain(contracts, tier, skip_largest=True),
        saving_high=_gain(contracts, tier, skip_largest=False),
        assumptions=(
            f"Together the contracts reach the vendor's tier of {tier.discount:.1%}; what a contract gets already is taken off.",
            "At best all of them move to that price; at worst all but the largest, which may be bound to its own.",
        ),
    )


def _gain(contracts: Sequence[Contract], tier: TierRow, *, skip_largest: bool) -> Decimal:
    """What the tier's discount is worth beyond the discounts that the contracts have."""
    counted = sorted(contracts, key=lambda contract: contract.amount)[: -1 if skip_largest else None]
    rows = (row for contract in counted for row in contract.rows)
    return cents(sum((_row_gain(row, tier.discount) for row in rows), Decimal(0)))


def _row_gain(row: PurchaseRow, discount: Decimal) -> Decimal:
    """An amount is what is paid after its own discount: the list price is `amount / (1 - own)`."""
    own = row.discount or Decimal(0)
    if row.amount is None or discount <= own or own >= _ONE:
        return Decimal(0)
    return row.amount * (discount - own) / (_ONE - own)
