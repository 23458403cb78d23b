"""Templates of gates: what is shipped, what is refused and where, and that nothing is lost on the way to YAML and back.

PILOTAGE_FULL=1 writes and reads more generated ones.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings

from portfolio.initiatives.choices import StageKind
from readiness.assessments.choices import Dimension
from readiness.assessments.rules.packs import read_pack
from readiness.gates.choices import CriterionDimension, CriterionKind, GateFunction, RuleKind, TieRule
from readiness.gates.rules.templates.changes import Change, Kind, kept, template_changes
from readiness.gates.rules.templates.checks import Step, misfits
from readiness.gates.rules.templates.kinds import BY_KIND, AssessmentRule, OperationsRule, RequirementRule
from readiness.gates.rules.templates.reading import BadTemplate, digest_of, read_template, write_template
from readiness.gates.rules.templates.template import Template, Thresholds, Voting
from tests.readiness.gates.templates_world import SMALL, templates
from tests.sampling import of

PACKS = Path("readiness/gates/packs")
BANK = read_pack(Path("readiness/assessments/packs/infrastructure-readiness.yaml").read_text(encoding="utf-8"))
SHIPPED = sorted(one.stem for one in PACKS.glob("*.yaml"))
BEFORE, PRODUCTION = StageKind.BEFORE, StageKind.PRODUCTION
LIFECYCLES = {
    "standard": [Step(key, BEFORE) for key in ("idea", "poc", "pilot", "scale-up")] + [Step("production", PRODUCTION)],
    "light": [Step("idea", BEFORE), Step("pilot", BEFORE), Step("production", PRODUCTION)],
}


def shipped(name: str) -> Template:
    return read_template((PACKS / f"{name}.yaml").read_text(encoding="utf-8"))


def problems(text: str) -> list[str]:
    with pytest.raises(BadTemplate) as caught:
        read_template(text)
    return [str(one) for one in caught.value.problems]


def test_three_packs_are_shipped() -> None:
    assert SHIPPED == ["infrastructure-first", "light", "regulated"]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_fits_the_lifecycle_that_it_is_written_for(name: str) -> None:
    template = shipped(name)
    assert template.key == name
    assert misfits(template, LIFECYCLES[template.lifecycle]) == []
    assert [gate.last_before_production for gate in template.gates] == [False] * (len(template.gates) - 1) + [True]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_asks_only_questions_that_the_shipped_bank_has(name: str) -> None:
    known = {one.key for one in BANK.questions}
    asked = {
        key
        for gate in shipped(name).gates
        for one in gate.criteria
        if isinstance(one.rule, OperationsRule)
        for key in one.rule.questions
    }
    assert asked and asked <= known


@pytest.mark.parametrize("name", SHIPPED)
def test_no_assessment_criterion_of_a_shipped_pack_asks_an_empty_phase(name: str) -> None:
    for gate in shipped(name).gates:
        for one in gate.criteria:
            if isinstance(one.rule, AssessmentRule):
                rule = one.rule
                assert [
                    question
                    for question in BANK.questions
                    if rule.dimension in (None, question.dimension) and (rule.phase is None or rule.phase in question.phases)
                ]


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_gate_needs_the_three_functions_for_its_quorum(name: str) -> None:
    template = shipped(name)
    three = {GateFunction.IT_OPERATIONS, GateFunction.DATA_SCIENCE, GateFunction.BUSINESS}
    for gate in template.gates:
        quorum = template.voting_of(gate).quorum
        assert three <= set(quorum.functions) and quorum.least >= len(quorum.functions)


def test_the_standard_pack_uses_every_kind_of_rule() -> None:
    used = {one.rule.kind for gate in shipped("infrastructure-first").gates for one in gate.criteria}
    assert used == set(RuleKind)


def test_no_evidence_of_a_poc_is_enough_at_the_last_gate() -> None:
    for name in ("infrastructure-first", "regulated"):
        gate = shipped(name).gates[-1]
        demanding = [one for one in gate.criteria if isinstance(one.rule, RequirementRule) and one.evidence.environment]
        assert any(one.evidence.environment and one.evidence.environment.stages for one in demanding)


def test_every_dimension_of_assessments_is_one_of_criteria() -> None:
    assert {one.value for one in Dimension} <= {one.value for one in CriterionDimension}
    assert set(BY_KIND) == set(RuleKind)


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_pack_is_written_back_as_itself(name: str) -> None:
    template = shipped(name)
    assert read_template(write_template(template)) == template
    assert write_template(read_template(write_template(template))) == write_template(template)


@settings(max_examples=of(60, suite=20), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(templates())
def test_any_template_is_written_back_as_itself(template: Template) -> None:
    again = read_template(write_template(template))
    assert again == template
    assert digest_of(again) == digest_of(template)


def test_the_digest_is_that_of_what_is_said_and_not_of_how_it_is_written() -> None:
    template = read_template(SMALL)
    spelled_out = SMALL.replace("name: Ours", "name:   'Ours'").replace("weight: 2", "weight: 2.0\n        waivable: true")
    assert digest_of(read_template(spelled_out)) == digest_of(template)
    assert re.fullmatch("[0-9a-f]{64}", digest_of(template))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight: 2", "weight: 3"),
        ("kind: workload", "kind: containers"),
        ("pass: 0.8", "pass: 0.81"),
        ("max_age_days: 90", "max_age_days: 91"),
        ("metrics: [ttft]", "metrics: [tpot]"),
        ("met: 0.2", "met: 0.25"),
        ("The load is known.", "The load is known!"),
    ],
)
def test_whatever_is_said_otherwise_gives_another_digest(old: str, new: str) -> None:
    assert SMALL.count(old) == 1
    assert digest_of(read_template(SMALL.replace(old, new))) != digest_of(read_template(SMALL))


@pytest.mark.parametrize(
    ("old", "new", "wanted"),
    [
        ("key: ours", "key: Ours", 'line 1, key: "Ours" is no key'),
        ("name: Ours\n", "", "name: is missing"),
        ("weight: 2", "wieght: 2", r'line 20, gates\[1\] \(pilot\)\.criteria\[2\] \(fast\)\.wieght: .*mean "weight"'),
        ("kind: must_meet", "kind: must", r'line 13, .*\(load-known\)\.kind: "must" is none of .*mean "must_meet"'),
        ("kind: must_meet", "kind: must_meet\n        weight: 2", r"\.weight: counts for should_meet alone"),
        ("kind: must_meet", "kind: must_meet\n        is_key: yes", r"\.is_key: .* must_meet blocks anyway"),
        ("kind: must_meet", "kind: info\n        is_key: yes", r"\.is_key: .* info never counts"),
        ("weight: 2", "weight: 0", r'"0" is no number from 0\.01 to 100'),
        ("weight: 2", "weight: nan", r'"nan" is no number'),
        ("weight: 2", "is_key: perhaps", '"perhaps" is neither yes nor no'),
        ("kind: workload", "kind: workloads", r'line 15, .*\.rule\.kind: "workloads" is no kind of rule'),
        ("{kind: workload}", "{kind: workload, values: [arival]}", r'values: "arival" is no value of a workload profile'),
        ("{kind: workload}", "{kind: operations}", "names neither components nor questions"),
        ("metrics: [ttft]", "metrics: [ttft, ttft]", '"ttft" stands twice'),
        ("metrics: [ttft]", "metrics: ttft", "metrics: is a list"),
        ("metrics: [ttft]", "metrics: [speed]", r'metrics\[1\]: "speed" is none of'),
        ("met: 0.2, warning: 0", "met: 0.2, warning: 0.3", "band: contradicts itself"),
        ("met: 0.2, warning: 0", "met: 0.2", r"band\.warning: is missing"),
        ("max_age_days: 90", "max_age_days: 0", r'"0" is no whole number from 1'),
        ("max_age_days: 90", "environment: {stages: [poc, live]}", r'stages\[2\]: "live" is none of'),
        ("{kind: workload}", "{kind: workload}\n        evidence: {max_age_days: 3}", "means nothing to a rule of kind workload"),
        ("weight: 2", "weight: 2\n        impossible: {figure: headroom, at_most: 0}", "is for criteria that block"),
        ("{kind: workload}", "{kind: workload}\n        impossible: {figure: days, at_most: 0}", "Known: workloads, unkn"),
        ("{kind: workload}", "{kind: workload}\n        impossible: {figure: unknown}", "one of at_most and at_least"),
        ("warning: 0.6", "warning: 0.9", r"line 4, thresholds\.warning: 0\.9 is above pass"),
        ("pass: 0.8", "pass: 1.8", r'thresholds\.pass: "1\.8" is no number from 0 to 1'),
        ("key: fast", "key: load-known", r'criteria\[2\] \(load-known\)\.key: the key "load-known" stands at number 1 too'),
        ("to: pilot", "to: poc", r'leads from "poc" to itself'),
        ("gates:", "voting: {veto: {functions: [security], ballots: [go]}}\ngates:", r'ballots\[1\]: "go" is no veto'),
        ("gates:", "voting: {quorum: {functions: [business]}}\ngates:", r"functions: lacks it_operations, data_science"),
        ("{kind: workload}", "{kind: team, functions: []}", r"functions: is empty\. Name at least one"),
        ("{kind: workload}", "{kind: capacity, pools: []}", r"pools: is empty\. Name at least one"),
        ("text: The load is known.", "text: ''", r"criteria\[1\] \(load-known\)\.text: is empty"),
        ("text: The load is known.", "text: [a]", r"\.text: is one value, not a list or block"),
        ("text: The load is known.", f"text: {'x' * 501}", r"\.text: has 501 characters, at most 500"),
        ("{kind: workload}", "workload", r"\.rule: is a block with kind"),
        ("thresholds: {pass: 0.8, warning: 0.6}", "thresholds: 0.8", "thresholds: is a block with pass, warning"),
        ("gates:", "voting: {quorum: {least: 0}}\ngates:", r"voting\.quorum\.least: .0. is no whole number from 1 to 50"),
        ("gates:", "voting: {veto: {functions: [security], ballots: []}}\ngates:", "a veto that nobody can cast"),
    ],
)  # fmt: skip
def test_every_fault_is_told_with_its_place_and_what_to_do(old: str, new: str, wanted: str) -> None:
    assert SMALL.count(old) == 1
    found = problems(SMALL.replace(old, new))
    assert any(re.search(wanted, one) for one in found), found


def test_all_faults_are_told_in_one_round() -> None:
    text = SMALL.replace("pass: 0.8", "pass: 0.5").replace("kind: must_meet", "kind: no").replace("weight: 2", "weight: no")
    assert len(problems(text)) == 3


@pytest.mark.parametrize(
    "text", ["", "- 1", "just words", "a: [", "key: &a ours\nname: *a", "key: a\nkey: b", "{" * 2_000, "key: \0"]
)
def test_what_is_no_template_at_all_is_one_fault(text: str) -> None:
    assert len(problems(text)) == 1


def test_gates_go_forward() -> None:
    asks = "criteria: [{key: a, text: A, kind: info, dimension: data, rule: {kind: team}}]"
    second = f"\n  - {{key: back, name: Back, from: pilot, to: poc, {asks}}}\n"
    assert any("lies before an earlier gate" in one for one in problems(SMALL.rstrip() + second))
    last = SMALL.replace("    to: pilot", "    to: pilot\n    last_before_production: yes").rstrip()
    assert any("is for the last gate of the list alone" in one for one in problems(last + second.replace("to: poc", "to: on")))


def test_a_gate_that_asks_nothing_or_too_much_is_refused() -> None:
    head = SMALL[: SMALL.index("      - key: load-known")]
    assert any("a gate that asks nothing is a date" in one for one in problems(head.replace("criteria:", "criteria: []")))
    assert "is a list with at least one gate" in problems(SMALL[: SMALL.index("gates:")] + "gates: []")[0]
    crowd = "".join(f"  - {{key: g{n}}}\n" for n in range(21))
    assert "there are 21, at most 20" in problems(SMALL[: SMALL.index("  - key: pilot")] + crowd)[0]
    many = "".join(f"      - {{key: c{n}, text: A, kind: info, dimension: data, rule: {{kind: team}}}}\n" for n in range(101))
    assert any("there are 101, at most 100" in one for one in problems(head + many))


@pytest.mark.parametrize(
    ("steps", "wanted"),
    [
        (["idea", "poc"], 'no stage "pilot"'),
        (["poc", "idea", "pilot"], "does not follow"),
    ],
)
def test_a_lifecycle_that_has_other_stages_is_told(steps: list[str], wanted: str) -> None:
    assert wanted in misfits(read_template(SMALL), [Step(key, BEFORE) for key in steps])[0]


def test_the_last_gate_says_that_it_is_the_last_one() -> None:
    template = read_template(SMALL)
    assert "leads into production" in misfits(template, [Step("poc", BEFORE), Step("pilot", PRODUCTION)])[0]
    last = replace(template, gates=(replace(template.gates[0], last_before_production=True),))
    assert "not production" in misfits(last, [Step("poc", BEFORE), Step("pilot", BEFORE)])[0]


def test_what_another_version_changes_and_what_goes_along_with_a_running_review() -> None:
    old = read_template(SMALL)
    new = read_template(SMALL.replace("weight: 2", "weight: 5").replace("The load is known.", "All of the load is known."))
    assert template_changes(old, new) == [
        Change("pilot", "load-known", Kind.CHANGED, ("text",), keeps=False),
        Change("pilot", "fast", Kind.CHANGED, ("weight",), keeps=True),
    ]
    assert kept(old.gates[0], new.gates[0]) == {"fast"}
    assert template_changes(old, old) == []


def test_criteria_gates_and_rules_that_come_and_go_are_told() -> None:
    old = read_template(SMALL)
    gate = old.gates[0]
    fewer = replace(old, gates=(replace(gate, criteria=gate.criteria[:1]),), thresholds=Thresholds(passing=1, warning=0))
    assert template_changes(old, fewer) == [
        Change("pilot", "", Kind.CHANGED, ("thresholds",), keeps=True),
        Change("pilot", "fast", Kind.REMOVED),
    ]
    more = replace(old, gates=(replace(gate, criteria=(*gate.criteria, replace(gate.criteria[0], key="new"))),))
    assert template_changes(old, more) == [Change("pilot", "new", Kind.ADDED)]
    asked = replace(old, gates=(replace(gate, voting=Voting(tie=TieRule.MILDER), thresholds=old.thresholds),))
    assert template_changes(old, asked) == [Change("pilot", "", Kind.CHANGED, ("voting",), keeps=True)]
    other = replace(old, gates=(replace(gate, key="other"),))
    assert template_changes(old, other) == [Change("other", "", Kind.ADDED), Change("pilot", "", Kind.REMOVED)]


def test_hand_written_yaml_and_json_are_both_read() -> None:
    template = read_template(SMALL)
    assert read_template(json.dumps(yaml.safe_load(SMALL))) == template
    assert template.gate("pilot").criterion("fast").kind is CriterionKind.SHOULD_MEET
