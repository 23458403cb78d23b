"""Whether an initiative may pass a gate now: each outcome with each state of its conditions and evidence, and nothing decided."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from itertools import product

import pytest

from readiness.evidence.choices import Verdict
from readiness.gates.choices import ADVANCING, Outcome, ProofKind
from readiness.gates.rules.conditions import Condition, Proof
from readiness.gates.rules.drift import Change
from readiness.gates.rules.drift import Why as Drift
from readiness.gates.rules.passing import Case, Passing, Why, changes_until, passing
from readiness.gates.rules.recommend import Because, Cause, Recommendation
from readiness.gates.rules.scores import Score
from tests.readiness.gates.facts_world import NOW, days

TODAY = date(2026, 11, 29)
MATERIAL = Change(Drift.WORSE, "fast", "met", "not_met", material=True)
AGED = Change(Drift.AGED, "fast", "met", "stale", material=False)


def condition(due: int, *, proven: bool = False, lapsed: bool = False) -> Condition:
    proof = Proof(ProofKind.PERSON)
    return Condition(5, "Show it.", 1, TODAY + timedelta(days=due), proof, NOW - days(9), NOW if proven else None, lapsed)


def advice(outcome: Outcome, *keys: str) -> Recommendation:
    score = Score(Fraction(1), Fraction(1))
    return Recommendation(outcome, 2, (Because(Cause.BLOCKING_NOT_MET, keys),), score, outcome)


def said(case: Case) -> tuple[Verdict, list[Why]]:
    found = passing(case, TODAY)
    return found.verdict, [one.why for one in found.because]


def test_a_go_that_nothing_changed_is_met() -> None:
    assert said(Case(decided=Outcome.GO, reviewed=True)) == (Verdict.MET, [Why.GO])


def test_that_time_passed_alone_changes_no_go() -> None:
    assert said(Case(decided=Outcome.GO, changes=[AGED])) == (Verdict.MET, [Why.GO])


def test_a_conditional_go_warns_while_a_condition_is_open_and_its_last_day_counts() -> None:
    case = Case(decided=Outcome.CONDITIONAL_GO, conditions=[condition(0)])
    assert said(case) == (Verdict.WARNING, [Why.CONDITIONAL_GO, Why.CONDITION_OPEN])
    assert passing(case, TODAY).met


def test_what_is_proven_or_lapsed_stands_in_no_ones_way() -> None:
    conditions = [condition(-5, proven=True), condition(-5, lapsed=True)]
    assert said(Case(decided=Outcome.CONDITIONAL_GO, conditions=conditions)) == (Verdict.MET, [Why.CONDITIONAL_GO])


def test_an_overdue_condition_is_not_met_and_weighs_more_than_changed_evidence() -> None:
    case = Case(decided=Outcome.CONDITIONAL_GO, conditions=[condition(-1), condition(3)], changes=[MATERIAL])
    whys = [Why.CONDITION_OVERDUE, Why.CHANGED, Why.CONDITIONAL_GO, Why.CONDITION_OPEN]
    assert said(case) == (Verdict.NOT_MET, whys)


def test_evidence_that_changed_materially_makes_an_advance_stale_and_names_the_criterion() -> None:
    found = passing(Case(decided=Outcome.GO, changes=[AGED, MATERIAL]), TODAY)
    assert (found.verdict, found.met) == (Verdict.STALE, False)
    assert (found.because[0].why, found.because[0].criterion, found.because[0].change) == (Why.CHANGED, "fast", MATERIAL)


@pytest.mark.parametrize("outcome", [one for one in Outcome if one not in ADVANCING])
def test_what_holds_back_is_not_met_whatever_changed_since(outcome: Outcome) -> None:
    assert said(Case(decided=outcome, changes=[MATERIAL])) == (Verdict.NOT_MET, [Why(f"{outcome.value}_in_effect")])


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_nothing_of_a_closed_initiative_is_let_through(outcome: Outcome | None) -> None:
    verdict, whys = said(Case(decided=outcome, reviewed=True, closed=True))
    assert (verdict, whys[0]) == (Verdict.NOT_MET, Why.CLOSED)


def test_without_a_decision_it_is_unknown_whether_or_not_a_review_runs() -> None:
    assert said(Case(decided=None)) == (Verdict.UNKNOWN, [Why.NO_REVIEW])
    assert said(Case(decided=None, reviewed=True)) == (Verdict.UNKNOWN, [Why.NOT_DECIDED])
    for outcome in (Outcome.GO, Outcome.CONDITIONAL_GO, Outcome.HOLD):
        assert said(Case(decided=None, reviewed=True, recommended=advice(outcome))) == (Verdict.UNKNOWN, [Why.NOT_DECIDED])


@pytest.mark.parametrize("outcome", [Outcome.RECYCLE, Outcome.KILL])
def test_a_recommendation_against_it_is_not_met_before_anybody_decided(outcome: Outcome) -> None:
    found = passing(Case(decided=None, reviewed=True, recommended=advice(outcome, "fast", "sized", "fast")), TODAY)
    assert found.verdict is Verdict.NOT_MET
    assert [(one.why, one.criterion) for one in found.because] == [
        (Why.RECOMMENDED_AGAINST, "fast"), (Why.RECOMMENDED_AGAINST, "sized"),
    ]  # fmt: skip
    bare = passing(Case(decided=None, reviewed=True, recommended=advice(outcome)), TODAY)
    assert [one.criterion for one in bare.because] == [""]


def test_nothing_passes_without_a_decision_to_advance_that_stands() -> None:
    """Every combination, against the sentence that says when it is met."""
    late, soon, proven = condition(-1), condition(1), condition(-1, proven=True)
    conditions: tuple[list[Condition], ...] = ([], [soon], [late], [proven], [soon, late])
    tried = 0
    for decided, changes, held, closed, advised, reviewed in product(
        (None, *Outcome), ([], [AGED], [MATERIAL]), conditions, (False, True), (None, *Outcome), (False, True)
    ):
        case = Case(
            decided=decided, changes=changes, conditions=held, closed=closed, reviewed=reviewed,
            recommended=advice(advised) if advised else None,
        )  # fmt: skip
        found: Passing = passing(case, TODAY)
        overdue = any(one.due < TODAY and one.proven_at is None for one in held)
        assert found.met == (decided in ADVANCING and MATERIAL not in changes and not overdue and not closed)
        assert found.because, "every verdict says why"
        tried += 1
    assert tried == 2160


def test_the_next_moment_is_the_first_that_is_not_over() -> None:
    assert changes_until([None, NOW - days(1), NOW + days(3), NOW + days(2)], NOW) == NOW + days(2)
    assert changes_until([None, NOW], NOW) is None
