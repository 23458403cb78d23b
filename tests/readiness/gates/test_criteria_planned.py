"""Criteria on what is planned, organised and paid: sizing, capacity, venues, sequence, team, judgement, money."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from portfolio.initiatives.choices import Answer, DateKind, TeamFunction
from readiness.core.sizing.inputs import Grade
from readiness.evidence.choices import Verdict
from readiness.gates.choices import BudgetBasis, FindingCount, GateFunction, PurchaseBasis
from readiness.gates.rules.criteria.facts import (
    BudgetFact,
    Facts,
    JudgementFact,
    PersonFact,
    PlatformFact,
    PurchasesFact,
    SiloFact,
    SilosFact,
    SizingFact,
)
from readiness.gates.rules.criteria.reasons import Needed, Reason
from readiness.gates.rules.templates.bands import AtMost
from readiness.gates.rules.templates.kinds import (
    BudgetShareRule,
    CapacityRule,
    ContainersRule,
    FindingsRule,
    JudgementRule,
    PurchasesRule,
    SequenceRule,
    SizingRule,
    TeamRule,
    VenuesRule,
)
from readiness.gates.rules.templates.template import EvidenceRule
from readiness.silos.choices import FindingKind, FindingState
from readiness.workloads.choices import Function, PoolKind
from readiness.workloads.rules import sequence, venues
from readiness.workloads.rules.sequence import Rule as Order
from tests.readiness.gates.facts_world import GOOD, NOW, days, find, told

MET, WARNING, NOT_MET, UNKNOWN, STALE, NA = (
    Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE, Verdict.NOT_APPLICABLE,
)  # fmt: skip

# sizing, capacity, venues, sequence


@pytest.mark.parametrize(
    ("grade", "wanted"), [(Grade.SWEEP, MET), (Grade.TWO_POINTS, MET), (Grade.SATURATION, WARNING), (None, UNKNOWN)]
)
def test_sizing_needs_every_workload_on_a_speed_that_is_known(grade: Grade | None, wanted: Verdict) -> None:
    rows = (SizingFact("Chat", Grade.SWEEP, NOW), SizingFact("Search", grade, NOW))
    found = find(SizingRule(grade=Grade.TWO_POINTS), replace(GOOD, sizing=rows))
    assert (found.verdict, found.figures["workloads"]) == (wanted, 2)
    assert found.figures["sized"] == (1 if grade is None else 2)
    assert find(SizingRule(), replace(GOOD, sizing=())).verdict is UNKNOWN


def capacity(**changes: Any) -> Facts:
    assert GOOD.capacity is not None
    return replace(GOOD, capacity=(replace(GOOD.capacity[0], **changes),))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({"granted": 8}, (MET, Reason.ALL_THERE)),
        ({"granted": 7}, (WARNING, Reason.LOW_END_ONLY)),
        ({"granted": 5}, (NOT_MET, Reason.SHORT)),
        ({"granted": 5, "requested": 99}, (NOT_MET, Reason.SHORT)),
        ({"granted": 0}, (NOT_MET, Reason.SHORT)),
        ({"granted": None}, (UNKNOWN, Reason.NOT_SAID)),
        ({"need_high": None}, (UNKNOWN, Reason.NOT_SIZED)),
        ({"usable_from": date(2027, 1, 1)}, (MET, Reason.ALL_THERE)),
        ({"usable_from": date(2026, 11, 29), "wanted_from": None}, (MET, Reason.ALL_THERE)),
        ({"usable_from": date(2027, 1, 2), "granted": 5}, (NOT_MET, Reason.SHORT)),
        ({"usable_from": date(2027, 1, 2), "granted": 7}, (NOT_MET, Reason.TOO_LATE)),
        ({"usable_from": date(2027, 1, 2)}, (NOT_MET, Reason.TOO_LATE)),
        ({"usable_from": None}, (UNKNOWN, Reason.DATE_UNKNOWN)),
        ({"usable_from": date(2027, 1, 1), "wanted_from": None}, (UNKNOWN, Reason.DATE_UNKNOWN)),
    ],
)
def test_capacity_is_what_is_granted_against_both_ends_of_the_need(changes: dict[str, Any], wanted: Any) -> None:
    assert told(CapacityRule(), capacity(**changes)) == wanted


def test_capacity_that_is_only_asked_for_counts_where_the_template_says_so() -> None:
    assert find(CapacityRule(granted=False), capacity(granted=5, requested=3)).verdict is MET
    assert find(CapacityRule(in_time=False), capacity(usable_from=None)).verdict is MET


def test_a_workload_that_needs_no_such_pool_is_not_asked_for_one() -> None:
    assert find(CapacityRule(pools=(PoolKind.STORAGE,)), GOOD).verdict is NA
    assert find(CapacityRule(), replace(GOOD, capacity=())).verdict is UNKNOWN
    assert find(CapacityRule(), replace(GOOD, capacity=None)).verdict is UNKNOWN


def compared(verdict: venues.Verdict, finding: venues.Finding, *, chosen: bool = True) -> Facts:
    return replace(GOOD, venues={Function.INFERENCE: venues.Compared(verdict, finding, 2, chosen)})


def test_venues_are_judged_as_workloads_judge_them() -> None:
    met, reasoned = venues.Finding.COMPARED, venues.Finding.REASONED
    rule = VenuesRule()
    assert told(rule, compared(venues.Verdict.MET, met)) == (MET, Reason.COMPARED)
    assert told(rule, compared(venues.Verdict.MET, reasoned)) == (MET, Reason.REASONED)
    assert told(rule, compared(venues.Verdict.NOT_MET, venues.Finding.ONE)) == (NOT_MET, Reason.NOT_COMPARED)
    assert told(rule, compared(venues.Verdict.UNKNOWN, venues.Finding.NOTHING))[0] is UNKNOWN
    assert told(rule, compared(venues.Verdict.NOT_APPLICABLE, venues.Finding.NOT_NEEDED))[0] is NA
    assert told(replace(rule, chosen=True), compared(venues.Verdict.MET, met, chosen=False)) == (NOT_MET, Reason.NOT_CHOSEN)
    assert told(VenuesRule(functions=(Function.STORAGE,)), compared(venues.Verdict.MET, met))[0] is UNKNOWN
    assert told(rule, replace(GOOD, venues=None)) == (UNKNOWN, Reason.NO_FACTS)


def test_the_sequence_is_judged_as_workloads_judge_it_and_missing_dates_are_named() -> None:
    rule, order = SequenceRule(order=Order.COMPUTE_BEFORE_MODEL), Order.COMPUTE_BEFORE_MODEL
    inverted = replace(GOOD, sequences={order: sequence.Sequence(order, sequence.Verdict.NOT_MET, 12)})
    assert find(rule, inverted).figures["days"] == -12 and told(rule, inverted) == (NOT_MET, Reason.INVERTED)
    lacking = sequence.Sequence(order, sequence.Verdict.UNKNOWN, missing=(DateKind.MODEL_SELECTED,))
    found = find(rule, replace(GOOD, sequences={order: lacking}))
    assert (found.verdict, found.needs[0].facts["dates"]) == (UNKNOWN, ["model_selected"])
    assert told(rule, replace(GOOD, sequences=None)) == (UNKNOWN, Reason.NO_FACTS)


# team, containers, judgement


def test_a_function_that_nobody_stands_for_is_not_met_and_a_bare_name_a_warning_where_asked() -> None:
    named = {one: PersonFact("Ann") for one in TeamFunction}
    facts = replace(GOOD, team={**named})
    assert told(TeamRule(), facts) == (MET, Reason.ALL_THERE)
    assert told(TeamRule(account=True), facts) == (WARNING, Reason.WITHOUT_ACCOUNT)
    del named[TeamFunction.BUSINESS]
    found = find(TeamRule(), replace(GOOD, team=named))
    assert (found.verdict, found.needs[0].facts["functions"]) == (NOT_MET, ["business"])
    assert find(TeamRule(), replace(GOOD, team=None)).verdict is UNKNOWN


YES, NO, NOBODY = Answer.YES, Answer.NO, Answer.UNKNOWN


@pytest.mark.parametrize(
    ("declared", "seen", "orchestrator", "wanted"),
    [
        (YES, NOBODY, "Nomad", (MET, Reason.SAID)),
        (YES, YES, "Nomad", (MET, Reason.SAID)),
        (NOBODY, YES, "Nomad", (MET, Reason.DERIVED)),
        (YES, NO, "Nomad", (WARNING, Reason.CONTRADICTED)),
        (NO, YES, "Nomad", (WARNING, Reason.CONTRADICTED)),
        (NO, NOBODY, "Nomad", (NOT_MET, Reason.MISSING)),
        (NOBODY, NO, "", (NOT_MET, Reason.MISSING)),
        (NOBODY, NOBODY, "Nomad", (UNKNOWN, Reason.NOT_SAID)),
        (YES, YES, "", (UNKNOWN, Reason.NOT_SAID)),
    ],
)
def test_declared_stands_beside_seen(declared: Answer, seen: Answer, orchestrator: str, wanted: Any) -> None:
    facts = replace(GOOD, platform=PlatformFact(declared, orchestrator, seen, "", NOW - days(1)))
    assert told(ContainersRule(), facts) == wanted


def test_without_the_orchestrator_asked_containers_are_enough_and_what_was_seen_ages() -> None:
    facts = replace(GOOD, platform=PlatformFact(NOBODY, "", YES, "", NOW - days(50)))
    assert find(ContainersRule(orchestrator=False), facts).verdict is MET
    assert find(ContainersRule(orchestrator=False), facts, EvidenceRule(max_age_days=30)).verdict is STALE


def test_an_orchestrator_that_was_seen_is_enough() -> None:
    facts = replace(GOOD, platform=PlatformFact(YES, "", YES, "Kubernetes", NOW - days(2)))
    found = find(ContainersRule(), facts)
    assert (found.verdict, found.observed_at) == (MET, NOW - days(2))
    assert find(ContainersRule(), GOOD).verdict is MET


def judgement(verdict: Verdict = MET, **changes: Any) -> Facts:
    fact = JudgementFact(9, verdict, 5, NOW - days(3), frozenset({GateFunction.SECURITY}), **changes)
    return replace(GOOD, judgements={"it": fact})


def test_a_judgement_is_what_a_person_who_may_says() -> None:
    for verdict in (MET, WARNING, NOT_MET, NA):
        assert find(JudgementRule(), judgement(verdict)).verdict is verdict
    assert told(JudgementRule(), GOOD) == (UNKNOWN, Reason.NOT_SAID)
    assert told(JudgementRule(functions=(GateFunction.FINANCE,)), judgement()) == (UNKNOWN, Reason.WRONG_PERSON)
    assert told(JudgementRule(independent=True), judgement(is_own=True)) == (UNKNOWN, Reason.WRONG_PERSON)
    assert find(JudgementRule(functions=(GateFunction.SECURITY,), independent=True), judgement()).verdict is MET
    assert find(JudgementRule(), judgement(), EvidenceRule(max_age_days=2)).verdict is STALE


@pytest.mark.parametrize("verdict", [Verdict.WAIVED, STALE, UNKNOWN])
def test_nobody_can_say_waived_or_stale(verdict: Verdict) -> None:
    assert told(JudgementRule(), judgement(verdict)) == (UNKNOWN, Reason.NOT_SAID)


# money


def test_budgets_and_purchases_are_unknown_until_they_are_kept() -> None:
    assert told(BudgetShareRule(), GOOD) == (UNKNOWN, Reason.NO_FACTS)
    assert told(PurchasesRule(), GOOD) == (UNKNOWN, Reason.NO_FACTS)


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [
        (0.4, 0.5, MET), (0.39, 0.45, WARNING), (0.2, 0.6, WARNING), (0.6, 0.6, WARNING), (0.1, 0.19, NOT_MET),
        (0.61, 0.9, NOT_MET), (0.1, 0.3, UNKNOWN), (0.1, 0.9, UNKNOWN),
    ],
)  # fmt: skip
def test_the_infrastructure_share_lies_in_its_band_or_not(low: float, high: float, wanted: Verdict) -> None:
    facts = replace(GOOD, budget={BudgetBasis.PLANNED: BudgetFact(low, high, NOW)})
    assert find(BudgetShareRule(), facts).verdict is wanted


@pytest.mark.parametrize(
    ("inside", "outside", "unknown", "wanted"),
    [(5, 0, 0, MET), (4, 1, 0, WARNING), (4, 0, 1, WARNING), (3, 2, 0, NOT_MET), (3, 0, 2, UNKNOWN), (0, 0, 3, UNKNOWN)],
)
def test_purchases_are_in_the_plan_outside_or_nobody_knows(inside: int, outside: int, unknown: int, wanted: Verdict) -> None:
    facts = replace(GOOD, purchases={PurchaseBasis.COUNT: PurchasesFact(inside, outside, unknown, NOW)})
    assert find(PurchasesRule(), facts).verdict is wanted


def test_nothing_bought_does_not_apply_and_amounts_stand_in_no_figure() -> None:
    nothing = replace(GOOD, purchases={PurchaseBasis.COUNT: PurchasesFact(0, 0, 0, NOW)})
    assert told(PurchasesRule(), nothing) == (NA, Reason.NOTHING_BOUGHT)
    amounts = replace(GOOD, purchases={PurchaseBasis.AMOUNT: PurchasesFact(123_456.0, 654_321.0, 0, NOW)})
    found = find(PurchasesRule(basis=PurchaseBasis.AMOUNT), amounts)
    assert set(found.figures) == {"low", "high"} and all(0 <= float(str(one)) <= 1 for one in found.figures.values())


def test_silo_findings_are_counted_by_kind_and_state_and_nothing_looked_at_is_unknown() -> None:
    tier, tiers = FindingKind.PRICE_TIER, (FindingKind.PRICE_TIER,)
    some = (
        SiloFact(1, tier, FindingState.OPEN), SiloFact(2, FindingKind.OUTSIDE_PLAN, FindingState.OPEN),
        SiloFact(3, tier, FindingState.ACCEPTED), SiloFact(4, tier, FindingState.DISMISSED), SiloFact(5, tier, FindingState.DONE),
    )  # fmt: skip
    looked = replace(GOOD, silos=SilosFact(some, 4, NOW))
    assert told(FindingsRule(), GOOD) == (UNKNOWN, Reason.NO_FACTS)
    assert told(FindingsRule(), replace(GOOD, silos=SilosFact((), 0, NOW))) == (UNKNOWN, Reason.NO_FACTS)
    unseen = find(FindingsRule(), replace(GOOD, silos=SilosFact((), 4, None)))
    assert (unseen.verdict, [one.code for one in unseen.needs]) == (UNKNOWN, [Needed.LOOK_FOR_SILOS])
    assert told(FindingsRule(), replace(GOOD, silos=SilosFact((), 4, NOW))) == (MET, Reason.WITHIN_BAND)
    all_open = find(FindingsRule(), looked)
    assert (all_open.verdict, all_open.figures["findings"], {one.id for one in all_open.cited}) == (NOT_MET, 2, {1, 2})
    assert find(FindingsRule(kinds=tiers), looked).figures["findings"] == 1
    assert find(FindingsRule(kinds=tiers, count=FindingCount.UNSETTLED), looked).figures["findings"] == 2
    assert find(FindingsRule(kinds=(FindingKind.SHADOW_SPEND,)), looked).verdict is MET
    assert find(FindingsRule(band=AtMost(met=0, warning=2)), looked).verdict is WARNING
    old = replace(GOOD, silos=SilosFact((), 4, NOW - timedelta(days=9)))
    assert find(FindingsRule(), old, EvidenceRule(max_age_days=7)).verdict is STALE
