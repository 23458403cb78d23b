"""The newest values as a list, one series with its history, and both as files."""

from __future__ import annotations

import csv
import io
import json
from datetime import timedelta

import pytest

from portfolio.kit import clock
from readiness.connectors.contract import Bound, Flaw, Kind, Statistic
from readiness.evidence.rules import words as unit_words
from readiness.evidence.tables.values import value_text
from readiness.workloads.choices import Metric
from readiness.workloads.models import CapacityPool
from tests.people import Organisation
from tests.readiness.evidence.reading import HX, SignIn, hours, html, make_workload, point, require, series, source_of, words
from tests.readiness.evidence.storing import place_today, reading, telemetry

pytestmark = pytest.mark.django_db
LIST = "/evidence/observations/"


@pytest.mark.parametrize(
    ("metric", "value", "shown"),
    [
        ("ttft", 0.0123, "12.3 ms"), ("ttft", 1.5, "1.5 s"), ("latency", 300.0, "5 min"), ("ttft", 0.0, "0 s"),
        ("tpot", 0.0000421, "42.1 µs"), ("availability", 0.9995, "99.95 %"), ("accelerator_use", 0.07117, "7.12 %"),
        ("error_ratio", 0.0, "0 %"), ("accelerator_memory", 80 * 2**30, "80 GiB"), ("storage_bandwidth", 3.2e9, "3.2 GB/s"),
        ("network_bandwidth", 25e9, "25 Gbit/s"), ("throughput", 7.5, "7.5/s"), ("concurrency", 64.0, "64"),
        ("power", 10200.0, "10.2 kW"), ("token_throughput", 2147.0, "2,147 tokens/s"),
    ],
)  # fmt: skip
def test_a_value_is_read_in_a_unit_that_fits(metric: str, value: float, shown: str) -> None:
    assert value_text(metric, value).replace("\u202f", " ") == shown


def test_an_amount_stands_in_the_currency_of_its_label_and_a_bound_has_its_sign() -> None:
    assert value_text("cost_per_hour", 12.5, {"currency": "EUR"}).replace("\u202f", " ") == "12.5 EUR/h"
    assert value_text("ttft", 2.56, marks=1).replace("\u202f", " ") == "≥ 2.56 s"
    assert unit_words.bound(2) == "≤"
    assert unit_words.percentile(0.999) == "p99.9"


def test_the_list_tells_value_age_place_source_and_soundness(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    require(workload, Metric.TTFT, 2.0, percentile=0.95, max_age_days=2)
    source = source_of(organisation, workload)
    source.bring(point(8), point(16, flaws=[(Flaw.GENERATOR_SATURATED, "53 % of what was asked for")]))
    page = signed_in("Vera").get(LIST)
    text = words(page)
    assert "14 newest values, 7 of unsound runs, which never decide" in text
    assert "Time to first token p95" in text
    assert "3 days ago, 2 days allowed" in text
    assert "On-premises · 2 × H100 · Llama 3.1 8B · real data · simulated users" in text  # noqa: RUF001
    assert 'title="On-premises, 2 × H100, Llama 3.1 8B, real data, simulated users"' in html(page)  # noqa: RUF001
    assert "Shelf camera chat" in text
    assert "Load tests" in text
    assert "The load generator could not keep up: it measured itself" in text


def test_filters_narrow_page_and_file_alike(organisation: Organisation, signed_in: SignIn) -> None:
    workload, other = make_workload(organisation), make_workload(organisation, name="Delivery slots")
    source_of(organisation, workload).bring(point(8), point(16, flaws=[(Flaw.ALL_FAILED, "")]))
    source_of(organisation, other, name="Others").bring(point(4, sweep="b"))
    client = signed_in("Iris")
    asked = {
        f"workload={workload.pk}&metric=ttft&metric=tpot": 8, "flawed=true": 7, "flawed=false&q=Delivery": 7, "kind=telemetry": 0,
        "q=Others": 7, f"initiative={other.initiative_id}": 7, "since=2999-01-01": 0, "metric=throughput&sort=-value": 3,
    }  # fmt: skip
    for query, count in asked.items():
        page = client.get(f"{LIST}?{query}", headers=HX)
        assert html(page).count('class="figure-value"') == count, query
        rows = json.loads(html(client.get(f"{LIST}export/json/?{query}")))
        assert len(rows) == count, query
    assert [row["value"] for row in json.loads(html(client.get(f"{LIST}export/json/?metric=throughput&sort=-value")))] == sorted(
        (clients / (3 + clients * 0.05) for clients in (4, 8, 16)), reverse=True
    )


def test_the_file_holds_canonical_values_and_no_formula(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation, name="=cmd|'/c calc'!A1")
    source_of(organisation, workload).bring(point(8))
    answer = signed_in("Paula").get(f"{LIST}export/csv/?metric=ttft&sort=value")
    rows = list(csv.DictReader(io.StringIO(html(answer).removeprefix("\ufeff"))))
    assert [row["statistic"] for row in rows] == ["mean", "percentile"]
    assert float(rows[1]["value"]) == pytest.approx(1.5 * float(rows[0]["value"]))
    assert rows[0]["unit"] == "s"
    assert rows[0]["workload"].startswith("'=")
    assert rows[0]["environment"].startswith("accelerator=H100; accelerators=2")


def test_amounts_are_for_those_with_money_and_names_for_those_who_see_them(
    organisation: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    workload = make_workload(organisation)
    bill = place_today(organisation.units["Logistics"], workload=workload, name="Wombat bill")
    cost = reading("cost_per_hour", 41.5, labels={"currency": "XTS", "basis": "allocation"})
    bill.bring(telemetry("c", cost, reading("accelerator_count", 5.0), kind=Kind.COST, ended_at=clock.now()))
    seen = {name: html(signed_in(name).get(LIST)) for name in ("Paula", "Vera", "Lars", "Iris")}
    assert "41.5" in seen["Paula"] and "XTS" in seen["Paula"]
    assert "41.5" not in seen["Vera"] and "41.5" not in seen["Iris"]
    assert all("Accelerators" in text for text in seen.values())
    assert all("Wombat" not in seen[name] and "a source of another unit" in seen[name] for name in ("Paula", "Vera", "Iris"))
    assert "Wombat bill" in seen["Lars"]
    assert "Shelf camera" not in seen["Lars"]
    assert "41.5" in seen["Lars"]
    client = signed_in("Lars")
    assert "Nothing matches" in html(client.get(f"{LIST}?workload={workload.pk}"))
    assert "Nothing matches" in html(client.get(f"{LIST}?q=Shelf"))
    assert "Nothing matches" in html(signed_in("Vera").get(f"{LIST}?q=Wombat"))
    assert "XTS" not in html(signed_in("Vera").get(f"{LIST}export/csv/"))


def test_a_pool_is_named_to_those_who_see_it(organisation: Organisation, signed_in: SignIn) -> None:
    pool = CapacityPool.objects.create(unit=organisation.units["Retail"], name="Cellar", kind="accelerators", size=8)
    place_today(organisation.units["Group"], pool=pool, name="Cluster").bring(telemetry("n", reading("accelerator_count", 8.0)))
    assert "Cellar" in html(signed_in("Ada").get(LIST))
    assert "Cellar" not in html(signed_in("Vera").get(LIST))


def test_a_series_has_its_provenance_its_picture_and_every_value(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    require(workload, Metric.TTFT, 2.0, percentile=0.95)
    values = [1.0, 1.5, None, None, None, None, None, 3.0, 2.0]
    told = hours("ttft", values, statistic=Statistic.PERCENTILE, percentile=0.95, raw_name="histogram_quantile(0.95, ttft)")
    source_of(organisation, workload, name="Prometheus").bring(told, environment={"venue": "on_premises", "users_real": True})
    row = series("ttft")
    page = signed_in("Vera").get(f"/evidence/series/{row.pk}/?span=24h")
    text = words(page)
    assert "Time to first token, p95" in text
    assert "target: at most 2 s for 95 % of requests" in text
    assert "There are values for" in text and "The longest gap lasts" in text
    assert "histogram_quantile(0.95, ttft)" in text
    assert "On-premises declared" in text
    assert "4 values" in text
    chart = json.loads(html(page).partition('type="application/json">')[2].partition("</script>")[0])
    ys = [one["y"] for one in chart["series"][0]["data"]]
    assert ys == [1.0, 1.5, None, 3.0, 2.0], "a gap is a gap"
    assert chart["levels"][0]["value"] == 2.0
    rows = list(csv.DictReader(io.StringIO(html(signed_in("Vera").get(f"/evidence/series/{row.pk}/export/csv/"))[1:])))
    assert [float(one["value"]) for one in rows] == [2.0, 3.0, 1.5, 1.0]


def test_a_series_of_another_unit_is_not_there(organisation: Organisation, signed_in: SignIn) -> None:
    source_of(organisation, make_workload(organisation)).bring(point(8))
    pk = series("ttft").pk
    client = signed_in("Lars")
    for path in (f"/evidence/series/{pk}/", f"/evidence/series/{pk}/export/csv/", f"/evidence/series/{pk + 10**6}/"):
        assert client.get(path).status_code == 404
    assert signed_in("Vera").get(f"/evidence/series/{pk}/export/xlsx/").status_code == 404


def test_what_a_file_and_a_person_say_otherwise_stands_side_by_side(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    source_of(organisation, workload).bring(point(8), environment={"accelerator": "A100", "precision": "bf16"})
    text = words(signed_in("Vera").get(f"/evidence/series/{series('ttft').pk}/"))
    assert "H100 declared as “A100”; the file's own word counts" in text
    assert "bf16 declared" in text


def test_a_bound_is_said_to_be_one(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    edge = reading("ttft", 2.56, statistic=Statistic.PERCENTILE, percentile=0.99, bound=Bound.AT_LEAST)
    source_of(organisation, workload).bring(telemetry("b", edge, ended_at=clock.now() - timedelta(minutes=5)))
    assert "≥ 2.56 s" in words(signed_in("Vera").get(LIST))
    assert "The value lies in the last bucket of a histogram: it is at least this." in html(signed_in("Vera").get(LIST))


def test_an_empty_list_says_what_it_is_for_and_offers_the_first_step(organisation: Organisation, signed_in: SignIn) -> None:
    text = words(signed_in("Iris").get(LIST))
    assert "Nothing was observed yet" in text
    assert "Bring in a file" in text
