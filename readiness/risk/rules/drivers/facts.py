"""What the product holds of one initiative, as far as drivers ask. Every group says as of when it stands; None: nobody noted.

Counts are 0 where there is nothing to count, and a driver takes a share of nothing for unknown. No group holds an amount.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from math import nan


@dataclass(frozen=True, slots=True)
class Intake:
    """`answers`: {question: word} as stored at intake; one that was not asked is absent. `developed_by`, `route`: as declared."""

    answers: Mapping[str, str] = field(default_factory=dict)
    developed_by: str = "unknown"
    route: str = "unknown"
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """The stay that runs, in `stage`: `days` of it, and of the `ended` stays of its cohort those that were `over` by then.

    `days` None: it has no date, the stage is unknown, or none runs that could be judged. `gone` (0..1): the share of the cohort,
    stays that still run among it, that is no longer in the stage at that age, by Aalen and Johansen's curve with delayed entry.
    """

    stage: str = ""
    days: int | None = None
    ended: int = 0
    over: int = 0
    as_of: date | None = None
    gone: float = nan


@dataclass(frozen=True, slots=True)
class Demand:
    """Workloads in use (own, and of platforms that serve it), the load values that a sizing must have, and those known."""

    workloads: int = 0
    wanted: int = 0
    known: int = 0
    as_of: datetime | None = None

    @property
    def open(self) -> int:
        return max(0, self.wanted - self.known)


@dataclass(frozen=True, slots=True)
class Requirements:
    """Requirements in use by verdict. `short`: not met, or met with a negative headroom. `oldest`: of stale evidence.

    `elsewhere`: of those `placed` (evidence with a place) the ones whose place is easier than, or other than, the one wanted.
    """

    met: int = 0
    warning: int = 0
    not_met: int = 0
    unknown: int = 0
    stale: int = 0
    short: int = 0
    placed: int = 0
    elsewhere: int = 0
    oldest: date | None = None
    as_of: datetime | None = None

    @property
    def decided(self) -> int:
        return self.met + self.warning + self.not_met

    @property
    def evident(self) -> int:
        """Those that evidence speaks of, fresh or stale."""
        return self.decided + self.stale

    @property
    def applicable(self) -> int:
        return self.evident + self.unknown


@dataclass(frozen=True, slots=True)
class Order:
    """`inverted`: the model was selected before the architecture was decided, by `days` at least; None where nobody can tell."""

    inverted: bool | None = None
    days: int | None = None
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Budget:
    """`below`: infrastructure's share of the plan is below the band; None where it is unknown or may lie on either side.

    `spent` (0..1): share of the planned total that was spent; `progress` (0..1): the way to production that was gone. None is
    unknown.
    """

    below: bool | None = None
    spent: float | None = None
    progress: float | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Purchases:
    """Purchases that serve it and were not cancelled: inside the IT plan, outside, and of which nobody knows."""

    inside: int = 0
    outside: int = 0
    unsaid: int = 0
    as_of: datetime | None = None

    @property
    def said(self) -> int:
        return self.inside + self.outside


@dataclass(frozen=True, slots=True)
class Provider:
    """Facts of its venue options (the chosen ones, or while none is chosen the candidates): `known` ones, and the `bad` of them.

    `options` that depend on a provider; `own` that do not. `quota`, `backlog`, `notice`: how many options are bad in that.
    """

    options: int = 0
    own: int = 0
    known: int = 0
    quota: int = 0
    backlog: int = 0
    notice: int = 0
    as_of: datetime | None = None

    @property
    def bad(self) -> int:
        return self.quota + self.backlog + self.notice


@dataclass(frozen=True, slots=True)
class Capacity:
    """Needs of its workloads for which capacity was asked or granted: `needs`, and the sum of their `covered` shares."""

    needs: int = 0
    covered: float = 0.0
    waiting: int = 0
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class People:
    """Who of sponsor, IT operations, data science and business is `named` (0..4). `asked`: whether anybody was asked for them."""

    named: int = 0
    missing: tuple[str, ...] = ()
    asked: bool = False
    as_of: datetime | None = None

    @property
    def who(self) -> str:
        return ", ".join(self.missing)


@dataclass(frozen=True, slots=True)
class Gates:
    """`reviews` that were opened, `decisions` that stand, the conditions of those that are open, overdue, and when next due."""

    reviews: int = 0
    decisions: int = 0
    open: int = 0
    overdue: int = 0
    due: date | None = None
    waivers: int = 0
    expires: datetime | None = None
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Dates:
    """Milestones with a date: all of them, those done, and those that `slipped` (their date was moved, or passed)."""

    dated: int = 0
    done: int = 0
    slipped: int = 0
    as_of: datetime | None = None


@dataclass(frozen=True, slots=True)
class Silos:
    """`rows`: what is bought, asked or billed for it; `open` findings about that. `looked` None: nobody has looked."""

    rows: int = 0
    open: int = 0
    looked: datetime | None = None

    @property
    def as_of(self) -> datetime | None:
        return self.looked


@dataclass(frozen=True, slots=True)
class Facts:
    """All groups of one initiative."""

    intake: Intake = Intake()
    stay: Stay = Stay()
    demand: Demand = Demand()
    requirements: Requirements = Requirements()
    sequence: Order = Order()
    budget: Budget = Budget()
    purchases: Purchases = Purchases()
    provider: Provider = Provider()
    capacity: Capacity = Capacity()
    people: People = People()
    gates: Gates = Gates()
    dates: Dates = Dates()
    silos: Silos = Silos()
