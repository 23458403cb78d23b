"""Outside the plan: what a unit buys from a vendor that no item of the IT plan holds."""

from __future__ import annotations

from collections import defaultdict

from readiness.silos.choices import FindingKind, ProofTable, Proposal
from readiness.silos.rules.amounts import known_sum, reaches, share
from readiness.silos.rules.settings import OutsidePlan
from readiness.silos.rules.terms import current
from readiness.silos.rules.world import Found, Proof, PurchaseRow, World


def found(world: World, settings: OutsidePlan) -> list[Found]:
    """One finding per unit, vendor and capability; `unknown` is counted elsewhere and never accused."""
    groups: dict[tuple[int, int | None, str], list[PurchaseRow]] = defaultdict(list)
    for purchase in current(world.purchases, world.today):
        if purchase.in_plan == "no":
            groups[(purchase.unit_id, purchase.vendor_id, purchase.capability)].append(purchase)
    return [
        _finding(key, rows, settings) for key, rows in groups.items() if reaches((r.amount for r in rows), settings.min_amount)
    ]


def _finding(key: tuple[int, int | None, str], rows: list[PurchaseRow], settings: OutsidePlan) -> Found:
    unit_id, vendor_id, capability = key
    amount, low = known_sum(row.amount for row in rows)
    return Found(
        kind=FindingKind.OUTSIDE_PLAN,
        identity=("unit", str(unit_id), "vendor", str(vendor_id or ""), "capability", capability),
        unit_ids=(unit_id,),
        capability=capability,
        vendor_id=vendor_id,
        rows=tuple(Proof(ProofTable.PURCHASE, row.id, unit_id, row.amount) for row in rows),
        amount=amount,
        amount_is_low=low,
        proposal=Proposal.BRING_INTO_PLAN,
        saving_low=share(amount, settings.saving_low),
        saving_high=share(amount, settings.saving_high),
        assumptions=(
            f"In the plan it costs {settings.saving_low:.0%} to {settings.saving_high:.0%} less: an assumption of the settings.",
            "The need itself stays; what is not bought at all is not counted here.",
        ),
    )
