"""Facts of gates from real rows: what is said is there, and what nobody said is unknown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portfolio.initiatives.choices import Answer, TeamFunction
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from readiness.assessments.choices import Component, Presence, Reply, UnknownKind
from readiness.assessments.models import AssessmentAnswer, ComponentCheck
from readiness.assessments.queries.unknowns.rows import every
from readiness.assessments.queries.unknowns.wanted import Wanted
from readiness.assessments.services.components import ComponentInput, save_components
from readiness.connectors.contract import Environment
from readiness.core.sizing.inputs import Grade
from readiness.evidence.choices import EvidenceKind, SourceKind, Verdict
from readiness.evidence.models import Source
from readiness.gates.queries.facts import facts_of
from readiness.gates.rules.criteria.facts import Facts
from readiness.sizing.models import SizingOption
from readiness.workloads.choices import AllocationState, Function, Knowledge, Metric, PoolKind
from readiness.workloads.models import Allocation, Requirement, VenueOption, Workload
from readiness.workloads.rules.sequence import Rule
from readiness.workloads.rules.sequence import Verdict as OrderVerdict
from readiness.workloads.rules.venues import Verdict as VenueVerdict
from readiness.workloads.services.profiles import ValueInput
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.judging_rows import LIVE, bare_chat, hall, hold, judge, p95, require, standing
from tests.readiness.evidence.storing import NOW, place, telemetry
from tests.readiness.gates.facts_rows import facts, know, told
from tests.readiness.sizing.making import KNOWN, make_measurement, make_option, say

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return told(organisation)


@pytest.fixture
def bare(organisation: Organisation) -> Initiative:
    return create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Nothing said")


def test_where_nothing_is_said_every_fact_is_empty_or_unknown_and_none_is_a_number(bare: Initiative) -> None:
    found = facts(bare)
    assert (found.requirements, found.workloads, found.sizing, found.capacity) == ((), (), (), ())
    assert found.assessment is None and found.components is None and found.team == {}
    assert found.platform is not None and found.platform.containerised is Answer.UNKNOWN and found.platform.seen_at is None
    assert {one.verdict for one in (found.venues or {}).values()} == {VenueVerdict.UNKNOWN}
    assert {one.verdict for one in (found.sequences or {}).values()} == {OrderVerdict.UNKNOWN}
    assert found.unknowns is not None and not found.unknowns.complete
    assert (found.judgements, found.budget, found.purchases) == ({}, {}, {})


def test_an_id_of_nothing_has_no_facts() -> None:
    assert facts_of([99_999], now=NOW) == {}


def test_a_requirement_is_told_with_its_verdict_its_evidence_and_how_far_that_is_from_production(chat: Workload) -> None:
    (ttft,) = [one for one in facts(chat.initiative).requirements or () if one.digest]
    assert (ttft.metric, ttft.verdict, ttft.workload) == (Metric.TTFT, Verdict.MET, "Chat")
    assert ttft.headroom == pytest.approx(1.5) and ttft.headroom_low is not None
    assert ttft.observed_at == NOW - timedelta(hours=1) and ttft.recheck_at is not None
    assert ttft.evidence is not None and ttft.evidence.kind is EvidenceKind.TELEMETRY and ttft.evidence.samples == 5_000
    assert ttft.evidence.environment["data_real"] is True


def test_a_requirement_that_nobody_judged_is_unknown(chat: Workload) -> None:
    Requirement.objects.filter(workload=chat).update(retired_at=NOW)
    row = Requirement.objects.create(
        workload=chat, initiative=chat.initiative, metric=Metric.LATENCY, comparator="at_most", target=2, unit="s"
    )
    (one,) = facts(chat.initiative).requirements or ()
    assert (one.id, one.verdict, one.reason, one.evidence, one.digest) == (row.pk, Verdict.UNKNOWN, "never_judged", None, "")


def test_a_retired_requirement_and_a_retired_workload_say_nothing_any_more(chat: Workload) -> None:
    Workload.objects.filter(pk=chat.pk).update(retired_at=NOW)
    found = facts(chat.initiative)
    assert (found.requirements, found.workloads, found.sizing, found.capacity) == ((), (), (), ())


def test_an_accelerator_of_evidence_is_called_by_its_key_in_the_catalogue(organisation: Organisation) -> None:
    workload = bare_chat(organisation)
    requirement, where = require(workload), place(organisation.units["Stores"], workload=workload)
    where.bring(telemetry("a", p95(0.4), environment=Environment(accelerator="NVIDIA H100 80GB HBM3")), environment=LIVE)
    judge(workload)
    assert standing(requirement).current.evidence["environment"]["accelerator"] == "NVIDIA H100 80GB HBM3"
    (found,) = facts(workload.initiative).requirements or ()
    assert found.evidence is not None and found.evidence.environment["accelerator"] == "h100-sxm"


def test_what_is_chosen_for_a_workload_stands_beside_its_requirements(chat: Workload) -> None:
    assert {one.chosen_venue for one in facts(chat.initiative).requirements or ()} == {"on_premises"}
    make_option(chat)
    SizingOption.objects.filter(workload=chat).update(chosen=True)
    assert {one.chosen_accelerator for one in facts(chat.initiative).requirements or ()} == {"h100-sxm"}


def test_unknown_values_are_named_until_they_are_known(chat: Workload) -> None:
    (workload,) = facts(chat.initiative).workloads or ()
    assert workload.unknown and set(workload.unknown) <= workload.asked
    know(chat)
    assert not (facts(chat.initiative).workloads or ())[0].unknown


def test_unknowns_are_those_that_the_lists_of_unknowns_show(organisation: Organisation, chat: Workload, bare: Initiative) -> None:
    make_chat(organisation, name="Other")
    asked = ComponentInput(Presence.UNKNOWN, owner=organisation.people["Otto"], due=date(2027, 1, 5))
    there = {Component.OBSERVABILITY: ComponentInput(Presence.PRESENT), Component.KUBERNETES: asked}
    save_components(by=SYSTEM, initiative=chat.initiative, components=there)
    shown = sorted(
        (row.initiative_id, row.kind.value, row.owner_id is not None, str(row.due)) for row in every(SYSTEM, Wanted(), TODAY)
    )
    found = facts_of(list(Initiative.objects.values_list("id", flat=True)), now=NOW)
    counted = sorted(
        (pk, one.kind.value, one.owned, str(one.due))
        for pk, each in found.items()
        for one in (each.unknowns.rows if each.unknowns else ())
    )
    assert counted == shown and {kind for _pk, kind, *_ in counted} == {one.value for one in UnknownKind}


def test_unknowns_are_complete_once_there_are_a_workload_and_an_assessment(chat: Workload, bare: Initiative) -> None:
    whole, nothing = facts(chat.initiative).unknowns, facts(bare).unknowns
    assert whole is not None and nothing is not None and whole.complete and not nothing.complete


def test_answers_are_those_of_the_newest_assessment_each_with_its_age(chat: Workload) -> None:
    given = facts(chat.initiative).assessment
    assert given is not None
    assert given.replies == {"compute-load-stated": Reply.YES, "memory-weights-and-cache-fit": Reply.NO}
    AssessmentAnswer.objects.filter(question__key="compute-load-stated").update(answered_at=NOW - timedelta(days=300))
    older = facts(chat.initiative).assessment
    assert older is not None and older.since(["compute-load-stated"]) == NOW - timedelta(days=300)
    assert older.since(["memory-weights-and-cache-fit"]) > NOW - timedelta(days=300) and older.digest == given.digest


def test_a_component_is_as_old_as_it_was_said_last_and_saying_it_again_makes_it_young(chat: Workload) -> None:
    said = {Component.OBSERVABILITY: ComponentInput(Presence.PRESENT)}
    save_components(by=SYSTEM, initiative=chat.initiative, components=said)
    ComponentCheck.objects.update(stated_at=NOW - timedelta(days=400))
    old = facts(chat.initiative).components
    assert old is not None and old.since(Component.OBSERVABILITY) == NOW - timedelta(days=400)
    save_components(by=SYSTEM, initiative=chat.initiative, components=said)
    young = facts(chat.initiative).components
    assert young is not None and (young.since(Component.OBSERVABILITY) or NOW) > NOW - timedelta(days=400)


def test_of_a_component_that_was_said_before_times_were_kept_nobody_knows_the_age(chat: Workload) -> None:
    save_components(by=SYSTEM, initiative=chat.initiative, components={Component.CONTAINERS: ComponentInput(Presence.PRESENT)})
    ComponentCheck.objects.update(stated_at=None)
    found = facts(chat.initiative).components
    assert found is not None and found.since(Component.CONTAINERS) is None


class TestSizing:
    def test_a_workload_without_an_option_is_not_sized(self, chat: Workload) -> None:
        (one,) = facts(chat.initiative).sizing or ()
        assert (one.grade, one.cited) == (None, None)

    def test_a_sizing_is_as_old_as_its_measurement(self, organisation: Organisation, chat: Workload) -> None:
        option = sized(organisation, chat, observed_on=date(2026, 6, 1))
        (one,) = facts(chat.initiative).sizing or ()
        assert one.grade is Grade.SWEEP and one.sized_at is not None and one.sized_at.date() == date(2026, 6, 1)
        assert one.cited is not None and one.cited.id == option.result_id

    def test_of_a_measurement_without_a_day_nobody_knows_the_age(self, organisation: Organisation, chat: Workload) -> None:
        sized(organisation, chat, observed_on=None)
        assert (facts(chat.initiative).sizing or ())[0].sized_at is None


class TestCapacity:
    def test_what_is_granted_and_asked_for_is_summed(self, organisation: Organisation, chat: Workload) -> None:
        sized(organisation, chat)
        hold(hall(organisation, name="Second hall"), chat, 2, begin=30)
        Allocation.objects.create(
            pool=hall(organisation, name="Third hall"), workload=chat, initiative=chat.initiative, quantity=8,
            state=AllocationState.REQUESTED, starts_on=TODAY,
        )  # fmt: skip
        (one,) = [each for each in facts(chat.initiative).capacity or () if each.pools is PoolKind.ACCELERATORS]
        assert (one.granted, one.requested) == (6.0, 8.0)
        assert one.usable_from == TODAY + timedelta(days=30) and one.need_low is not None and one.need_high is not None

    def test_without_any_line_nothing_is_said(self, chat: Workload) -> None:
        Allocation.objects.all().delete()
        (one,) = facts(chat.initiative).capacity or ()
        assert (one.granted, one.need_low, one.need_high) == (None, None, None)

    def test_a_grant_that_ends_before_it_is_needed_is_no_cover(self, chat: Workload) -> None:
        Workload.objects.filter(pk=chat.pk).update(needed_on=TODAY + timedelta(days=60))
        Allocation.objects.update(ends_on=TODAY + timedelta(days=20))
        (one,) = facts(chat.initiative).capacity or ()
        assert one.granted == 0.0 and one.wanted_from == TODAY + timedelta(days=60)

    def test_without_a_pool_the_quota_of_the_chosen_venue_is_what_is_granted(self, chat: Workload) -> None:
        Allocation.objects.all().delete()
        VenueOption.objects.filter(state="chosen").update(quota_requested=16, quota_granted=4)
        (one,) = facts(chat.initiative).capacity or ()
        assert (one.granted, one.requested) == (4.0, 12.0)

    def test_storage_is_needed_as_its_requirement_says_in_the_unit_of_pools(self, chat: Workload) -> None:
        require(chat, Metric.STORAGE_CAPACITY, 5_000.0)
        storage = [one for one in facts(chat.initiative).capacity or () if one.pools is PoolKind.STORAGE]
        assert [(one.need_low, one.need_high, one.granted) for one in storage] == [(5.0, 5.0, None)]


def test_venues_and_sequences_are_judged_as_workloads_judge_them(chat: Workload) -> None:
    found = facts(chat.initiative)
    assert found.venues is not None and found.sequences is not None
    inference = found.venues[Function.INFERENCE]
    assert (inference.verdict, inference.chosen, inference.options) == (VenueVerdict.MET, True, 2)
    assert found.venues[Function.STORAGE].verdict is VenueVerdict.UNKNOWN
    assert found.sequences[Rule.COMPUTE_BEFORE_MODEL].verdict is OrderVerdict.MET
    assert found.sequences[Rule.COMMITMENT_BEFORE_SCALE].verdict is OrderVerdict.UNKNOWN


def test_a_person_of_the_team_has_an_account_and_a_name_has_none(organisation: Organisation, chat: Workload) -> None:
    team = facts(chat.initiative).team or {}
    assert {one: slot.has_account for one, slot in team.items()} == {
        TeamFunction.BUSINESS: True,
        TeamFunction.DATA_SCIENCE: False,
    }
    type(organisation.people["Otto"]).objects.filter(name="Otto Test").update(is_active=False)
    assert not (facts(chat.initiative).team or {})[TeamFunction.BUSINESS].has_account


def test_what_a_cluster_shows_stands_beside_what_is_declared(chat: Workload) -> None:
    before = facts(chat.initiative).platform
    assert before is not None and (before.containerised, before.orchestrator, before.seen_at) == (Answer.YES, "Kubernetes", None)
    Source.objects.update(kind=SourceKind.KUBERNETES)
    after = facts(chat.initiative).platform
    assert after is not None and (after.seen_containerised, after.seen_orchestrator) == (Answer.YES, "Kubernetes")
    assert after.seen_at == NOW - timedelta(hours=1)


@pytest.mark.parametrize("count", [10, 200])
def test_facts_take_as_many_statements_for_two_hundred_as_for_one(organisation: Organisation, chat: Workload, count: int) -> None:
    Initiative.objects.bulk_create(
        Initiative(
            name=f"No {n}", unit=organisation.units["Stores"], lifecycle=chat.initiative.lifecycle, stage=chat.initiative.stage
        )
        for n in range(count)
    )
    Workload.objects.bulk_create(
        Workload(initiative_id=pk, name="Chat", task="generate", workload_class="online", experience="interactive")
        for pk in Initiative.objects.values_list("id", flat=True).exclude(pk=chat.initiative_id)
    )
    ids = list(Initiative.objects.values_list("id", flat=True))
    with CaptureQueriesContext(
        connection,
    ) as few:
        one: dict[int, Facts] = facts_of([chat.initiative_id], now=NOW)
    with CaptureQueriesContext(connection) as many:
        found = facts_of(ids, now=NOW)
    assert len(found) == len(ids) and found[chat.initiative_id] == one[chat.initiative_id]
    assert len(many) == len(few) <= 30


def sized(organisation: Organisation, workload: Workload, **more: Any) -> SizingOption:
    """An option with a measured sweep of which everything is known, and so with a result."""
    say(workload, **KNOWN, latency_s=ValueInput(Knowledge.NOT_APPLICABLE))
    made = make_option(workload, measurement=make_measurement(organisation, **more))
    return SizingOption.objects.get(pk=made.pk)
