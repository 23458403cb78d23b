"""A criterion as a whole: waivers over it, declared impossibility, time, and what must hold of every rule there is."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readiness.assessments.choices import Presence, Reply, UnknownKind
from readiness.evidence.choices import Verdict
from readiness.gates.choices import CriterionKind, Outcome, RuleKind
from readiness.gates.rules.criteria.facts import Facts, UnknownFact, UnknownsFact
from readiness.gates.rules.criteria.finding import Finding, aged, worst
from readiness.gates.rules.criteria.judge import EVALUATORS, WaiverInForce, judge, judge_gate, missing_deliverables
from readiness.gates.rules.criteria.reasons import Reason, Who
from readiness.gates.rules.recommend import recommend
from readiness.gates.rules.scores import exact
from readiness.gates.rules.templates.bands import AtLeast, AtMost, Within, judged, nested
from readiness.gates.rules.templates.kinds import RequirementRule, TeamRule
from readiness.gates.rules.templates.reading import read_template
from readiness.gates.rules.templates.template import Criterion, EvidenceRule, Gate, Impossible, Template
from tests.readiness.gates import facts_world as world
from tests.readiness.gates.facts_world import GOOD, NOW, days, evidence, requirement
from tests.readiness.gates.templates_world import bands, criteria
from tests.sampling import of

PACKS = [read_template(path.read_text(encoding="utf-8")) for path in sorted(Path("readiness/gates/packs").glob("*.yaml"))]
GATES = [pytest.param(template, gate, id=f"{template.key}-{gate.key}") for template in PACKS for gate in template.gates]
FAILS = replace(GOOD, requirements=(requirement(verdict=Verdict.NOT_MET, headroom=-0.95, headroom_low=-0.97),))
SLOW = settings(
    max_examples=of(150, suite=50), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def decide(template: Template, gate: Gate, facts: Facts) -> Outcome:
    rows = judge_gate(gate, facts, [], NOW)
    return recommend(
        [one.counted for one in rows], template.thresholds_of(gate), last_gate=gate.last_before_production
    ).outcome  # fmt: skip


def test_every_kind_of_rule_has_its_evaluator() -> None:
    assert set(EVALUATORS) | {RuleKind.JUDGEMENT} == set(RuleKind)


@pytest.mark.parametrize(("template", "gate"), GATES)
def test_whoever_has_everything_goes_through_every_shipped_gate(template: Template, gate: Gate) -> None:
    """Also while budgets and purchases are not kept: what nobody can answer yet must not stop everything."""
    facts = world.said(GOOD, gate)
    assert decide(template, gate, facts) is Outcome.GO
    rows = judge_gate(gate, world.with_money(facts), [], NOW)
    assert {one.verdict for one in rows} == {Verdict.MET}


@pytest.mark.parametrize(("template", "gate"), GATES)
def test_whoever_has_nothing_is_told_what_is_missing_and_by_whom(template: Template, gate: Gate) -> None:
    rows = judge_gate(gate, Facts(), [], NOW)
    assert {one.verdict for one in rows} == {Verdict.UNKNOWN}
    assert all(one.finding.needs for one in rows)
    assert decide(template, gate, Facts()) is Outcome.HOLD


@pytest.mark.parametrize(("template", "gate"), GATES)
def test_no_single_blocking_criterion_can_be_left_out_anywhere(template: Template, gate: Gate) -> None:
    rows = [one.counted for one in judge_gate(gate, world.said(GOOD, gate), [], NOW)]
    for number, one in enumerate(rows):
        if one.blocks:
            for verdict, wanted in ((Verdict.NOT_MET, Outcome.RECYCLE), (Verdict.UNKNOWN, Outcome.HOLD)):
                changed = [*rows[:number], replace(one, verdict=verdict), *rows[number + 1 :]]
                assert recommend(changed, template.thresholds_of(gate)).outcome is wanted


# waivers and impossibility


def waiver(expires: float = 10) -> WaiverInForce:
    return WaiverInForce(4, "it", NOW + days(expires))


@pytest.mark.parametrize("verdict", [Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE])
def test_what_is_waived_is_shown_as_waived_with_what_lies_beneath(verdict: Verdict) -> None:
    facts = replace(GOOD, requirements=(requirement(verdict=verdict),))
    found = world.judged(RequirementRule(), facts, waiver=waiver())
    assert (found.verdict, found.reason, found.finding.verdict) == (Verdict.WAIVED, Reason.WAIVED, verdict)
    assert found.waiver == waiver() and found.recheck_at == NOW + days(10)


@pytest.mark.parametrize("verdict", [Verdict.MET, Verdict.WARNING])
def test_a_waiver_makes_nothing_worse(verdict: Verdict) -> None:
    facts = replace(GOOD, requirements=(requirement(verdict=verdict),))
    assert world.judged(RequirementRule(), facts, waiver=waiver()).verdict is verdict


def test_a_waiver_that_has_ended_or_that_nobody_may_give_is_none() -> None:
    assert world.judged(RequirementRule(), FAILS, waiver=waiver(0)).verdict is Verdict.NOT_MET
    assert world.judged(RequirementRule(), FAILS, waiver=waiver(-1)).verdict is Verdict.NOT_MET
    assert world.judged(RequirementRule(), FAILS, waiver=waiver(), waivable=False).verdict is Verdict.NOT_MET


HOPELESS = Impossible(figure="headroom", at_most=-0.9)


def test_a_declared_rule_makes_what_is_not_met_impossible() -> None:
    found = world.judged(RequirementRule(), FAILS, impossible=HOPELESS)
    assert found.impossible and recommend([found.counted], PACKS[0].thresholds).outcome is Outcome.KILL
    on_it = replace(FAILS, requirements=(requirement(verdict=Verdict.NOT_MET, headroom=-0.9),))
    assert world.judged(RequirementRule(), on_it, impossible=HOPELESS).impossible
    milder = replace(FAILS, requirements=(requirement(verdict=Verdict.NOT_MET, headroom=-0.89),))
    assert not world.judged(RequirementRule(), milder, impossible=HOPELESS).impossible


def test_the_declared_bound_may_be_an_upper_or_a_lower_one() -> None:
    gap = Impossible(figure="requirements", at_least=1)
    assert world.judged(RequirementRule(), FAILS, impossible=gap).impossible
    assert not world.judged(RequirementRule(), FAILS, impossible=replace(gap, at_least=2)).impossible


@pytest.mark.parametrize("verdict", [Verdict.MET, Verdict.WARNING, Verdict.UNKNOWN, Verdict.STALE])
def test_only_what_is_not_met_can_be_impossible(verdict: Verdict) -> None:
    facts = replace(GOOD, requirements=(requirement(verdict=verdict, headroom=-0.99),))
    assert not world.judged(RequirementRule(), facts, impossible=HOPELESS).impossible


def test_a_figure_that_nobody_knows_makes_nothing_impossible_and_a_waiver_lifts_it() -> None:
    unknown = replace(FAILS, requirements=(requirement(verdict=Verdict.NOT_MET, headroom=None),))
    assert not world.judged(RequirementRule(), unknown, impossible=HOPELESS).impossible
    lifted = world.judged(RequirementRule(), FAILS, impossible=HOPELESS, waiver=waiver())
    assert (lifted.verdict, lifted.impossible) == (Verdict.WAIVED, False)


def test_a_gate_is_ready_when_every_deliverable_is_there_not_required_or_waived() -> None:
    gate = PACKS[0].gates[0]
    assert [one.criterion.key for one in missing_deliverables(judge_gate(gate, GOOD, [], NOW))] == ["purpose-and-value"]
    for verdict in (Verdict.MET, Verdict.WARNING, Verdict.NOT_APPLICABLE):
        assert missing_deliverables(judge_gate(gate, world.said(GOOD, gate, verdict), [], NOW)) == ()
    waived = WaiverInForce(1, "purpose-and-value", NOW + days(1))
    assert missing_deliverables(judge_gate(gate, GOOD, [waived], NOW)) == ()


def test_info_is_no_deliverable_and_blocks_nothing() -> None:
    found = world.judged(TeamRule(), replace(GOOD, team={}), kind=CriterionKind.INFO)
    assert (found.verdict, found.counted.blocks, found.counted.scores) == (Verdict.NOT_MET, False, False)


# what must hold of every rule


@SLOW
@given(criteria("it"))
def test_of_nothing_nothing_is_met(one: Criterion) -> None:
    assert judge(one, Facts(), None, NOW).verdict is Verdict.UNKNOWN


@SLOW
@given(criteria("it"), st.integers(0, 2**32))
def test_what_nobody_knows_never_makes_a_verdict_better(one: Criterion, seed: int) -> None:
    """Take one fact away, or say of one value that nobody knows it: a pass may be lost and none is won."""
    random = Random(seed)
    facts = spoil(GOOD, random)
    before, after = (judge(one, each, None, NOW).verdict for each in (facts, forget(facts, random)))
    if before not in (Verdict.MET, Verdict.NOT_APPLICABLE):
        assert after is not Verdict.MET
    if before is Verdict.NOT_MET:
        assert after is not Verdict.WARNING


@SLOW
@given(criteria("it"), st.floats(0, 4_000))
def test_time_alone_makes_stale_or_overdue_and_says_when(one: Criterion, later: float) -> None:
    told, then = judge(one, GOOD, None, NOW), judge(one, GOOD, None, NOW + days(later))
    if then.verdict is told.verdict:
        return
    assert told.verdict is not Verdict.UNKNOWN
    assert told.recheck_at is not None and NOW < told.recheck_at <= NOW + days(later)
    assert then.verdict in (Verdict.STALE, Verdict.NOT_MET, Verdict.UNKNOWN)


@SLOW
@given(criteria("it"), st.integers(0, 2**32))
def test_the_order_of_facts_changes_no_verdict(one: Criterion, seed: int) -> None:
    facts, random = forget(GOOD, Random(seed)), Random(seed)
    mixed: dict[str, Any] = {}
    for name in ("requirements", "workloads", "sizing", "capacity"):
        rows = getattr(facts, name)
        mixed[name] = None if rows is None else tuple(random.sample(rows, len(rows)))
    told, again = judge(one, facts, None, NOW), judge(one, replace(facts, **mixed), None, NOW)
    assert (told.verdict, told.reason, told.finding.figures.get("share")) == (
        again.verdict, again.reason, again.finding.figures.get("share"),
    )  # fmt: skip


def spoil(facts: Facts, random: Random) -> Facts:
    """The same with some of it bad or half good."""
    assert facts.assessment and facts.components and facts.capacity
    rows = [replace(row, **random.choice(_WORSE)) if random.random() < 0.3 else row for row in facts.requirements or ()]
    poor = random.choice([Reply.NO, Reply.PARTLY])
    replies = {key: poor if random.random() < 0.2 else reply for key, reply in facts.assessment.replies.items()}
    presence = {one: random.choice(list(Presence)) for one in facts.components.presence}
    return replace(
        facts,
        requirements=tuple(rows),
        assessment=replace(facts.assessment, replies=replies),
        components=replace(facts.components, presence=presence),
        capacity=(replace(facts.capacity[0], granted=random.choice([4, 6, 7, 8, 9])),),
        unknowns=UnknownsFact((UnknownFact(random.choice(list(UnknownKind)), due=NOW.date() - days(1)),), complete=True),
    )


_WORSE: list[dict[str, Any]] = [
    {"verdict": Verdict.NOT_MET, "headroom": -0.5, "headroom_low": -0.6},
    {"verdict": Verdict.WARNING, "headroom": 0.02, "headroom_low": -0.1},
    {"headroom": 0.05, "headroom_low": 0.01},
    {"evidence": evidence(samples=3, duration_s=2.0, environment={"stage": "poc"})},
    {"observed_at": NOW - days(400)},
]


def forget(facts: Facts, random: Random) -> Facts:
    """The same with one thing less known."""
    name = random.choice([one.name for one in fields(facts)])
    changes: dict[str, Any] = {}
    if name == "requirements" and random.random() < 0.7:
        rows = list(facts.requirements or ())
        place = random.randrange(len(rows))
        rows[place] = replace(rows[place], **random.choice(_LESS))
        changes[name] = tuple(rows)
    elif name == "assessment" and facts.assessment and random.random() < 0.7:
        key = random.choice(sorted(facts.assessment.replies))
        changes[name] = replace(facts.assessment, replies={**facts.assessment.replies, key: Reply.UNKNOWN})
    elif name == "components" and facts.components and random.random() < 0.7:
        component = random.choice(sorted(facts.components.presence))
        presence = {**facts.components.presence, component: Presence.UNKNOWN}
        changes[name] = replace(facts.components, presence=presence)
    elif name == "unknowns" and facts.unknowns and random.random() < 0.7:
        more = UnknownFact(random.choice(list(UnknownKind)))
        changes[name] = UnknownsFact((*facts.unknowns.rows, more), random.random() < 0.5)
    elif name in ("judgements", "budget", "purchases"):
        changes[name] = {}
    else:
        changes[name] = None
    return replace(facts, **changes)


_LESS: list[dict[str, Any]] = [
    {"verdict": Verdict.UNKNOWN},
    {"verdict": Verdict.STALE},
    {"evidence": None, "verdict": Verdict.UNKNOWN},
    {"headroom": None, "headroom_low": None},
    {"observed_at": None},
    {"evidence": evidence(samples=None)},
    {"evidence": evidence(duration_s=None)},
    {"evidence": evidence(environment={})},
    {"chosen_venue": "", "chosen_accelerator": ""},
]


# bands and what several findings come to


@given(st.sampled_from([AtLeast, AtMost, Within]).flatmap(bands), st.integers(-400, 1_000), st.integers(0, 600))
def test_the_verdict_of_an_interval_is_the_worst_that_is_sure(band: Any, low: int, width: int) -> None:
    """Looked at point by point, a fine grid over the interval against the band's two ranges."""
    assert nested(band)
    points = [(low + step) / 100 for step in range(width + 1)]
    (met_low, met_high), (least, most) = band.met_range(), band.warning_range()
    each = {"met" if met_low <= one <= met_high else "warning" if least <= one <= most else "not_met" for one in points}
    verdict = judged(band, points[0], points[-1])
    if each == {"not_met"}:  # a gap between two points of the grid may hide the band: then it is unknown
        apart = points[-1] < least or points[0] > most
        assert verdict is (Verdict.NOT_MET if apart else Verdict.UNKNOWN)
    else:
        wanted = Verdict.UNKNOWN if "not_met" in each else Verdict.WARNING if "warning" in each else Verdict.MET
        assert verdict is wanted


def test_what_does_not_apply_counts_only_where_nothing_does() -> None:
    na, met = Finding(Verdict.NOT_APPLICABLE, Reason.NOT_NEEDED), Finding(Verdict.MET, Reason.SHOWN)
    assert worst([na, met]).verdict is Verdict.MET and worst([na, na]).verdict is Verdict.NOT_APPLICABLE


@given(st.lists(st.sampled_from(list(Verdict)), min_size=1, max_size=6))
def test_several_are_worth_the_worst_of_them(verdicts: list[Verdict]) -> None:
    order = ["not_met", "unknown", "stale", "waived", "warning", "met", "not_applicable"]
    found = worst([Finding(one, Reason.SAID) for one in verdicts])
    assert found.verdict == min(verdicts, key=lambda one: order.index(one.value))


def test_of_several_that_age_the_first_to_change_is_looked_at_again_first() -> None:
    rows = [Finding(Verdict.MET, Reason.SAID, observed_at=NOW - days(age)) for age in (3, 20, 9)]
    together = worst([aged(one, 30, NOW, who=Who.FINANCE) for one in rows])
    assert (together.observed_at, together.recheck_at) == (NOW - days(20), NOW + days(10 + 1 / 86_400))


def test_age_is_counted_to_the_second() -> None:
    finding = Finding(Verdict.MET, Reason.SAID, observed_at=NOW - days(30))

    def at(now: datetime) -> Verdict:
        return aged(finding, 30, now, who=Who.FINANCE).verdict

    assert (at(NOW), at(NOW + days(1 / 86_400))) == (Verdict.MET, Verdict.STALE)
    assert aged(finding, None, NOW + days(9_999), who=Who.FINANCE) is finding


def test_weights_and_thresholds_are_taken_as_they_are_written() -> None:
    assert exact(0.1) + exact(0.2) == exact(0.3) and 0.1 + 0.2 != 0.3
    assert EvidenceRule() == EvidenceRule(types=())
