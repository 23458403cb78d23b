"""What changed since a decision, what of it is material, and that time passing alone is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.initiatives.choices import DependencyKind
from readiness.assessments.choices import Reply
from readiness.evidence.choices import Verdict
from readiness.gates.choices import Outcome
from readiness.gates.rules.criteria.facts import Facts
from readiness.gates.rules.criteria.judge import WaiverInForce, judge_gate
from readiness.gates.rules.decisions import Effect
from readiness.gates.rules.drift import Change, Why, drift, is_material
from readiness.gates.rules.recommend import Dependency
from readiness.gates.rules.record.chain import append
from readiness.gates.rules.record.snapshot import snapshot
from tests.readiness.gates.facts_world import NOW, days, requirement
from tests.readiness.gates.record_world import DEPENDENCY, GATE, advice, decided, facts, ground, judged_now


def content(then: Facts | None = None, outcome: Outcome = Outcome.GO, **changes: Any) -> dict[str, Any]:
    """What was decided on `then`, as it is read back years later."""
    judged = judged_now(then or facts())
    stood_on = ground(**{"judged": judged, "recommendation": advice(judged), **changes})
    said: dict[str, Any] = json.loads(append(snapshot(decided(outcome=outcome), stood_on, effect=Effect()), "g", None).content)
    return said


def since(said: dict[str, Any], now: Facts, dependencies: tuple[Dependency, ...] = (DEPENDENCY,)) -> tuple[Change, ...]:
    judged = judged_now(now)
    return drift(said, judged, advice(judged, dependencies), dependencies)


def with_requirement(**changes: Any) -> Facts:
    """The latency of production otherwise."""
    usual = facts()
    rows = [requirement(row.metric, **changes) if row.metric == "ttft" else row for row in usual.requirements or ()]
    return replace(usual, requirements=tuple(rows))


def whys(changes: tuple[Change, ...]) -> list[tuple[str, str, bool]]:
    return [(one.why.value, one.key, one.material) for one in changes]


def test_where_nothing_moved_nothing_is_told() -> None:
    assert since(content(), facts()) == ()


@pytest.mark.parametrize("verdict", [Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.WARNING])
def test_a_verdict_that_got_worse_is_material_and_so_is_the_recommendation_that_follows(verdict: Verdict) -> None:
    found = since(content(), with_requirement(verdict=verdict, headroom=-0.2))
    assert ("worse", "requirements-shown", True) in whys(found)
    assert found[-1].why is Why.RECOMMENDATION and found[-1].material and is_material(found)


def test_the_same_evidence_grown_old_is_told_and_not_material() -> None:
    later = NOW + days(86)  # the evidence is 91 days old then
    judged = judge_gate(GATE, facts(), [], later)
    found = drift(content(), judged, advice(judged), [DEPENDENCY])
    assert {one.why for one in found} >= {Why.AGED, Why.RECOMMENDATION}
    assert not is_material(found)


def test_what_got_better_matters_where_the_decision_left_it_before_the_gate() -> None:
    poor = with_requirement(verdict=Verdict.NOT_MET, headroom=-0.2)
    for outcome, material in ((Outcome.GO, False), (Outcome.HOLD, True), (Outcome.RECYCLE, True), (Outcome.KILL, False)):
        found = since(content(poor, outcome), facts())
        assert whys(found)[0] == ("better", "requirements-shown", material)
        assert is_material(found) is material


@pytest.mark.parametrize(("headroom", "material"), [(0.45, False), (0.40, False), (0.39, True)])
def test_a_figure_moves_when_it_moves_by_more_than_a_tenth(headroom: float, material: bool) -> None:
    """It was 0.5 then. Less is the noise of measuring again."""
    found = since(content(), with_requirement(headroom=headroom, headroom_low=headroom))
    wanted = [("figure_fell", "requirements-shown", True)] if material else []
    assert whys(found) == wanted


def test_a_figure_that_rose_matters_where_the_initiative_was_left_before_the_gate() -> None:
    low = with_requirement(headroom=0.1, headroom_low=0.1)
    for outcome, material in ((Outcome.GO, False), (Outcome.HOLD, True)):
        assert whys(since(content(low, outcome), facts())) == [("figure_rose", "requirements-shown", material)]


def test_an_answer_that_turned_no_lowers_the_score_of_its_dimension() -> None:
    usual = facts()
    assert usual.assessment is not None
    replies = {**usual.assessment.replies, "data-lineage": Reply.NO, "data-checked-on-arrival": Reply.PARTLY}
    found = since(content(), replace(usual, assessment=replace(usual.assessment, replies=replies)))
    assert [(one.why, one.key, one.figure) for one in found if one.material] == [(Why.FIGURE_FELL, "data-ready", "low")]


def test_what_does_not_apply_any_more_is_neither_better_nor_worse() -> None:
    found = since(content(), with_requirement(verdict=Verdict.MET), ())
    assert found == ()
    usual = facts()
    gone = replace(usual, purchases={basis: replace(one, inside=0) for basis, one in usual.purchases.items()})
    assert whys(since(content(), gone)) == [("otherwise", "bought-in-plan", False)]


def test_a_waiver_that_ended_is_material() -> None:
    poor = with_requirement(verdict=Verdict.NOT_MET, headroom=-0.2)
    waiver = WaiverInForce(5, "requirements-shown", NOW + days(30))
    judged = judge_gate(GATE, poor, [waiver], NOW)
    said = content(judged=judged, recommendation=advice(judged), outcome=Outcome.CONDITIONAL_GO)
    assert drift(said, judged, advice(judged), [DEPENDENCY]) == ()
    found = since(said, poor)
    assert ("waiver_ended", "requirements-shown", True) in whys(found)


@pytest.mark.parametrize(
    ("now", "material"),
    [
        (replace(DEPENDENCY, ready=False), True),
        (replace(DEPENDENCY, ready=None), True),
        (replace(DEPENDENCY, id=12, ready=False), True),  # declared since
        (replace(DEPENDENCY, id=12, kind=DependencyKind.FEEDS, ready=False), False),
        (DEPENDENCY, False),
    ],
)
def test_a_dependency_that_was_lost_is_material(now: Dependency, material: bool) -> None:
    found = since(content(), facts(), (now,))
    assert any(one.why is Why.DEPENDENCY_LOST for one in found) is material is is_material(found)


def test_a_dependency_that_was_not_ready_then_is_no_news() -> None:
    waiting = replace(DEPENDENCY, ready=False)
    judged = judged_now(facts())
    said = content(dependencies=(waiting,), recommendation=advice(judged, (waiting,)), outcome=Outcome.HOLD)
    assert since(said, facts(), (waiting,)) == ()


def test_a_workload_that_came_since_is_material() -> None:
    usual = facts()
    rows = (*(usual.workloads or ()), replace((usual.workloads or ())[0], id=2, name="Search"))
    found = since(content(), replace(usual, workloads=rows))
    assert [(one.why, one.key) for one in found] == [(Why.SCOPE_CHANGED, "load-known")] and is_material(found)


def test_what_the_template_of_now_does_not_ask_is_told() -> None:
    judged = judged_now(facts())
    found = drift(content(), judged[1:], advice(judged[1:]), [DEPENDENCY])
    assert whys(found) == [("not_asked", judged[0].criterion.key, False)]


@given(st.floats(0, 4_000))
def test_time_alone_is_never_material(later: float) -> None:
    judged = judge_gate(GATE, facts(), [], NOW + days(later))
    assert not is_material(drift(content(), judged, advice(judged), [DEPENDENCY]))
