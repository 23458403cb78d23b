"""The list of top unknowns: what is unknown, where, what it holds up, who finds it out; the fast way against a slow one."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolio.initiatives.models import Initiative, Lifecycle, Stage
from readiness.assessments.choices import Component, Phase, Presence, Reply, UnknownKind
from readiness.assessments.models import Assessment, AssessmentAnswer
from readiness.assessments.queries.unknowns.groups import Group, groups
from readiness.assessments.queries.unknowns.rows import every, page_of, unknowns_of
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.assessments.services.answers import AnswerInput, save_answers
from readiness.assessments.services.assessments import close_assessment, start_assessment
from readiness.assessments.services.components import ComponentInput, save_components
from readiness.assessments.services.unknowns import assign_unknowns
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience, Knowledge
from readiness.workloads.models import ProfileValue, Workload
from readiness.workloads.queries.profiles import unknown_values
from readiness.workloads.rules.templates import TEMPLATES
from readiness.workloads.services.profiles import ValueInput, create_workload, set_values
from tests.people import SYSTEM, Organisation
from tests.portfolio.initiatives.pages import make
from tests.readiness.assessments.asking import LOAD, question, started

pytestmark = pytest.mark.django_db
TODAY, LATER, GONE = date(2026, 3, 1), date(2099, 1, 1), date(2026, 1, 1)
EVERYTHING = Wanted()


def at(stage: str) -> dict[str, Any]:
    return {"stage": Stage.objects.get(lifecycle__key="standard", key=stage)}


def workload(row: Initiative, template: str = "chat-assistant", name: str = "Chat") -> Workload:
    key = template if template in TEMPLATES else next(iter(TEMPLATES))
    return create_workload(by=SYSTEM, initiative=row, name=name, template=key)


def plain_workload(row: Initiative, task: Task, kind: WorkloadClass) -> Workload:
    return create_workload(
        by=SYSTEM, initiative=row, name=f"{task} {kind}", task=task, workload_class=kind, experience=Experience.BATCH
    )


def group(organisation: Organisation, name: str, kind: str, key: str, wanted: Wanted = EVERYTHING) -> Group | None:
    found = groups(organisation.actor(name), wanted, TODAY).groups
    return next((one for one in found if (one.kind, one.key) == (kind, key)), None)


def test_the_statement_finds_the_values_that_the_workload_rules_call_unknown(organisation: Organisation) -> None:
    row = make(organisation)
    made = [
        plain_workload(row, task, kind)
        for task in Task
        for kind in WorkloadClass
        if (task, kind) not in {(Task.TRAIN, WorkloadClass.ONLINE), (Task.TRAIN, WorkloadClass.STREAMING)}
    ]
    made.append(workload(row))
    chat = made[0]
    said = {"users": 100.0, "requests_per_user_day": 5.0, "busy_hours_per_day": 8.0, "ttft_s": 1.0}
    values = {name: ValueInput(Knowledge.KNOWN, value) for name, value in said.items()}
    values |= {name: ValueInput(Knowledge.UNKNOWN) for name in ("latency_s", "availability", "request_kb")}
    set_values(by=SYSTEM, workload=chat, values=values)
    ProfileValue.objects.filter(workload=chat, name="ttft_percentile").update(knowledge="unknown")
    actor = organisation.actor("Paula")
    slow = {(f"value:{one['workload_id']}:{one['name']}") for one in unknown_values(actor)}
    fast = [one.ref for one in every(actor, Wanted(kind=UnknownKind.VALUE), TODAY)]
    assert len(fast) == len(set(fast)) and set(fast) == slow
    assert len(slow) > 50 and not any(ref.startswith(f"value:{chat.pk}:arrival_per_s") for ref in slow)


def test_answers_are_unknown_where_nobody_said_anything_and_where_somebody_said_so(organisation: Organisation) -> None:
    row = make(organisation, **at("poc"))
    run = started(row, compute_load_stated="yes", team_on_call="unknown", network_fabric_lossless="not_applicable")
    told = {one.key: one for one in every(organisation.actor("Vera"), Wanted(kind=UnknownKind.ANSWER), TODAY)}
    asked = set(run.bank.questions.values_list("key", flat=True))
    replied = dict(AssessmentAnswer.objects.values_list("question__key", "reply"))
    assert set(told) == {key for key in asked if replied.get(key, Reply.UNKNOWN) == Reply.UNKNOWN}
    assert len(told) == len(asked) - 2
    for key, one in told.items():
        assert one.holds is (Phase.PILOT in question(run, key).phases), key
        assert one.label == question(run, key).text


def test_only_the_newest_assessment_speaks(organisation: Organisation) -> None:
    row = make(organisation)
    first = started(row, compute_load_stated="unknown", data_lineage="yes")
    close_assessment(by=SYSTEM, assessment=first)
    second = start_assessment(by=SYSTEM, initiative=row)
    save_answers(by=SYSTEM, assessment=second, answers={LOAD: AnswerInput(Reply.NO)})
    rows = list(every(organisation.actor("Vera"), Wanted(kind=UnknownKind.ANSWER), TODAY))
    assert {one.place for one in rows} == {"2"} and LOAD not in {one.key for one in rows}


def test_components_count_from_the_first_word_about_an_initiative_on(organisation: Organisation) -> None:
    row, silent = make(organisation, **at("pilot")), make(organisation, "Nobody asked")
    said = {Component.KUBERNETES: Presence.PLANNED, Component.CONTAINERS: Presence.UNKNOWN}
    save_components(by=SYSTEM, initiative=row, components={key: ComponentInput(presence) for key, presence in said.items()})
    rows = list(every(organisation.actor("Vera"), Wanted(kind=UnknownKind.COMPONENT), TODAY))
    assert {one.key for one in rows} == set(Component) - {Component.KUBERNETES}
    assert {one.initiative_id for one in rows} == {row.pk} != {silent.pk}
    assert all(one.holds for one in rows)


def test_the_register_tells_unknown_stages_venues_and_what_was_never_assessed(organisation: Organisation) -> None:
    make(organisation, "Lost", lifecycle=Lifecycle.objects.get(key="standard"))
    Initiative.objects.update(stage=None, venue_inference="edge")
    make(organisation, "Live", **at("production"))
    make(organisation, "Closed one", **at("pilot"))
    Initiative.objects.filter(name="Closed one").update(status="closed")
    found = {one.key: one for one in groups(organisation.actor("Vera"), Wanted(kind=UnknownKind.FACT), TODAY).groups}
    assert {key: one.initiatives for key, one in found.items()} == {
        "stage": 1, "assessment": 2, "venue_storage": 2, "venue_training": 2, "venue_inference": 1,
    }  # fmt: skip
    assert {key: one.gates for key, one in found.items()} == {
        "stage": 1, "assessment": 1, "venue_storage": 1, "venue_training": 0, "venue_inference": 0,
    }  # fmt: skip


def test_what_is_held_up_is_gates_and_the_value_behind_them(organisation: Organisation) -> None:
    euro: dict[str, Any] = {"expected_value_currency": "EUR"}
    for index, stage in enumerate(("poc", "poc", "production", "idea")):
        row = make(organisation, f"No {index}", expected_value=Decimal(100), **euro, **at(stage))
        workload(row)
    found = group(organisation, "Paula", "value", "peak_factor")
    assert found is not None
    assert (found.initiatives, found.gates, found.phases) == (4, 2, {Phase.PILOT: 2, Phase.POC: 1})
    assert [(one.currency, one.total, one.count) for one in found.held] == [("EUR", Decimal(200), 2)]
    ordered = groups(organisation.actor("Paula"), EVERYTHING, TODAY).groups
    assert [one.gates for one in ordered] == sorted((one.gates for one in ordered), reverse=True)


def test_money_is_shown_to_those_who_may_see_it_and_never_as_a_total_of_one(organisation: Organisation) -> None:
    money: dict[str, Any] = {"expected_value": Decimal(777), "expected_value_currency": "EUR"}
    one, other = (
        make(organisation, "One", **money, **at("poc")),
        make(organisation, "Two", unit="Stores", owner="Otto", **money, **at("poc")),
    )
    for row in (one, other):
        workload(row)
    totals = {}
    for name in ("Paula", "Vera", "Iris", "Otto", "Finn"):
        found = group(organisation, name, "value", "peak_factor")
        assert found is not None
        totals[name] = [(held.total, held.count) for held in found.held]
    assert totals == {"Paula": [(Decimal(1554), 2)], "Finn": [(Decimal(1554), 2)], "Vera": [], "Iris": [], "Otto": [(None, 1)]}
    assert {one.value for one in every(organisation.actor("Vera"), EVERYTHING, TODAY)} == {None}


def test_another_units_unknowns_do_not_exist(organisation: Organisation) -> None:
    foreign = make(organisation, "CANARY", unit="Logistics")
    workload(foreign)
    started(foreign)
    assert groups(organisation.actor("Paula"), EVERYTHING, TODAY).items == 0
    assert list(every(organisation.actor("Nora"), EVERYTHING, TODAY)) == []
    assert page_of(organisation.actor("Lars"), EVERYTHING, 1, TODAY).total > 60


def test_filters_by_unit_person_and_overdue(organisation: Organisation) -> None:
    shop, office = make(organisation, "Shop", unit="Stores"), make(organisation, "Office")
    for row in (shop, office):
        started(row)
    run = Assessment.objects.get(initiative=shop)
    given = AnswerInput(Reply.UNKNOWN, owner=organisation.people["Paula"], due=LATER)
    save_answers(by=SYSTEM, assessment=run, answers={LOAD: given})
    actor, paula = organisation.actor("Paula"), organisation.people["Paula"].pk
    by_unit = list(every(actor, Wanted(unit=organisation.units["Stores"].pk), TODAY))
    assert {one.initiative_id for one in by_unit} == {shop.pk}
    assert [one.key for one in every(actor, Wanted(owner=paula), TODAY)] == [LOAD]
    assert LOAD not in {one.key for one in every(actor, Wanted(nobody=True, initiative=shop.pk), TODAY)}
    assert list(every(actor, Wanted(overdue=True), TODAY)) == []
    AssessmentAnswer.objects.update(due=GONE)
    assert [one.overdue for one in every(actor, Wanted(overdue=True), TODAY)] == [True]
    found = group(organisation, "Paula", "answer", LOAD)
    assert found is not None and (found.owned, found.overdue, found.due) == (1, 1, GONE)


def test_many_are_given_to_one_person_each_through_its_own_verb(organisation: Organisation) -> None:
    row = make(organisation)
    chat, run = workload(row), started(row)
    ProfileValue.objects.filter(workload=chat, name="peak_factor").update(value=4, low=2, high=9, note="guess")
    refs = [f"value:{chat.pk}:peak_factor", f"answer:{run.pk}:{question(run, LOAD).pk}", f"component:{row.pk}:kubernetes"]
    iris = organisation.people["Iris"]
    told = assign_unknowns(by=organisation.actor("Paula"), refs=refs, owner=iris, due=LATER)
    assert (told.changed, told.refused) == (3, [])
    value = ProfileValue.objects.get(workload=chat, name="peak_factor")
    assert (value.owner, value.value, value.low, value.note, value.knowledge) == (iris, 4, 2, "guess", "unknown")
    mine = unknowns_of(organisation.actor("Iris"), iris, TODAY)
    assert {one.kind for one in mine} == set(UnknownKind) - {UnknownKind.FACT}
    assert all(one.due == LATER and not one.overdue for one in mine)


def test_what_may_not_be_given_is_told_and_the_rest_is_given(organisation: Organisation) -> None:
    own, foreign = make(organisation), make(organisation, "CANARY", unit="Logistics")
    run, hidden = started(own), started(foreign)
    key = question(run, LOAD).pk
    refs = [f"answer:{run.pk}:{key}", f"answer:{hidden.pk}:{key}", f"fact:{own.pk}:stage"]
    told = assign_unknowns(by=organisation.actor("Paula"), refs=refs, owner=organisation.people["Iris"])
    assert told.changed == 1 and len(told.refused) == 1
    assert not hidden.answers.exists()
    stranger = assign_unknowns(by=organisation.actor("Paula"), refs=refs[:1], owner=organisation.people["Lars"])
    assert stranger.changed == 0 and "holds no role" in stranger.refused[0]
    viewer = assign_unknowns(by=organisation.actor("Vera"), refs=refs[:1], due=LATER)
    assert viewer.changed == 0 and viewer.refused == ["You may not answer for this initiative."]


def test_what_somebody_found_out_meanwhile_is_not_made_unknown_again(organisation: Organisation) -> None:
    run = started(make(organisation), compute_load_stated="yes")
    told = assign_unknowns(
        by=organisation.actor("Paula"), refs=[f"answer:{run.pk}:{question(run, LOAD).pk}"], owner=organisation.people["Iris"]
    )
    assert told.changed == 0
    assert run.answers.get().reply == "yes"
