"""In the IT plan or not: what was declared, what an item of the plan derives, and the share of purchases that is inside."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from portfolio.procurement.choices import InPlan


@dataclass(frozen=True, slots=True)
class Standing:
    """`declared` as somebody said, `derived` from an item of the plan; `counts` is what totals count.

    What was declared counts; where nobody declared anything, an item of the plan says yes. `conflict`: declared outside and
    yet linked to an item.
    """

    declared: InPlan
    derived: InPlan

    @property
    def counts(self) -> InPlan:
        return self.derived if self.declared is InPlan.UNKNOWN else self.declared

    @property
    def conflict(self) -> bool:
        return self.declared is InPlan.NO and self.derived is InPlan.YES


def standing_of(in_plan: str, *, has_item: bool) -> Standing:
    """Declared beside derived. Without an item the plan says nothing, as an item may be missing."""
    return Standing(InPlan(in_plan), InPlan.YES if has_item else InPlan.UNKNOWN)


@dataclass(frozen=True, slots=True)
class PlanShare:
    """What is inside the plan, outside, and of which nobody knows: numbers of purchases, or sums in one currency.

    `left_out`: purchases that are in none of the three, because their amount is not known.
    """

    inside: Decimal = Decimal(0)
    outside: Decimal = Decimal(0)
    unknown: Decimal = Decimal(0)
    left_out: int = 0

    @property
    def total(self) -> Decimal:
        return self.inside + self.outside + self.unknown

    @property
    def low(self) -> float | None:
        """The share, 0..1, if all of the unknown were outside; None where there is nothing."""
        return float(self.inside / self.total) if self.total else None

    @property
    def high(self) -> float | None:
        """The share, 0..1, if all of the unknown were inside."""
        return float((self.inside + self.unknown) / self.total) if self.total else None


def share_of(parts: Iterable[tuple[InPlan, Decimal | None]]) -> PlanShare:
    """Sums what counts by standing: 1 each for a share by count, amounts for one by amount; None is left out and counted."""
    sums = dict.fromkeys(InPlan, Decimal(0))
    left_out = 0
    for standing, weight in parts:
        if weight is None:
            left_out += 1
        else:
            sums[standing] += weight
    return PlanShare(sums[InPlan.YES], sums[InPlan.NO], sums[InPlan.UNKNOWN], left_out)
