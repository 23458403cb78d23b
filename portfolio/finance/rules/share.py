"""Infrastructure's share of a budget as an interval, its band, and the gap to it in money.

Low: what is in no category counts as not infrastructure; high: it counts as infrastructure. A line whose amount nobody knows
could be of any size: it takes the end that it could move to its limit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from portfolio.finance.choices import INFRASTRUCTURE
from portfolio.finance.rules.lines import ZERO


class Standing(StrEnum):
    """Where an interval lies against its band; across one of its edges nobody can tell."""

    BELOW = "below"
    WITHIN = "within"
    ABOVE = "above"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Band:
    """Fractions, both edges inside."""

    low: Decimal
    high: Decimal


@dataclass(frozen=True, slots=True)
class Share:
    """`infrastructure`, `uncategorised`, `total` in money, of known amounts. `unknown`: lines without a known amount.

    `short`: what would have to move to infrastructure within the same total to reach the band's low edge; `over`: what would
    have to move away from it to fall to the high edge. Both as (least, most).
    """

    low: Decimal
    high: Decimal
    infrastructure: Decimal
    uncategorised: Decimal
    total: Decimal
    unknown: int
    standing: Standing
    short: tuple[Decimal, Decimal]
    over: tuple[Decimal, Decimal]


def share_of(amounts: Iterable[tuple[str, Decimal | None]], band: Band) -> Share | None:
    """Of (category, amount) pairs; None where nothing is known or the whole is not above zero."""
    infrastructure = uncategorised = whole = ZERO
    unknown = {"infrastructure": 0, "": 0, "rest": 0}
    for category, amount in amounts:
        kind = "infrastructure" if category in INFRASTRUCTURE else "" if not category else "rest"
        if amount is None:
            unknown[kind] += 1
            continue
        whole += amount
        infrastructure += amount if kind == "infrastructure" else ZERO
        uncategorised += amount if not kind else ZERO
    if whole <= 0:
        return None
    ends = sorted((_fraction(infrastructure, whole), _fraction(infrastructure + uncategorised, whole)))
    low = ZERO if unknown["rest"] or unknown[""] else ends[0]
    high = Decimal(1) if unknown["infrastructure"] or unknown[""] else ends[1]
    return Share(
        low, high, infrastructure, uncategorised, whole, sum(unknown.values()), standing(low, high, band),
        _pair(infrastructure, uncategorised, lambda part: band.low * whole - part),
        _pair(infrastructure, uncategorised, lambda part: part - band.high * whole),
    )  # fmt: skip


def standing(low: Decimal, high: Decimal, band: Band) -> Standing:
    if high < band.low:
        return Standing.BELOW
    if low > band.high:
        return Standing.ABOVE
    return Standing.WITHIN if band.low <= low and high <= band.high else Standing.UNKNOWN


def _fraction(part: Decimal, whole: Decimal) -> Decimal:
    return min(Decimal(1), max(ZERO, part / whole))


def _pair(infrastructure: Decimal, uncategorised: Decimal, gap: Callable[[Decimal], Decimal]) -> tuple[Decimal, Decimal]:
    ends = sorted((max(ZERO, gap(infrastructure)), max(ZERO, gap(infrastructure + uncategorised))))
    return ends[0], ends[1]
