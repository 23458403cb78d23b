"""How much of its way to production an initiative has gone."""

from __future__ import annotations

from readiness.risk.rules.drivers.facts import Dates


def progress(gone: float | None, dates: Dates) -> float | None:
    """The larger of the share of stages behind it (`gone`) and of its dated milestones done, 0..1; None where both are unknown.

    The larger, because either may lag behind what was done: spend counts as ahead only of both.
    """
    told = [] if gone is None else [gone]
    if dates.dated > 0:
        told.append(min(1.0, max(0.0, dates.done / dates.dated)))
    return max(told, default=None)
