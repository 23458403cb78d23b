"""GuideLLM: three layouts, and the same reports as JSON, YAML and CSV."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.detect import read
from readiness.connectors.guidellm.parse import IMPORTER
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
TWINS = {
    "guidellm_v0.3.1_real_stripped.json": "guidellm_v0.3.1_real_stripped.yaml",
    "guidellm_v0.5.4_schema1_localrun_10errors.json": "guidellm_v0.5.4_localrun.csv",
    "guidellm_v0.8.1_schema2_localrun_2rates_15errors.json": "guidellm_v0.8.1_localrun.csv",
}
ONE = json.loads((FIXTURES / "one.json").read_bytes())


@pytest.fixture(scope="module")
def folder(sample_data: Path) -> Path:
    return sample_data / "guidellm"


def runs_of(path: Path) -> list[Run]:
    runs = list(read(path.name, path))
    for run in runs:
        assert_sound(run)
    return runs


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {(it.metric, it.statistic, it.percentile): it.value for it in run.readings}


def kinds(run: Run) -> set[Flaw]:
    return {flaw for flaw, _ in run.flaws}


def changed(**metrics: object) -> Run:
    report = copy.deepcopy(ONE)
    report["benchmarks"][0]["metrics"] |= metrics
    (run,) = read("changed.json", json.dumps(report).encode())
    return run


def test_the_real_files_yield_the_golden_table(folder: Path) -> None:
    paths = [path for path in folder.iterdir() if path.is_file()]
    assert len(paths) == 7
    golden.compare(golden.read_all(folder, paths), HERE / "golden.json")


@pytest.mark.parametrize(("report", "twin"), sorted(TWINS.items()))
def test_the_twin_of_a_report_has_its_keys_and_its_values(folder: Path, report: str, twin: str) -> None:
    firsts, seconds = runs_of(folder / report), runs_of(folder / twin)
    assert [run.key for run in firsts] == [run.key for run in seconds]
    assert [run.flaws for run in firsts] == [run.flaws for run in seconds]
    for first, second in zip(firsts, seconds, strict=True):
        of_first, of_second = values(first), values(second)
        missing = of_first.keys() - of_second.keys()
        assert all(percentile == 0.999 for _, _, percentile in missing)  # the CSV has none
        assert of_second == pytest.approx({place: of_first[place] for place in of_second}, rel=1e-9)


def test_means_are_those_of_the_requests_in_the_report(folder: Path) -> None:
    name = "guidellm_v0.8.1_schema2_localrun_2rates_15errors.json"
    for run, raw in zip(runs_of(folder / name), json.loads((folder / name).read_bytes())["benchmarks"], strict=True):
        requests = raw["requests"]["successful"]
        if not requests:
            continue
        first = [it["time_to_first_token_ms"] / 1000 for it in requests]
        assert values(run)["ttft", Statistic.MEAN, None] == pytest.approx(sum(first) / len(first), rel=1e-6)
        whole = [it["request_latency"] for it in requests]
        assert values(run)["latency", Statistic.MEAN, None] == pytest.approx(sum(whole) / len(whole), rel=1e-6)


def test_the_time_between_tokens_is_the_canonical_time_per_output_token(folder: Path) -> None:
    (run,) = runs_of(folder / "guidellm_v0.3.1_real_stripped.json")
    found = values(run)
    latency, first, each = (found[metric, Statistic.MEAN, None] for metric in ("latency", "ttft", "tpot"))
    assert run.load.output_tokens is not None
    assert each == pytest.approx((latency - first) / (run.load.output_tokens - 1), rel=1e-3)


def test_a_rate_of_tokens_that_contradicts_requests_times_tokens_is_refused(folder: Path) -> None:
    (run,) = runs_of(folder / "guidellm_v0.3.1_real_stripped.json")
    assert "total_token_throughput" not in {it.metric for it in run.readings}
    assert "596.2/s" in run.unread["refused"]["tokens_per_second"]
    assert run.valid


def test_only_what_succeeded_is_read_and_errors_are_counted(folder: Path) -> None:
    (run,) = runs_of(folder / "guidellm_v0.5.4_schema1_localrun_10errors.json")
    assert (run.load.completed, run.load.failed, run.load.started) == (29, 10, 39)
    assert run.environment.extra["incomplete"] == 1
    assert kinds(run) == {Flaw.ERROR_RATIO}
    assert values(run)["latency", Statistic.PERCENTILE, 0.01] > 0.2  # `total` has zero here
    assert values(run)["throughput", Statistic.MEAN, None] == 3.625
    assert not any(it.percentile for it in run.readings if it.metric == "throughput")


def test_a_report_is_as_many_runs_as_it_has_benchmarks() -> None:
    runs = runs_of(FIXTURES / "many.json")
    assert [run.place for run in runs] == [f"benchmarks[{number}]" for number in range(4)]
    assert [kinds(run) for run in runs] == [set(), {Flaw.ERROR_RATIO}, {Flaw.GENERATOR_SATURATED}, {Flaw.INCOMPLETE}]


def test_without_streaming_there_is_no_first_token() -> None:
    flat = {"successful": {"mean": 0.0, "median": 0.0, "min": 0.0, "max": 0.0, "percentiles": {"p99": 0.0}}}
    run = changed(time_to_first_token_ms=flat)
    assert "ttft" not in {it.metric for it in run.readings}
    assert run.valid


def test_measured_dispatch_decides_whether_client_or_server_was_slow() -> None:
    slow_server = {"total": {"mean": 2.0}, "successful": {"mean": 4.9}}
    assert kinds(changed(requests_per_second=slow_server)) == {Flaw.GENERATOR_SATURATED}
    punctual = {"successful": {"mean": 0.001, "percentiles": {"p99": 0.004}}}
    assert changed(requests_per_second=slow_server, request_dispatch_delay=punctual).valid
    late = {"successful": {"mean": 0.3, "percentiles": {"p99": 0.9}}}
    assert kinds(changed(request_dispatch_delay=late)) == {Flaw.GENERATOR_SATURATED}


def test_measured_concurrency_must_obey_littles_law() -> None:
    assert kinds(changed(request_concurrency={"successful": {"mean": 4.0}})) == {Flaw.LITTLES_LAW}


def test_keys_of_the_backend_are_not_kept() -> None:
    (run,) = runs_of(FIXTURES / "one.json")
    assert run.unread["config"]["backend"]["api_key"] == "[removed]"
    assert run.unread["config"]["backend"]["target"] == "http://127.0.0.1:8000"


def test_nested_aliases_are_read_without_growing() -> None:
    (run,) = read("aliases.yaml", FIXTURES / "aliases.yaml")
    assert not run.valid


def test_hostile_payloads_end_in_sound_runs_or_an_error(folder: Path) -> None:
    samples = [path.read_bytes() for path in sorted(FIXTURES.iterdir())]
    samples += [path.read_bytes() for path in sorted(folder.iterdir()) if path.stat().st_size < 60_000]
    hostile(read_as(IMPORTER), samples, "guidellm")


def test_no_single_spoiled_place_makes_a_failed_benchmark_valid() -> None:
    report = copy.deepcopy(ONE)
    metrics = report["benchmarks"][0]["metrics"]
    metrics["request_totals"] = {"successful": 40, "errored": 10, "incomplete": 1, "total": 51}
    for name in list(metrics):
        if name not in ("request_totals", "requests_per_second", "request_latency"):
            del metrics[name]
    for place, payload in each_spoiled(json.dumps(report).encode()):
        assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place
