"""A request log is read by a worker, shown, and becomes values only when somebody accepts them."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils.module_loading import import_string

from portfolio.accounts.choices import Scope
from portfolio.activity.models import AuditEntry
from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.outbox.choices import HANDLERS
from portfolio.outbox.models import Job
from portfolio.outbox.services import claim, run
from readiness.core.sizing.inputs import Task, WorkloadClass
from readiness.workloads.choices import Knowledge, Origin, TraceState
from readiness.workloads.models import ProfileValue, ProfileVersion, Requirement, TraceUpload, Workload
from readiness.workloads.rules.traces import offered
from readiness.workloads.services.profiles import create_workload
from readiness.workloads.services.traces import accept_trace, discard_trace, upload_trace
from tests.people import SYSTEM, Organisation

pytestmark = pytest.mark.django_db
AZURE = "traces/AzureLLMInferenceTrace_conv.csv.gz"


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units["Stores"], name="Shelf camera")
    return create_workload(by=SYSTEM, initiative=initiative, name="Chat", template="chat-assistant")


def log(rows: int = 2_000, *, rate: float = 2.0, seed: int = 1, name: str = "log.csv") -> SimpleUploadedFile:
    """A Poisson stream of that rate with 300 input and 100 output tokens on average."""
    dice = np.random.default_rng(seed)
    times = np.cumsum(dice.exponential(1 / rate, rows))
    requests = zip(times, dice.poisson(300, rows), dice.poisson(100, rows), strict=True)
    lines = [f"{at:.3f},{sent},{got}" for at, sent, got in requests]
    return SimpleUploadedFile(name, "\n".join(["arrival_s,input_tokens,output_tokens", *lines]).encode())


def work_off() -> None:
    """What a worker does with the jobs that wait."""
    for job in Job.objects.filter(handler="workloads.read_trace", done_at=None):
        held = claim(job.pk)
        assert held is not None
        run(held, import_string(HANDLERS[held.handler].path))


def read(by: Any, workload: Workload, file: SimpleUploadedFile, **more: Any) -> TraceUpload:
    upload = upload_trace(by=by, workload=workload, file=file, **more)
    work_off()
    return TraceUpload.objects.get(pk=upload.pk)


def test_a_log_is_shown_before_anything_is_taken_over(
    organisation: Organisation, chat: Workload, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    paula = organisation.actor("Paula")
    before = list(ProfileValue.objects.filter(workload=chat).order_by("name").values_list("name", "value"))
    with django_capture_on_commit_callbacks(execute=True):
        upload = read(paula, chat, log())
    assert (upload.state, upload.error, upload.stored_as) == (TraceState.READY, "", "")
    assert not [path for path in media.rglob("*") if path.is_file()]
    assert list(ProfileValue.objects.filter(workload=chat).order_by("name").values_list("name", "value")) == before
    offers = offered(Task.GENERATE, WorkloadClass.ONLINE, upload.summary)
    assert offers["arrival_per_s"].value == pytest.approx(2, rel=0.1)
    assert offers["arrival_per_s"].low < 2 < offers["arrival_per_s"].high
    assert offers["input_tokens"].value == pytest.approx(300, rel=0.02)
    assert not offers["peak_factor"].known
    assert upload.summary is not None
    assert upload.summary["target_s"] == 1.0
    assert upload.summary["read"]["columns"] == {
        "timestamp": "arrival_s", "input_tokens": "input_tokens", "output_tokens": "output_tokens"
    }  # fmt: skip


def test_chosen_values_become_known_with_their_interval_and_a_version_says_so(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    upload = read(paula, chat, log())
    accept_trace(by=paula, upload=upload, names=["arrival_per_s", "output_tokens", "peak_factor"])
    stored = {one.name: one for one in ProfileValue.objects.filter(workload=chat)}
    rate, peak = stored["arrival_per_s"], stored["peak_factor"]
    assert (rate.knowledge, rate.origin) == (Knowledge.KNOWN, Origin.TRACE)
    assert rate.low is not None
    assert rate.value is not None
    assert rate.low < rate.value
    assert "log.csv" in rate.note
    assert (peak.knowledge, peak.origin) == (Knowledge.UNKNOWN, Origin.TRACE)  # a quarter of an hour knows no peak
    assert stored["input_tokens"].origin == Origin.TEMPLATE
    kept = ProfileVersion.objects.get(workload=chat)
    assert "log.csv" in kept.label
    assert kept.values["arrival_per_s"]["value"] == rate.value
    accepted = TraceUpload.objects.get(pk=upload.pk)
    assert (accepted.state, accepted.accepted) == (TraceState.ACCEPTED, ["arrival_per_s", "output_tokens", "peak_factor"])
    assert accepted.settled_at is not None
    with pytest.raises(ValidationError):
        accept_trace(by=paula, upload=upload, names=["input_tokens"])


def test_a_value_that_the_log_does_not_have_takes_nothing_over(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    upload = read(paula, chat, SimpleUploadedFile("t.csv", b"arrival_s\n" + b"".join(b"%d\n" % n for n in range(50))))
    with pytest.raises(ValidationError) as refused:
        accept_trace(by=paula, upload=upload, names=["arrival_per_s", "input_tokens"])
    assert set(refused.value.message_dict) == {"names"}
    with pytest.raises(ValidationError):
        accept_trace(by=paula, upload=upload, names=[])
    assert not ProfileValue.objects.filter(workload=chat, origin=Origin.TRACE).exists()


def test_a_log_that_cannot_be_used_says_where_and_what_to_do(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    bad = read(paula, chat, SimpleUploadedFile("bad.csv", b"arrival_s,input_tokens\nlater,1\nsoon,2\nnever,3\n"))
    assert bad.state == TraceState.FAILED
    assert "Line 2" in bad.error
    assert "later" in bad.error
    assert bad.settled_at is not None
    nameless = read(paula, chat, SimpleUploadedFile("other.csv", b"color,size\nred,1\nblue,2\n"))
    assert "timestamp" in nameless.error
    once = read(paula, chat, SimpleUploadedFile("once.csv", b"arrival_s\n5\n5\n5\n"))
    assert "same time" in once.error
    discard_trace(by=paula, upload=bad)


def test_columns_and_unit_can_be_named(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    text = b"when,sent,got\n" + b"".join(b"%d,10,20\n" % (n * 250) for n in range(200))
    named = {"timestamp": "when", "input_tokens": "sent", "output_tokens": "got", "unit": "ms"}
    upload = read(paula, chat, SimpleUploadedFile("c.csv", text), columns=named)
    assert upload.error == ""
    assert offered(Task.GENERATE, WorkloadClass.ONLINE, upload.summary)["arrival_per_s"].value == pytest.approx(4)
    with pytest.raises(ValidationError) as refused:
        upload_trace(by=paula, workload=chat, file=log(), columns={"when": "x"})
    assert set(refused.value.message_dict) == {"columns"}
    with pytest.raises(ValidationError):
        upload_trace(by=paula, workload=chat, file=log(), columns={"unit": "days"})


def test_the_same_file_is_the_same_upload_until_it_is_settled(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    first = upload_trace(by=paula, workload=chat, file=log())
    assert upload_trace(by=paula, workload=chat, file=log(name="again.csv")).pk == first.pk
    other = upload_trace(by=paula, workload=chat, file=log(), columns={"timestamp": "arrival_s"})
    assert other.pk != first.pk
    discard_trace(by=paula, upload=first)
    discard_trace(by=paula, upload=first)
    assert upload_trace(by=paula, workload=chat, file=log()).pk not in (first.pk, other.pk)


def test_a_log_that_was_given_up_meanwhile_is_not_shown(organisation: Organisation, chat: Workload) -> None:
    paula = organisation.actor("Paula")
    upload = upload_trace(by=paula, workload=chat, file=log())
    discard_trace(by=paula, upload=upload)
    work_off()
    assert TraceUpload.objects.get(pk=upload.pk).state == TraceState.DISCARDED


def test_an_empty_or_too_large_file_is_refused(organisation: Organisation, chat: Workload, settings: Any) -> None:
    paula = organisation.actor("Paula")
    with pytest.raises(ValidationError):
        upload_trace(by=paula, workload=chat, file=SimpleUploadedFile("e.csv", b""))
    settings.UPLOAD_MAX_BYTES = 100
    with pytest.raises(ValidationError):
        upload_trace(by=paula, workload=chat, file=log())
    assert not TraceUpload.objects.exists()


def test_only_who_may_change_the_workload_brings_logs(organisation: Organisation, chat: Workload) -> None:
    upload = read(organisation.actor("Iris"), chat, log())
    for name in ("Vera", "Lars", "Otto"):
        actor = organisation.actor(name)
        with pytest.raises(PermissionDenied):
            upload_trace(by=actor, workload=chat, file=log(seed=2))
        with pytest.raises(PermissionDenied):
            accept_trace(by=actor, upload=upload, names=["arrival_per_s"])
        with pytest.raises(PermissionDenied):
            discard_trace(by=actor, upload=upload)
    trail = AuditEntry.objects.filter(object_type="workloads_traceupload", initiative_id=chat.initiative_id)
    assert set(trail.values_list("through", "actor")) == {("page", "Iris Test"), ("job", "Iris Test")}


def test_a_tool_hands_a_log_in_polls_and_accepts(chat: Workload, api: Callable[..., Client]) -> None:
    client = api(Scope.WORKLOADS_WRITE, unit="Retail")
    address = f"/api/v1/workloads/{chat.pk}/traces/"
    answer = client.post(address, {"file": log(), "timestamp": "arrival_s"})
    assert answer.status_code == 202, answer.content
    poll = answer["Location"]
    assert client.get(poll).json()["state"] == "uploaded"
    work_off()
    shown = client.get(poll).json()
    assert (shown["state"], shown["columns"]) == ("ready", {"timestamp": "arrival_s"})
    names = [offer["name"] for offer in shown["offers"]]
    assert names[:3] == ["arrival_per_s", "peak_factor", "dispersion"]
    taken = client.post(f"{poll}accept/", {"names": ["arrival_per_s"]}, content_type="application/json")
    assert taken.json()["state"] == "accepted"
    assert client.post(f"{poll}discard/").status_code == 400
    assert len(client.get(address).json()["results"]) == 1
    assert client.post(address, {"file": log(), "colour": "x"}).status_code == 400
    reader = api(Scope.WORKLOADS_READ, unit="Retail")
    assert reader.get(poll).status_code == 200
    assert reader.post(address, {"file": log()}).status_code == 403
    assert api(Scope.WORKLOADS_WRITE, unit="Logistics").get(poll).status_code == 404


def test_the_real_azure_log_becomes_a_profile(organisation: Organisation, chat: Workload, sample_data: Path) -> None:
    path = sample_data / AZURE
    if not path.is_file():
        pytest.skip(f"no real trace: {path} does not exist")
    paula = organisation.actor("Paula")
    upload = read(paula, chat, SimpleUploadedFile(path.name, path.read_bytes()))
    assert upload.error == ""
    rows = gzip.decompress(path.read_bytes()).decode().splitlines()[1:]
    assert upload.summary is not None
    assert upload.summary["requests"] == len(rows)
    names = list(offered(Task.GENERATE, WorkloadClass.ONLINE, upload.summary))
    accept_trace(by=paula, upload=upload, names=names)
    stored = {one.name: one for one in ProfileValue.objects.filter(workload=chat)}
    inputs = [int(row.split(",")[1]) for row in rows]
    assert stored["input_tokens"].value == pytest.approx(sum(inputs) / len(inputs))
    assert stored["input_tokens_p95"].value == pytest.approx(float(np.quantile(inputs, 0.95)))
    assert stored["arrival_per_s"].value == pytest.approx(5.5, abs=0.1)
    assert stored["peak_factor"].knowledge == Knowledge.UNKNOWN  # less than an hour
    assert Requirement.objects.get(workload=chat, derived_from="arrival_per_s").target is None
