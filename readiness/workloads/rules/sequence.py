"""The sequence rules: the compute is decided before the model is selected, and committed before scaling starts.

A date known to the month is a span of days. The order is judged only where the spans leave no doubt: overlapping ones are
unknown, because a guess either way would be an invention.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from portfolio.initiatives.choices import DateKind, Precision


class Rule(StrEnum):
    COMPUTE_BEFORE_MODEL = "compute_before_model"
    COMMITMENT_BEFORE_SCALE = "commitment_before_scale"


class Verdict(StrEnum):
    MET = "met"
    NOT_MET = "not_met"
    UNKNOWN = "unknown"


# rule -> what comes first, what comes after
RULES = {
    Rule.COMPUTE_BEFORE_MODEL: (DateKind.ARCHITECTURE_DECIDED, DateKind.MODEL_SELECTED),
    Rule.COMMITMENT_BEFORE_SCALE: (DateKind.INFRASTRUCTURE_COMMITTED, DateKind.SCALE_START),
}
KINDS = tuple(kind for pair in RULES.values() for kind in pair)


@dataclass(frozen=True, slots=True)
class Dated:
    """A date as far as it is known; `value` is the first day of what `precision` names."""

    value: date | None = None
    precision: str = Precision.UNKNOWN


@dataclass(frozen=True, slots=True)
class Sequence:
    """The verdict of one rule. `days`: by how many days it is met or inverted, at least, if `exact` is not set.

    `missing` names the dates that nobody knows; unknown without a missing one means that the spans overlap.
    """

    rule: Rule
    verdict: Verdict
    days: int | None = None
    exact: bool = True
    missing: tuple[DateKind, ...] = ()


def sequences(dates: Mapping[str, Dated]) -> list[Sequence]:
    """Both verdicts from `{DateKind: Dated}`; a kind that is absent is not known."""
    return [judge(rule, dates.get(first, Dated()), dates.get(then, Dated())) for rule, (first, then) in RULES.items()]


def judge(rule: Rule, first: Dated, then: Dated) -> Sequence:
    """The same day is in order: nothing was inverted."""
    spans = [days_of(first), days_of(then)]
    if missing := tuple(kind for kind, span in zip(RULES[rule], spans, strict=True) if span is None):
        return Sequence(rule, Verdict.UNKNOWN, missing=missing)
    (first_begin, first_end), (then_begin, then_end) = (span for span in spans if span is not None)
    exact = first_begin == first_end and then_begin == then_end
    if first_end <= then_begin:
        return Sequence(rule, Verdict.MET, (then_begin - first_end).days, exact)
    if first_begin > then_end:
        return Sequence(rule, Verdict.NOT_MET, (first_begin - then_end).days, exact)
    return Sequence(rule, Verdict.UNKNOWN)


def days_of(dated: Dated) -> tuple[date, date] | None:
    """First and last day of what is known; None if nothing is. Counted from the period that holds the stored day."""
    if dated.value is None or dated.precision == Precision.UNKNOWN:
        return None
    day = dated.value
    if dated.precision == Precision.DAY:
        return day, day
    if dated.precision == Precision.YEAR:
        return date(day.year, 1, 1), date(day.year, 12, 31)
    width = 3 if dated.precision == Precision.QUARTER else 1
    begin = (day.month - 1) // width * width + 1
    return date(day.year, begin, 1), _last_day(day.year, begin + width - 1)


def _last_day(year: int, month: int) -> date:
    return date(year, 12, 31) if month == 12 else date(year, month + 1, 1) - timedelta(days=1)
