"""Sums in which an unknown amount stays unknown."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

_CENT = Decimal("0.01")


def known_sum(amounts: Iterable[Decimal | None]) -> tuple[Decimal | None, bool]:
    """`(sum of what is known, whether something is unknown)`; None when nothing is known."""
    total, some, missing = Decimal(0), False, False
    for amount in amounts:
        if amount is None:
            missing = True
        else:
            total += amount
            some = True
    return (total if some else None), missing


def reaches(amounts: Iterable[Decimal | None], least: Decimal) -> bool:
    """Whether the amounts come to `least`. An unknown amount may: what nobody knows is not taken for little."""
    total, missing = known_sum(amounts)
    return missing or (total is not None and total >= least)


def share(amount: Decimal | None, of: float | Decimal) -> Decimal | None:
    """`amount * of`, to the cent."""
    return None if amount is None else cents(amount * Decimal(str(of)))


def cents(amount: Decimal) -> Decimal:
    return amount.quantize(_CENT, ROUND_HALF_UP)
