"""Which quotas that were asked of providers are a queue: asked for, known not to be granted in full, and still wanted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from readiness.workloads.choices import OptionState
from readiness.workloads.rules.venues import quota_gap


@dataclass(frozen=True, slots=True)
class Quota:
    """What a venue option of an initiative says of its quota; None is unknown. Accelerators, for storage TB."""

    id: int
    initiative_id: int
    function: str
    state: str
    requested: float | None
    granted: float | None

    @property
    def missing(self) -> float:
        """Not granted, as far as both are known."""
        return quota_gap(self.requested, self.granted) or 0.0


def waiting(quotas: Iterable[Quota]) -> tuple[list[Quota], int]:
    """Those that wait, in the order of their ids, and of how many functions nobody knows whether they do.

    One per initiative and function, because the same need is asked for at several places: of the chosen option, or while none
    is chosen of the candidate that lacks the most. What was rejected is wanted no more.
    """
    places: dict[tuple[int, str], list[Quota]] = defaultdict(list)
    for one in quotas:
        if one.state != OptionState.REJECTED:
            places[one.initiative_id, one.function].append(one)
    found, unknown = [], 0
    for options in places.values():
        chosen = [one for one in options if one.state == OptionState.CHOSEN]
        most = max(chosen or options, key=lambda one: (one.missing, -one.id))
        if most.missing > 0:
            found.append(most)
        else:
            unknown += any(one.requested and one.granted is None for one in chosen or options)
    return sorted(found, key=lambda one: one.id), unknown
