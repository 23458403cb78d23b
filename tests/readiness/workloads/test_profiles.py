"""Profiles are written by those who may, all at once or not at all, and every answer is on record."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.activity.models import AuditEntry
from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative, update_initiative
from portfolio.outbox.models import Event
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Experience, Knowledge, Origin
from readiness.workloads.models import ProfileValue, Requirement, Workload
from readiness.workloads.queries.profiles import profile, unknown_values, workloads_of
from readiness.workloads.services.profiles import (
    StaleVersion,
    ValueInput,
    change_workload,
    confirm,
    create_workload,
    keep_version,
    retire_workload,
    set_serves,
    set_values,
)
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db


def known(value: float, **more: object) -> ValueInput:
    return ValueInput(Knowledge.KNOWN, value, **more)  # type: ignore[arg-type]


@pytest.fixture
def initiative(organisation: Organisation) -> Initiative:
    return create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")


@pytest.fixture
def chat(organisation: Organisation, initiative: Initiative) -> Workload:
    return create_workload(
        by=organisation.actor("Paula"), initiative=initiative, name="Chat", task=Task.GENERATE,
        workload_class=WorkloadClass.ONLINE, experience=Experience.CONVERSATIONAL,
    )  # fmt: skip


def test_a_template_brings_assumptions_that_count_as_unknown(organisation: Organisation, initiative: Initiative) -> None:
    paula = organisation.actor("Paula")
    made = create_workload(by=paula, initiative=initiative, name="Chat", template="chat-assistant")
    assert (made.task, made.workload_class, made.experience) == ("generate", "online", "conversational")
    rate = ProfileValue.objects.get(workload=made, name="arrival_per_s")
    assert (rate.knowledge, rate.origin) == (Knowledge.UNKNOWN, Origin.TEMPLATE)
    assert rate.value is not None
    assert rate.low is not None
    assert rate.low < rate.value
    percentile = ProfileValue.objects.get(workload=made, name="ttft_percentile")
    assert (percentile.knowledge, percentile.value) == (Knowledge.KNOWN, 0.95)
    assert set(Requirement.objects.filter(workload=made).values_list("target", flat=True)) == {None}


def test_confirming_makes_an_assumption_known_and_drops_the_guessed_range(
    organisation: Organisation, initiative: Initiative
) -> None:
    iris = organisation.actor("Iris")
    made = create_workload(by=iris, initiative=initiative, name="Chat", template="chat-assistant")
    confirm(by=iris, workload=made, names=["ttft_s", "availability"])
    row = ProfileValue.objects.get(workload=made, name="ttft_s")
    assert (row.knowledge, row.origin, row.low, row.high) == (Knowledge.KNOWN, Origin.STATED, None, None)
    assert Requirement.objects.get(workload=made, metric="ttft").target == row.value
    with pytest.raises(ValidationError) as refused:
        confirm(by=iris, workload=made, names=["tpot_s", "items_per_run"])
    assert set(refused.value.message_dict) == {"items_per_run"}
    assert ProfileValue.objects.get(workload=made, name="tpot_s").knowledge == Knowledge.UNKNOWN


def test_every_error_of_every_field_is_told_at_once_and_nothing_is_kept(organisation: Organisation, chat: Workload) -> None:
    people = organisation.people
    with pytest.raises(ValidationError) as refused:
        set_values(
            by=organisation.actor("Paula"),
            workload=chat,
            values={
                "arrival_per_s": ValueInput(Knowledge.KNOWN),
                "peak_factor": known(0.5),
                "users": known(2.5),
                "input_tokens": known(900, low=1000, high=800),
                "output_tokens": known(10, low=5),
                "tpot_s": ValueInput(Knowledge.NOT_APPLICABLE),
                "items_per_run": known(5),
                "latency": known(5),
                "ttft_s": ValueInput(Knowledge.UNKNOWN, due=date(2030, 1, 1)),
                "concurrency": ValueInput(Knowledge.UNKNOWN, owner=people["Lars"]),
                "stored_gb": known(float("nan")),
                "request_kb": ValueInput(Knowledge.UNKNOWN, low=1, high=2),
                "availability": known(0.999),
            },
        )
    told = refused.value.message_dict
    assert set(told) == {
        "arrival_per_s", "peak_factor", "users", "input_tokens", "output_tokens", "tpot_s", "items_per_run", "latency",
        "ttft_s", "concurrency", "stored_gb", "request_kb",
    }  # fmt: skip
    assert told["peak_factor"] == ["At least 1 x."]
    assert told["concurrency"] == ["Lars Test holds no role in this unit."]
    assert not ProfileValue.objects.exists()


def test_an_unknown_has_somebody_who_finds_it_out(organisation: Organisation, chat: Workload) -> None:
    otto = organisation.people["Otto"]
    given = ValueInput(Knowledge.UNKNOWN, owner=otto, due=date(2030, 1, 1), note="asks the shops")
    set_values(by=organisation.actor("Paula"), workload=chat, values={"users": given})
    (row,) = [one for one in unknown_values(organisation.actor("Otto")) if one["name"] == "users"]
    assert (row["owner_id"], row["due"], row["answered"], row["question"]) == (otto.pk, date(2030, 1, 1), True, "scale")
    set_values(by=organisation.actor("Paula"), workload=chat, values={"users": known(800)})
    stored = ProfileValue.objects.get(workload=chat, name="users")
    assert (stored.owner, stored.due) == (None, None)


def test_what_nobody_answered_is_unknown_too(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    rows = unknown_values(paula)
    assert {row["name"] for row in rows if row["required"]} == {row["name"] for row in rows}
    assert not any(row["answered"] for row in rows)
    assert workloads_of(paula, chat.initiative_id)[0]["unknown_count"] == len(rows)
    set_values(
        by=paula,
        workload=chat,
        values={
            "users": known(600),
            "requests_per_user_day": known(12),
            "busy_hours_per_day": known(8),
            "stored_gb": ValueInput(Knowledge.UNKNOWN),
        },
    )
    after = {row["name"] for row in unknown_values(paula)}
    assert after == {row["name"] for row in rows} - {"arrival_per_s"} | {"stored_gb"}
    assert unknown_values(organisation.actor("Lars")) == []


def test_a_closed_initiative_holds_nothing_up(organisation: Organisation, chat: Workload) -> None:
    Initiative.objects.filter(pk=chat.initiative_id).update(status="closed")
    assert unknown_values(organisation.actor("Paula")) == []


def test_a_known_target_means_the_usual_share_of_requests_until_somebody_says_another(
    organisation: Organisation, chat: Workload
) -> None:
    paula = organisation.actor("Paula")
    set_values(by=paula, workload=chat, values={"ttft_s": known(1.2)})
    share = ProfileValue.objects.get(workload=chat, name="ttft_percentile")
    assert (share.knowledge, share.value, share.origin) == (Knowledge.KNOWN, 0.95, Origin.DERIVED)
    set_values(by=paula, workload=chat, values={"ttft_percentile": known(0.99)})
    set_values(by=paula, workload=chat, values={"ttft_s": known(1.5)})
    assert Requirement.objects.get(workload=chat, metric="ttft").percentile == 0.99


def test_requirements_follow_the_profile_in_place(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")

    def ttft() -> Requirement:
        return Requirement.objects.get(workload=chat, derived_from="ttft_s")

    first = ttft()
    assert first.target is None
    set_values(by=paula, workload=chat, values={"ttft_s": known(1.2)})
    assert (ttft().target, ttft().percentile, ttft().unit, ttft().comparator) == (1.2, 0.95, "s", "at_most")
    set_values(by=paula, workload=chat, values={"ttft_s": ValueInput(Knowledge.NOT_APPLICABLE)})
    assert ttft().retired_at is not None
    set_values(by=paula, workload=chat, values={"ttft_s": known(2)})
    assert (ttft().retired_at, ttft().target, ttft().pk) == (None, 2, first.pk)


def test_answers_that_no_longer_count_stay_and_come_back(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    set_values(by=paula, workload=chat, values={"tpot_s": known(0.05)})
    change_workload(by=paula, workload=chat, changes={"task": Task.CLASSIC})
    seen = profile(paula, chat.pk)
    assert seen is not None
    assert "tpot_s" not in {one.name for one in seen.fields}
    assert not [row for row in seen.requirements if row.derived_from == "tpot_s"]
    change_workload(by=paula, workload=chat, changes={"task": Task.GENERATE})
    seen = profile(paula, chat.pk)
    assert seen is not None
    assert seen.values["tpot_s"].value == 0.05
    assert [row.target for row in seen.requirements if row.derived_from == "tpot_s"] == [0.05]


def test_a_training_run_has_no_arrivals(organisation: Organisation, chat: Workload) -> None:
    with pytest.raises(ValidationError) as refused:
        change_workload(by=organisation.actor("Paula"), workload=chat, changes={"task": Task.TRAIN})
    assert set(refused.value.message_dict) == {"workload_class"}


def test_a_name_is_free_again_when_its_workload_is_retired(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    with pytest.raises(ValidationError) as refused:
        create_workload(by=paula, initiative=chat.initiative, name="Chat", template="rag")
    assert set(refused.value.message_dict) == {"name"}
    retire_workload(by=paula, workload=chat)
    retire_workload(by=paula, workload=chat)
    create_workload(by=paula, initiative=chat.initiative, name="Chat", template="rag")
    with pytest.raises(ValidationError):
        set_values(by=paula, workload=chat, values={"users": known(5)})
    assert [row["template"] for row in workloads_of(paula, chat.initiative_id)] == ["rag"]


def test_without_a_template_what_it_would_bring_must_be_said(organisation: Organisation, initiative: Initiative) -> None:
    with pytest.raises(ValidationError) as refused:
        create_workload(by=organisation.actor("Paula"), initiative=initiative, name=" ")
    assert set(refused.value.message_dict) == {"name", "task", "workload_class", "experience"}


def test_the_second_of_two_editors_learns_of_the_first(organisation: Organisation, chat: Workload) -> None:
    paula, iris = organisation.actor("Paula"), organisation.actor("Iris")
    set_values(by=paula, workload=chat, values={"users": known(5)}, version=1)
    with pytest.raises(StaleVersion) as stale:
        set_values(by=iris, workload=chat, values={"users": known(6)}, version=1)
    assert stale.value.current.version == 2
    assert ProfileValue.objects.get(workload=chat, name="users").value == 5


def test_an_answer_that_changes_nothing_is_no_change(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    first = set_values(by=paula, workload=chat, values={"users": known(5)})
    events = Event.objects.count()
    again = set_values(by=paula, workload=chat, values={"users": known(5)})
    assert (first.version, again.version) == (2, 2)
    assert Event.objects.count() == events


def test_who_may_answer(organisation: Organisation, chat: Workload) -> None:
    for name in ("Paula", "Iris", "Ada"):
        set_values(by=organisation.actor(name), workload=chat, values={"users": known(len(name))})
    for name in ("Vera", "Finn", "Otto", "Lars", "Nora"):
        with pytest.raises(PermissionDenied):
            set_values(by=organisation.actor(name), workload=chat, values={"users": known(1)})
        with pytest.raises(PermissionDenied):
            create_workload(by=organisation.actor(name), initiative=chat.initiative, name="Mine", template="rag")
    assert profile(organisation.actor("Vera"), chat.pk) is not None
    assert profile(organisation.actor("Lars"), chat.pk) is None
    assert workloads_of(organisation.actor("Lars"), chat.initiative_id) == []


def test_a_sponsor_answers_for_their_own_initiative(organisation: Organisation, chat: Workload) -> None:
    update_initiative(by=SYSTEM, initiative=chat.initiative, changes={"sponsor": organisation.people["Otto"]})
    otto = organisation.actor("Otto")
    set_values(by=otto, workload=chat, values={"users": known(40)})
    other = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Other")
    with pytest.raises(PermissionDenied):
        create_workload(by=otto, initiative=other, name="Chat", template="rag")


def test_every_change_is_in_the_history_of_the_initiative(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    set_values(by=paula, workload=chat, values={"users": known(5)})
    set_values(by=paula, workload=chat, values={"users": known(50)})
    keep_version(by=paula, workload=chat, label="first")
    trail = AuditEntry.objects.filter(initiative_id=chat.initiative_id, actor_id=paula.user_id)
    assert {"workloads_workload", "workloads_profilevalue", "workloads_requirement", "workloads_profileversion"} <= set(
        trail.values_list("object_type", flat=True)
    )
    change = trail.get(object_type="workloads_profilevalue", action="change")
    assert (change.before, change.after) == ({"value": 5}, {"value": 50})


def test_whoever_sizes_is_told_of_each_change(organisation: Organisation, chat: Workload) -> None:
    set_values(by=organisation.actor("Paula"), workload=chat, values={"users": known(5)})
    last = Event.objects.order_by("-id").first()
    assert last is not None
    assert (last.kind, last.payload) == ("workload.changed", {"workload_ids": [chat.pk]})


def test_a_shared_platform_serves_initiatives_that_one_can_see(organisation: Organisation, chat: Workload) -> None:
    ada, paula = organisation.actor("Ada"), organisation.actor("Paula")
    near = create_initiative(by=SYSTEM, unit=organisation.units["Retail"], name="Near")
    far = create_initiative(by=SYSTEM, unit=organisation.units["Logistics"], name="Far")
    set_serves(by=ada, workload=chat, initiatives=[far])
    with pytest.raises(ValidationError):
        set_serves(by=paula, workload=chat, initiatives=[near, far])
    set_serves(by=paula, workload=chat, initiatives=[near])
    seen = profile(paula, chat.pk)
    assert seen is not None
    assert ([one.pk for one in seen.serves], seen.hidden_serves) == ([near.pk], 1)
    assert set(chat.serves.values_list("pk", flat=True)) == {near.pk, far.pk}
    (served,) = workloads_of(paula, near.pk)
    assert (served["id"], served["served"]) == (chat.pk, True)
