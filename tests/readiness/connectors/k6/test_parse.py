"""k6's three shapes. The fixtures are the shapes that k6 1.1.0 wrote here and, for the third, its source prescribes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.k6.parse import IMPORTER
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"
READ = read_as(IMPORTER)
SHAPES = {"one.json": "summary_export", "one_handle.json": "handle_summary", "one_machine.json": "machine_readable"}


def fixture(name: str) -> Run:
    (run,) = READ((FIXTURES / name).read_bytes())
    assert_sound(run)
    return run


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {(one.metric, one.statistic, one.percentile): one.value for one in run.readings if not one.labels}


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_says_the_same_in_seconds(name: str) -> None:
    run = fixture(name)
    assert run.valid
    assert run.format == SHAPES[name]
    assert run.unproven == (name == "one_machine.json")
    found = values(run)
    assert found["latency", Statistic.PERCENTILE, 0.95] == pytest.approx(0.055)
    assert found["latency", Statistic.PERCENTILE, 0.5] == pytest.approx(0.0475)
    assert found["latency", Statistic.MEAN, None] == pytest.approx(0.048)
    assert found["throughput", Statistic.MEAN, None] == pytest.approx(60)
    assert found["error_ratio", Statistic.MEAN, None] == 0
    assert run.duration_s == pytest.approx(10)
    assert ("latency", Statistic.PERCENTILE, 0.99) not in found  # not configured: not measured


def test_the_shapes_of_one_run_bear_one_key() -> None:
    assert len({fixture(name).key for name in SHAPES}) == 1


@pytest.mark.parametrize("name", ["one.json", "one_handle.json"])
def test_true_means_failed_in_the_flat_shape_alone(name: str) -> None:
    outcomes = fixture(name).environment.extra["thresholds"]
    assert outcomes["http_req_duration p(95)<500"] == "passed"
    assert outcomes["http_req_duration p(95)<1"] == "failed"


def test_a_sub_metric_keeps_its_tags() -> None:
    tagged = [one for one in fixture("one.json").readings if one.labels]
    assert {one.labels["scenario"] for one in tagged} == {"chat"}
    assert len(tagged) == 6


def test_latency_is_that_of_expected_responses() -> None:
    run = fixture("many.json")
    assert values(run)["latency", Statistic.PERCENTILE, 0.95] == pytest.approx(0.058)
    mixed = [one for one in run.readings if one.metric == "latency" and one.labels]
    assert {one.labels["includes"] for one in mixed} == {"failures"}
    assert {flaw for flaw, _ in run.flaws} == {Flaw.ERROR_RATIO, Flaw.GENERATOR_SATURATED}
    assert values(run)["throughput", Statistic.MEAN, None] == pytest.approx(44)


def test_wrong_answers_count_as_failures_even_with_status_200() -> None:
    content = (FIXTURES / "one.json").read_bytes().replace(b'"passes": 600, "fails": 0', b'"passes": 500, "fails": 100')
    assert [flaw for flaw, _ in READ(content)[0].flaws] == [Flaw.ERROR_RATIO]


def test_all_failed_is_never_the_best_latency() -> None:
    run = fixture("empty.json")
    assert Flaw.ALL_FAILED in {flaw for flaw, _ in run.flaws}
    assert not [one for one in run.readings if one.metric == "latency"]


def test_a_trend_that_is_no_time_has_no_reading() -> None:
    run = fixture("hostile.json")
    assert {flaw for flaw, _ in run.flaws} == {Flaw.UNIT_UNCERTAIN, Flaw.INCOMPLETE}
    assert all(one.labels for one in run.readings)


def test_hostile_payloads_end_in_sound_runs_or_an_error() -> None:
    hostile(READ, [one.read_bytes() for one in sorted(FIXTURES.iterdir())], "k6")


@pytest.mark.parametrize("name", ["empty.json", "many.json"])
def test_no_single_spoiled_place_makes_a_failed_run_valid(name: str) -> None:
    for place, payload in each_spoiled((FIXTURES / name).read_bytes()):
        assert not any(run.valid for run in survived(READ, payload)), place
