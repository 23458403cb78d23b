"""What was billed, by item and month, with what each item is assigned to."""

from __future__ import annotations

from readiness.silos.queries.money import Money
from readiness.silos.rules.world import BillingRow


def billing_rows(money: Money, *, demo: bool, months: int) -> tuple[BillingRow, ...]:
    """Published months, net by item and month."""
    return ()
