"""Criteria on what was measured: requirements with their evidence rule, and representativeness."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from readiness.evidence.choices import EvidenceKind, Verdict
from readiness.evidence.rules.declared import Stage
from readiness.evidence.rules.verdicts.fit import Fact, Gap
from readiness.gates.rules.criteria.facts import (
    Facts,
)
from readiness.gates.rules.criteria.reasons import Needed, Reason
from readiness.gates.rules.templates.bands import AtLeast
from readiness.gates.rules.templates.kinds import (
    RepresentativenessRule,
    RequirementRule,
)
from readiness.gates.rules.templates.template import EvidenceRule, Match
from readiness.workloads.choices import Metric
from tests.readiness.gates.facts_world import GOOD, NOW, codes, days, evidence, find, requirement, told

MET, WARNING, NOT_MET, UNKNOWN, STALE, NA = (
    Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE, Verdict.NOT_APPLICABLE,
)  # fmt: skip


def requirements(*rows: Any) -> Facts:
    return replace(GOOD, requirements=rows)


# requirement


@pytest.mark.parametrize("verdict", [MET, WARNING, NOT_MET, UNKNOWN, STALE, Verdict.WAIVED])
def test_a_requirement_is_judged_as_evidence_judges_it(verdict: Verdict) -> None:
    facts = requirements(requirement(), requirement(Metric.TPOT, verdict=verdict))
    assert find(RequirementRule(), facts).verdict is verdict


def test_the_worst_requirement_decides_and_a_failing_one_before_an_unknown_one() -> None:
    rows = [requirement(Metric.TTFT, verdict=UNKNOWN), requirement(Metric.TPOT, verdict=NOT_MET, headroom=-0.3)]
    found = find(RequirementRule(), requirements(*rows))
    assert found.verdict is NOT_MET
    assert (found.figures["metric"], found.figures["headroom"], found.figures["requirements"]) == ("tpot", -0.3, 2)


def test_only_the_named_metrics_count() -> None:
    facts = requirements(requirement(Metric.TTFT), requirement(Metric.TPOT, verdict=NOT_MET))
    assert told(RequirementRule(metrics=(Metric.TTFT,)), facts) == (MET, Reason.SHOWN)


def test_no_such_requirement_does_not_apply_unless_it_is_needed() -> None:
    facts = requirements(requirement(Metric.TTFT))
    assert told(RequirementRule(metrics=(Metric.AVAILABILITY,)), facts) == (NA, Reason.NO_SUCH_REQUIREMENT)
    assert told(RequirementRule(metrics=(Metric.AVAILABILITY,), needed=True), facts) == (UNKNOWN, Reason.NO_SUCH_REQUIREMENT)


def test_no_requirement_at_all_is_unknown_and_never_not_applicable() -> None:
    assert told(RequirementRule(), requirements()) == (UNKNOWN, Reason.NOTHING_STATED)
    assert told(RequirementRule(), replace(GOOD, requirements=None)) == (UNKNOWN, Reason.NO_FACTS)


@pytest.mark.parametrize(
    ("headroom", "low", "wanted"),
    [(0.5, 0.2, MET), (0.5, 0.19, WARNING), (0.5, -0.01, NOT_MET), (0.1, None, WARNING), (None, None, WARNING)],
)
def test_headroom_below_the_band_is_worth_less(headroom: float | None, low: float | None, wanted: Verdict) -> None:
    rule = RequirementRule(band=AtLeast(met=0.2, warning=0))
    assert find(rule, requirements(requirement(headroom=headroom, headroom_low=low))).verdict is wanted


@pytest.mark.parametrize("verdict", [WARNING, NOT_MET, UNKNOWN])
def test_much_headroom_repairs_nothing(verdict: Verdict) -> None:
    rule = RequirementRule(band=AtLeast(met=0.2, warning=0))
    assert find(rule, requirements(requirement(verdict=verdict, headroom=9, headroom_low=9))).verdict is verdict


BARRED = [
    (EvidenceRule(types=(EvidenceKind.BENCHMARK,)), evidence(), Reason.EVIDENCE_KIND),
    (EvidenceRule(min_samples=100), evidence(samples=99), Reason.FEW_SAMPLES),
    (EvidenceRule(min_samples=100), evidence(samples=None), Reason.FEW_SAMPLES),
    (EvidenceRule(min_duration_s=300), evidence(duration_s=299), Reason.TOO_SHORT),
    (EvidenceRule(min_duration_s=300), evidence(duration_s=None), Reason.TOO_SHORT),
    (EvidenceRule(min_samples=100), None, Reason.NO_EVIDENCE),
    (EvidenceRule(environment=Match(data_real=True)), evidence(environment={"data_real": False}), Reason.OTHER_ENVIRONMENT),
    (EvidenceRule(environment=Match(users_real=True)), evidence(environment={}), Reason.OTHER_ENVIRONMENT),
    (EvidenceRule(environment=Match(stages=(Stage.PILOT,))), evidence(environment={"stage": "poc"}), Reason.OTHER_ENVIRONMENT),
    (EvidenceRule(environment=Match(chosen_venue=True)), evidence(environment={"venue": "edge"}), Reason.OTHER_ENVIRONMENT),
    (EvidenceRule(environment=Match(chosen_accelerator=True)), evidence(environment={}), Reason.OTHER_ENVIRONMENT),
]


@pytest.mark.parametrize(("asked", "found", "reason"), BARRED)
def test_evidence_that_is_not_what_the_criterion_asks_makes_nothing_met(asked: EvidenceRule, found: Any, reason: Reason) -> None:
    for verdict in (MET, WARNING):
        facts = requirements(requirement(verdict=verdict, evidence=found))
        assert told(RequirementRule(), facts, asked) == (UNKNOWN, reason)
        assert Needed.MEASURE in codes(RequirementRule(), facts, asked)


@pytest.mark.parametrize(("asked", "found", "_reason"), BARRED)
def test_and_does_not_clear_what_fails(asked: EvidenceRule, found: Any, _reason: Reason) -> None:
    assert find(RequirementRule(), requirements(requirement(verdict=NOT_MET, evidence=found)), asked).verdict is NOT_MET


def test_what_matches_in_everything_is_met() -> None:
    match = Match(data_real=True, users_real=True, stages=(Stage.PRODUCTION,), chosen_venue=True, chosen_accelerator=True)
    asked = EvidenceRule(
        types=(EvidenceKind.TELEMETRY,), max_age_days=30, min_samples=50_000, min_duration_s=3_600, environment=match
    )  # fmt: skip
    assert told(RequirementRule(), requirements(requirement()), asked) == (MET, Reason.SHOWN)


def test_a_venue_that_is_not_chosen_matches_nothing() -> None:
    facts = requirements(requirement(chosen_venue="", evidence=evidence(environment={"venue": ""})))
    assert find(RequirementRule(), facts, EvidenceRule(environment=Match(chosen_venue=True))).verdict is UNKNOWN


def test_evidence_goes_stale_after_its_age_and_not_before() -> None:
    facts, asked = requirements(requirement(observed_at=NOW - days(30))), EvidenceRule(max_age_days=30)
    fresh = find(RequirementRule(), facts, asked)
    assert fresh.verdict is MET and fresh.recheck_at is not None
    later = find(RequirementRule(), facts, asked, now=fresh.recheck_at)
    assert (later.verdict, later.reason, later.figures["otherwise"]) == (STALE, Reason.TOO_OLD, "met")
    assert later.needs[0].code == Needed.REFRESH


def test_a_failure_that_is_too_old_is_stale_too_and_without_an_age_unknown() -> None:
    old = requirements(requirement(verdict=NOT_MET, observed_at=NOW - days(31)))
    assert find(RequirementRule(), old, EvidenceRule(max_age_days=30)).verdict is STALE
    ageless = requirements(requirement(observed_at=None))
    assert told(RequirementRule(), ageless, EvidenceRule(max_age_days=30)) == (UNKNOWN, Reason.AGE_UNKNOWN)


def test_what_evidence_says_is_missing_is_passed_on_with_who_could_supply_it() -> None:
    entry = {"code": "run_benchmark", "who": "workload_unit", "concurrency": 32}
    found = find(RequirementRule(), requirements(requirement(verdict=UNKNOWN, missing=(entry,))))
    assert [one.plain() for one in found.needs] == [entry]


# representativeness


@pytest.mark.parametrize(
    ("gaps", "wanted"),
    [
        ([(), ()], MET),
        ([(), (Gap(Fact.DATA, "real", "not real"),)], NOT_MET),
        ([(), (Gap(Fact.DATA, "real", None),)], UNKNOWN),
        ([(), (Gap(Fact.RATE, 10, 2),)], MET),  # not asked
    ],
)
def test_representativeness_is_the_share_of_evidence_from_a_place_like_production(gaps: Any, wanted: Verdict) -> None:
    rows = [requirement(metric, evidence=evidence(gaps=found)) for metric, found in zip(Metric, gaps, strict=False)]
    assert find(RepresentativenessRule(), requirements(*rows)).verdict is wanted


def test_a_requirement_without_evidence_is_neither_alike_nor_different() -> None:
    rows = [requirement(Metric.TTFT), requirement(Metric.TPOT, evidence=None, verdict=UNKNOWN)]
    found = find(RepresentativenessRule(band=AtLeast(met=1, warning=0.5)), requirements(*rows))
    assert (found.verdict, found.figures["share"], found.figures["share_high"]) == (WARNING, 0.5, 1.0)
    assert found.needs[0].facts["metric"] == "tpot"


def test_representativeness_ages_with_its_oldest_evidence() -> None:
    rows = [requirement(Metric.TTFT), requirement(Metric.TPOT, evidence=evidence(observed_at=NOW - days(99)))]
    assert find(RepresentativenessRule(), requirements(*rows), EvidenceRule(max_age_days=90)).verdict is STALE


def test_where_no_requirement_applies_there_is_nothing_to_be_like_production() -> None:
    facts = requirements(requirement(verdict=NA, evidence=None))
    assert told(RepresentativenessRule(), facts) == (NA, Reason.NO_SUCH_REQUIREMENT)
