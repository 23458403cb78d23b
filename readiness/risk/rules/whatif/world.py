"""One initiative as it stands, with all that a what-if may change, as plain values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from readiness.evidence.rules.verdicts.evidence import Evidence
from readiness.evidence.rules.verdicts.wanted import Setting
from readiness.gates.rules.conditions import Condition
from readiness.gates.rules.criteria.facts import Facts as GateFacts
from readiness.gates.rules.criteria.judge import WaiverInForce
from readiness.gates.rules.recommend import Dependency
from readiness.gates.rules.templates.template import Gate, Thresholds
from readiness.risk.rules.drivers.facts import Facts
from readiness.sizing.rules.live import Stored

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class WorkloadNow:
    """`setting` and `evidence` are what its requirements are judged with, `stored` what its sizing stands on.

    `follows`: the field of the profile that each derived requirement follows, by its id. `chosen`: an option is chosen for it.
    """

    id: int
    name: str
    setting: Setting
    evidence: Sequence[Evidence]
    stored: Stored
    follows: Mapping[int, str] = field(default_factory=dict)
    needed_on: date | None = None

    @property
    def chosen(self) -> bool:
        return any(draft.chosen for draft in self.stored.drafts)


@dataclass(frozen=True, slots=True)
class GateNow:
    """The gate that it stands before. `conditions` are those that bar it: open ones of decisions before."""

    gate: Gate
    thresholds: Thresholds
    facts: GateFacts
    waivers: tuple[WaiverInForce, ...] = ()
    dependencies: tuple[Dependency, ...] = ()
    conditions: tuple[Condition, ...] = ()


@dataclass(frozen=True, slots=True)
class MilestoneNow:
    id: int
    name: str
    due: date | None
    done_on: date | None
    moved: int


@dataclass(frozen=True, slots=True)
class World:
    """`venues`: rows of options (id, function, venue, label, state, provider's facts). `conditions`: all that are open.

    `band_low`: below this share (0..1) of the plan infrastructure is short. `money`: the reader may see amounts of it.
    """

    today: date
    now: datetime
    facts: Facts
    workloads: Mapping[int, WorkloadNow] = field(default_factory=dict)
    venues: Sequence[Row] = ()
    milestones: Sequence[MilestoneNow] = ()
    conditions: Sequence[Condition] = ()
    gate: GateNow | None = None
    band_low: float = 0.4
    money: bool = False
