"""What one driver is: its prior, its words, where one acts on it, and how its answer follows from the facts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import nan

from readiness.core.risk.drivers import Driver
from readiness.risk.choices import DriverDimension
from readiness.risk.rules.drivers.facts import Facts


@dataclass(frozen=True, slots=True)
class DriverSpec:
    """One driver. `answer` is a number from 0 (no, which is good) to 1 (yes), NaN for unknown; never either end for unknown.

    `yes` is said of every answer above 0. The sentences and `action` name figures in braces: fields and properties of the facts
    in `group`. None of them holds an amount, so readers without money may see all of them. `action`: what one would do to bring
    the answer to 0, `effort` the person-days that it takes (our opinion; None: nobody can say). `route` takes the initiative's
    `pk`.

    `intake`: known when the initiative began and not changed by how it went, so that closed initiatives may teach its weight.
    `beyond`: its facts may be rows of other units than the initiative's; who does not see those is not shown its sentences.
    """

    prior: Driver
    label: str
    dimension: DriverDimension
    group: str
    answer: Callable[[Facts], float]
    yes: str
    no: str
    unknown: str
    action: str
    route: str
    effort: float | None = None
    intake: bool = False
    beyond: bool = False

    @property
    def key(self) -> str:
        return self.prior.key


def share(part: float, whole: float) -> float:
    """part / whole, held to 0..1; NaN where there is no whole to take it of."""
    return min(1.0, max(0.0, part / whole)) if whole > 0 else nan


def yes_or_no(value: bool | None) -> float:
    """1 for True, 0 for False, NaN for None."""
    return nan if value is None else float(value)
