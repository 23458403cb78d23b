"""Sizing over the API: the same answers as the pages, strict inputs, scopes, and a calculation that keeps nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from portfolio.accounts.choices import Scope
from readiness.core.sizing.engine import size
from readiness.core.sizing.inputs import AcceleratorFacts, Demand, Layers, ModelFacts, SelfHosted, Task, WorkloadClass
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.models import Measurement, SizingOption, SizingResult
from readiness.sizing.rules.stored import plain
from tests.people import Organisation
from tests.readiness.sizing.making import (
    SWEEP,
    SignIn,
    accelerator,
    known_workload,
    make_measurement,
    make_option,
    make_pool,
    make_workload,
    model,
    text_of,
)

pytestmark = pytest.mark.django_db
Api = Callable[..., Client]
JSON: dict[str, Any] = {"content_type": "application/json"}
PEAK = {"likely": 4, "low": 2, "high": 10, "known": False}
DEMAND: dict[str, Any] = {
    "task": "generate", "workload_class": "online", "arrival_per_s": 2, "peak_factor": PEAK, "input_tokens": 800,
    "output_tokens": 200, "tpot_s": 0.05, "availability": 0.999,
}  # fmt: skip
CANDIDATE: dict[str, Any] = {
    "kind": "self_hosted", "model": {"parameters": 8.03e9, "layers": [{"count": 32, "kv_heads": 8, "head_dim": 128}]},
    "accelerator": {"memory_bytes": 85899345920, "flops": 9.89e14, "bandwidth": 3.35e12},
}  # fmt: skip


def test_the_live_sizing_says_what_the_page_says_for_the_same_parameters(organisation: Organisation, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    option = make_option(workload, pool=make_pool(organisation))
    client = signed_in("Iris")
    for query in ("", "?arrival_per_s=80", "?peak_factor=2..6&accelerators=2", f"?option={option.pk}&availability=99.99%25"):
        found = client.get(f"/api/v1/workloads/{workload.pk}/sizing/{query}")
        assert found.status_code == 200, found.content
        page = text_of(client.get(f"/workloads/{workload.pk}/sizing/{query}", follow=True))
        assert found.json()["sentence"] in page
    told = client.get(f"/api/v1/workloads/{workload.pk}/sizing/?arrival_per_s=80").json()
    assert told["supposed"] == ["arrival_per_s"]
    assert told["demand"]["arrival_per_s"] == {"likely": 80.0, "low": 80.0, "high": 80.0, "known": True}
    assert told["main"]["option_id"] == option.pk
    assert told["main"]["answer"]["replicas"]["likely"] >= 1
    assert SizingResult.objects.count() == 1


@pytest.mark.parametrize(
    "query",
    ["arrival_per_s=NaN", "arrival_per_s=1e400", "arrival_per_s=-1", "arrival_per_s=x", "option=99999999", "slots=0", "peek=3"],
)
def test_a_parameter_that_cannot_be_is_named(organisation: Organisation, signed_in: SignIn, query: str) -> None:
    workload = known_workload(organisation)
    make_option(workload)
    found = signed_in("Iris").get(f"/api/v1/workloads/{workload.pk}/sizing/?{query}")
    assert found.status_code == 400
    assert found.json()["errors"][0]["pointer"].startswith("/" + query.partition("=")[0])


def test_options_are_written_with_a_version_and_sized(organisation: Organisation, api: Api) -> None:
    workload = known_workload(organisation)
    client = api(Scope.WORKLOADS_WRITE, unit="Retail")
    made = client.post(
        "/api/v1/sizing-options/",
        {"workload": workload.pk, "approach": "self_hosted", "model": model().pk, "accelerator": accelerator().pk}, **JSON,
    )  # fmt: skip
    assert made.status_code == 201, made.content
    pk, tag = made.json()["id"], made.headers["ETag"]
    assert made.json()["result"] is not None
    changed = client.patch(f"/api/v1/sizing-options/{pk}/", {"accelerators": 2}, headers={"If-Match": tag}, **JSON)
    assert changed.json()["accelerators"] == 2
    stale = client.patch(f"/api/v1/sizing-options/{pk}/", {"accelerators": 4}, headers={"If-Match": tag}, **JSON)
    assert stale.status_code == 412
    assert client.post(f"/api/v1/sizing-options/{pk}/choose/").json()["chosen"] is True
    answers = client.get(f"/api/v1/sizing-options/{pk}/results/").json()["results"]
    assert [row["standing"] for row in answers] == [True, False]
    assert [row["id"] for row in client.get(f"/api/v1/sizing-options/?workload={workload.pk}").json()["results"]] == [pk]
    price = client.patch(f"/api/v1/sizing-options/{pk}/", {"price_input": 1, "price_currency": "EUR"}, **JSON)
    assert price.status_code == 403
    assert client.delete(f"/api/v1/sizing-options/{pk}/").status_code == 204
    assert client.get(f"/api/v1/sizing-options/{pk}/").status_code == 404


def test_scopes_and_units_hold(organisation: Organisation, api: Api, signed_in: SignIn) -> None:
    workload = known_workload(organisation)
    option = make_option(workload, price_per_accelerator_hour=9.0, price_currency="EUR")
    make_measurement(organisation)
    reader = api(Scope.WORKLOADS_READ, unit="Retail")
    row = reader.get(f"/api/v1/sizing-options/{option.pk}/").json()
    assert (row["price_per_accelerator_hour"], row["price_hidden"]) == (None, True)
    assert reader.post(f"/api/v1/sizing-options/{option.pk}/choose/").status_code == 403
    with_money = api(Scope.WORKLOADS_READ, Scope.MONEY, unit="Retail").get(f"/api/v1/sizing-options/{option.pk}/").json()
    assert with_money["price_per_accelerator_hour"] == 9.0
    stranger = api(Scope.WORKLOADS_WRITE, unit="Logistics")
    assert stranger.get(f"/api/v1/workloads/{workload.pk}/sizing/").status_code == 404
    assert stranger.get(f"/api/v1/sizing-options/{option.pk}/").status_code == 404
    assert stranger.get("/api/v1/measurements/").json()["results"] == []
    assert stranger.get("/api/v1/sizing/").json() == []
    assert api(Scope.INITIATIVES_READ).get("/api/v1/sizing/").status_code == 403
    assert Client().get("/api/v1/sizing/").status_code in (401, 403)
    assert reader.post("/api/v1/sizing/calculate/", {"demand": DEMAND, "candidate": CANDIDATE}, **JSON).status_code == 200


def test_the_list_gives_the_standing_of_each_workload(organisation: Organisation, api: Api) -> None:
    workload = known_workload(organisation)
    make_option(workload, pool=make_pool(organisation, size=64))
    make_workload(organisation, name="Bare")
    client = api(Scope.WORKLOADS_READ, unit="Retail")
    rows = {row["id"]: row for row in client.get("/api/v1/sizing/").json()}
    assert rows[workload.pk]["verdict"] in ("met", "warning")
    assert rows[workload.pk]["accelerators"]["low"] >= 1
    assert len(client.get(f"/api/v1/sizing/?initiative={workload.initiative_id}").json()) == 1
    assert client.get("/api/v1/sizing/?verdict=good").status_code == 400
    assert client.get("/api/v1/sizing/?initiative=x").status_code == 400
    assert client.get("/api/v1/sizing/?unknown=1").status_code == 400


def test_a_calculation_gives_the_core_s_own_answer_and_keeps_nothing(signed_in: SignIn) -> None:
    found = signed_in("Vera").post(
        "/api/v1/sizing/calculate/", {"demand": DEMAND, "candidate": CANDIDATE, "price": {"per_accelerator_hour": 3}}, **JSON
    )  # fmt: skip
    assert found.status_code == 200, found.content
    exactly = Quantity.exactly
    demand = Demand(
        Task.GENERATE, WorkloadClass.ONLINE, arrival_per_s=exactly(2.0), peak_factor=Quantity(4.0, 2.0, 10.0, known=False),
        input_tokens=exactly(800.0), output_tokens=exactly(200.0), tpot_s=exactly(0.05), availability=exactly(0.999),
    )  # fmt: skip
    candidate = SelfHosted(ModelFacts(8.03e9, 8.03e9, (Layers(32, 8, 128),)), AcceleratorFacts(85899345920, 9.89e14, 3.35e12))
    assert found.json()["answer"] == json.loads(json.dumps(plain(size(demand, candidate))))
    assert found.json()["cost"]["per_month"]["likely"] > 0
    assert SizingOption.objects.count() == 0


def test_the_catalogue_may_stand_for_facts(signed_in: SignIn) -> None:
    by_key = {"kind": "self_hosted", "model": {"key": "llama-3-1-8b"}, "accelerator": {"key": "h100-sxm"}, "precision": "fp8"}
    client = signed_in("Vera")
    assert client.post("/api/v1/sizing/calculate/", {"demand": DEMAND, "candidate": by_key}, **JSON).status_code == 200
    missing = client.post(
        "/api/v1/sizing/calculate/", {"demand": DEMAND, "candidate": by_key | {"accelerator": {"key": "none"}}}, **JSON
    )  # fmt: skip
    assert missing.status_code == 400
    assert missing.json()["errors"][0]["pointer"].startswith("/candidate/accelerator/")


@pytest.mark.parametrize(
    ("part", "changes", "pointer"),
    [
        ("demand", {"arrival_per_s": -1}, "/demand/arrival_per_s"),
        ("demand", {"arrival_per_s": "2"}, "/demand/arrival_per_s"),
        ("demand", {"arrival_per_s": True}, "/demand/arrival_per_s"),
        ("demand", {"peak_factor": {"likely": 2, "low": 3}}, "/demand/peak_factor"),
        ("demand", {"peak_factor": {"low": 3}}, "/demand/peak_factor"),
        ("demand", {"task": "sing"}, "/demand/task"),
        ("demand", {"tokens": 4}, "/demand/tokens"),
        ("demand", {"input_tokens": None}, "/demand"),
        ("candidate", {"accelerators": 0}, "/candidate/accelerators"),
        ("candidate", {"utilisation": 2}, "/candidate/utilisation"),
        ("candidate", {"kind": "workers"}, "/candidate"),
        ("candidate", {"model": {"parameters": 0}}, "/candidate/model/parameters"),
    ],
)
def test_what_cannot_be_calculated_is_named(signed_in: SignIn, part: str, changes: dict[str, Any], pointer: str) -> None:
    body: dict[str, Any] = {"demand": dict(DEMAND), "candidate": dict(CANDIDATE)}
    body[part] |= changes
    found = signed_in("Vera").post("/api/v1/sizing/calculate/", body, **JSON)
    assert found.status_code == 400, found.content
    assert found.json()["errors"][0]["pointer"].startswith(pointer)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e400", "-1e400", "9" * 400])
def test_numbers_that_are_none_are_refused_before_the_core_sees_them(signed_in: SignIn, number: str) -> None:
    body = json.dumps({"demand": DEMAND | {"arrival_per_s": 7777}, "candidate": CANDIDATE}).replace("7777", number)
    assert signed_in("Vera").post("/api/v1/sizing/calculate/", body, **JSON).status_code == 400


@pytest.mark.parametrize("number", [1e-300, 1e9, 1e15, 1e18])
def test_numbers_beyond_the_world_get_an_answer_or_a_refusal_at_once(signed_in: SignIn, number: float) -> None:
    client = signed_in("Vera")
    for field in ("arrival_per_s", "input_tokens", "output_tokens", "tpot_s", "peak_factor"):
        body = {"demand": DEMAND | {field: number}, "candidate": CANDIDATE}
        assert client.post("/api/v1/sizing/calculate/", body, **JSON).status_code in (200, 400), field
    classic = {"task": "classic", "workload_class": "online", "arrival_per_s": number, "concurrency": number, "latency_s": 1}
    body = {"demand": classic, "candidate": {"kind": "workers", "service_s": 0.05}}
    assert client.post("/api/v1/sizing/calculate/", body, **JSON).status_code in (200, 400)


def test_measurements_are_recorded_strictly(organisation: Organisation, api: Api) -> None:
    client = api(Scope.WORKLOADS_WRITE, unit="Retail")
    values = {
        "unit": organisation.units["Retail"].pk, "name": "Sweep", "model": model().pk, "accelerator": accelerator().pk,
        "input_tokens": 1000, "output_tokens": 250, "points": SWEEP,
    }  # fmt: skip
    made = client.post("/api/v1/measurements/", values, **JSON)
    assert made.status_code == 201, made.content
    assert len(made.json()["points"]) == len(SWEEP)
    wrong = client.post("/api/v1/measurements/", values | {"points": [{"completed_per_s": 1, "speed": 3}]}, **JSON)
    assert wrong.json()["errors"][0]["pointer"] == "/points/0/speed"
    assert client.post("/api/v1/measurements/", values | {"points": []}, **JSON).status_code == 400
    foreign = client.post("/api/v1/measurements/", values | {"unit": organisation.units["Logistics"].pk}, **JSON)
    assert foreign.status_code == 400
    listed = client.get("/api/v1/measurements/?accelerator=h100-sxm").json()["results"]
    assert [row["id"] for row in listed] == [Measurement.objects.get().pk]
    assert client.get(f"/api/v1/measurements/{listed[0]['id']}/").json()["name"] == "Sweep"


def test_the_schema_describes_every_route_of_sizing(signed_in: SignIn) -> None:
    schema = text_of(signed_in("Ada").get("/api/v1/schema/?format=json"))
    for path in ("workloads/{workload}/sizing/", "sizing/calculate/", "sizing-options/{id}/results/", "measurements/"):
        assert path in schema, path
