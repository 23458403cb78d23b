"""Reading evidence over the API: who sees what, amounts, pages that neither skip nor repeat, spans, exports, statement counts."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portfolio.accounts.choices import Scope
from portfolio.kit import clock
from readiness.connectors.contract import Bound, Flaw
from readiness.connectors.metrics import METRICS
from readiness.evidence.models import Run, Series, SetAside
from readiness.evidence.services.attestations import attest
from readiness.evidence.services.set_aside import set_aside
from readiness.workloads.models import Workload
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.brought import make_chat, make_hall, vllm
from tests.readiness.evidence.storing import benchmark, place, reading, row, telemetry
from tests.sampling import rows as sizes

pytestmark = pytest.mark.django_db
COUNTS: dict[str, dict[str, int]] = json.loads((Path(__file__).parent / "query_counts_api.json").read_text())
URL = "/api/v1/evidence/"
NOW = clock.now().replace(microsecond=0)
Api = Callable[..., Client]
SignIn = Callable[[str], Client]
LISTS = (
    "deliveries/",
    "runs/",
    "series/",
    "latest/",
    "observations/",
    "sources/",
    "query-templates/",
    "metrics/",
    "source-kinds/",
)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> None:
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def chat(organisation: Organisation) -> Workload:
    return make_chat(organisation, owner=organisation.people["Otto"])


@pytest.fixture
def reader(api: Api) -> Client:
    return api(Scope.EVIDENCE_READ, unit="Retail")


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


def told(client: Client, path: str, **asked: Any) -> list[dict[str, Any]]:
    answer = client.get(URL + path, asked)
    assert answer.status_code == 200, answer.content
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def test_tokens_need_the_scope_of_evidence(api: Api, chat: Workload) -> None:
    for path in LISTS:
        assert api(Scope.WORKLOADS_READ).get(URL + path).status_code == 403, path
        assert api(Scope.EVIDENCE_READ).get(URL + path).status_code == 200, path
        assert Client().get(URL + path).status_code == 401, path


@pytest.mark.parametrize("path", LISTS)
def test_a_parameter_that_nobody_knows_is_refused(reader: Client, path: str) -> None:
    answer = reader.get(URL + path, {"wrkload": "1"})
    assert answer.status_code == 400 and "wrkload" in answer.content.decode()


def test_the_catalogue_tells_every_metric_with_the_units_that_are_converted(reader: Client) -> None:
    rows = reader.get(f"{URL}metrics/").json()
    assert [one["key"] for one in rows] == list(METRICS)
    ttft = reader.get(f"{URL}metrics/ttft/").json()
    assert (ttft["unit"], ttft["better"], ttft["nature"], ttft["percentiles"]) == ("s", "lower", "quality", True)
    assert {"s", "ms", "us"} <= set(ttft["units"]) and ttft["meaning"] and ttft["of_window"]
    assert reader.get(f"{URL}metrics/nonsense/").status_code == 404


def test_a_value_is_told_with_its_series_run_bound_and_whose_it_is(reader: Client, chat: Workload) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    at = ago(hours=2)
    read = reading("ttft", 0.5, percentile=0.95, bound=Bound.AT_LEAST, samples=400, labels={"pod": "a"})
    spot.bring(benchmark("a", read, ended_at=at), environment={"accelerator": "H100"}, now=NOW)
    (value,) = told(reader, "observations/")
    assert value["observed_at"] == at.isoformat().replace("+00:00", "Z")
    assert (value["value"], value["unit"], value["bound"], value["samples"], value["flawed"]) == (
        0.5,
        "s",
        "at_least",
        400,
        False,
    )
    assert (value["workload_name"], value["initiative_key"], value["pool_id"]) == ("Chat", chat.initiative.key, None)
    assert value["labels"] == {"pod": "a"} and value["percentile"] == 0.95
    (newest,) = told(reader, "latest/")
    assert (newest["low"], newest["high"], newest["run_id"], newest["id"]) == (0.5, 0.5, value["run_id"], value["series_id"])
    series = reader.get(f"{URL}series/{value['series_id']}/").json()
    assert series["environment"] == {"accelerator": "H100"} and series["metric"] == "ttft"
    run = reader.get(f"{URL}runs/{value['run_id']}/").json()
    assert run["environment"]["accelerator"] == "H100" and run["flaws"] == [] and not run["set_aside"]
    assert [one["value"] for one in run["readings"]] == [0.5] and run["payload"]["sha256"]
    delivery = reader.get(f"{URL}deliveries/{run['delivery_id']}/").json()
    assert delivery["url"].endswith(f"/deliveries/{run['delivery_id']}/")


def test_another_units_evidence_is_not_there(api: Api, organisation: Organisation, chat: Workload) -> None:
    place(chat.initiative.unit, workload=chat).bring(benchmark(ended_at=ago(hours=1)), now=NOW)
    other = api(Scope.EVIDENCE_READ, unit="Logistics")
    for path in ("deliveries/", "runs/", "series/", "latest/", "observations/", "sources/"):
        assert told(other, path) == [], path
    for path in (f"runs/{Run.objects.get().pk}/", f"series/{Series.objects.get().pk}/"):
        assert other.get(URL + path).status_code == 404
    assert told(other, "observations/", series=Series.objects.get().pk, run=Run.objects.get().pk) == []


def test_each_side_sees_the_others_name_only_where_it_sees_the_other(
    api: Api, organisation: Organisation, chat: Workload
) -> None:
    """A source of Logistics measures a workload of Stores."""
    place(organisation.units["Logistics"], workload=chat, name="Shared cluster").bring(benchmark(ended_at=ago(hours=1)), now=NOW)
    for unit, seen, hidden in (("Retail", "workload_name", "source_name"), ("Logistics", "source_name", "workload_name")):
        client = api(Scope.EVIDENCE_READ, unit=unit)
        for path in ("observations/", "latest/", "series/", "runs/"):
            (value,) = told(client, path)
            assert value[seen] and value[hidden] is None, (unit, path)
    assert told(api(Scope.EVIDENCE_READ, unit="Retail"), "observations/", q="Shared") == []


def test_amounts_are_for_those_with_money(api: Api, signed_in: SignIn, chat: Workload) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    labels = {"currency": "EUR"}
    priced = row(48.151, ago(hours=1).isoformat(), metric="cost_per_hour", unit="money/h", labels=labels)
    spot.push(priced, row(0.4, ago(hours=1).isoformat(), metric="ttft", unit="s"), now=NOW)
    for client, may in (
        (signed_in("Paula"), True), (signed_in("Finn"), True), (signed_in("Otto"), True), (signed_in("Vera"), False),
        (signed_in("Iris"), False), (api(Scope.EVIDENCE_READ), False), (api(Scope.EVIDENCE_READ, Scope.MONEY), True),
    ):  # fmt: skip
        for path in ("observations/", "latest/", "series/"):
            assert {one["metric"] for one in told(client, path)} == ({"ttft", "cost_per_hour"} if may else {"ttft"}), path
            assert told(client, path, metric="cost_per_hour") == [] or may
        text = b"".join(client.get(f"{URL}observations/export/csv/").streaming_content).decode()  # type: ignore[attr-defined]
        assert ("48.151" in text) == may
        (cost,) = told(client, "runs/", kind="cost")
        detail = client.get(f"{URL}runs/{cost['id']}/").content.decode()
        assert ("48.151" in detail) == may


def test_flawed_runs_are_told_with_their_reason_and_what_a_person_said(
    signed_in: SignIn, organisation: Organisation, chat: Workload
) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    spot.bring(benchmark("a", flaws=((Flaw.ALL_FAILED, "no request completed"),), ended_at=ago(hours=2)), now=NOW)
    spot.bring(benchmark("b", ended_at=ago(hours=1)), now=NOW)
    client = signed_in("Iris")
    assert [one["flawed"] for one in told(client, "runs/")] == [False, True]
    (bad,) = told(client, "runs/", flawed="true")
    assert client.get(f"{URL}runs/{bad['id']}/").json()["flaws"] == [{"code": "all_failed", "text": "no request completed"}]
    assert [one["flawed"] for one in told(client, "observations/", flawed="true")] == [True]
    assert [one["flawed"] for one in told(client, "observations/", flawed="false")] == [False]
    (good,) = told(client, "runs/", flawed="false")
    path = f"{URL}runs/{good['id']}/"
    answer = client.post(f"{path}set-aside/", {"reason": "another cluster"}, content_type="application/json")
    assert answer.status_code == 200 and answer.json()["set_aside"]
    assert answer.json()["said"][0] | {"at": ""} == {"aside": True, "reason": "another cluster", "by": "Iris Test", "at": ""}
    assert [one["set_aside"] for one in told(client, "runs/", flawed="false")] == [True]
    assert client.post(f"{path}set-aside/", {"reason": "again"}, content_type="application/json").status_code == 400
    assert not client.post(f"{path}restore/", {"reason": "it is this one"}, content_type="application/json").json()["set_aside"]
    assert signed_in("Vera").post(f"{path}restore/", {"reason": "x"}, content_type="application/json").status_code == 403
    assert signed_in("Lars").post(f"{path}restore/", {"reason": "x"}, content_type="application/json").status_code == 404


def test_a_token_says_nothing_about_what_counts(api: Api, chat: Workload) -> None:
    place(chat.initiative.unit, workload=chat).bring(benchmark(ended_at=ago(hours=1)), now=NOW)
    path = f"{URL}runs/{Run.objects.get().pk}/set-aside/"
    answer = api(Scope.EVIDENCE_WRITE).post(path, {"reason": "x"}, content_type="application/json")
    assert answer.status_code == 403 and SetAside.objects.count() == 0


@pytest.mark.parametrize("size", [1, 7, 50, 1000])
def test_pages_neither_skip_nor_repeat_whatever_shares_a_time(reader: Client, chat: Workload, size: int) -> None:
    """Forty series with the same times, two values for one of them at one time."""
    spot = place(chat.initiative.unit, workload=chat)
    rows = [
        row(number + turn / 10, ago(hours=turn + 1).isoformat(), labels={"pod": str(number)})
        for number in range(1, 41)
        for turn in range(3)
    ]
    spot.push(*rows, row(77.7, ago(hours=1).isoformat(), labels={"pod": "3"}), now=NOW)
    seen, path, pages = [], f"{URL}observations/?page_size={size}", 0
    while path and pages < 200:
        answer = reader.get(path).json()
        seen += [(one["observed_at"], one["series_id"], one["value"]) for one in answer["results"]]
        path, pages = answer["next"], pages + 1
        assert len(answer["results"]) <= size
    assert len(seen) == len(set(seen)) == 121
    assert seen == sorted(seen, reverse=True)
    assert pages == -(-121 // size)


def test_a_page_stays_within_its_span_while_new_values_arrive(reader: Client, chat: Workload) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    spot.push(*(row(number, ago(minutes=10 + number).isoformat(), unit="s") for number in range(1, 5)), now=NOW)
    first = reader.get(f"{URL}observations/?page_size=2").json()
    spot.push(row(99, ago(minutes=1).isoformat(), unit="s"), now=NOW)
    second = reader.get(first["next"]).json()
    assert [one["value"] for one in first["results"] + second["results"]] == [1, 2, 3, 4]


def test_a_span_is_asked_for_and_bounded(reader: Client, chat: Workload) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    spot.push(*(row(number, ago(days=number).isoformat(), unit="s") for number in (1, 20, 40, 380)), now=NOW)
    assert [one["value"] for one in told(reader, "observations/")] == [1, 20]
    assert [one["value"] for one in told(reader, "observations/", since=ago(days=41).isoformat())] == [1, 20, 40]
    day = ago(days=20).date()
    assert [one["value"] for one in told(reader, "observations/", since=day, until=day)] == [20]
    assert [one["value"] for one in told(reader, "observations/", until=ago(days=370).isoformat())] == [380]
    for wrong in ({"since": "yesterday"}, {"since": "2026-11-20T10:00:00"}, {"since": ago(days=401).isoformat()},
                  {"since": NOW.isoformat(), "until": ago(days=1).isoformat()}, {"until": "2026-13-01"}, {"flawed": "perhaps"},
                  {"series": "x"}, {"run": "9" * 30}, {"page_size": "-1"}, {"cursor": "x"}, {"cursor": "W10="}, {"metric": "x"},
                  {"cursor": "WyIyMDI2LTExLTIwVDEwOjAwOjAwWiIsIDFlNDAwLCAxLCAxLCAxXQ=="}, {"cursor": "é"}):  # fmt: skip
        assert reader.get(f"{URL}observations/", wrong).status_code == 400, wrong


def test_filters_say_the_same_as_a_naive_look(reader: Client, organisation: Organisation, chat: Workload) -> None:
    hall = make_hall(organisation)
    first, second = place(chat.initiative.unit, workload=chat), place(organisation.units["Retail"], pool=hall, name="Hall meters")
    first.push(row(0.1, ago(hours=1).isoformat(), metric="ttft", unit="s", percentile=0.95), now=NOW)
    first.bring(telemetry("t", reading("throughput", 9.0), ended_at=ago(hours=2)), now=NOW)
    second.push(row(400, ago(hours=3).isoformat(), metric="power", unit="W"), now=NOW)
    asked: list[tuple[dict[str, Any], set[str]]] = [
        ({"workload": chat.pk}, {"ttft", "throughput"}), ({"pool": hall.pk}, {"power"}),
        ({"initiative": chat.initiative_id}, {"ttft", "throughput"}),
        ({"source": second.source.pk}, {"power"}), ({"metric": ["ttft", "power"]}, {"ttft", "power"}),
        ({"kind": "telemetry"}, {"ttft", "throughput", "power"}),
        ({"statistic": "percentile"}, {"ttft"}), ({"q": "Hall"}, {"power"}),
        ({"unit": organisation.units["Stores"].pk}, {"ttft", "throughput"}),
        ({"workload": 2_000_000_017}, set()),
    ]  # fmt: skip
    for filters, metrics in asked:
        for path in ("observations/", "series/"):
            assert {one["metric"] for one in told(reader, path, **filters)} == metrics, (path, filters)
    for filters, metrics in asked[:6]:
        assert {one["metric"] for one in told(reader, "latest/", **filters)} == metrics, filters


def test_an_export_streams_the_same_as_the_list_and_no_cell_runs(reader: Client, chat: Workload) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    spot.push(*(row(number, ago(hours=number).isoformat(), labels={"pod": "=cmd()"}) for number in range(1, 8)), now=NOW)
    answer = reader.get(f"{URL}observations/export/csv/", {"workload": chat.pk})
    assert answer.headers["Content-Disposition"].startswith("attachment") and "csv" in answer.headers["Content-Type"]
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    lines = list(csv.DictReader(io.StringIO(text)))
    listed = told(reader, "observations/")
    assert sorted(float(line["value"]) for line in lines) == sorted(one["value"] for one in listed)
    assert {line["labels"] for line in lines} == {'{"pod": "=cmd()"}'}
    assert {line["bound"] for line in lines} == {"exact"} and {line["samples"] for line in lines} == {""}


@pytest.mark.parametrize("count", sizes(__name__))
def test_lists_cost_the_same_statements_whatever_they_show(
    reader: Client, organisation: Organisation, chat: Workload, count: int
) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    spot.push(
        *(row(number, ago(minutes=number).isoformat(), labels={"pod": str(number)}) for number in range(1, count + 1)), now=NOW
    )
    for number in range(count):
        place(organisation.units["Stores"], name=f"Source {number}")
        if count <= 50:
            spot.bring(benchmark(f"b{number}", ended_at=ago(hours=1)), now=NOW)
    counted = {}
    reader.get(f"{URL}metrics/")  # a token notes once a minute that it was used
    for name in ("deliveries", "runs", "series", "latest", "observations", "sources", "query-templates"):
        with CaptureQueriesContext(connection) as statements:
            assert reader.get(f"{URL}{name}/?page_size=1000").status_code == 200
        counted[name] = len(statements)
    assert counted == COUNTS["lists"]


def test_one_row_costs_a_fixed_number_of_statements(reader: Client, organisation: Organisation, chat: Workload) -> None:
    spot = place(chat.initiative.unit, workload=chat)
    spot.bring(
        benchmark("b", *(reading("ttft", 0.5 + n / 100, labels={"pod": str(n)}) for n in range(40)), ended_at=ago(hours=1)),
        now=NOW,
    )
    run = Run.objects.get()
    reader.get(f"{URL}metrics/")
    counted = {}
    paths = {
        "run": f"runs/{run.pk}/", "delivery": f"deliveries/{run.delivery_id}/", "series": f"series/{Series.objects.first().pk}/",  # type: ignore[union-attr]
        "source": f"sources/{spot.source.pk}/",
    }  # fmt: skip
    for name, path in paths.items():
        with CaptureQueriesContext(connection) as statements:
            assert reader.get(URL + path).status_code == 200
        counted[name] = len(statements)
    assert counted == COUNTS["one"]


def test_a_file_is_inspected_and_not_stored(api: Api, organisation: Organisation) -> None:
    client = api(Scope.EVIDENCE_WRITE, unit="Retail")
    answer = client.post(f"{URL}inspect/", {"file": SimpleUploadedFile("r.json", vllm())})
    assert answer.status_code == 200 and answer.json()["candidates"][0]["tool"] == "vllm_bench"
    nothing = client.post(f"{URL}inspect/", {"file": SimpleUploadedFile("r.txt", b"hello")}).json()
    assert nothing["candidates"] == [] and len(nothing["looked_for"]) > 10
    assert client.post(f"{URL}inspect/", {}).status_code == 400


def test_what_was_attested_and_set_aside_shows_in_the_run(signed_in: SignIn, organisation: Organisation, chat: Workload) -> None:
    attest(
        by=organisation.actor("Paula"), workload=chat, metric="availability", value=99.9, unit="%", now=NOW,
        observed_on=ago(days=3).date(), file=SimpleUploadedFile("report.pdf", b"%PDF"),
    )  # fmt: skip
    run = Run.objects.get()
    set_aside(by=SYSTEM, run=run, reason="not ours")
    shown = signed_in("Vera").get(f"{URL}runs/{run.pk}/").json()
    assert (shown["kind"], shown["tool"], shown["set_aside"]) == ("attested", "attested", True)
    assert shown["payload"]["file"].endswith(f"/payloads/{run.payload_id}/file/")
