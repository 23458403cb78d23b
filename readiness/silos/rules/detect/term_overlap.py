"""One unit pays twice for the same thing at the same time: the old term still runs when the new one has begun."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal
from readiness.silos.rules.amounts import cents, known_sum
from readiness.silos.rules.settings import TermOverlap
from readiness.silos.rules.terms import current, meeting, overlap_days, span
from readiness.silos.rules.world import Found, Proof, PurchaseRow, World

Thing = tuple[int, int, str, str]


def found(world: World, settings: TermOverlap) -> list[Found]:
    """One finding per unit, vendor family and product, or capability where the product is unknown."""
    groups: dict[Thing, list[PurchaseRow]] = defaultdict(list)
    for purchase in current(world.purchases, world.today):
        if (thing := _thing(purchase)) is not None:
            groups[thing].append(purchase)
    findings = []
    for thing, purchases in groups.items():
        rows = _running_twice(purchases, world.today, settings.min_overlap_days) if len(purchases) > 1 else []
        if rows:
            findings.append(_finding(thing, rows, world.today))
    return findings


def _thing(purchase: PurchaseRow) -> Thing | None:
    """What is bought twice if it is; None for billing accounts and where neither product nor capability is known."""
    if purchase.kind == "billing_account" or purchase.family is None:
        return None
    if purchase.product_id is not None:
        return purchase.unit_id, purchase.family, "product", str(purchase.product_id)
    return (purchase.unit_id, purchase.family, "capability", purchase.capability) if purchase.capability else None


def _running_twice(purchases: list[PurchaseRow], today: date, least_days: int) -> list[PurchaseRow]:
    """A contract number is one side, a purchase without one is a side of its own."""
    return meeting(
        purchases,
        side=lambda row: row.contract_number.casefold() or row.id,
        during=lambda row: span(row, today),
        least_days=least_days,
    )


def _finding(thing: Thing, rows: list[PurchaseRow], today: date) -> Found:
    unit_id, family, kind, what = thing
    amount, low = known_sum(row.amount for row in rows)
    return Found(
        kind=FindingKind.TERM_OVERLAP,
        identity=("unit", str(unit_id), "vendor", str(family), kind, what),
        unit_ids=(unit_id,),
        capability=rows[0].capability,
        vendor_id=family,
        rows=tuple(Proof(ProofTable.PURCHASE, row.id, unit_id, row.amount) for row in rows),
        amount=amount,
        amount_is_low=low,
        proposal=Proposal.LET_LAPSE,
        saving_low=Decimal(0),
        saving_high=_paid_twice(rows, today),
        assumptions=(
            "At best the days that run twice are paid once: the daily price of the cheaper purchase for each day from today on.",
            "At worst nothing can be ended before its term, and nothing is saved.",
        ),
        due_on=min((row.ends_on for row in rows if row.ends_on is not None), default=None),
    )


def _paid_twice(rows: list[PurchaseRow], today: date) -> Decimal | None:
    """Daily price of the cheapest priced purchase times the days it shares with the longest other one; None: no price known."""
    prices = sorted(((price, row) for row in rows if (price := _daily(row)) is not None), key=lambda pair: pair[0])
    if not prices:
        return None
    price, cheapest = prices[0]
    days = max(overlap_days(span(cheapest, today), span(row, today)) for row in rows if row.id != cheapest.id)
    return cents(price * days)


def _daily(row: PurchaseRow) -> Decimal | None:
    if row.amount is None or row.starts_on is None or row.ends_on is None:
        return None
    return row.amount / ((row.ends_on - row.starts_on).days + 1)
