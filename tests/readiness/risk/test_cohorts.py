"""Cohorts on the demo and on planted initiatives, against slow reckoning that shares no code with the product's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pytest

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Closure, Initiative, StageEntry
from portfolio.initiatives.queries.lists import stage_rows
from portfolio.initiatives.services.demo import load_demo
from readiness.core.risk.cohort import Ending, curve
from readiness.risk.queries.careers import Careers, careers
from readiness.risk.queries.cohorts import cohorts
from readiness.risk.rules.cohorts import (
    Cause,
    Times,
    causes,
    competing,
    grid,
    incidence,
    lead,
    side,
)
from readiness.risk.rules.figures import Cohorts
from tests.people import SYSTEM

TODAY = date(2026, 6, 30)
SEES_DEMO: Actor = replace(SYSTEM, showing_demo=True)


@pytest.fixture
def demo(db: Any) -> Careers:
    load_demo(by=SYSTEM, count=120, seed=3, today=TODAY)
    return careers(demo=True, on=TODAY)


def figures() -> Cohorts:
    return cohorts(SEES_DEMO, Initiative.objects.visible_to(SEES_DEMO), stage_rows=stage_rows(), on=TODAY)


def naive(entry: list[float], leaving: list[float], how: list[int], cause: int, until: float) -> float:
    """Aalen-Johansen by the book, in fractions, one loop over people for every time."""
    alive, total = Fraction(1), Fraction(0)
    people = [one for one in zip(entry, leaving, how, strict=True) if one[1] > one[0]]
    for t in sorted({end for _start, end, ended in people if ended and end <= until}):
        at_risk = sum(1 for start, end, _ended in people if start < t <= end)
        own = sum(1 for _start, end, ended in people if end == t and ended == cause)
        any_ = sum(1 for _start, end, ended in people if end == t and ended)
        total += alive * Fraction(own, at_risk)
        alive *= 1 - Fraction(any_, at_risk)
    return float(total)


@pytest.mark.django_db
@pytest.mark.parametrize("late", [False, True])
def test_the_curves_of_the_demo_are_those_of_a_slow_reckoning(demo: Careers, late: bool) -> None:
    entry = demo.leaving_month * np.linspace(0, 0.9, len(demo)) if late else demo.entry_month
    cause = causes(demo.ending, demo.closure)
    how = [int(one) for one in cause]
    for wanted in (Cause.WENT_ON, Cause.STOPPED, Cause.DRIFTED, Cause.ABANDONED_UNKNOWN):
        found = incidence(Times(entry, demo.leaving_month, cause), wanted)
        for month in (3, 12, 24, 60):
            at = found.at(month)[0]
            assert at == pytest.approx(naive(list(entry), list(demo.leaving_month), how, wanted, month), abs=1e-9)


@pytest.mark.django_db
def test_outcomes_that_are_told_apart_add_up_to_the_whole(demo: Careers) -> None:
    found = figures().life
    assert found is not None
    whole = curve(demo.entry_month, demo.leaving_month, demo.ending)
    for point in found.points:
        abandoned, produced, _open = whole.at(point.months)
        apart = sum(share[0] for cause, share in point.shares.items() if cause is not Cause.WENT_ON)
        assert (apart, point.shares[Cause.WENT_ON][0]) == pytest.approx((abandoned, produced), abs=1e-9)


@pytest.mark.django_db
def test_gates_count_what_the_stage_history_says(demo: Careers) -> None:
    found = figures()
    assert found.template is not None
    for gate in found.gates:
        ever = {
            row.initiative_id: row.initiative
            for row in StageEntry.objects.filter(
                stage__key=gate.key, stage__lifecycle__key=found.template.key, initiative__demo=True
            ).select_related("initiative")
        }  # fmt: skip
        place = found.gates.index(gate)
        later = [other.key for other in found.gates[place + 1 :]] + ["production"]
        went_on = {
            pk for pk in ever if StageEntry.objects.filter(initiative=pk, stage__key__in=later).exists()
        }  # fmt: skip
        kinds = Closure.objects.filter(initiative__in=set(ever) - went_on, reopened_at=None)
        assert (gate.entered, gate.went_on) == (len(ever), len(went_on))
        assert gate.stopped == kinds.filter(kind="stopped_by_decision").count()
        assert gate.drifted == kinds.filter(kind="drifted").count()
        assert gate.abandoned_unknown == kinds.filter(kind="abandoned_unknown").count()
        ends = gate.stopped + gate.drifted + gate.abandoned_unknown + gate.closed_otherwise
        assert gate.went_on + ends + gate.here + gate.stage_unknown == gate.entered


@pytest.mark.django_db
def test_everybody_has_an_age_or_a_reason_why_not_and_every_abandonment_a_place(demo: Careers) -> None:
    found = figures()
    assert found.aged + sum(found.left_out.values()) == found.initiatives == 120
    kinds = ["stopped_by_decision", "drifted", "abandoned_unknown"]
    assert found.abandoned == Closure.objects.filter(initiative__demo=True, kind__in=kinds).count()
    assert found.reasons[-1].reason == "unknown"


def test_a_side_of_nine_is_too_few_and_one_that_was_not_followed_to_the_horizon_says_nothing() -> None:
    def times(n: int, months: float) -> Times:
        return Times(np.zeros(n), np.full(n, months), np.tile([Cause.STOPPED, Cause.OPEN, Cause.DRIFTED], n)[:n])

    nine, ten, young = side("yes", 9, times(9, 30)), side("yes", 10, times(10, 30)), side("yes", 40, times(40, 20))
    assert (nine.too_few, nine.value) == (True, None)
    assert (ten.too_few, ten.value is not None) == (False, True)
    assert (young.too_few, young.too_short, young.longest) == (False, True, 20)
    assert side("yes", 10, Times(np.zeros(10), np.full(10, 5.0), np.full(10, Cause.DRIFTED))).value == 1  # all ended: complete


def test_one_initiative_makes_no_curve() -> None:
    assert competing(Times(np.zeros(1), np.ones(1), np.array([Cause.STOPPED]))) is None
    assert competing(Times(np.zeros(0), np.zeros(0), np.zeros(0, dtype=np.int64))) is None


def test_a_curve_whose_watched_all_ended_before_others_came_says_so() -> None:
    times = Times(np.array([0, 0, 9.0]), np.array([2, 4, 12.0]), np.array([Cause.STOPPED, Cause.WENT_ON, Cause.DRIFTED]))
    found = competing(times)
    assert found is not None and found.emptied == 4


def test_the_median_of_the_arrived_has_the_interval_of_their_order() -> None:
    arrived = np.arange(1.0, 21)
    times = Times(np.zeros(25), np.append(arrived, np.full(5, 30.0)), np.array([Cause.WENT_ON] * 20 + [Cause.OPEN] * 5))
    found = lead(times)
    # Conover's table of the binomial: 6th and 15th of 20
    assert (found.arrived, found.in_flight, found.median, found.low, found.high) == (20, 5, 10.5, 6.0, 15.0)
    few = lead(times.take(times.leaving <= 5))
    assert (few.median, few.low) == (3.0, None)


def test_the_grid_of_a_long_curve_is_short_and_has_the_horizon() -> None:
    assert grid(3.9) == [0, 1, 2, 3]
    assert len(grid(500)) < 60 and 24 in grid(500)


def test_kinds_of_closure_are_causes_only_where_they_ended_the_watching() -> None:
    ending = np.array([Ending.PRODUCED, Ending.ABANDONED, Ending.ABANDONED, Ending.IN_FLIGHT])
    closure = np.array(["drifted", "drifted", "stopped_by_decision", "merged"])
    assert list(causes(ending, closure)) == [Cause.WENT_ON, Cause.DRIFTED, Cause.STOPPED, Cause.OPEN]
