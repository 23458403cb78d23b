"""Verdicts over the API: every requirement has one, with what it stands on, as far as the reader may see it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.accounts.models import BusinessUnit
from portfolio.kit import clock
from readiness.connectors.contract import Environment, Statistic
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.services.requirements import add_requirement
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat
from tests.readiness.evidence.storing import place, reading, telemetry

pytestmark = pytest.mark.django_db
COUNTS: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "query_counts_api.json").read_text())
URL = "/api/v1/evidence/"
NOW = clock.now()
Api = Callable[..., Client]
REAL = Environment(venue="on_premises", data_real=True, users_real=True)


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    """Without requirements of its profile."""
    workload = make_chat(organisation)
    Requirement.objects.filter(workload=workload).delete()
    return workload


@pytest.fixture
def reader(api: Api) -> Client:
    return api(Scope.EVIDENCE_READ, unit="Retail")


def demand(workload: Workload) -> Requirement:
    return add_requirement(by=SYSTEM, workload=workload, metric=Metric.TTFT, target=2.0, percentile=0.95)


def measure(workload: Workload, ttft: float, unit: BusinessUnit | None = None, hours: float = 1) -> None:
    """Five minutes of the live service, with 20 requests in flight."""
    spot = place(unit or workload.initiative.unit, workload=workload, name=f"Meter {ttft}")
    values = (reading("ttft", ttft, statistic=Statistic.PERCENTILE, percentile=0.95, samples=5000), reading("concurrency", 20.0))
    run = telemetry("t", *values, ended_at=NOW - timedelta(hours=hours), duration_s=300.0, environment=REAL, name=f"look {ttft}")
    spot.bring(run, now=NOW)
    evaluate([workload.pk], by=SYSTEM, now=NOW)


def test_what_nobody_judged_is_unknown_and_never_left_out(reader: Client, chat: Workload) -> None:
    wanted = demand(chat)
    rows = reader.get(f"{URL}verdicts/?workload={chat.pk}").json()["results"]
    assert {one["verdict"] for one in rows} == {"unknown"}
    assert len(rows) == Requirement.objects.filter(workload=chat, retired_at=None).count()
    (own,) = [one for one in rows if one["requirement_id"] == wanted.pk]
    assert (own["reason"], own["judged_at"], own["evidence"]) == ("never_judged", None, None)


def test_a_verdict_is_told_with_what_decided_it_and_how_it_came_to_be(reader: Client, chat: Workload) -> None:
    wanted = demand(chat)
    path = f"{URL}verdicts/{wanted.pk}/"
    measure(chat, 3.0, hours=3)
    first = reader.get(path).json()
    assert (first["verdict"], first["wanted"]["target"], first["workload_name"]) == ("not_met", 2.0, "Chat")
    assert first["headroom"] < 0 and first["evidence"]["value"] == pytest.approx(3.0)
    assert first["evidence"]["run_id"] and first["evidence"]["source_name"] == "Meter 3.0"
    assert reader.get(f"{URL}runs/{first['evidence']['run_id']}/").status_code == 200
    measure(chat, 1.2)
    second = reader.get(path).json()
    assert second["verdict"] == "met" and second["headroom"] > 0 and second["judged_at"]
    history = reader.get(f"{path}history/").json()["results"]
    assert [one["verdict"] for one in history][:2] == ["met", "not_met"]
    assert {one["requirement_id"] for one in history} == {wanted.pk}


def test_filters_over_verdicts_and_what_is_missing(reader: Client, organisation: Organisation, chat: Workload) -> None:
    wanted = demand(chat)
    measure(chat, 1.2)
    other = make_chat(organisation, name="Search")
    for query, expected in (
        ("verdict=met", {wanted.pk}), (f"workload={chat.pk}&metric=ttft", {wanted.pk}), ("open=false", {wanted.pk}),
        (f"initiative={chat.initiative_id}&verdict=met", {wanted.pk}), ("q=Nothing", set()),
    ):  # fmt: skip
        found = {one["requirement_id"] for one in reader.get(f"{URL}verdicts/?{query}").json()["results"]}
        assert found == expected, query
    opened = reader.get(f"{URL}verdicts/?open=true&page_size=1000").json()["results"]
    assert wanted.pk not in {one["requirement_id"] for one in opened} and len(opened) > 3
    evaluate([other.pk], by=SYSTEM, now=NOW)
    lines = reader.get(f"{URL}missing/").json()
    assert {one["by"] for one in lines} == {"what", "who", "unit"}
    assert [one["requirements"] for one in lines] == sorted((one["requirements"] for one in lines), reverse=True)
    assert reader.get(f"{URL}missing/?workload=2000000017").json() == []
    assert reader.get(f"{URL}verdicts/?verdct=met").status_code == 400


def test_who_sees_the_workload_sees_its_verdicts_and_no_more(api: Api, organisation: Organisation, chat: Workload) -> None:
    """Decided by a source of another unit: its name and id stay hidden, the figure does not."""
    wanted = demand(chat)
    measure(chat, 1.2, unit=organisation.units["Logistics"])
    path = f"{URL}verdicts/{wanted.pk}/"
    told = api(Scope.EVIDENCE_READ, unit="Retail").get(path).json()
    assert told["verdict"] == "met" and told["evidence"]["value"] == pytest.approx(1.2)
    assert told["evidence"]["source_id"] is None and told["evidence"]["source_name"] is None
    assert told["evidence"]["run_id"]
    assert api(Scope.EVIDENCE_READ).get(path).json()["evidence"]["source_name"] == "Meter 1.2"
    stranger = api(Scope.EVIDENCE_READ, unit="Logistics")
    assert stranger.get(path).status_code == stranger.get(f"{path}history/").status_code == 404
    assert stranger.get(f"{URL}verdicts/").json()["results"] == [] == stranger.get(f"{URL}missing/").json()
    for other in ("verdicts/", "missing/", f"verdicts/{wanted.pk}/"):
        assert api(Scope.WORKLOADS_READ).get(URL + other).status_code == 403


@pytest.mark.parametrize("count", [1, 5, 40])
def test_lists_of_verdicts_cost_the_same_statements_whatever_they_show(
    reader: Client, organisation: Organisation, chat: Workload, count: int
) -> None:
    workloads = [chat, *(make_chat(organisation, name=f"Chat {number}") for number in range(count - 1))]
    wanted = [demand(workload) for workload in workloads]
    measure(chat, 1.2)
    evaluate([workload.pk for workload in workloads], by=SYSTEM, now=NOW)
    reader.get(f"{URL}metrics/")
    counted = {}
    for name, path in (("list", "verdicts/?page_size=1000"), ("missing", "missing/"), ("one", f"verdicts/{wanted[0].pk}/"),
                       ("history", f"verdicts/{wanted[0].pk}/history/")):  # fmt: skip
        with CaptureQueriesContext(connection) as statements:
            assert reader.get(URL + path).status_code == 200
        counted[name] = len(statements)
    assert counted == COUNTS["verdicts"]
