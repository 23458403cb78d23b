"""What is needed against what is free: a verdict that never calls an unknown met."""

from __future__ import annotations

from dataclasses import dataclass
from math import floor
from typing import Protocol

from readiness.core.sizing.answer import Constraint, Count
from readiness.sizing.choices import Headroom

IN_REACH_AT_BEST = "in_reach_at_best"  # the core's note: out of reach at the likely values, not at the kindest

# Which of several options to speak of where none is chosen: the one that stands best.
STANDING_ORDER = {Headroom.MET: 0, Headroom.WARNING: 1, Headroom.UNKNOWN: 2, Headroom.NOT_MET: 3}


class Needed(Protocol):
    """What a verdict needs of an answer; a stored result has the same members."""

    @property
    def accelerators(self) -> Count | None: ...
    @property
    def replicas(self) -> Count | None: ...
    @property
    def constraint(self) -> Constraint: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    @property
    def unbounded(self) -> bool: ...


@dataclass(frozen=True, slots=True)
class Standing:
    """`need` accelerators over its hull, `free` of them (None: not known), and how many are missing at either end.

    `share_low` and `share_high` are DOMAIN's headroom, free / needed - 1, at the unkind and the kind end.
    """

    verdict: Headroom
    need: Count | None
    free: float | None
    short_low: int = 0
    short_high: int = 0
    share_low: float | None = None
    share_high: float | None = None


def standing(answer: Needed | None, free: float | None) -> Standing:
    """met: free covers the high end; warning: only the low end; not met: not even that, or nothing suffices; else unknown."""
    need = answer.accelerators if answer is not None else None
    if answer is not None and need is None:
        return Standing(_without_accelerators(answer), None, free)
    if need is None or free is None:
        return Standing(Headroom.UNKNOWN, need, free)
    held = max(0, floor(free + 1e-9))
    short_low, short_high = max(0, need.low - held), max(0, need.high - held)
    may_be_short = short_high or answer is None or answer.unbounded
    verdict = Headroom.NOT_MET if short_low else Headroom.WARNING if may_be_short else Headroom.MET
    return Standing(
        verdict, need, free, short_low, short_high,
        share_low=free / need.high - 1 if need.high else None, share_high=free / need.low - 1 if need.low else None,
    )  # fmt: skip


def _without_accelerators(answer: Needed) -> Headroom:
    """Nothing suffices, or there is an API: then the count is multiples of the quota granted, and one is what there is."""
    if answer.constraint == Constraint.QUOTA_UNKNOWN or IN_REACH_AT_BEST in answer.notes:
        return Headroom.UNKNOWN
    if answer.replicas is None or answer.replicas.low > 1:
        return Headroom.NOT_MET
    return Headroom.WARNING if answer.replicas.high > 1 or answer.unbounded else Headroom.MET
