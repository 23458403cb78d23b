"""One run: what was offered, read and wrong, its raw answer, and a person's word that it must not decide."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from portfolio.kit import clock
from readiness.connectors.contract import Flaw, Kind, Load, Statistic
from readiness.connectors.live import Payload as Answer
from readiness.evidence.models import Delivery, Run, SetAside
from readiness.evidence.services.ingest import Arrived, StoredPayload, ingest
from tests.people import Organisation
from tests.readiness.evidence.reading import SignIn, html, make_workload, point, source_of, words
from tests.readiness.evidence.storing import place_today, reading, telemetry

pytestmark = pytest.mark.django_db


def address(run: Run, tail: str = "") -> str:
    return f"/evidence/runs/{run.pk}/{tail}"


def test_a_run_shows_its_load_and_each_value_beside_what_the_tool_wrote(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    place_ = source_of(organisation, workload)
    place_.bring(point(8), environment={"users_real": True}, body=b'{"seconds": 1}')
    text = words(signed_in("Vera").get(address(Run.objects.get())))
    assert "Benchmark by vLLM bench 0.10.2: sound, it may decide" in text
    assert "Clients at once 8" in text
    assert "request_throughput 2.352941 req/s" in text
    assert "2.35/s" in text
    assert "Users simulated declared as “real”; the file's own word counts" in text
    assert "Uploaded, no." in text
    assert "SHA-256" in text
    assert "No verdict stands on it." in text


def test_an_unsound_run_says_why_and_that_it_decides_nothing(organisation: Organisation, signed_in: SignIn) -> None:
    flaws = [(Flaw.LITTLES_LAW, "X R / C = 0.62"), (Flaw.ERROR_RATIO, "12 % failed")]
    source_of(organisation, make_workload(organisation)).bring(point(8, flaws=flaws))
    text = words(signed_in("Vera").get(address(Run.objects.get())))
    assert "it decides nothing" in text
    assert "Its own figures contradict each other (Little's law) X R / C = 0.62" in text
    assert "Too many requests failed 12 % failed" in text


def test_values_that_share_a_name_are_matched_only_where_it_is_certain(organisation: Organisation, signed_in: SignIn) -> None:
    rows = [
        reading("storage_bandwidth", 2e9, labels={"operation": "read"}, raw_name="read.bw", raw_value="2.0", raw_unit="GB/s"),
        reading("storage_bandwidth", 5e8, labels={"operation": "write"}, raw_name="write.bw", raw_value="0.5", raw_unit="GB/s"),
        reading("storage_bandwidth", 7e8, labels={"operation": "trim"}, raw_name="trim.bw", raw_value="?", raw_unit=""),
    ]
    run = point(1, readings=tuple(rows), load=Load())
    source_of(organisation, make_workload(organisation)).bring(run)
    text = words(signed_in("Vera").get(address(Run.objects.get())))
    assert "operation: read 2 GB/s read.bw 2.0 GB/s" in text
    assert "operation: write 500 MB/s write.bw 0.5 GB/s" in text
    assert "trim.bw" not in text
    assert "nothing was offered to it" in text


def test_telemetry_shows_its_readings_too(organisation: Organisation, signed_in: SignIn) -> None:
    told = telemetry("t", reading("latency", 0.2, statistic=Statistic.PERCENTILE, percentile=0.99), ended_at=clock.now())
    source_of(organisation, make_workload(organisation)).bring(told)
    text = words(signed_in("Vera").get(address(Run.objects.get())))
    assert "End-to-end latency p99 200 ms" in text


def test_setting_aside_needs_a_right_and_a_reason_and_can_be_undone(organisation: Organisation, signed_in: SignIn) -> None:
    source_of(organisation, make_workload(organisation)).bring(point(8))
    run = Run.objects.get()
    assert signed_in("Vera").get(address(run, "set-aside/")).status_code == 403
    assert "Set it aside" not in html(signed_in("Vera").get(address(run)))
    iris = signed_in("Iris")
    assert iris.post(address(run, "set-aside/"), {"reason": " "}).status_code == 422
    iris.post(address(run, "set-aside/"), {"reason": "the fan was broken"})
    text = words(iris.get(address(run)))
    assert "it decides nothing" in text
    assert "the fan was broken" in text and "Iris Test" in text
    iris.post(address(run, "set-aside/"), {"reason": "it was another machine"})
    text = words(iris.get(address(run)))
    assert "sound, it may decide" in text
    assert text.index("it was another machine") < text.index("the fan was broken"), "the newest word first"
    assert list(SetAside.objects.order_by("id").values_list("aside", flat=True)) == [True, False]
    assert signed_in("Lars").post(address(run, "set-aside/"), {"reason": "x"}).status_code == 404


def test_the_raw_answer_of_what_costs_money_is_for_those_who_see_amounts(
    organisation: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    workload = make_workload(organisation)
    bill = place_today(organisation.units["Retail"], workload=workload, name="Bill")
    cost = reading(
        "cost_total", 41.5, statistic=Statistic.TOTAL, labels={"currency": "XTS"}, raw_name="totalCost", raw_value="41.5"
    )
    run = telemetry("c", cost, kind=Kind.COST, ended_at=clock.now())
    ingest(
        delivery=bill.delivery(), batches=[Arrived((run,), Answer("allocation", b'{"totalCost": 41.5}'))], subject=bill.subject,
        environment={}, now=clock.now(),
    )  # fmt: skip
    stored = Run.objects.get()
    assert "41.5" in html(signed_in("Paula").get(address(stored)))
    assert "41.5" not in html(signed_in("Iris").get(address(stored)))
    assert "totalCost" not in html(signed_in("Iris").get(address(stored)))


def test_the_file_as_it_came_is_for_those_who_bring_evidence(
    organisation: Organisation, signed_in: SignIn, settings: Any, tmp_path: Any
) -> None:  # fmt: skip
    settings.MEDIA_ROOT = tmp_path
    workload = make_workload(organisation)
    source = source_of(organisation, workload)
    name = default_storage.save("evidence/abc", ContentFile(b"raw bytes"))
    delivery = source.delivery()
    ingest(
        delivery=delivery, batches=[Arrived((point(8),), StoredPayload("sweep.json", name))], subject=source.subject,
        environment={}, now=clock.now(),
    )  # fmt: skip
    pk = Run.objects.get().payload_id
    answer = signed_in("Iris").get(f"/evidence/payloads/{pk}/")
    assert html(answer) == "raw bytes"
    assert answer["Content-Disposition"] == 'attachment; filename="sweep.json"'
    assert answer["Content-Type"] == "application/octet-stream"
    assert signed_in("Vera").get(f"/evidence/payloads/{pk}/").status_code == 404
    assert signed_in("Lars").get(f"/evidence/payloads/{pk}/").status_code == 404
    Delivery.objects.filter(pk=delivery.pk).update(asked_by=organisation.people["Vera"])
    assert signed_in("Vera").get(f"/evidence/payloads/{pk}/").status_code == 200
    default_storage.delete(name)
    assert signed_in("Iris").get(f"/evidence/payloads/{pk}/").status_code == 404


def test_a_run_of_another_unit_is_not_there(organisation: Organisation, signed_in: SignIn) -> None:
    source_of(organisation, make_workload(organisation)).bring(point(8))
    run = Run.objects.get()
    lars = signed_in("Lars")
    assert lars.get(address(run)).status_code == 404
    assert lars.get(f"/evidence/runs/{run.pk + 10**6}/").status_code == 404
