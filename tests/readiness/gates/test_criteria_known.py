"""Criteria on what is known: the workload, unknowns, answers of the assessment, operational readiness."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from readiness.assessments.choices import Component, Dimension, Phase, Presence, Reply, UnknownKind
from readiness.evidence.choices import Verdict
from readiness.gates.choices import UnknownCount
from readiness.gates.rules.criteria.facts import (
    Facts,
    UnknownFact,
    UnknownsFact,
    WorkloadFact,
)
from readiness.gates.rules.criteria.reasons import Needed, Reason
from readiness.gates.rules.templates.bands import AtLeast, AtMost
from readiness.gates.rules.templates.kinds import (
    AssessmentRule,
    OperationsRule,
    UnknownsRule,
    WorkloadRule,
)
from readiness.gates.rules.templates.template import EvidenceRule
from tests.readiness.gates.facts_world import GOOD, NOW, codes, find, told

MET, WARNING, NOT_MET, UNKNOWN, STALE, NA = (
    Verdict.MET, Verdict.WARNING, Verdict.NOT_MET, Verdict.UNKNOWN, Verdict.STALE, Verdict.NOT_APPLICABLE,
)  # fmt: skip

# workload and unknowns


def test_a_workload_that_nobody_wrote_down_is_unknown() -> None:
    for facts in (replace(GOOD, workloads=()), replace(GOOD, workloads=None)):
        assert find(WorkloadRule(), facts).verdict is UNKNOWN
        assert codes(WorkloadRule(), facts) == [Needed.STATE_WORKLOAD]


@pytest.mark.parametrize(("count", "wanted"), [(0, MET), (1, WARNING), (2, WARNING), (3, UNKNOWN)])
def test_unknown_values_are_tolerated_as_a_warning_and_else_unknown_never_not_met(count: int, wanted: Verdict) -> None:
    names = ("arrival_per_s", "peak_factor", "users")[:count]
    facts = replace(GOOD, workloads=(WorkloadFact(1, "Chat", frozenset(names), names),))
    found = find(WorkloadRule(band=AtMost(met=0, warning=2)), facts)
    assert (found.verdict, found.figures["unknown"]) == (wanted, count)


def test_only_the_named_values_count_over_all_workloads() -> None:
    rows = tuple(WorkloadFact(n, f"W{n}", frozenset({"users"}), ("users", "copies")) for n in (1, 2))
    found = find(WorkloadRule(values=("users",), band=AtMost(met=0, warning=1)), replace(GOOD, workloads=rows))
    assert (found.verdict, found.figures["unknown"]) == (UNKNOWN, 2)
    assert [one.facts["values"] for one in found.needs] == [["users"], ["users"]]


def unknown_rows(*rows: UnknownFact, complete: bool = True) -> Facts:
    return replace(GOOD, unknowns=UnknownsFact(rows, complete))


@pytest.mark.parametrize(("count", "wanted"), [(UnknownCount.ALL, 3), (UnknownCount.UNOWNED, 2), (UnknownCount.OVERDUE, 1)])
def test_unknowns_are_counted_all_or_unowned_or_overdue(count: UnknownCount, wanted: int) -> None:
    rows = (
        UnknownFact(UnknownKind.VALUE),
        UnknownFact(UnknownKind.ANSWER, owned=True, due=date(2026, 11, 28)),
        UnknownFact(UnknownKind.VALUE, due=date(2026, 11, 29)),
    )
    found = find(UnknownsRule(count=count), unknown_rows(*rows))
    assert (found.figures["unknown"], found.verdict) == (wanted, NOT_MET)


def test_an_unknown_that_will_be_overdue_is_looked_at_again_when_its_day_is_over() -> None:
    later = UnknownFact(UnknownKind.VALUE, True, date(2027, 1, 1))
    found = find(UnknownsRule(count=UnknownCount.OVERDUE), unknown_rows(later, UnknownFact(UnknownKind.VALUE, True, NOW.date())))
    assert found.verdict is MET and found.recheck_at == NOW.replace(day=30, hour=0)
    again = find(
        UnknownsRule(count=UnknownCount.OVERDUE), unknown_rows(UnknownFact(UnknownKind.VALUE, True, NOW.date())),
        now=found.recheck_at,
    )  # fmt: skip
    assert again.verdict is NOT_MET


def test_while_nobody_has_looked_few_unknowns_prove_nothing_and_many_prove_enough() -> None:
    assert find(UnknownsRule(), unknown_rows(complete=False)).verdict is UNKNOWN
    assert find(UnknownsRule(), unknown_rows(UnknownFact(UnknownKind.VALUE), complete=False)).verdict is NOT_MET
    assert find(UnknownsRule(), replace(GOOD, unknowns=None)).verdict is UNKNOWN


# assessment and operations


def replies(**changes: Reply) -> Facts:
    assert GOOD.assessment is not None
    given = {**GOOD.assessment.replies, **{key.replace("_", "-"): reply for key, reply in changes.items()}}
    return replace(GOOD, assessment=replace(GOOD.assessment, replies=given))


DATA = AssessmentRule(dimension=Dimension.DATA, blocking=False, band=AtLeast(met=0.9, warning=0.7))


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, (MET, Reason.WITHIN_BAND)),
        ({"data_lineage": Reply.NO}, (MET, Reason.WITHIN_BAND)),
        ({"data_production_path": Reply.NO}, (WARNING, Reason.WITHIN_BAND)),
        ({"data_production_path": Reply.UNKNOWN}, (WARNING, Reason.WITHIN_BAND)),
        ({"data_production_path": Reply.NO, "data_owner_permits": Reply.NO}, (NOT_MET, Reason.OUTSIDE_BAND)),
        ({"data_production_path": Reply.UNKNOWN, "data_owner_permits": Reply.UNKNOWN}, (UNKNOWN, Reason.STRADDLES)),
    ],
)
def test_an_assessment_is_an_interval_against_its_band(changes: dict[str, Reply], wanted: tuple[Verdict, Reason]) -> None:
    assert told(DATA, replies(**changes)) == wanted


def test_a_question_that_blocks_decides_by_itself_where_the_template_says_so() -> None:
    rule = replace(DATA, blocking=True)
    assert told(rule, replies(data_owner_permits=Reply.NO)) == (NOT_MET, Reason.BLOCKING_NO)
    assert told(rule, replies(data_owner_permits=Reply.UNKNOWN)) == (UNKNOWN, Reason.BLOCKING_UNKNOWN)
    assert told(rule, replies(data_lineage=Reply.NO)) == (MET, Reason.WITHIN_BAND)


def test_an_assessment_that_is_missing_is_unknown_and_an_old_one_stale() -> None:
    assert told(DATA, replace(GOOD, assessment=None)) == (UNKNOWN, Reason.NOTHING_STATED)
    assert told(DATA, GOOD, EvidenceRule(max_age_days=9)) == (STALE, Reason.TOO_OLD)


def test_where_no_question_applies_it_does_not_and_where_none_is_asked_it_is_unknown() -> None:
    assert GOOD.assessment is not None
    none = {one.key: Reply.NOT_APPLICABLE for one in GOOD.assessment.questions}
    assert told(DATA, replace(GOOD, assessment=replace(GOOD.assessment, replies=none))) == (NA, Reason.NOT_NEEDED)
    assert told(DATA, replace(GOOD, assessment=replace(GOOD.assessment, questions=())))[0] is UNKNOWN


def test_who_is_to_answer_and_what_is_to_mend_is_named_until_it_is_met() -> None:
    facts = replies(data_production_path=Reply.NO, data_owner_permits=Reply.UNKNOWN)
    assert [(str(one.code), one.facts["questions"]) for one in find(DATA, facts).needs] == [
        ("answer", ["data-owner-permits"]),
        ("mend", ["data-production-path"]),
    ]
    assert codes(DATA, replies(data_lineage=Reply.NO)) == []


def test_only_questions_of_the_phase_count() -> None:
    early = replace(DATA, phase=Phase.POC)
    assert find(early, replies(data_production_path=Reply.NO, data_pipeline_keeps_up=Reply.NO)).verdict is MET


@pytest.mark.parametrize(
    ("presence", "reply", "wanted"),
    [
        (Presence.PRESENT, Reply.YES, MET),
        (Presence.PRESENT, Reply.NOT_APPLICABLE, MET),
        (Presence.PLANNED, Reply.YES, WARNING),
        (Presence.PRESENT, Reply.PARTLY, WARNING),
        (Presence.UNKNOWN, Reply.PARTLY, UNKNOWN),
        (Presence.PRESENT, Reply.UNKNOWN, UNKNOWN),
        (Presence.MISSING, Reply.UNKNOWN, NOT_MET),
        (Presence.PRESENT, Reply.NO, NOT_MET),
    ],
)
def test_operations_are_the_worst_of_components_and_answers(presence: Presence, reply: Reply, wanted: Verdict) -> None:
    rule = OperationsRule(components=(Component.OBSERVABILITY,), questions=("team-on-call",))
    assert GOOD.components is not None
    components = replace(GOOD.components, presence={Component.OBSERVABILITY: presence})
    assert find(rule, replace(replies(team_on_call=reply), components=components)).verdict is wanted


def test_a_question_that_the_bank_does_not_ask_is_unknown_whatever_is_answered() -> None:
    assert told(OperationsRule(questions=("of-another-bank",)), replies(of_another_bank=Reply.YES)) == (UNKNOWN, Reason.NOT_SAID)
    assert find(OperationsRule(components=(Component.CONTAINERS,)), replace(GOOD, components=None)).verdict is UNKNOWN
