"""Everything that the cohort pages and their API show for one filter, as of one day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

import numpy as np

from portfolio.initiatives.choices import ABANDONMENT, ClosureKind
from readiness.risk.rules.careers import Flags, Texts
from readiness.risk.rules.cohorts import Cause, Competing, Gate, Lead, Side, StageTime


@dataclass(frozen=True, slots=True)
class Template:
    key: str
    name: str
    initiatives: int


@dataclass(frozen=True, slots=True)
class Reason:
    """Abandoned initiatives by the reason that was given, each kind apart."""

    reason: str
    counts: Mapping[Cause, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class Cohorts:
    """`initiatives` match the filter; `aged` of them have an age, the others are counted in `left_out` by LeftOut.

    Gates and times are of `template`, the one with the most initiatives. With fewer than two
    initiatives `life`, `lead`, `gates` and sides are empty. `plan` is None for who may not read purchases.
    """

    on: date
    initiatives: int
    aged: int
    left_out: Mapping[str, int]
    templates: tuple[Template, ...]
    template: Template | None
    gates: tuple[Gate, ...]
    times: tuple[StageTime, ...]
    life: Competing | None
    lead: Lead | None
    reasons: tuple[Reason, ...]
    plan: tuple[Side, ...] | None
    route: tuple[Side, ...]

    @property
    def abandoned(self) -> int:
        return sum(reason.total for reason in self.reasons)


def gates(stages: Sequence[tuple[str, str]], stage: Texts, went_on: Flags, closure: Texts, unknown: Flags) -> tuple[Gate, ...]:
    """One for each of `stages` (key, name) but the last, from the stays of one template, (n,) each."""
    made = []
    for (key, name), (_next, following) in pairwise(stages):
        here = stage == key
        ended = here & ~went_on
        kinds = {kind: int(np.count_nonzero(ended & (closure == kind.value))) for kind in ClosureKind}
        open_ = ended & (closure == "")
        made.append(
            Gate(
                key, name, following, entered=int(np.count_nonzero(here)), went_on=int(np.count_nonzero(here & went_on)),
                stopped=kinds[ClosureKind.STOPPED], drifted=kinds[ClosureKind.DRIFTED],
                abandoned_unknown=kinds[ClosureKind.ABANDONED_UNKNOWN],
                closed_otherwise=sum(n for kind, n in kinds.items() if kind not in ABANDONMENT),
                here=int(np.count_nonzero(open_ & ~unknown)), stage_unknown=int(np.count_nonzero(open_ & unknown)),
            )
        )  # fmt: skip
    return tuple(gate for gate in made if gate.entered)
