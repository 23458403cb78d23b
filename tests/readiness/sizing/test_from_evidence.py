"""A sweep that evidence brought is taken over for sizing, with its figures, its setup and the way back to its runs."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.urls import reverse

from portfolio.kit import clock
from readiness.connectors.contract import Environment, Run
from readiness.connectors.live import Payload
from readiness.evidence.choices import SourceKind, Way
from readiness.evidence.models import Delivery, Source
from readiness.evidence.models import Run as StoredRun
from readiness.evidence.services.demo.measuring import CLIENTS, Measured, held_back, sweep
from readiness.evidence.services.ingest import Arrived, Subject, ingest
from readiness.sizing.models import Measurement
from readiness.sizing.rules.measured import told
from readiness.sizing.services.from_evidence import measurement_of_sweep
from readiness.workloads.models import Workload
from tests.people import SYSTEM, Organisation
from tests.readiness.sizing.making import make_option, make_workload

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 1, 12, tzinfo=UTC)
H100 = {"accelerator": "NVIDIA H100 SXM", "accelerators": 2, "model": "Llama 3.1 8B", "precision": "bf16", "software": "vLLM"}


def bring(workload: Workload, runs: list[Run]) -> list[int]:
    unit = workload.initiative.unit
    source, _ = Source.objects.get_or_create(unit=unit, name="Uploads", kind=SourceKind.UPLOAD)
    delivery = Delivery.objects.create(
        source=source, unit=unit, way=Way.UPLOAD, workload=workload, initiative=workload.initiative
    )
    arrived = Arrived(tuple(runs), Payload(name="sweep.json", body=str([run.key for run in runs]).encode()))
    subject = Subject(unit, workload=workload)
    ingest(delivery=delivery, batches=[arrived], subject=subject, environment={}, now=clock.now())
    return list(StoredRun.objects.filter(delivery=delivery).order_by("id").values_list("id", flat=True))


def points(**place: object) -> Iterator[Run]:
    one = Measured("k", "Answers", "Llama 3.1 8B", "", 2, 900, 200, {"tpot": 0.05}, 1.4)
    return sweep(one, Random(3), AT, duration_s=320, environment=Environment(**(H100 | place)))  # type: ignore[arg-type]


def test_the_points_of_a_sweep_become_a_measurement_with_its_setup(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    runs = bring(workload, list(points()))
    made = measurement_of_sweep(by=organisation.actor("Iris"), workload=workload, runs=runs)
    assert made.evidence_runs == runs
    assert (made.accelerator.key if made.accelerator else "", made.accelerators) == ("h100-sxm", 2)
    assert (made.model.name if made.model else "", made.precision, made.software) == ("Llama 3.1 8B", "bf16", "vLLM")
    assert (made.input_tokens, made.output_tokens) == (900, 200)
    assert made.observed_on == (AT + timedelta(seconds=6 * 340)).date()
    assert len(made.points) == len(CLIENTS)
    first = made.points[0]
    assert first["concurrency"] == 1
    assert first["percentile"] == 0.99
    assert first["completed_per_s"] * first["latency_mean_s"] == pytest.approx(1)
    law = told(made.points, {"output_tokens": 200.0, "input_tokens": 900.0}).law
    assert law is not None
    assert law.rate_max > made.points[-1]["completed_per_s"]


def test_the_same_sweep_again_is_the_same_measurement(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    runs = bring(workload, list(points()))
    first = measurement_of_sweep(by=organisation.actor("Iris"), workload=workload, runs=runs)
    again = measurement_of_sweep(by=organisation.actor("Iris"), workload=workload, runs=[*reversed(runs), runs[0]])
    assert again == first
    assert Measurement.objects.count() == 1


def test_what_is_not_sound_is_left_out_and_said(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    sound = list(points())
    runs = bring(workload, [*sound, held_back(sound[-1])])
    made = measurement_of_sweep(by=organisation.actor("Iris"), workload=workload, runs=runs)
    assert len(made.points) == len(sound)
    assert "1 runs are unsound" in made.source


def test_an_option_can_stand_on_it(organisation: Organisation) -> None:
    workload = make_workload(organisation)
    made = measurement_of_sweep(by=SYSTEM, workload=workload, runs=bring(workload, list(points())))
    option = make_option(workload, measurement=made, accelerators=2)
    assert option.measurement == made


@pytest.mark.parametrize(
    ("place", "says"),
    [({"accelerators": None}, "on how many accelerators"), ({"accelerator": "Something else"}, "")],
)
def test_accelerators_must_be_said_and_an_unknown_kind_is_left_open(
    organisation: Organisation, place: dict[str, object], says: str
) -> None:
    workload = make_workload(organisation)
    runs = bring(workload, list(points(**place)))
    if says:
        with pytest.raises(ValidationError, match=says):
            measurement_of_sweep(by=SYSTEM, workload=workload, runs=runs)
        return
    assert measurement_of_sweep(by=SYSTEM, workload=workload, runs=runs).accelerator is None


def test_runs_of_two_setups_of_another_workload_or_none_are_refused(organisation: Organisation) -> None:
    workload, other = make_workload(organisation), make_workload(organisation)
    mine, theirs = bring(workload, list(points())), bring(other, list(points()))
    two = [*mine, *bring(workload, list(points(accelerators=4)))]
    for runs, says in ((two, "one setup"), ([*mine, theirs[0]], "not benchmark runs"), ([], "not benchmark runs")):
        with pytest.raises(ValidationError, match=says):
            measurement_of_sweep(by=SYSTEM, workload=workload, runs=runs)
    bad = bring(workload, [held_back(one) for one in points(accelerators=8)])
    with pytest.raises(ValidationError, match="None of these runs is sound"):
        measurement_of_sweep(by=SYSTEM, workload=workload, runs=bad)


def test_only_those_who_may_edit_take_it_over_and_others_do_not_see_the_runs(
    organisation: Organisation, client: Client
) -> None:  # fmt: skip
    workload = make_workload(organisation)
    runs = bring(workload, list(points()))
    with pytest.raises(PermissionDenied):
        measurement_of_sweep(by=organisation.actor("Vera"), workload=workload, runs=runs)
    with pytest.raises(ValidationError):
        measurement_of_sweep(by=organisation.actor("Lars"), workload=workload, runs=runs)
    address = reverse("sizing:from_evidence", args=[workload.pk])
    client.force_login(organisation.people["Iris"])
    answer = client.post(address, {"run": [*map(str, runs), "x", "9" * 30]})
    assert answer.status_code == 302
    page = client.get(answer["Location"])
    assert reverse("evidence:run", args=[runs[0]]) in page.content.decode()
    client.force_login(organisation.people["Lars"])
    assert client.post(address, {"run": runs}).status_code == 404
