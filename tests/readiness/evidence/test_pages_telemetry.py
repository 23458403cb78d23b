"""Values over time: gathered by the database, gaps as gaps, bounds marked, coverage said."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portfolio.kit import clock
from portfolio.kit.templatetags.ui_charts import twin
from readiness.connectors.contract import Bound, Flaw, Kind, Statistic
from readiness.evidence.models import Series
from readiness.evidence.queries.telemetry import tracks
from readiness.evidence.rules.gaps import Stretch, covered
from readiness.workloads.choices import Metric
from readiness.workloads.models import CapacityPool
from tests.people import Organisation
from tests.readiness.evidence.reading import SignIn, hours, html, make_workload, require, series, source_of, words
from tests.readiness.evidence.storing import place_today, reading, telemetry

P95: dict[str, Any] = {"statistic": Statistic.PERCENTILE, "percentile": 0.95}


def test_a_pause_longer_than_the_rhythm_is_a_gap() -> None:
    found = covered([10, 20, 30, 70, 80, 90, 100], 100, least_step_s=1)
    assert found.gaps == (Stretch(30, 70),)
    assert found.step_s == 10
    assert found.share == pytest.approx(0.7)


def test_both_ends_can_be_gaps_and_a_value_that_is_not_due_is_none() -> None:
    found = covered([50, 60, 70], 100, least_step_s=1)
    assert found.gaps == (Stretch(0.0, 50), Stretch(70, 100))
    assert covered([10, 20, 30, 40], 45, least_step_s=1).gaps == ()
    assert covered([10, 20, 30, 40], 45, least_step_s=1).share == pytest.approx(1.0)


def test_nothing_covers_nothing_and_a_window_is_the_least_rhythm() -> None:
    assert covered([], 100, least_step_s=1).gaps == (Stretch(0.0, 100),)
    assert covered([], 100, least_step_s=1).share == 0.0
    assert covered([20, 40, 60, 80, 100], 100, least_step_s=1, window_s=50).gaps == ()


def charts(page: Any) -> list[dict[str, Any]]:
    return [json.loads(part.partition("</script>")[0]) for part in html(page).split('type="application/json">')[1:]]


def test_the_table_of_a_chart_over_time_has_a_row_for_each_moment_and_none_for_a_gap() -> None:
    data = {
        "kind": "time", "title": "", "series": [
            {"name": "p95", "data": [
                {"t": 1, "y": 2.5, "at": "noon", "sign": "≥"}, {"t": 2, "y": None},
                {"t": 3, "y": 4, "at": "two", "low": 3, "high": 5}
            ]},
            {"name": "mean", "data": [{"t": 3, "y": 1, "at": "two", "url": "/x/"}]},
        ], "levels": [{"value": 3, "label": "target"}],
    }  # fmt: skip
    made = twin(data)
    assert made["columns"] == ["Time", "p95", "mean"]
    assert [[cell["text"] for cell in row] for row in made["rows"]] == [
        ["noon", "≥ 2.50", "–"], ["two", "4 (3–5)", "1"], ["target", "3", ""],  # noqa: RUF001
    ]  # fmt: skip
    assert made["rows"][1][2]["url"] == "/x/"


@pytest.mark.django_db
def test_steps_hold_an_observed_value_and_its_range(organisation: Organisation) -> None:
    """The middle of a step is a value that was there: the mean of percentiles is none."""
    source_of(organisation, make_workload(organisation)).bring(hours("ttft", [1.0, 2.0, 9.0, 4.0], **P95))
    now = clock.now()
    found = tracks([series("ttft").pk], now - timedelta(hours=24), now, steps=1)[series("ttft").pk].sound
    assert [(step.middle, step.low, step.high, step.values) for step in found] == [(2.0, 1.0, 9.0, 4)]
    fine = tracks([series("ttft").pk], now - timedelta(hours=24), now)[series("ttft").pk].sound
    assert [step.middle for step in fine] == [1.0, 2.0, 9.0, 4.0]


@pytest.mark.django_db
def test_the_page_draws_each_metric_with_its_target_and_what_is_missing(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    require(workload, Metric.TTFT, 2.0, percentile=0.95)
    source = source_of(organisation, workload, name="Prometheus")
    source.bring(hours("ttft", [1.0, 1.5, None, None, None, 2.5, 2.0], **P95), hours("throughput", [3.0] * 7))
    source.bring(hours("kv_cache_use", [0.5], key="old"), environment={})
    page = signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/telemetry/?span=24h")
    text = words(page)
    assert "3 metrics over 24 hours" in text
    drawn = charts(page)
    assert [chart["title"] for chart in drawn][:1] == ["Time to first token"], "what something is required of comes first"
    assert drawn[0]["levels"][0]["label"].replace("\u202f", " ") == "target: at most 2 s for 95 % of requests"
    assert [point["y"] for point in drawn[0]["series"][0]["data"]] == [1.0, 1.5, None, 2.5, 2.0]
    assert 4 * 3_600_000 in [gap["until"] - gap["since"] for gap in drawn[0]["gaps"]]
    assert "The longest gap lasts" in text
    assert "Target: at most 2 s for 95 % of requests." in text


@pytest.mark.django_db
def test_unsound_values_are_hollow_and_bounds_carry_their_sign(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    source = source_of(organisation, workload)
    now = clock.now()  # after the newest of the whole hours, whatever the minute
    edge = reading("ttft", 2.56, bound=Bound.AT_LEAST, at=now, **P95)
    source.bring(hours("ttft", [1.0, 1.1], **P95), telemetry("edge", edge, ended_at=now, duration_s=3600.0))
    source.bring(telemetry("bad", reading("ttft", 9.0, at=now - timedelta(minutes=5), **P95), ended_at=now, duration_s=3600.0,
                           flaws=((Flaw.INCOMPLETE, "a part of it"),)))  # fmt: skip
    page = signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/telemetry/?span=24h")
    chart = charts(page)[0]
    assert [one.get("as") for one in chart["series"]] == [None, "hollow"]
    assert [point.get("sign") for point in chart["series"][0]["data"] if point["y"] is not None][-1] == "≥"
    text = words(page)
    assert "1 value is only a bound." in text
    assert "1 value is of an unsound run." in text


@pytest.mark.django_db
def test_metrics_and_span_are_chosen_in_the_address_and_silence_is_said(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    source = source_of(organisation, workload)
    old = telemetry("o", reading("latency", 0.4, at=clock.now() - timedelta(days=20)), ended_at=clock.now() - timedelta(days=20))
    source.bring(old, hours("throughput", [3.0, 4.0]))
    client, base = signed_in("Vera"), f"/workloads/{workload.pk}/evidence/telemetry/"
    assert "Nothing was observed in this time; the newest value is from" in words(client.get(base))
    assert len(charts(client.get(f"{base}?span=30d"))) == 2
    assert [one["title"] for one in charts(client.get(f"{base}?span=30d&metric=latency"))] == ["End-to-end latency"]
    assert client.get(f"{base}?span=nonsense&metric=%00").status_code == 200


@pytest.mark.django_db
def test_a_benchmark_is_no_telemetry_and_nothing_yet_says_the_first_step(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    assert "Connect a source" in words(signed_in("Iris").get(f"/workloads/{workload.pk}/evidence/telemetry/"))
    assert signed_in("Lars").get(f"/workloads/{workload.pk}/evidence/telemetry/").status_code == 404


@pytest.mark.django_db
def test_a_pool_has_a_page_of_its_own_and_its_cost_is_hidden_from_those_without_money(
    organisation: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    pool = CapacityPool.objects.create(unit=organisation.units["Retail"], name="Cellar", kind="accelerators", size=8)
    where = place_today(organisation.units["Retail"], pool=pool, name="Cluster")
    cost = reading("cost_per_hour", 41.5, labels={"currency": "XTS"})
    where.bring(hours("accelerator_use", [0.2, 0.3]), telemetry("c", cost, kind=Kind.COST, ended_at=clock.now()))
    assert Series.objects.count() == 2
    seen = {name: words(signed_in(name).get(f"/capacity/{pool.pk}/telemetry/")) for name in ("Paula", "Vera")}
    assert "41.5" in seen["Paula"] and "41.5" not in seen["Vera"]
    assert "Accelerator in use" in seen["Vera"]
    assert signed_in("Lars").get(f"/capacity/{pool.pk}/telemetry/").status_code == 404
