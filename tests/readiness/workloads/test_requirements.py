"""Requirements added by hand stay; derived ones can only be changed where they do not follow the profile."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.outbox.models import Event
from readiness.core.sizing.inputs import Task
from readiness.workloads.choices import Comparator, Knowledge, Metric
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.queries.profiles import profile
from readiness.workloads.services.profiles import ValueInput, change_workload, create_workload, set_values
from readiness.workloads.services.requirements import add_requirement, change_requirement, retire_requirement
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")
    return create_workload(by=SYSTEM, initiative=initiative, name="Chat", template="chat-assistant")


def test_one_added_by_hand_has_its_metrics_unit_and_direction_and_stays(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    made = add_requirement(by=paula, workload=chat, metric=Metric.JITTER, target=0.02, percentile=0.99)
    assert (made.unit, made.comparator, made.derived_from) == ("s", Comparator.AT_MOST, "")
    assert made.environment == {"data": "real", "users": "real"}
    change_workload(by=paula, workload=chat, changes={"task": Task.CLASSIC})
    assert Requirement.objects.get(pk=made.pk).retired_at is None
    seen = profile(paula, chat.pk)
    assert seen is not None
    assert seen.requirements[-1].pk == made.pk


def test_a_target_may_be_unknown(chat: Workload) -> None:
    assert add_requirement(by=SYSTEM, workload=chat, metric=Metric.QUEUE_TIME).target is None


@pytest.mark.parametrize(
    ("metric", "wrong", "field"),
    [
        (Metric.AVAILABILITY, {"target": 99.9}, "target"),
        (Metric.TTFT, {"target": -1}, "target"),
        (Metric.TTFT, {"target": float("nan")}, "target"),
        (Metric.TTFT, {"percentile": 95}, "percentile"),
        (Metric.THROUGHPUT, {"percentile": 0.95}, "percentile"),
        (Metric.THROUGHPUT, {"window_s": 0}, "window_s"),
        (Metric.TTFT, {"environment": {"moon": "full"}}, "environment"),
        (Metric.TTFT, {"environment": {"venue": "garage"}}, "environment"),
        (Metric.TTFT, {"environment": {"data": "synthetic"}}, "environment"),
        (Metric.TTFT, {"environment": {"min_accelerators": True}}, "environment"),
        (Metric.TTFT, {"environment": {"min_concurrency": "many"}}, "environment"),
        (Metric.TTFT, {"note": "x" * 501}, "note"),
    ],
)
def test_what_cannot_be_required(chat: Workload, metric: Metric, wrong: dict[str, object], field: str) -> None:
    before = Requirement.objects.count()
    with pytest.raises(ValidationError) as refused:
        add_requirement(by=SYSTEM, workload=chat, metric=metric, **wrong)  # type: ignore[arg-type]
    assert set(refused.value.message_dict) == {field}
    assert Requirement.objects.count() == before


def test_what_somebody_set_on_a_derived_one_survives_the_next_answer(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    row = Requirement.objects.get(workload=chat, derived_from="tpot_s")
    environment = row.environment | {"venue": "on_premises", "accelerator": "h100-sxm", "min_accelerators": 2}
    change_requirement(by=paula, requirement=row, changes={"environment": environment, "max_age_days": 30, "note": "Board"})
    given = {"tpot_s": ValueInput(Knowledge.KNOWN, 0.04), "concurrency": ValueInput(Knowledge.KNOWN, 80)}
    given |= {name: ValueInput(Knowledge.KNOWN, 1) for name in ("growth_per_year", "horizon_months")}
    set_values(by=paula, workload=chat, values=given)
    now = Requirement.objects.get(pk=row.pk)
    assert (now.target, now.max_age_days, now.note) == (0.04, 30, "Board")
    assert now.environment == environment | {"min_concurrency": 80}


def test_what_follows_from_the_profile_is_changed_there(chat: Workload) -> None:
    row = Requirement.objects.get(workload=chat, derived_from="tpot_s")
    for changes in ({"target": 3.0}, {"environment": {"data": "any"}}, {"environment": {"moon": "full"}}):
        with pytest.raises(ValidationError):
            change_requirement(by=SYSTEM, requirement=row, changes=changes)
    with pytest.raises(ValidationError):
        retire_requirement(by=SYSTEM, requirement=row)
    with pytest.raises(ValidationError):
        change_requirement(by=SYSTEM, requirement=row, changes={"metric": "ttft"})


def test_a_withdrawn_one_is_kept_and_no_longer_shown(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    made = add_requirement(by=paula, workload=chat, metric=Metric.ERROR_RATIO, target=0.01)
    change_requirement(by=paula, requirement=made, changes={"target": 0.02})
    retire_requirement(by=paula, requirement=made)
    retire_requirement(by=paula, requirement=made)
    assert Requirement.objects.get(pk=made.pk).target == 0.02
    seen = profile(paula, chat.pk)
    assert seen is not None
    assert made.pk not in [row.pk for row in seen.requirements]
    with pytest.raises(ValidationError):
        change_requirement(by=paula, requirement=made, changes={"target": 0.03})
    assert Event.objects.filter(kind="workload.changed", payload={"workload_ids": [chat.pk]}).count() == 4


def test_only_who_may_change_the_workload_requires(organisation: Organisation, chat: Workload) -> None:
    made = add_requirement(by=SYSTEM, workload=chat, metric=Metric.ERROR_RATIO, target=0.01)
    for name in ("Vera", "Lars", "Otto"):
        actor = organisation.actor(name)
        with pytest.raises(PermissionDenied):
            add_requirement(by=actor, workload=chat, metric=Metric.ERROR_RATIO)
        with pytest.raises(PermissionDenied):
            change_requirement(by=actor, requirement=made, changes={"target": 0.5})
        with pytest.raises(PermissionDenied):
            retire_requirement(by=actor, requirement=made)
