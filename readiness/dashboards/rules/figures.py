"""The portfolio's figures as plain data, and what follows from counts alone. Every share keeps its part and its base."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from readiness.core.risk.prior import RiskFigure
from readiness.core.stats.proportions import Share, wilson

FUNCTIONS = ("storage", "training", "inference")
STALLED_QUANTILE = 0.9
STALLED_LEAST_STAYS = 10
PRODUCTION = "production"
_ABANDONED = {"stopped_by_decision", "drifted", "abandoned_unknown"}
HERE, UNKNOWN, OTHER = "here", "unknown", "other"  # where a path through the stages ends, beside the kinds of abandonment


@dataclass(frozen=True)
class Counts:
    """Initiatives by where they are. `reached` and `abandoned` may overlap: production can be stopped, too."""

    total: int = 0
    open: int = 0
    in_flight: int = 0
    on_hold: int = 0
    in_production: int = 0
    unknown_stage: int = 0
    reached: int = 0
    stopped: int = 0
    drifted: int = 0
    abandoned_unknown: int = 0
    closed: int = 0

    @property
    def abandoned(self) -> int:
        return self.stopped + self.drifted + self.abandoned_unknown

    @property
    def closed_otherwise(self) -> int:
        return self.closed - self.abandoned


@dataclass(frozen=True)
class UnitCounts:
    """Counts of one unit with everything below it; `own` marks what belongs to the looked-at unit itself."""

    id: int
    name: str
    counts: Counts
    own: bool = False


@dataclass(frozen=True)
class Mix:
    """Open initiatives by answer; `unknown` is kept apart and is no part of the base of `share`."""

    answers: Mapping[str, int]
    unknown: int

    @property
    def known(self) -> int:
        return sum(self.answers.values())

    def share(self, answer: str) -> Share | None:
        """How many of those that are known gave this answer; None when nothing is known."""
        return wilson(self.answers.get(answer, 0), self.known)


@dataclass(frozen=True)
class StageKey:
    lifecycle: str
    stage: str
    name: str
    position: int
    kind: str


@dataclass(frozen=True)
class StageTime:
    """Days in a stage over completed and running stays with known dates; None where no stay has any."""

    stage: StageKey
    n: int
    running: int
    undated: int
    low: float | None
    q1: float | None
    median: float | None
    q3: float | None
    high: float | None


@dataclass(frozen=True)
class Gate:
    """What became of those that were in a stage. The share is over those that left it one way or the other."""

    stage: StageKey
    entered: int
    went_on: int
    abandoned: int
    closed_otherwise: int
    here: int
    unknown: int

    @property
    def share(self) -> Share | None:
        return wilson(self.went_on, self.went_on + self.abandoned)


@dataclass(frozen=True)
class Record:
    """Of `started` (seen beyond the first stage, or abandoned in it), what came of them so far; the rest is in flight."""

    started: int
    produced: int
    abandoned: int
    closed_otherwise: int

    @property
    def followed(self) -> int:
        """How many were followed to an end. A register that only lists where things stand has none: it drops its dead."""
        return self.produced + self.abandoned + self.closed_otherwise

    @property
    def abandoned_share(self) -> Share | None:
        """None while nobody was followed to an end: 0 of many would read as good news."""
        return wilson(self.abandoned, self.started) if self.followed else None

    @property
    def produced_share(self) -> Share | None:
        return wilson(self.produced, self.started) if self.followed else None


@dataclass(frozen=True)
class Flow:
    """`moves` counts initiatives from a stage to the next one they entered, `ends` those whose path ends in it."""

    lifecycle: str
    name: str
    initiatives: int
    stages: tuple[StageKey, ...]
    moves: Mapping[tuple[str, str], int]
    ends: Mapping[tuple[str, str], int]

    @property
    def unrecorded(self) -> int:
        """Initiatives of this template that were never recorded in any stage: they are in no flow and no base."""
        return self.initiatives - sum(self.ends.values())

    def gates(self) -> list[Gate]:
        """One per stage that is not the last; conversion counts everyone who was ever seen in the stage."""
        return [self._gate(stage) for stage in self.stages[:-1]]

    def record(self) -> Record:
        """What became of those that went beyond the first stage, as far as they were recorded before production.

        Whoever was first recorded in production is in no base (delayed entry): nobody knows who failed beside it.
        """
        before = {stage.stage for stage in self.stages if stage.kind != PRODUCTION}
        first = self.stages[0].stage if self.stages else ""
        produced = sum(n for (origin, target), n in self.moves.items() if origin in before and target not in before)
        ended = {pair: n for pair, n in self.ends.items() if pair[0] in before and (pair[0] != first or pair[1] in _ABANDONED)}
        return Record(
            started=produced + sum(ended.values()),
            produced=produced,
            abandoned=sum(n for (_stage, end), n in ended.items() if end in _ABANDONED),
            closed_otherwise=sum(n for (_stage, end), n in ended.items() if end == OTHER),
        )

    def _gate(self, stage: StageKey) -> Gate:
        went_on = sum(count for (origin, _target), count in self.moves.items() if origin == stage.stage)
        ends = {end: count for (origin, end), count in self.ends.items() if origin == stage.stage}
        return Gate(
            stage=stage,
            entered=went_on + sum(ends.values()),
            went_on=went_on,
            abandoned=sum(count for end, count in ends.items() if end in _ABANDONED),
            closed_otherwise=ends.get(OTHER, 0),
            here=ends.get(HERE, 0),
            unknown=ends.get(UNKNOWN, 0),
        )


@dataclass(frozen=True)
class StalledInitiative:
    """In its stage for `days`, longer than `limit` days (the cohort's 90th percentile over `cohort` stays)."""

    id: int
    key: str
    name: str
    stage: StageKey
    days: int
    limit: float
    cohort: int


@dataclass(frozen=True)
class Stalled:
    """`judged` of the active initiatives before production could be compared with a cohort; the rest could not."""

    count: int
    judged: int
    not_judged: int
    longest: tuple[StalledInitiative, ...]


@dataclass(frozen=True)
class History:
    flows: tuple[Flow, ...]
    times: tuple[StageTime, ...]
    stalled: Stalled


@dataclass(frozen=True)
class Reference:
    """A published figure beside our own: never multiplied into it."""

    key: str
    label: str
    value: float
    unit: str
    population: str
    source: str
    year: int | None
    verified: bool


@dataclass(frozen=True)
class PortfolioFigures:
    """Everything the Portfolio page and its API show for one filter, as of one day."""

    as_of: date
    counts: Counts
    units: tuple[UnitCounts, ...]
    venues: Mapping[str, Mix]
    containerised: Mix
    procurement: Mix
    history: History
    references: Mapping[str, Reference]
    risk: RiskFigure


def roll_up(rows: Iterable[tuple[int, Counts]], units: Mapping[int, tuple[str, str]], root: str) -> list[UnitCounts]:
    """Counts per direct child of the unit at path `root` ("/" for the top), largest first.

    `units` is id -> (name, path). What belongs to the unit at `root` itself comes as a row of its own, marked `own`.
    """
    totals: dict[int, list[Counts]] = {}
    own: list[Counts] = []
    for unit_id, counts in rows:
        below = units[unit_id][1].removeprefix(root).strip("/")
        if below:
            totals.setdefault(int(below.split("/")[0]), []).append(counts)
        else:
            own.append(counts)
    made = [UnitCounts(pk, units[pk][0] if pk in units else "", added(parts)) for pk, parts in totals.items()]
    made.sort(key=lambda unit: (-unit.counts.total, unit.name))
    if own:
        pk = int(root.strip("/").rsplit("/", 1)[-1])
        made.append(UnitCounts(pk, units[pk][0], added(own), own=True))
    return made


def added(parts: Iterable[Counts]) -> Counts:
    """The sum, field by field."""
    rows = list(parts)
    return Counts(**{name: sum(getattr(row, name) for row in rows) for name in Counts.__dataclass_fields__})


def common_root(paths: Iterable[str]) -> str:
    """The deepest unit path that all of `paths` lie at or under, stopping where they part: `/1/2/`, `/1/3/` -> `/1/`."""
    split = [path.strip("/").split("/") for path in paths]
    shared: list[str] = []
    for parts in zip(*split, strict=False):
        if len(set(parts)) > 1:
            break
        shared.append(parts[0])
    return "/" + "".join(f"{part}/" for part in shared)
