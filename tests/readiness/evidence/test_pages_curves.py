"""Sweeps, the law and its promise: the rules against the law's own numbers, and the page."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from portfolio.kit import clock
from readiness.connectors.contract import Environment, Flaw, Load
from readiness.core.sizing.fit import Standing
from readiness.evidence.models import Run
from readiness.evidence.rules import curve
from readiness.evidence.rules.curve import Point, Reading, Refusal, carries, sweeps, told
from readiness.evidence.services.set_aside import set_aside
from readiness.workloads.choices import Metric
from tests.people import Organisation
from tests.readiness.evidence.reading import (
    IDLE_S,
    OUTPUT,
    WORK_S,
    SignIn,
    html,
    make_workload,
    point,
    require,
    source_of,
    sweep,
    words,
)

NOW = clock.now()


def a_point(clients: float, *, run: int = 0, delivery: int = 1, setup: Any = "one", ago_h: float = 0.0, **more: Any) -> Point:
    """Of the law with 3 s alone and 50 ms of work: saturation at 20/s."""
    rate = clients / (IDLE_S + clients * WORK_S)
    latency = clients / rate
    readings = (
        Reading("latency", "mean", None, latency), Reading("latency", "percentile", 0.95, 1.5 * latency),
        Reading("tpot", "mean", None, latency / OUTPUT),
    )  # fmt: skip
    load = {"concurrency": clients, "achieved_per_s": rate, "input_tokens": 1000.0, "output_tokens": OUTPUT}
    fields: dict[str, Any] = {
        "run": run or int(clients), "at": NOW - timedelta(hours=ago_h), "setup": (setup,), "delivery": delivery, "load": load,
        "readings": readings,
    }  # fmt: skip
    return Point(**(fields | more))


def test_points_of_one_delivery_and_setup_are_a_sweep_the_lightest_first() -> None:
    rows = [a_point(64), a_point(1), a_point(8), a_point(16, setup="another")]
    found = sweeps(rows)
    assert sorted([point.run for point in one.points] for one in found) == [[1, 8, 64], [16]]


def test_single_points_of_a_day_join_and_a_day_between_parts_them() -> None:
    rows = [a_point(clients, delivery=place, ago_h=place) for place, clients in enumerate((1, 8, 64))]
    rows.append(a_point(32, delivery=9, ago_h=60))
    assert sorted(len(one.points) for one in sweeps(rows)) == [1, 3]


def test_requests_of_another_length_are_another_sweep() -> None:
    long = a_point(8, load=dict(a_point(8).load) | {"output_tokens": 900.0})
    scattered = a_point(16, load=dict(a_point(16).load) | {"output_tokens": OUTPUT * 1.1})
    assert sorted(len(one.points) for one in sweeps([a_point(1), long, scattered])) == [1, 2]


def test_the_law_is_found_and_promises_no_more_than_80_per_cent_of_saturation() -> None:
    found = told(sweeps([a_point(clients) for clients in (1, 8, 32, 64)])[0])
    assert found.saturation == pytest.approx(1 / WORK_S)
    assert found.promised == pytest.approx(0.8 / WORK_S)
    assert not found.refused


def test_a_rate_is_read_between_points_and_capped_where_nothing_is_promised() -> None:
    found = told(sweeps([a_point(clients) for clients in (1, 64, 256, 1024)])[0])
    inside = carries(found, "latency", 0.95, 8.0)
    assert inside.measured.standing is Standing.INSIDE
    assert not inside.capped
    assert 1 / 3.05 < (inside.rate or 0) < 64 / 6.2
    loose = carries(found, "latency", 0.95, 1000.0)
    assert loose.measured.standing is Standing.AT_LEAST
    assert loose.capped
    assert loose.rate == pytest.approx(16.0)
    assert carries(found, "latency", 0.95, 1.0).measured.standing is Standing.NONE_MEETS
    assert carries(found, "latency", 0.99, 8.0).measured.standing is Standing.NOT_MEASURED
    assert carries(found, "latency", 0.9, 8.0).measured.percentile == 0.95, "a higher percentile is on the safe side"


def test_a_bound_and_a_lower_percentile_stand_for_nothing() -> None:
    edge = Reading("ttft", "percentile", 0.95, 1.0, marks=1)
    found = told(sweeps([a_point(clients, readings=(edge,)) for clients in (1, 8)])[0])
    assert carries(found, "ttft", 0.95, 2.0).measured.standing is Standing.NOT_MEASURED


def test_refused_points_say_why_a_persons_word_first() -> None:
    slow = a_point(32, run=5, load=dict(a_point(32).load) | {"achieved_per_s": 1.0})  # breaks Little's law
    flawed = a_point(16, run=6, flaws=(Refusal("error_ratio", "12 %"),), aside="the fan")
    found = told(sweeps([a_point(1), a_point(8), slow, flawed])[0])
    assert found.refused[6] == Refusal(curve.SET_ASIDE, "the fan")
    assert found.refused[5].code == "little"
    assert [one.run for one in found.kept] == [1, 8]


def test_without_two_loads_there_is_no_law_and_it_is_said_why() -> None:
    found = told(sweeps([a_point(8)])[0])
    assert found.law is None
    assert found.no_law == "too_few_points"
    assert found.promised is None


def chart_of(page: Any, place: int = 0) -> dict[str, Any]:
    text = html(page).split('type="application/json">')[1 + place].partition("</script>")[0]
    made: dict[str, Any] = json.loads(text)
    return made


@pytest.mark.django_db
def test_the_page_shows_targets_law_and_every_point(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    require(workload, Metric.LATENCY, 8.0, percentile=0.95)
    require(workload, Metric.THROUGHPUT, 5.0)
    source = source_of(organisation, workload)
    source.bring(*sweep(), point(256, flaws=[(Flaw.GENERATOR_SATURATED, "53 %")]))
    page = signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/curves/")
    text = words(page)
    assert "The newest sweep" in text and "within every target that it measured" in text
    assert "By the law it saturates at 20/s" in text
    assert "nothing is promised above 16/s" in text
    assert "5 of 6 points are believed" in text
    assert "The load generator could not keep up: it measured itself 53 %" in text
    chart = chart_of(page)
    assert chart["title"] == "End-to-end latency, p95"
    assert [level["value"] for level in chart["levels"]] == [8.0]
    assert [one["name"] for one in chart["series"]] == ["A", "not believed"]
    assert [marker["label"] for marker in chart["markers"]] == ["80 % of saturation", "needed"]
    run = Run.objects.get(flawed=True)
    assert chart["series"][1]["data"][0]["url"] == f"/evidence/runs/{run.pk}/"
    law = chart_of(page, 1)
    assert law["levels"][0]["value"] == pytest.approx(20, rel=1e-3)


@pytest.mark.django_db
def test_the_address_chooses_latency_percentile_axis_and_sweeps(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    source = source_of(organisation, workload)
    source.bring(*sweep(1, 8, 64))
    source.bring(*sweep(1, 8, 64, sweep="b", ago=timedelta(days=40), environment=Environment(accelerator="L40S", accelerators=1)))
    client, base = signed_in("Vera"), f"/workloads/{workload.pk}/evidence/curves/"
    both = chart_of(client.get(f"{base}?metric=tpot&of=mean"))
    assert [one["name"] for one in both["series"]] == ["A", "B", "law of A", "law of B"]
    assert both["title"] == "Time per output token, mean"
    one = chart_of(client.get(f"{base}?metric=ttft&of=p95&over=clients&sweep=B"))
    assert [series["name"] for series in one["series"]] == ["B"]
    assert [mark["x"] for mark in one["series"][0]["data"]] == [1, 8, 64]
    assert "markers" not in one
    assert client.get(f"{base}?metric=nonsense&of=p12&over=x&sweep=Z").status_code == 200


@pytest.mark.django_db
def test_what_a_person_set_aside_is_drawn_hollow(organisation: Organisation, signed_in: SignIn) -> None:
    workload = make_workload(organisation)
    source_of(organisation, workload).bring(*sweep(1, 8, 64))
    set_aside(by=organisation.actor("Iris"), run=Run.objects.order_by("-id")[0], reason="the fan was broken")
    text = words(signed_in("Vera").get(f"/workloads/{workload.pk}/evidence/curves/"))
    assert "Set aside by a person the fan was broken" in text
    assert "2 of 3 points are believed" in text


@pytest.mark.django_db
def test_no_benchmark_is_said_with_the_first_step_and_a_run_without_throughput_is_counted(
    organisation: Organisation, signed_in: SignIn
) -> None:  # fmt: skip
    workload = make_workload(organisation)
    base = f"/workloads/{workload.pk}/evidence/curves/"
    assert "Bring in a benchmark" in words(signed_in("Iris").get(base))
    silent = point(8, load=Load(), readings=(point(8).readings[1],), key="silent")
    source_of(organisation, workload).bring(silent, *sweep(1, 8))
    assert "1 run says nothing about its throughput" in words(signed_in("Iris").get(base))
    assert signed_in("Lars").get(base).status_code == 404
