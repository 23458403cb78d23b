"""How an initiative of the demo went: stays in stages that end today, in production or in a closure. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from portfolio.initiatives.choices import ClosureKind, Precision, ReasonCode


class Fate(StrEnum):
    """Where it stands today."""

    IDEA = "idea"
    POC = "poc"
    PILOT = "pilot"
    SCALE_UP = "scale-up"
    UNKNOWN = "unknown"
    PRODUCTION = "production"
    RETIRED = "retired"
    STOPPED = "stopped"
    DRIFTED = "drifted"
    LOST = "lost"
    MERGED = "merged"
    REPLACED = "replaced"


# Of sixty: four still ideas, fourteen in flight (two of unknown stage), sixteen reached production, twenty-four were
# abandoned after their PoC began (24 of 54 that started, 44 %; the cited figures are 46 % and one third), two otherwise.
MIX: dict[Fate, int] = {
    Fate.IDEA: 4,
    Fate.POC: 5,
    Fate.PILOT: 4,
    Fate.SCALE_UP: 3,
    Fate.UNKNOWN: 2,
    Fate.PRODUCTION: 14,
    Fate.RETIRED: 2,
    Fate.STOPPED: 13,
    Fate.DRIFTED: 8,
    Fate.LOST: 3,
    Fate.MERGED: 1,
    Fate.REPLACED: 1,
}
CLOSED: dict[Fate, ClosureKind] = {
    Fate.RETIRED: ClosureKind.RETIRED,
    Fate.STOPPED: ClosureKind.STOPPED,
    Fate.DRIFTED: ClosureKind.DRIFTED,
    Fate.LOST: ClosureKind.ABANDONED_UNKNOWN,
    Fate.MERGED: ClosureKind.MERGED,
    Fate.REPLACED: ClosureKind.REPLACED,
}
_REACHED_PRODUCTION = {Fate.PRODUCTION, Fate.RETIRED}
STAGES = {
    "standard": ("idea", "poc", "pilot", "scale-up", "production"),
    "light": ("idea", "pilot", "production"),
}
_MEDIAN_DAYS = {"idea": 70, "poc": 120, "pilot": 160, "scale-up": 190, "production": 400}
_REASONS: tuple[tuple[ReasonCode, int], ...] = (
    (ReasonCode.INFRASTRUCTURE_MISMATCH, 5),
    (ReasonCode.SCALABILITY, 4),
    (ReasonCode.PROVIDER_CAPACITY, 2),
    (ReasonCode.INTEGRATION, 4),
    (ReasonCode.IT_MISALIGNMENT, 3),
    (ReasonCode.COST, 3),
    (ReasonCode.NO_VALUE, 4),
    (ReasonCode.DATA, 4),
    (ReasonCode.GOVERNANCE, 2),
    (ReasonCode.SPONSOR_LOST, 2),
    (ReasonCode.OTHER, 1),
)


@dataclass(frozen=True)
class Stay:
    """Time in one stage (None: unknown); `left` None means still there. Dates are exact here, see `Fuzzy`."""

    stage: str | None
    entered: date
    left: date | None


@dataclass(frozen=True)
class Fuzzy:
    """A date as a register would know it: `value` is the first day of the period, None when unknown."""

    value: date | None
    precision: Precision


@dataclass(frozen=True)
class History:
    lifecycle: str
    stays: tuple[Stay, ...]
    closed_on: date | None
    closure: ClosureKind | None
    reason: ReasonCode


def fates(rng: Random) -> list[Fate]:
    """Sixty fates in the proportions of MIX, shuffled."""
    drawn = [fate for fate, count in MIX.items() for _ in range(count)]
    rng.shuffle(drawn)
    return drawn


def history(rng: Random, fate: Fate, today: date) -> History:
    """Stages one after the other, each stay drawn around its median, laid so that the last one ends where it should."""
    lifecycle = "light" if rng.random() < 0.18 else "standard"
    names = _passed(rng, fate, lifecycle)
    days = [_days(rng, name) for name in names]
    closed = fate in CLOSED
    if closed or fate is Fate.PRODUCTION:
        last_began_ago = rng.randint(25, 1250) + (days[-1] if closed else 0)
    else:
        # One in seven has been where it is for far longer than others were: these are the stalled ones.
        last_began_ago = int(days[-1] * (rng.uniform(3.2, 5) if rng.random() < 0.15 else rng.uniform(0.1, 1.1)))
    began = today - timedelta(days=last_began_ago + sum(days[:-1]))
    stays = []
    for name, length in zip(names, days, strict=True):
        stays.append(Stay(name, began, began + timedelta(days=length)))
        began += timedelta(days=length)
    closed_on = stays[-1].left if closed else None
    stays[-1] = Stay(None if fate is Fate.UNKNOWN else names[-1], stays[-1].entered, closed_on)
    return History(lifecycle, tuple(stays), closed_on, CLOSED.get(fate), _reason(rng, fate))


def fuzzy(rng: Random, day: date, after: date | None = None) -> Fuzzy:
    """Seven dates in ten are known to the day; a coarser one is kept only if it does not fall before `after`."""
    drawn = rng.random()
    if drawn > 0.96:
        return Fuzzy(None, Precision.UNKNOWN)
    coarse = (
        (0.72, Precision.DAY, day),
        (0.86, Precision.MONTH, day.replace(day=1)),
        (0.93, Precision.QUARTER, day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)),
        (0.96, Precision.YEAR, day.replace(month=1, day=1)),
    )
    precision, value = next((precision, value) for limit, precision, value in coarse if drawn <= limit)
    if after is not None and value < after:
        return Fuzzy(day, Precision.DAY)
    return Fuzzy(value, precision)


def _passed(rng: Random, fate: Fate, lifecycle: str) -> list[str]:
    stages = STAGES[lifecycle]
    if fate in _REACHED_PRODUCTION:
        return list(stages)
    if fate is Fate.IDEA:
        return [stages[0]]
    if fate.value in stages:
        return list(stages[: stages.index(fate.value) + 1])
    # Abandoned, merged, unknown: most ends come early. A light lifecycle has only its pilot to end in.
    end = rng.choices(("poc", "pilot", "scale-up"), weights=(56, 30, 14))[0]
    return list(stages[: stages.index(end) + 1]) if end in stages else list(stages[:2])


def _days(rng: Random, stage: str) -> int:
    return max(15, int(_MEDIAN_DAYS[stage] * rng.lognormvariate(0, 0.45)))


def _reason(rng: Random, fate: Fate) -> ReasonCode:
    if fate is Fate.LOST:
        return ReasonCode.UNKNOWN
    if fate is Fate.MERGED:
        return ReasonCode.DUPLICATE
    return rng.choices([code for code, _ in _REASONS], weights=[weight for _, weight in _REASONS])[0]
