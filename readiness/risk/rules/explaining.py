"""One initiative's figure taken apart: from the reference class over its own record and its drivers, and what would move it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from math import floor, isnan

from readiness.core.risk.contributions import RECORDS, Explanation
from readiness.core.risk.counterfactual import Action, Change
from readiness.core.risk.evidence import Weighed
from readiness.core.risk.fit import Initiatives
from readiness.core.risk.forecast import forecast
from readiness.core.risk.lowering import best, lowered
from readiness.core.risk.resolving import resolved
from readiness.core.risk.waterfall import waterfall
from readiness.risk.rules.drivers import DRIVERS

PLACES = 1  # of a percentage point
MOST_BARS = 7  # drivers with a bar of their own
NONE = 1e-9  # percentage points: what a sum's last digits leave
SMALL = 0.05  # percentage points: less than what is printed
STALE_DAYS = 180  # facts that nobody has touched for half a year are told as stale


class InFull(Weighed):
    """The same two fits as if drivers counted with all of their effect: what would be, if these opinions hold."""

    __slots__ = ()

    @property
    def weight(self) -> float:
        return 1.0

    @property
    def share(self) -> float:
        return 1.0

    @property
    def resolved(self) -> int:
        """Never none, so that the figure is not the reference class's by rule."""
        return max(1, self.without.abandoned + self.without.produced)


def in_full(weighed: Weighed) -> InFull:
    return InFull(weighed.with_drivers, weighed.without, weighed.log_factor)


@dataclass(frozen=True, slots=True)
class Figure:
    """Ratios; the interval is one of 80 %."""

    value: float
    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Bar:
    """`points` are percentage points, rounded so that all of them add up; `exact` the same unrounded; `log_odds` monthly."""

    key: str
    points: float
    exact: float
    log_odds: float


@dataclass(frozen=True, slots=True)
class Falls:
    """Percentage points: `base` + all bars + `others_points` = `value`, as printed. `others` are the small ones, gathered."""

    base: float
    value: float
    bars: tuple[Bar, ...]
    others: tuple[Bar, ...]

    @property
    def others_points(self) -> float:
        return round(sum(bar.points for bar in self.others), PLACES)


@dataclass(frozen=True, slots=True)
class Explained:
    """A figure with everything that is said of it. `unknown` are places of drivers; `narrowed` None: nothing is unknown."""

    figure: Figure
    falls: Falls
    actions: tuple[Change, ...]
    unknown: tuple[int, ...]
    narrowed: Figure | None


def shares_of_whole(parts: Sequence[float], total: int) -> list[int]:
    """Whole numbers that add up to `total`, each next to its part: the largest remainders are rounded up.

    A part that is nothing stays nothing. Raises ValueError where there is something to share and no part to take it.
    """
    whole = [floor(part) for part in parts]
    rest = total - sum(whole)
    order = sorted((at for at, part in enumerate(parts) if part != 0), key=lambda at: whole[at] - parts[at])
    if rest and not order:
        raise ValueError("nothing adds up to something")
    if rest < 0:
        order.reverse()
    for step in range(abs(rest)):
        whole[order[step % len(order)]] += 1 if rest > 0 else -1
    return whole


def falls(told: Explanation, *, most: int = MOST_BARS) -> Falls:
    """The explanation in printed percentage points: own record first, then the largest drivers, the small ones gathered."""
    size = 10**PLACES
    base, value = round(100 * size * told.base), round(100 * size * told.value)
    parts = [100 * size * one.points for one in told.contributions]
    whole = shares_of_whole(parts, value - base) if any(parts) else [0] * len(parts)
    bars = [
        Bar(one.key, points / size, 100 * one.points, one.log_odds) for one, points in zip(told.contributions, whole, strict=True)
    ]
    record = [bar for bar in bars if bar.key in RECORDS and (abs(bar.exact) > NONE or bar.key == RECORDS[0])]
    drivers = sorted((bar for bar in bars if bar.key not in RECORDS), key=lambda bar: (-abs(bar.exact), bar.key))
    shown = [bar for bar in drivers[:most] if abs(bar.exact) >= SMALL]
    rest = drivers[len(shown) :]
    return Falls(base / size, value / size, (*record, *shown), tuple(rest))


def explained(weighed: Weighed, row: Initiatives, months: int) -> Explained:
    """Everything about one initiative's figure under `weighed`; the same for the same inputs. A quarter of a second at most."""
    unknown = tuple(at for at, answer in enumerate(row.answers[0].tolist()) if isnan(answer))
    ends = forecast(weighed, row, months)
    narrowed = resolved(weighed, row, unknown, months) if unknown else None
    return Explained(
        Figure(float(ends.value[0]), float(ends.low[0]), float(ends.high[0])),
        falls(waterfall(weighed, row, months)),
        tuple(best(lowered(weighed, row, actions_of(row), months))),
        unknown,
        None if narrowed is None else Figure(float(narrowed.value[0]), float(narrowed.low[0]), float(narrowed.high[0])),
    )


def actions_of(row: Initiatives) -> list[Action]:
    """For every driver that is answered yes or partly: bring it to no. Finding an unknown out is no action that lowers."""
    answers = row.answers[0].tolist()
    return [
        Action(spec.key, ((place, 0.0),), spec.effort)
        for place, (spec, answer) in enumerate(zip(DRIVERS, answers, strict=True))
        if not isnan(answer) and answer > 0
    ]


def is_stale(as_of: date | datetime | None, today: date) -> bool:
    """Whether facts with a date are older than STALE_DAYS; of those without one nobody can say."""
    if as_of is None:
        return False
    day = as_of.date() if isinstance(as_of, datetime) else as_of
    return (today - day).days > STALE_DAYS
