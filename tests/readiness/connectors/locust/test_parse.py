"""Locust's CSV and JSON, the real run with injected errors and hand-written ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.errors import SkipRecord
from readiness.connectors.locust.histogram import percentiles
from readiness.connectors.locust.parse import IMPORTER
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
READ = read_as(IMPORTER)


def fixture(name: str) -> list[Run]:
    runs = READ((FIXTURES / name).read_bytes())
    for run in runs:
        assert_sound(run)
    return runs


@pytest.fixture(scope="module")
def real(sample_data: Path) -> dict[str, list[Run]]:
    return {name: READ((sample_data / "locust" / name).read_bytes()) for name in ("run.json", "run_stats.csv")}


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {(one.metric, one.statistic, one.percentile): one.value for one in run.readings}


def test_the_real_files_yield_the_golden_table(real: dict[str, list[Run]]) -> None:
    golden.compare({name: golden.table(runs) for name, runs in real.items()}, HERE / "golden.json")


def test_the_csv_agrees_with_the_json_that_was_flushed_16_requests_later(real: dict[str, list[Run]]) -> None:
    early, late = real["run_stats.csv"], real["run.json"]
    assert [run.load.started for run in early] == [200, 51, 251]
    assert [run.load.started for run in late] == [216, 60]
    for before, after in zip(early, late, strict=False):
        old, new = values(before), values(after)
        for place in old:
            if place[:2] == ("latency", Statistic.PERCENTILE):
                assert new[place] == pytest.approx(old[place], abs=0.0101)  # one step of the rounded histogram
        assert new["latency", Statistic.MEAN, None] == pytest.approx(old["latency", Statistic.MEAN, None], rel=0.03)
        assert new["latency", Statistic.MAX, None] == pytest.approx(old["latency", Statistic.MAX, None])


def test_the_endpoint_that_failed_is_flawed_and_the_other_is_not(real: dict[str, list[Run]]) -> None:
    for runs in real.values():
        flawed = {run.name: [flaw for flaw, _ in run.flaws] for run in runs}
        assert flawed["POST /v1/chat/completions"] == [Flaw.ERROR_RATIO]
        assert flawed["GET /v1/models"] == []
    assert flawed["All endpoints"] == [Flaw.ERROR_RATIO]


@pytest.mark.parametrize("name", ["run_failures.csv", "run_exceptions.csv", "run_stats_history.csv"])
def test_the_files_beside_it_say_which_one_to_import(sample_data: Path, name: str) -> None:
    with pytest.raises(SkipRecord, match=r"import its _stats\.csv"):
        READ((sample_data / "locust" / name).read_bytes())


def test_percentiles_follow_the_rule_of_the_tool() -> None:
    found = percentiles({"150": 5, "200": 10, "250": 5})
    assert (found[0.5], found[0.66], found[0.75], found[0.99]) == (200, 200, 250, 250)  # 15 of 20 are below 250
    assert percentiles({"150": 5, "x": 1}) == {}
    assert percentiles({}) == {}


def test_one_endpoint_is_read_in_seconds() -> None:
    (run,) = fixture("one.json")
    assert run.valid
    assert values(run)["latency", Statistic.MEAN, None] == pytest.approx(0.2)
    assert values(run)["throughput", Statistic.MEAN, None] == pytest.approx(2)
    assert all(one.labels == {"endpoint": "POST /v1/chat/completions"} for one in run.readings)


def test_latencies_with_failures_in_them_say_so() -> None:
    failing, sound = fixture("many.json")
    assert {one.labels.get("includes") for one in failing.readings if one.metric == "latency"} == {"failures"}
    assert {one.labels.get("includes") for one in sound.readings} == {None}
    assert values(failing)["throughput", Statistic.MEAN, None] == pytest.approx(1)  # failures are no throughput


def test_the_last_row_is_all_of_them_without_a_label() -> None:
    runs = fixture("many.csv")
    assert [run.name for run in runs] == ["POST /chat", "GET /models", "All endpoints"]
    assert {one.labels.get("endpoint") for one in runs[2].readings} == {None}
    assert values(runs[0])["latency", Statistic.PERCENTILE, 0.999] == pytest.approx(0.25)
    assert ("latency", Statistic.PERCENTILE, 0.9) not in values(runs[0])


def test_names_of_before_1_0_are_known() -> None:
    (run,) = fixture("old.csv")
    assert run.valid
    assert values(run)["latency", Statistic.MEAN, None] == pytest.approx(0.18)


def test_all_failed_is_a_flaw_and_no_rows_are_no_runs() -> None:
    assert Flaw.ALL_FAILED in {flaw for flaw, _ in fixture("empty.json")[0].flaws}
    assert fixture("empty.csv") == []


def test_hostile_payloads_end_in_sound_runs_or_an_error(sample_data: Path) -> None:
    samples = [one.read_bytes() for one in (*sorted(FIXTURES.iterdir()), sample_data / "locust" / "run_stats.csv")]
    hostile(READ, samples, "locust")


def test_no_single_spoiled_place_makes_a_failed_run_valid() -> None:
    for place, payload in each_spoiled((FIXTURES / "empty.json").read_bytes()):
        assert not any(run.valid for run in survived(READ, payload)), place
