"""Options are written by those who may, sized at once, and their results are kept once for each set of inputs."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from portfolio.activity.models import AuditEntry
from portfolio.outbox.choices import HANDLERS, SCHEDULE, SUBSCRIBERS
from portfolio.outbox.models import Event, Job
from portfolio.outbox.services import claim, enqueue, run
from readiness.core.sizing.inputs import Grade
from readiness.sizing.choices import Approach
from readiness.sizing.models import SizingOption, SizingResult
from readiness.sizing.rules.stored import answer_from, plain
from readiness.sizing.services.measurements import record_measurement
from readiness.sizing.services.options import StaleOption, add_option, change_option, choose_option, retire_option
from readiness.sizing.services.results import recompute
from readiness.sizing.tasks import recompute as job
from readiness.workloads.choices import Precision
from readiness.workloads.services.profiles import keep_version
from tests.people import SYSTEM, Organisation
from tests.readiness.sizing.making import (
    SWEEP,
    accelerator,
    known_workload,
    make_measurement,
    make_option,
    make_pool,
    make_workload,
    model,
    say,
)

pytestmark = pytest.mark.django_db


def test_an_option_is_sized_when_it_is_written(organisation: Organisation) -> None:
    workload = known_workload(organisation)
    option = add_option(
        by=organisation.actor("Iris"), workload=workload, approach=Approach.SELF_HOSTED, model=model(), accelerator=accelerator()
    )
    assert option.label == "Llama 3.1 8B on 1 x H100 SXM (bf16)"
    result = SizingResult.objects.get(option=option)
    assert option.result_id == result.pk
    assert result.grade == Grade.NOTHING
    assert result.accelerators_low is not None
    assert result.accelerators_high is not None
    assert 1 <= result.accelerators_low <= result.accelerators_high
    assert result.initiative_id == workload.initiative_id
    assert Event.objects.filter(kind="sizing.changed").count() == 1
    assert AuditEntry.objects.filter(initiative_id=workload.initiative_id, object_type="sizing_sizingoption").exists()


def test_the_same_inputs_add_nothing_and_a_reversal_finds_its_result_again(organisation: Organisation) -> None:
    workload = known_workload(organisation)
    option = make_option(workload)
    first, answer = option.result_id, SizingResult.objects.get(option=option).answer
    assert recompute([option.pk]) == 0
    say(workload, arrival_per_s=40.0)
    assert recompute([option.pk]) == 1
    option.refresh_from_db()
    assert option.result_id != first
    say(workload, arrival_per_s=2.0)
    assert recompute([option.pk]) == 1
    option.refresh_from_db()
    assert option.result_id == first
    assert SizingResult.objects.get(pk=first or 0).answer == answer
    assert SizingResult.objects.filter(option=option).count() == 2


def test_what_postgresql_keeps_reads_back_as_the_same_answer(organisation: Organisation) -> None:
    for option in (make_option(known_workload(organisation)), make_option(make_workload(organisation, name="Other"))):
        stored = SizingResult.objects.get(option=option).answer
        assert plain(answer_from(stored)) == stored


def test_a_change_of_the_profile_sizes_its_options_again(organisation: Organisation) -> None:
    workload = known_workload(organisation)
    option = make_option(workload)
    say(workload, peak_factor=30.0)
    assert "sizing.recompute" in SUBSCRIBERS["workload.changed"]
    assert HANDLERS["sizing.recompute"].path == f"{job.__module__}.{job.__name__}"
    waiting = Job.objects.filter(handler="sizing.recompute", done_at=None).order_by("-id")[0]
    held = claim(waiting.pk)
    assert held is not None
    run(held, job)
    option.refresh_from_db()
    assert SizingResult.objects.filter(option=option).count() == 2
    result = SizingResult.objects.get(pk=option.result_id or 0)
    assert result.inputs["demand"]["peak_factor"]["likely"] == 30
    waiting.refresh_from_db()
    assert waiting.done_at is not None


def test_a_result_cites_the_kept_version_that_it_stands_on(organisation: Organisation) -> None:
    workload = known_workload(organisation)
    version = keep_version(by=SYSTEM, workload=workload, label="for the pilot")
    assert SizingResult.objects.get(option=make_option(workload)).profile_version == version
    say(workload, arrival_per_s=3.0)
    other = make_option(workload, accelerators=2)
    assert SizingResult.objects.get(option=other).profile_version is None


def test_what_is_missing_leaves_no_result_and_no_guess(organisation: Organisation) -> None:
    bare = accelerator("l40s")
    bare.memory_bytes = None
    bare.save()
    option = make_option(known_workload(organisation), accelerator=bare)
    assert option.result_id is None
    assert SizingResult.objects.count() == 0


def test_only_those_who_may_edit_the_workload_write_options(organisation: Organisation) -> None:
    workload = known_workload(organisation, owner="Otto")
    option = make_option(workload)
    for name in ("Vera", "Finn", "Lars", "Nora", "Gita"):
        with pytest.raises(PermissionDenied):
            change_option(by=organisation.actor(name), option=option, changes={"accelerators": 2})
        with pytest.raises(PermissionDenied):
            choose_option(by=organisation.actor(name), option=option)
    for name in ("Paula", "Iris", "Otto"):
        choose_option(by=organisation.actor(name), option=option)
    with pytest.raises(PermissionDenied):
        record_measurement(by=organisation.actor("Vera"), unit=organisation.units["Retail"], name="x", points=SWEEP)


def test_our_prices_are_set_by_those_who_see_amounts(organisation: Organisation) -> None:
    option = make_option(known_workload(organisation))
    price = {"price_per_accelerator_hour": 2.5, "price_currency": "EUR"}
    with pytest.raises(PermissionDenied):
        change_option(by=organisation.actor("Iris"), option=option, changes=price)
    changed = change_option(by=organisation.actor("Paula"), option=option, changes=price)
    assert changed.price_per_accelerator_hour == 2.5
    with pytest.raises(ValidationError, match="currency"):
        change_option(by=organisation.actor("Paula"), option=option, changes={"price_currency": ""})


def test_at_most_one_option_is_chosen_and_a_retired_one_is_not(organisation: Organisation) -> None:
    workload = known_workload(organisation)
    one, two = make_option(workload), make_option(workload, accelerators=2)
    choose_option(by=SYSTEM, option=one)
    choose_option(by=SYSTEM, option=two)
    assert list(SizingOption.objects.filter(chosen=True)) == [two]
    retire_option(by=SYSTEM, option=two)
    assert retire_option(by=SYSTEM, option=two).retired_at is not None
    assert not SizingOption.objects.filter(chosen=True).exists()
    with pytest.raises(ValidationError):
        change_option(by=SYSTEM, option=two, changes={"accelerators": 4})


def test_two_who_change_the_same_option_do_not_overwrite_each_other(organisation: Organisation) -> None:
    option = make_option(known_workload(organisation))
    change_option(by=SYSTEM, option=option, changes={"accelerators": 2}, version=1)
    with pytest.raises(StaleOption):
        change_option(by=SYSTEM, option=option, changes={"accelerators": 4}, version=1)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"utilisation": 0.0}, "utilisation"),
        ({"utilisation": 1.5}, "utilisation"),
        ({"accelerators": 0}, "accelerators"),
        ({"model": None}, "model"),
        ({"accelerator": None}, "accelerator"),
        ({"approach": Approach.WORKERS}, "approach"),
        ({"approach": Approach.API}, "model"),
        ({"nothing": 1}, "nothing"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused_by_field(
    organisation: Organisation, changes: dict[str, object], field: str
) -> None:
    option = make_option(known_workload(organisation))
    with pytest.raises(ValidationError) as refused:
        change_option(by=SYSTEM, option=option, changes=changes)
    assert field in refused.value.message_dict


def test_a_pool_of_another_accelerator_or_another_unit_is_refused(organisation: Organisation) -> None:
    workload = known_workload(organisation)
    option = make_option(workload)
    other = make_pool(organisation, name="Small ones", accelerator=accelerator("l4"))
    with pytest.raises(ValidationError, match="another accelerator"):
        change_option(by=SYSTEM, option=option, changes={"pool": other})
    foreign = make_pool(organisation, unit="Logistics", name="Depot")
    with pytest.raises(ValidationError, match="no such pool"):
        change_option(by=organisation.actor("Paula"), option=option, changes={"pool": foreign})


def test_a_sweep_lifts_the_grade_and_must_be_of_the_same_thing(organisation: Organisation) -> None:
    option = make_option(known_workload(organisation))
    measured = make_measurement(organisation)
    changed = change_option(by=SYSTEM, option=option, changes={"measurement": measured})
    result = SizingResult.objects.get(pk=changed.result_id or 0)
    assert result.grade == Grade.SWEEP
    with pytest.raises(ValidationError, match="something else"):
        change_option(by=SYSTEM, option=option, changes={"precision": Precision.FP8})
    other_stack = change_option(by=SYSTEM, option=option, changes={"software": "TGI 2.0"})
    assert SizingResult.objects.get(pk=other_stack.result_id or 0).grade == Grade.NOTHING


def test_a_corrected_measurement_takes_its_options_along(organisation: Organisation) -> None:
    first = make_measurement(organisation)
    option = make_option(known_workload(organisation), measurement=first)
    slower = [point | {"completed_per_s": point["completed_per_s"] * 0.97} for point in SWEEP]
    second = make_measurement(organisation, points=slower, replaces=first)
    option.refresh_from_db()
    assert option.measurement == second
    assert SizingResult.objects.filter(option=option).count() == 2
    with pytest.raises(ValidationError, match="replaces it already"):
        make_measurement(organisation, replaces=first)


@pytest.mark.parametrize(
    "points",
    [
        [{"completed_per_s": float("nan")}],
        [{"completed_per_s": float("inf")}],
        [{"completed_per_s": -1.0}],
        [{"concurrency": 4.0}],
        [{"completed_per_s": 1.0, "tpot": 3}],
        [{"completed_per_s": "7"}],
        [{"completed_per_s": True}],
    ],
)
def test_points_that_cannot_be_are_refused_by_their_place(organisation: Organisation, points: list[dict[str, float]]) -> None:
    with pytest.raises(ValidationError) as refused:
        make_measurement(organisation, points=points)
    assert any("1" in text for text in refused.value.message_dict["points"])


def test_a_newer_engine_computes_anew_what_an_older_one_said(organisation: Organisation, monkeypatch: pytest.MonkeyPatch) -> None:
    """By the daily job, which names no workload."""
    workload = known_workload(organisation)
    option = make_option(workload)
    old = option.result_id
    monkeypatch.setattr("readiness.sizing.rules.stored.CORE_VERSION", "next")
    monkeypatch.setattr("readiness.sizing.services.results.CORE_VERSION", "next")
    assert "sizing.recompute" in {slot.handler for slot in SCHEDULE}
    held = claim(enqueue("sizing.recompute", {}).pk)
    assert held is not None
    job(held)
    option.refresh_from_db()
    assert option.result is not None
    assert option.result_id != old
    assert option.result.core_version == "next"
