"""The push API: keys, replays, rights of tokens, strict bodies, the pace, and what a token may read of its own."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from portfolio.initiatives.models import ExternalId
from portfolio.kit import clock
from readiness.evidence.choices import DeliveryState, EvidenceKind, SourceKind, Way
from readiness.evidence.models import Delivery, Latest, Observation, PushPace, Run
from readiness.evidence.rules.normal import MOST_ROWS
from readiness.workloads.models import CapacityPool, Workload
from readiness.workloads.services.profiles import create_workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import a_file, fresh, make_chat, make_hall, vllm, work_off
from tests.readiness.evidence.pushing import NOW, PUSH, errors, files, push, row, said

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path / "media"
    return Path(settings.MEDIA_ROOT)


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation)


@pytest.fixture
def hall(organisation: Organisation) -> CapacityPool:
    return make_hall(organisation)


@pytest.fixture
def ci(api: Api) -> Client:
    """A token that may push for Retail, and nothing else."""
    return api(Scope.EVIDENCE_PUSH, unit="Retail")


def test_observations_are_taken_in_and_polled_by_the_token_that_pushed_them(ci: Client, chat: Workload) -> None:
    rows = [row(), row(metric="throughput", value=120, unit="1/min", percentile=None), row(percentile=0.99, labels={"pod": "a"})]
    environment = {"accelerator": "H100 SXM", "accelerators": 8, "stage": "production", "data_real": True}
    answer = push(ci, said(chat, *rows, environment=environment, note="nightly"))
    assert answer.status_code == 202
    body = answer.json()
    assert set(body) == {"id", "state", "url"} and body["state"] == "queued"
    assert answer.headers["Location"] == body["url"]
    work_off()
    told = ci.get(body["url"]).json()
    assert (told["state"], told["runs"], told["observations"], told["refused"]) == ("done", 1, 3, 0)
    assert told["environment"] == environment and told["note"] == "nightly"
    run = Run.objects.get()
    assert (run.workload, run.source.kind, run.kind, run.flawed) == (chat, SourceKind.PUSH, EvidenceKind.TELEMETRY, False)
    throughput = Latest.objects.get(series__metric="throughput")
    assert throughput.low == 2.0 and throughput.series.statistic == "mean"
    p95 = Latest.objects.get(series__metric="latency", series__percentile=0.95)
    assert p95.low == pytest.approx(0.85) and p95.series.window_s == 300


@pytest.mark.parametrize("way", ["raw", "form", "gzip"])
def test_a_tools_file_is_pushed_as_it_is(ci: Client, chat: Workload, way: str) -> None:
    query = f"workload={chat.initiative.key}/Chat&accelerator=H100&accelerators=8&data_real=no&stage=pilot"
    if way == "form":
        fields = {"file": a_file(), "workload": f"{chat.initiative.key}/Chat", "accelerators": "8",
                  "accelerator": "H100", "data_real": "no", "stage": "pilot"}  # fmt: skip
        answer = ci.post(PUSH, fields, headers={"Idempotency-Key": "k"})
    elif way == "raw":
        answer = push(ci, vllm(), kind="application/x-www-form-urlencoded", query=f"?filename=result.json&{query}")
    else:
        packed = gzip.compress(vllm())
        answer = push(
            ci, packed, kind="application/octet-stream", query=f"?filename=result.json&{query}", **{"Content-Encoding": "gzip"}
        )
    assert answer.status_code == 202, answer.content
    work_off()
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.runs, delivery.way) == (DeliveryState.DONE, 1, Way.PUSH), delivery.error
    assert delivery.environment == {"accelerator": "H100", "accelerators": 8, "data_real": False, "stage": "pilot"}
    assert delivery.size_bytes == len(vllm()) and delivery.file_name == "result.json"


def test_lines_of_observations_with_the_envelope_in_the_address(ci: Client, hall: CapacityPool) -> None:
    lines = "\n".join([json.dumps(row(value=value)) for value in (100, 200)] + ["", json.dumps(row(value=300))])
    answer = push(ci, lines, kind="application/x-ndjson", query="?pool=Hall 2&kind=benchmark&venue=on_premises")
    assert answer.status_code == 202, answer.content
    work_off()
    assert Delivery.objects.get().observations == 3
    assert Run.objects.get().kind == EvidenceKind.BENCHMARK and Run.objects.get().pool == hall


def test_the_same_key_and_request_again_is_the_same_answer(ci: Client, chat: Workload, media: Path) -> None:
    first = push(ci, said(chat))
    work_off()
    again = push(ci, said(chat))
    assert (first.status_code, again.status_code) == (202, 202)
    assert first.content == again.content
    assert Delivery.objects.count() == 1 and len(files(media)) == 1


def test_a_replay_answers_the_same_after_its_workload_is_gone(ci: Client, chat: Workload) -> None:
    first = push(ci, said(chat))
    Workload.objects.filter(pk=chat.pk).update(retired_at=NOW)
    assert push(ci, said(chat)).content == first.content
    assert push(ci, said(chat), key="other").status_code == 400


@pytest.mark.parametrize("what", ["rows", "subject", "environment", "kind"])
def test_the_same_key_with_another_request_is_refused(
    ci: Client, chat: Workload, hall: CapacityPool, media: Path, what: str
) -> None:
    push(ci, said(chat))
    other = {
        "rows": said(chat, row(value=851)), "environment": said(chat, environment={"nodes": 2}),
        "kind": said(chat, kind="benchmark"),
        "subject": {"pool": hall.pk, "observations": [row()]},
    }[what]  # fmt: skip
    answer = push(ci, other)
    assert answer.status_code == 422 and "Idempotency-Key" in answer.json()["detail"]
    assert Delivery.objects.count() == 1 and len(files(media)) == 1
    assert push(ci, other, key="build-18").status_code == 202


def test_a_file_under_a_used_key_with_other_parameters_is_refused(ci: Client, chat: Workload) -> None:
    query = f"?filename=result.json&workload={chat.pk}"
    first = push(ci, vllm(), kind="application/octet-stream", query=query)
    assert push(ci, vllm(), kind="application/octet-stream", query=query).content == first.content
    for other in (f"{query}&nodes=2", query.replace("result", "other")):
        assert push(ci, vllm(), kind="application/octet-stream", query=other).status_code == 422


def test_keys_of_two_tokens_do_not_meet(api: Api, ci: Client, chat: Workload) -> None:
    other = api(Scope.EVIDENCE_PUSH, unit="Retail")
    ids = {push(client, said(chat, row(value=value))).json()["id"] for value, client in enumerate((ci, other), start=1)}
    assert len(ids) == 2


def test_the_same_content_under_another_key_adds_nothing(
    ci: Client, chat: Workload, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        push(ci, said(chat))
        push(ci, said(chat), key="build-18")
        work_off()
    second = Delivery.objects.order_by("-id")[0]
    assert (second.runs, second.runs_known, second.observations, second.repeated) == (0, 1, 0, 1)
    assert Observation.objects.count() == 1 and len(files(media)) == 1


@pytest.mark.parametrize("key", ["", " ", "x" * 151, "ключ"])
def test_a_key_is_needed(ci: Client, chat: Workload, key: str) -> None:
    answer = push(ci, said(chat), key=key.encode().decode("latin-1"))
    assert answer.status_code == 400 and "/Idempotency-Key" in errors(answer)
    assert Delivery.objects.count() == 0


def test_what_the_evidence_is_of_can_be_named_in_many_ways(
    api: Api, organisation: Organisation, chat: Workload, hall: CapacityPool
) -> None:
    client = api(Scope.EVIDENCE_PUSH)
    ExternalId.objects.create(initiative=chat.initiative, system="jira", value="AI/7")
    key = chat.initiative.key
    names: list[dict[str, Any]] = [
        {"workload": chat.pk}, {"workload": str(chat.pk)}, {"workload": f"{key}/Chat"}, {"workload": key.lower()},
        {"workload": "jira:AI/7"},
        {"workload": "jira:AI/7/Chat"}, {"workload": {"initiative": "jira:AI/7", "name": "Chat"}},
        {"workload": {"initiative": key}}, {"pool": hall.pk}, {"pool": "Hall 2"}, {"unit": organisation.units["Retail"].pk},
        {"unit": "Retail"},
    ]  # fmt: skip
    for number, name in enumerate(names):
        answer = push(client, {**name, "observations": [row()]}, key=str(number))
        assert answer.status_code == 202, (name, answer.content)
        made = Delivery.objects.get(pk=answer.json()["id"])
        assert (made.workload_id == chat.pk, made.pool_id == hall.pk) == ("workload" in name, "pool" in name)
    create_workload(by=SYSTEM, initiative=chat.initiative, name="Search", template="rag")
    wrong: list[dict[str, Any]] = [
        {"workload": key}, {"workload": f"{key}/chat"}, {"workload": "jira:AI-9"}, {"workload": True}, {"workload": 1.5},
        {"workload": [1]},
        {"workload": {"initiative": key, "nme": "Chat"}}, {"workload": "9" * 30}, {"pool": "Hall"}, {"unit": "x" * 600}, {},
        {"workload": ""},
        {"workload": chat.pk, "pool": hall.pk},
    ]  # fmt: skip
    for number, name in enumerate(wrong):
        assert push(client, {**name, "observations": [row()]}, key=f"w{number}").status_code == 400, name
    assert Delivery.objects.count() == len(names)


def test_another_units_names_read_like_names_that_there_are_not(api: Api, organisation: Organisation, chat: Workload) -> None:
    client = api(Scope.EVIDENCE_PUSH, unit="Logistics")
    hall = make_hall(organisation)
    missing: list[dict[str, Any]] = [
        {"workload": 2_000_000_017},
        {"pool": 2_000_000_017},
        {"unit": 2_000_000_017},
        {"workload": "AI-2000000017/Chat"},
    ]
    hidden: list[dict[str, Any]] = [
        {"workload": chat.pk},
        {"pool": hall.pk},
        {"unit": organisation.units["Retail"].pk},
        {"workload": f"{chat.initiative.key}/Chat"},
    ]
    for one, other in zip(hidden, missing, strict=True):
        answers = [push(client, {**name, "observations": [row()]}, key=str(n)) for n, name in enumerate((one, other))]
        assert [answer.status_code for answer in answers] == [400, 400]
        assert errors(answers[0]) == errors(answers[1])
    assert Delivery.objects.count() == 0


def test_scopes_of_a_push(api: Api, signed_in: Callable[[str], Client], chat: Workload) -> None:
    assert push(api(Scope.EVIDENCE_WRITE, unit="Retail"), said(chat)).status_code == 202
    for scope in (Scope.EVIDENCE_READ, Scope.WORKLOADS_WRITE, Scope.INITIATIVES_WRITE):
        refused = push(api(scope), said(chat))
        assert refused.status_code == 403 and "evidence:push" in refused.json()["detail"]
    assert push(signed_in("Vera"), said(chat)).status_code == 400  # she may bring evidence of nothing
    assert push(signed_in("Paula"), said(chat)).status_code == 202
    assert push(Client(), said(chat)).status_code == 401
    assert Delivery.objects.count() == 2


def test_a_token_that_may_only_push_reads_its_own_deliveries_and_nothing_else(
    api: Api, ci: Client, organisation: Organisation, chat: Workload
) -> None:
    own = push(ci, said(chat)).json()["url"]
    other = push(api(Scope.EVIDENCE_PUSH, unit="Retail"), said(chat)).json()["url"]
    assert ci.get(own).status_code == 200
    told = ci.get(own).json()
    assert told["workload_name"] is told["initiative_key"] is told["source_name"] is None
    missing = ci.get("/api/v1/evidence/deliveries/2000000017/")
    assert ci.get(other).status_code == missing.status_code == 404
    for path in ("deliveries/", "observations/", "runs/", "series/", "sources/", "verdicts/", "metrics/"):
        assert ci.get(f"/api/v1/evidence/{path}").status_code in (403, 404), path
    for path in ("/api/v1/workloads/", "/api/v1/initiatives/", "/api/v1/units/"):
        answer = ci.get(path)
        assert answer.status_code == 403 or answer.json().get("results") == [], path
    assert ci.post("/api/v1/evidence/inspect/", {}).status_code == 403
    assert api(Scope.EVIDENCE_READ, unit="Retail").get(own).json()["workload_name"] == "Chat"
    assert api(Scope.EVIDENCE_READ, unit="Logistics").get(own).status_code == 404


def test_the_pace_is_counted_exactly_and_the_rest_is_told_when_to_come_again(
    ci: Client, api: Api, chat: Workload, settings: Any
) -> None:
    settings.EVIDENCE_PUSHES_PER_MINUTE = 3
    answers = [push(ci, b"{", key=str(number)) for number in range(5)]
    assert [answer.status_code for answer in answers] == [400, 400, 400, 429, 429]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert push(api(Scope.EVIDENCE_PUSH, unit="Retail"), said(chat)).status_code == 202
    PushPace.objects.filter(pushes=5).update(minute=NOW.replace(second=0, microsecond=0) - timedelta(minutes=1))
    assert push(ci, said(chat)).status_code == 202
    assert PushPace.objects.count() == 2


def test_what_lies_ahead_is_kept_and_decides_nothing(ci: Client, chat: Workload) -> None:
    ahead = (clock.now() + timedelta(hours=2)).isoformat()
    push(ci, said(chat, row(observed_at=ahead), row()))
    work_off()
    assert sorted(Run.objects.values_list("flawed", flat=True)) == [False, True]
    assert Delivery.objects.get().observations == 2


def test_a_hundred_thousand_observations(ci: Client, chat: Workload) -> None:
    start = NOW.timestamp() - 10 * 86_400
    rows = [
        row(value=800 + number % 97, observed_at=start + number // 50 * 60, labels={"pod": f"pod-{number % 50}"})
        for number in range(MOST_ROWS)
    ]
    body = json.dumps(said(chat, *rows))
    began = clock.now()
    answer = push(ci, body)
    accepted = clock.now()
    assert answer.status_code == 202
    work_off()
    done = clock.now()
    delivery = fresh(Delivery.objects.get())
    assert (delivery.state, delivery.observations, delivery.refused) == (DeliveryState.DONE, MOST_ROWS, 0)
    assert Latest.objects.count() == 50
    print(  # noqa: T201
        f"{MOST_ROWS} observations, {len(body) / 2**20:.0f} MB: accepted in {(accepted - began).total_seconds():.1f} s,"
        f" committed after {(done - began).total_seconds():.1f} s"
    )
