"""Why a driver's answer is what it is: its sentence with the figures, what one would do, where, and as of when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from math import isnan
from typing import Any

from readiness.risk.choices import DriverDimension, DriverState
from readiness.risk.rules.drivers.facts import Facts
from readiness.risk.rules.drivers.spec import DriverSpec

NOT_KNOWN = "a day that is not known"


@dataclass(frozen=True, slots=True)
class Reason:
    """One driver of one initiative, in words. `answer` is 0..1 or NaN. `action` "": there is nothing to do.

    `as_of`: when the facts last changed or were looked at; None: there is no fact, or nobody noted when. `beyond`: the sentences
    may tell of rows of other units, so that only who sees those is shown them.
    """

    key: str
    label: str
    dimension: DriverDimension
    badge: str
    answer: float
    state: DriverState
    sentence: str
    action: str
    effort: float | None
    route: str
    pk: int
    as_of: date | datetime | None
    beyond: bool

    @property
    def link(self) -> Mapping[str, int]:
        """Arguments of the route."""
        return {"pk": self.pk}


def state_of(answer: float) -> DriverState:
    if isnan(answer):
        return DriverState.UNKNOWN
    if answer <= 0:
        return DriverState.NO
    return DriverState.YES if answer >= 1 else DriverState.PARTLY


def reason(spec: DriverSpec, facts: Facts, answer: float, pk: int) -> Reason:
    """The driver's words about one initiative. An unknown answer asks for the answer, a good one for nothing."""
    group = getattr(facts, spec.group)
    state = state_of(answer)
    sentence = {DriverState.NO: spec.no, DriverState.UNKNOWN: spec.unknown}.get(state, spec.yes)
    action = {DriverState.NO: "", DriverState.UNKNOWN: "Find out."}.get(state, spec.action)
    names = _Figures(group)
    return Reason(
        spec.key, spec.label, spec.dimension, spec.prior.badge.value, answer, state, sentence.format_map(names),
        action.format_map(names), spec.effort, spec.route, pk, group.as_of, spec.beyond,
    )  # fmt: skip


class _Figures(dict[str, str]):
    """The places of a sentence, filled from the fields and properties of a group of facts."""

    def __init__(self, group: Any) -> None:
        super().__init__()
        self._group = group

    def __missing__(self, name: str) -> str:
        return _shown(getattr(self._group, name))


def _shown(value: Any) -> str:
    if value is None:
        return NOT_KNOWN
    if isinstance(value, date):  # a datetime is one, too
        return f"{value.day} {value:%b %Y}"
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int) else str(value)
