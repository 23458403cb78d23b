"""How scattered the buying of a capability is, and how much of it is in the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class Fragmentation:
    """`index` is 1 minus the sum of squared shares (Herfindahl and Hirschman): 0 where one buys all, near 1 where many buy
    little each; `effective` is 1 over that sum, the number of equal buyers that would be as scattered. `left_out` counts what
    has no known amount.
    """

    index: float
    effective: float
    parties: int
    left_out: int


def fragmentation(parts: Iterable[tuple[Hashable, Decimal | None]]) -> Fragmentation | None:
    """Of `(who, amount)`; None where no amount above zero is known."""
    totals: dict[Hashable, Decimal] = defaultdict(Decimal)
    left_out = 0
    for who, amount in parts:
        if amount is None:
            left_out += 1
        else:
            totals[who] += amount
    known = [total for total in totals.values() if total > 0]
    if not known:
        return None
    in_all = sum(known, Decimal(0))
    concentration = float(sum(((total / in_all) ** 2 for total in known), Decimal(0)))
    return Fragmentation(max(0.0, 1 - concentration), 1 / concentration, len(known), left_out)


@dataclass(frozen=True, slots=True)
class PlanShare:
    """Purchases by count and by amount, inside the plan, outside and unknown apart; `priceless` have no known amount."""

    inside: int = 0
    outside: int = 0
    unknown: int = 0
    inside_amount: Decimal = Decimal(0)
    outside_amount: Decimal = Decimal(0)
    unknown_amount: Decimal = Decimal(0)
    priceless: int = 0

    @property
    def known(self) -> int:
        return self.inside + self.outside

    @property
    def total(self) -> int:
        return self.known + self.unknown

    @property
    def known_amount(self) -> Decimal:
        return self.inside_amount + self.outside_amount

    @property
    def amount(self) -> Decimal:
        return self.known_amount + self.unknown_amount

    def outside_range(self) -> tuple[float, float] | None:
        """Share outside the plan by count: the unknown counted inside at the low end, outside at the high end."""
        if not self.total:
            return None
        return self.outside / self.total, (self.outside + self.unknown) / self.total

    def inside_amount_range(self) -> tuple[float, float] | None:
        """Share inside the plan by amount, likewise."""
        if not self.amount:
            return None
        return float(self.inside_amount / self.amount), float((self.inside_amount + self.unknown_amount) / self.amount)


def plan_share(rows: Iterable[tuple[str, int, Decimal | None, int]]) -> PlanShare:
    """Of `(yes | no | unknown, how many, their known amount, how many of unknown amount)`."""
    counts: dict[str, int] = defaultdict(int)
    amounts: dict[str, Decimal] = defaultdict(Decimal)
    priceless = 0
    for standing, number, amount, without in rows:
        counts[standing] += number
        amounts[standing] += amount or Decimal(0)
        priceless += without
    return PlanShare(
        inside=counts["yes"],
        outside=counts["no"],
        unknown=counts["unknown"],
        inside_amount=amounts["yes"],
        outside_amount=amounts["no"],
        unknown_amount=amounts["unknown"],
        priceless=priceless,
    )
