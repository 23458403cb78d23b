"""Choosing what goes on being funded, by a rule that one can say in a sentence."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum

from readiness.risk.rules.spending import Item


class Pick(StrEnum):
    """By what the first ones are chosen."""

    VALUE_PER_RISK = "value_per_risk"
    VALUE = "value"
    RISK = "risk"
    LOSS = "loss"


# What is unknown comes last, whatever the order.
_KEYS: dict[Pick, Callable[[Item], float | None]] = {
    Pick.VALUE_PER_RISK: lambda item: None if item.worth is None or item.value is None else -item.worth * (1 - item.value),
    Pick.VALUE: lambda item: None if item.worth is None else -item.worth,
    Pick.RISK: lambda item: item.value,
    Pick.LOSS: lambda item: item.expected,
}


def ordered(items: Sequence[Item], by: Pick) -> list[Item]:
    """The best first: largest value times the chance that it is not abandoned, largest value, lowest figure, smallest loss."""

    def place(item: Item) -> tuple[bool, float, int]:
        key = _KEYS[by](item)
        return (key is None, key or 0.0, item.id)

    return sorted(items, key=place)


def picked(items: Sequence[Item], by: Pick, *, top: int | None, budget: float | None) -> list[Item]:
    """The first `top`; with a `budget` those that still fit into it, in that order, by what is planned for them from now on.

    What has no plan fits into no budget; what the order cannot place is not chosen.
    """
    left, found = budget, list[Item]()
    for item in ordered(items, by):
        if _KEYS[by](item) is None or (top is not None and len(found) >= top):
            break
        if left is not None:
            if item.ahead is None or item.ahead > left:
                continue
            left -= item.ahead
        found.append(item)
    return found
