"""Likely abandoned spend as plain data: what hangs on each initiative, what is lost on average, and how far it may go."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from portfolio.accounts.choices import FEWEST_IN_A_TOTAL
from readiness.core.risk.spend import OVERRUN_MEAN, Overrun, amounts_by_part

Array = NDArray[np.float64]
IntArray = NDArray[np.int64]

# What cannot be cancelled may cost more than it says: the mean of 1,471 IT projects (Flyvbjerg and Budzier 2011); their spread on
# the log scale is our assumption and printed as one.
OVERRUN = Overrun(OVERRUN_MEAN, 0.8)
OUTCOMES = 10_000
_CELLS = 4_000_000  # draws of probabilities held at once: fewer of them for more initiatives
_FEWEST_DRAWS, _MOST_DRAWS = 400, 4_000
STEPS = 200  # of the distribution that is kept
CARRIED = 0.8


@dataclass(frozen=True, slots=True)
class Item:
    """One initiative in flight. `value`, `low`, `high`: its figure, ratios, None before it has one. Amounts in one currency, None
    where unknown or not the reader's to see (`priced`); `least` where part of them is unknown."""

    id: int
    key: str
    name: str
    unit_id: int
    unit: str
    unit_path: str
    stage: str
    value: float | None
    low: float | None
    high: float | None
    priced: bool
    spent: float | None
    bound: float | None
    ahead: float | None
    least: bool
    no_rate: bool
    worth: float | None = None  # the expected value that the register holds, in the reporting currency

    @property
    def known(self) -> bool:
        """Whether any amount is known of it; a known 0 that stands alone is none."""
        return self.spent is not None or bool(self.bound)

    @property
    def counts(self) -> bool:
        return self.known and self.value is not None

    @property
    def at_stake(self) -> float:
        """Spent and bound, without overrun; 0 where nothing is known, and then `known` says so."""
        return (self.spent or 0.0) + (self.bound or 0.0)

    @property
    def expected(self) -> float | None:
        """What of it is abandoned on average."""
        return expected(self.value, self.spent, self.bound) if self.counts else None


def expected(value: float | None, spent: float | None, bound: float | None) -> float:
    """P(abandoned) x (spent + what is bound with the mean overrun)."""
    return (value or 0.0) * ((spent or 0.0) + OVERRUN.mean * (bound or 0.0))


@dataclass(frozen=True, slots=True)
class Base:
    """What a sum rests on: `counted` of `initiatives` in flight; `unknown`: no amount known; `no_figure`: not scored yet;
    `hidden`: amounts not the reader's to see. Of the counted ones `least` have a part unknown; `no_rate`: of all, a part without
    a rate."""

    initiatives: int
    counted: int
    unknown: int
    no_figure: int
    hidden: int
    least: int
    no_rate: int

    @property
    def told(self) -> bool:
        """Whether a sum may be told (docs/decisions/0011)."""
        return self.counted >= (FEWEST_IN_A_TOTAL if self.hidden else 1)


@dataclass(frozen=True, slots=True)
class Kept:
    """Abandoned spend of one group. `expected` is exact; `p10`, `p50`, `p90` and `quantiles` (STEPS, ascending) are drawn;
    `apart` is P90 if every initiative were abandoned or not by itself. `carriers` initiatives make up at least CARRIED
    of `expected`; `carried` is the ratio that they make up, 0 in rows that an earlier release kept."""

    base: Base
    spent: float
    bound: float
    expected: float
    p10: float
    p50: float
    p90: float
    apart: float
    carriers: int
    quantiles: tuple[float, ...]
    carried: float = 0.0

    def at_least(self, threshold: float) -> float:
        """P(abandoned spend >= threshold), to one part in STEPS."""
        return 1 - bisect_left(self.quantiles, threshold * (1 - 1e-6)) / len(self.quantiles)

    def row(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def kept_from(row: Mapping[str, Any]) -> Kept:
    """From what `Kept.row` made."""
    return Kept(**{**row, "base": Base(**row["base"]), "quantiles": tuple(row["quantiles"])})


def base_of(items: Iterable[Item]) -> Base:
    rows = list(items)
    counted = [row for row in rows if row.counts]
    return Base(
        len(rows), len(counted), sum(row.priced and not row.known for row in rows),
        sum(row.known and row.value is None for row in rows), sum(not row.priced for row in rows),
        sum(row.least for row in counted), sum(row.no_rate for row in rows),
    )  # fmt: skip


def carriers(amounts: Iterable[float]) -> int:
    """How few initiatives make up CARRIED of the sum."""
    largest = sorted(amounts, reverse=True)
    whole, held = sum(largest), 0.0
    for place, amount in enumerate(largest):
        if held >= CARRIED * whole - 1e-9:
            return place
        held += amount
    return len(largest)


def carried(amounts: Iterable[float], most: int) -> float:
    """The share of the sum that the `most` largest make up; 0 of nothing."""
    largest = sorted(amounts, reverse=True)
    whole = sum(largest)
    return sum(largest[:most]) / whole if whole else 0.0


def draws_for(initiatives: int) -> int:
    """How many draws of what is shared: an even number, fewer for more initiatives."""
    return int(min(_MOST_DRAWS, max(_FEWEST_DRAWS, _CELLS // max(1, initiatives)))) // 2 * 2


@dataclass(frozen=True, slots=True)
class Drawn:
    """Outcomes (m, parts) with what is shared, and (k, parts) each initiative by itself."""

    shared: Array
    apart: Array


def drawn(probabilities: Array, spent: Array, bound: Array, parts: IntArray) -> Drawn:
    """From draws of the figures (draws, n); amounts and codes of parts (n,). At least OUTCOMES outcomes; the same every time."""
    repeats = -(-OUTCOMES // len(probabilities))
    mean = probabilities.mean(axis=0, dtype=np.float64)[None, :]
    return Drawn(
        amounts_by_part(probabilities, spent, bound, parts, repeats=repeats, seed=7, overrun=OVERRUN),
        amounts_by_part(mean, spent, bound, parts, repeats=OUTCOMES, seed=8, overrun=OVERRUN),
    )  # fmt: skip


def kept_of(items: Sequence[Item], shared: Array, apart: Array) -> Kept:
    """The figures of a group from its outcomes (m,)."""
    counted = [item for item in items if item.counts]
    losses = [item.expected or 0.0 for item in counted]
    p10, p50, p90 = np.quantile(shared, [0.1, 0.5, 0.9], method="inverted_cdf").tolist()
    few = carriers(losses)
    steps = np.quantile(shared, (np.arange(STEPS) + 0.5) / STEPS, method="inverted_cdf")
    return Kept(
        base=base_of(items), spent=sum(item.spent or 0.0 for item in counted), bound=sum(item.bound or 0.0 for item in counted),
        expected=sum(losses), p10=p10, p50=p50, p90=p90, apart=float(np.quantile(apart, 0.9, method="inverted_cdf")),
        carriers=few, quantiles=tuple(round(float(step), 2) for step in steps), carried=carried(losses, few),
    )  # fmt: skip


def nothing(items: Sequence[Item]) -> Kept:
    """Nobody counts: every figure is 0 and the base says why it is not to be told."""
    return Kept(base_of(items), 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0, (0.0,) * STEPS)
