"""Decisions and conditions: what is offered, what each outcome needs, what it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from itertools import product
from typing import Any

import pytest

from portfolio.initiatives.choices import ClosureKind, ReasonCode
from readiness.evidence.choices import Verdict
from readiness.gates.choices import ADVANCING, Ballot, ConditionState, GateFunction, Outcome, ProofKind, ReviewState
from readiness.gates.rules import conditions
from readiness.gates.rules.conditions import Condition, Proof, Shown
from readiness.gates.rules.decisions import Barrier, Effect, Situation, Wanted, effect, faults, offered
from readiness.gates.rules.recommend import recommend
from readiness.gates.rules.templates.reading import read_template
from readiness.gates.rules.templates.template import Thresholds
from tests.readiness.gates.facts_world import NOW, days
from tests.readiness.gates.templates_world import SMALL
from tests.readiness.gates.voting_world import BEA, DAN, EVERYBODY, IDA, OWNER, SAM, STRANGER, count, voting

GATE = read_template(SMALL).gates[0]
TODAY = NOW.date()
BALLOT = {
    Outcome.GO: Ballot.GO, Outcome.CONDITIONAL_GO: Ballot.CONDITIONAL, Outcome.HOLD: Ballot.HOLD,
    Outcome.RECYCLE: Ballot.RECYCLE, Outcome.KILL: Ballot.KILL,
}  # fmt: skip
CONDITION = conditions.Wanted("Show p99 below 2 s.", IDA, date(2027, 1, 31), Proof(ProofKind.CRITERION, "fast"))


def situation(voted: Outcome = Outcome.GO, **changes: Any) -> Situation:
    """Everybody voted `voted`, and Go is recommended."""
    usual = Situation(
        state=ReviewState.PROPOSED,
        tally=count(voting(), dict.fromkeys(EVERYBODY, BALLOT[voted])),
        recommendation=recommend([], Thresholds(passing=0.8, warning=0.6)),
        last_gate=False,
        open_conditions=0,
        recused=frozenset({OWNER}),
        fillers=frozenset(EVERYBODY),
        current="abc",
    )
    return replace(usual, **changes)


def wanted(outcome: Outcome = Outcome.GO, **changes: Any) -> Wanted:
    """All that the outcome needs."""
    more: dict[str, Any] = {"reason": "We know better."} if outcome is not Outcome.GO else {}
    if outcome is Outcome.CONDITIONAL_GO:
        more["conditions"] = (CONDITION,)
    if outcome is Outcome.KILL:
        more |= {"reason_code": ReasonCode.INFRASTRUCTURE_MISMATCH, "lesson": "Ask for power first."}
    return replace(Wanted(outcome, IDA, "abc", **more), **changes)


def codes(one: Wanted, here: Situation) -> list[str]:
    return [str(fault.code) for fault in faults(one, here, TODAY)]


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_can_be_decided_with_what_it_needs(outcome: Outcome) -> None:
    assert codes(wanted(outcome), situation()) == []


@pytest.mark.parametrize(
    ("changes", "here", "code"),
    [
        ({}, {"state": ReviewState.IN_REVIEW}, "not_proposed"),
        ({}, {"state": ReviewState.WITHDRAWN}, "not_proposed"),
        ({}, {"tally": count(voting(), {IDA: Ballot.GO}, present=[IDA])}, "no_quorum"),
        ({"by": OWNER}, {}, "recused"),
        ({"by": STRANGER}, {}, "not_eligible"),
        ({"seen": "older"}, {}, "stale_view"),
        ({"conditions": (CONDITION,)}, {}, "conditions_too_many"),
        ({"lesson": "x"}, {}, "closure_without_kill"),
        ({"reason_code": ReasonCode.COST}, {}, "closure_without_kill"),
    ],
)
def test_what_keeps_anything_from_being_decided(changes: dict[str, Any], here: dict[str, Any], code: str) -> None:
    assert code in codes(wanted(**changes), situation(**here))


def test_another_outcome_than_recommended_or_voted_needs_a_reason() -> None:
    assert codes(wanted(Outcome.HOLD, reason=" "), situation()) == ["reason_missing"]
    assert codes(wanted(Outcome.GO), situation(voted=Outcome.HOLD)) == ["reason_missing"]
    assert codes(wanted(Outcome.GO, reason="The vote was early."), situation(voted=Outcome.HOLD)) == []
    assert codes(wanted(Outcome.GO), situation()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"conditions": ()}, "conditions_missing"),
        ({"conditions": (replace(CONDITION, text=""),)}, "conditions_wrong"),
        ({"conditions": (replace(CONDITION, owner=None),)}, "conditions_wrong"),
        ({"conditions": (replace(CONDITION, due=None),)}, "conditions_wrong"),
        ({"conditions": (replace(CONDITION, due=date(2026, 11, 28)),)}, "conditions_wrong"),
        ({"conditions": (CONDITION, replace(CONDITION, proof=Proof(ProofKind.REQUIREMENT)))}, "conditions_wrong"),
    ],
)
def test_a_conditional_go_has_a_condition_with_text_owner_day_and_proof(changes: dict[str, Any], code: str) -> None:
    assert codes(wanted(Outcome.CONDITIONAL_GO, **changes), situation()) == [code]


def test_a_condition_may_be_due_on_the_day_that_it_is_set() -> None:
    assert codes(wanted(Outcome.CONDITIONAL_GO, conditions=(replace(CONDITION, due=TODAY),)), situation()) == []


def test_what_is_wrong_with_which_condition_is_told() -> None:
    rows = (CONDITION, replace(CONDITION, text="", owner=None))
    found = faults(wanted(Outcome.CONDITIONAL_GO, conditions=rows), situation(), TODAY)
    assert [one.values for one in found] == [{"number": 2, "faults": ["text_missing", "owner_missing"]}]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"reason_code": None}, "reason_code_missing"),
        ({"reason_code": ReasonCode.UNKNOWN}, "reason_code_missing"),
        ({"lesson": "  "}, "lesson_missing"),
    ],
)
def test_a_kill_has_a_reason_code_and_a_lesson(changes: dict[str, Any], code: str) -> None:
    assert codes(wanted(Outcome.KILL, **changes), situation()) == [code]


@pytest.mark.parametrize(("last", "open_", "veto", "outcome"), list(product((False, True), (0, 2), (False, True), Outcome)))
def test_what_is_offered_at_which_gate(last: bool, open_: int, veto: bool, outcome: Outcome) -> None:
    rule = voting(veto=(GateFunction.SECURITY,))
    votes = dict.fromkeys(EVERYBODY, Ballot.GO) | ({SAM: Ballot.KILL} if veto else {})
    here = situation(last_gate=last, open_conditions=open_, tally=count(rule, votes))
    bars = set()
    if outcome in ADVANCING:
        bars |= {Barrier.OPEN_CONDITIONS} if open_ else set()
        bars |= {Barrier.VETO} if veto else set()
    if outcome is Outcome.CONDITIONAL_GO and last:
        bars.add(Barrier.LAST_GATE)
    assert set(offered(here)[outcome]) == bars
    assert ("not_offered" in codes(wanted(outcome, reason="yes"), here)) is bool(bars)


def test_what_each_outcome_does() -> None:
    nothing = Effect()
    assert effect(Outcome.GO, GATE) == effect(Outcome.CONDITIONAL_GO, GATE) == Effect(move_to="pilot")
    assert effect(Outcome.HOLD, GATE) == effect(Outcome.RECYCLE, GATE) == nothing
    assert effect(Outcome.KILL, GATE) == Effect(close=ClosureKind.STOPPED)


@pytest.mark.parametrize(("before", "after"), list(product(Outcome, Outcome)))
def test_a_correction_ends_where_the_new_outcome_alone_would_have(before: Outcome, after: Outcome) -> None:
    """(stage, closed) walked through both, against the new one taken at once."""

    def walk(*effects: Effect) -> tuple[str, bool]:
        stage, closed = "poc", False
        for one in effects:
            closed = False if one.reopen else closed
            stage = one.move_to or stage
            closed = closed or one.close is not None
        return stage, closed

    corrected = walk(effect(before, GATE), effect(after, GATE, correcting=before))
    assert corrected == walk(effect(after, GATE))
    assert effect(after, GATE, correcting=before).lapse is (before is Outcome.CONDITIONAL_GO)


# conditions


SET = Condition(1, "Show p99 below 2 s.", IDA, date(2026, 12, 10), Proof(ProofKind.CRITERION, "fast"), NOW)


@pytest.mark.parametrize(
    ("changes", "today", "wanted_state"),
    [
        ({}, date(2026, 12, 10), ConditionState.OPEN),
        ({}, date(2026, 12, 11), ConditionState.OVERDUE),
        ({"proven_at": NOW}, date(2027, 12, 11), ConditionState.PROVEN),
        ({"lapsed": True}, date(2027, 12, 11), ConditionState.LAPSED),
        ({"lapsed": True, "proven_at": NOW}, date(2026, 12, 1), ConditionState.LAPSED),
    ],
)
def test_a_condition_is_open_overdue_proven_or_lapsed(changes: Any, today: date, wanted_state: ConditionState) -> None:
    one = replace(SET, **changes)
    assert one.state(today) is wanted_state
    barred = wanted_state in (ConditionState.OPEN, ConditionState.OVERDUE)
    assert conditions.barring([one], today) == ((one,) if barred else ())


@pytest.mark.parametrize(
    ("verdict", "since", "proven"),
    [
        (Verdict.MET, 1, True),
        (Verdict.MET, 0, False),  # it was so when they decided
        (Verdict.MET, -1, False),
        (Verdict.WARNING, 1, False),
        (Verdict.UNKNOWN, 1, False),
        (Verdict.STALE, 1, False),
        (Verdict.WAIVED, 1, False),
        (Verdict.NOT_APPLICABLE, 1, False),
    ],
)
def test_evidence_proves_a_condition_only_with_something_new(verdict: Verdict, since: int, proven: bool) -> None:
    shown = {SET.proof: Shown(verdict, NOW + days(since))}
    assert conditions.proven_by_evidence(SET, shown, TODAY) is proven
    assert not conditions.proven_by_evidence(replace(SET, proven_at=NOW), shown, TODAY)
    assert not conditions.proven_by_evidence(replace(SET, proof=Proof(ProofKind.PERSON)), shown, TODAY)


def test_a_person_proves_what_only_a_person_can_with_a_note() -> None:
    by_hand = replace(SET, proof=Proof(ProofKind.PERSON))

    def refused(one: Condition, **changes: Any) -> list[str]:
        given = {"by": DAN, "note": "See the contract.", "today": TODAY, "alone": [BEA], **changes}
        return [str(fault.code) for fault in conditions.proving_faults(one, **given)]

    assert refused(by_hand) == []
    assert refused(by_hand, note=" ") == ["note_missing"]
    assert refused(by_hand, by=BEA) == ["own_word"]
    assert refused(SET) == ["not_proven"]
    assert refused(replace(by_hand, proven_at=NOW)) == ["not_open"]
