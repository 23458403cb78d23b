"""Terms that renew unless somebody acts by a day that is near."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from readiness.silos.choices import FindingKind, ProofTable, Proposal
from readiness.silos.rules.amounts import cents
from readiness.silos.rules.settings import RenewalDue
from readiness.silos.rules.terms import days_ahead
from readiness.silos.rules.world import Found, Proof, PurchaseRow, World

_YEAR_DAYS = 365


def found(world: World, settings: RenewalDue) -> list[Found]:
    """One finding per purchase and end of term: the next term is another renewal, to be judged afresh."""
    last = days_ahead(world.today, settings.horizon_days)
    return [
        _finding(purchase, due)
        for purchase in world.purchases
        if purchase.state == "active" and purchase.renews != "no"
        if (due := last_day_to_act(purchase)) is not None and world.today <= due <= last
        if purchase.amount is None or purchase.amount >= settings.min_amount
    ]


def last_day_to_act(purchase: PurchaseRow) -> date | None:
    """The day by which notice must be given; the end of the term where no notice is agreed; None for an open term."""
    return None if purchase.ends_on is None else purchase.notice_on or purchase.ends_on


def _finding(purchase: PurchaseRow, due: date) -> Found:
    assert purchase.ends_on is not None
    notice = "the agreed notice" if purchase.notice_on else "the end of the term: no notice is recorded"
    return Found(
        kind=FindingKind.RENEWAL_DUE,
        identity=("purchase", str(purchase.id), "until", purchase.ends_on.isoformat()),
        unit_ids=(purchase.unit_id,),
        capability=purchase.capability,
        vendor_id=purchase.vendor_id,
        rows=(Proof(ProofTable.PURCHASE, purchase.id, purchase.unit_id, purchase.amount),),
        amount=purchase.amount,
        amount_is_low=purchase.amount is None,
        proposal=Proposal.LET_LAPSE,
        saving_low=Decimal(0) if purchase.amount is not None else None,
        saving_high=_year(purchase),
        assumptions=(
            f"The last day to act is {notice}.",
            "Let lapse and not replaced, the next term's price of up to a year is saved; renewed as it is, nothing.",
            "The next term costs what this one does.",
        ),
        due_on=due,
    )


def _year(purchase: PurchaseRow) -> Decimal | None:
    """What a term costs, at most for a year of it."""
    if purchase.amount is None or purchase.ends_on is None or purchase.starts_on is None:
        return purchase.amount
    days = (purchase.ends_on - purchase.starts_on).days + 1
    return purchase.amount if days <= _YEAR_DAYS + 1 else cents(purchase.amount * _YEAR_DAYS / days)
