"""inference-perf: four configurations of seven stages, against their summaries and against the server's own metrics."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness.connectors.contract import Flaw, Kind, Run, Statistic
from readiness.connectors.detect import read
from readiness.connectors.inference_perf.parse import IMPORTER
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
STAGES = range(7)
FIRST_SATURATED = {"vllm": 4, "vllm+batch_size": 4, "vllm+chunking_and_prefix_caching": 5, "vllm+eagle": 5}


@pytest.fixture(scope="module")
def folder(sample_data: Path) -> Path:
    return sample_data / "inference_perf" / "kubecon-na-2025"


def one(path: Path) -> Run:
    (run,) = read(path.name, path)
    assert_sound(run)
    return run


def stage(folder: Path, configuration: str, number: object, kind: str = "lifecycle") -> Path:
    return folder / configuration / "results" / f"{number}_{kind}_metrics.json"


def value(run: Run, metric: str, statistic: Statistic = Statistic.MEAN, percentile: float | None = None) -> float:
    return next(it.value for it in run.readings if (it.metric, it.statistic, it.percentile) == (metric, statistic, percentile))


def kinds(run: Run) -> set[Flaw]:
    return {flaw for flaw, _ in run.flaws}


def test_the_real_files_yield_the_golden_table(folder: Path) -> None:
    paths = list(folder.glob("*/results/*_metrics.json"))
    assert len(paths) == 64
    golden.compare(golden.read_all(folder, paths), HERE / "golden.json")


@pytest.mark.parametrize("configuration", sorted(FIRST_SATURATED))
def test_stages_add_up_to_their_summary(folder: Path, configuration: str) -> None:
    stages = [one(stage(folder, configuration, f"stage_{number}")) for number in STAGES]
    summary = one(stage(folder, configuration, "summary"))
    counts = [run.load.completed or 0 for run in stages]
    assert sum(counts) == summary.load.completed
    for metric in ("latency", "ttft"):
        mean = sum(count * value(run, metric) for count, run in zip(counts, stages, strict=True)) / sum(counts)
        assert mean == pytest.approx(value(summary, metric), rel=1e-9)
    latest = max(value(run, "schedule_delay", Statistic.MAX) for run in stages)
    assert latest == pytest.approx(value(summary, "schedule_delay", Statistic.MAX))


@pytest.mark.parametrize(("configuration", "first"), sorted(FIRST_SATURATED.items()))
def test_stages_that_the_client_could_not_send_in_time_are_flawed_and_the_others_valid(
    folder: Path, configuration: str, first: int
) -> None:
    for number in STAGES:
        run = one(stage(folder, configuration, f"stage_{number}"))
        assert kinds(run) == ({Flaw.GENERATOR_SATURATED} if number >= first else set())
    assert kinds(one(stage(folder, configuration, "summary"))) == {Flaw.GENERATOR_SATURATED}


@pytest.mark.parametrize("configuration", sorted(FIRST_SATURATED))
def test_client_and_server_saw_the_same_mean_latency_once_the_load_was_steady(folder: Path, configuration: str) -> None:
    for number in STAGES[1:]:
        client = one(stage(folder, configuration, f"stage_{number}"))
        server = one(stage(folder, configuration, f"stage_{number}", "prometheus"))
        assert server.kind is Kind.TELEMETRY
        assert all(it.labels == {"side": "server"} for it in server.readings)
        assert value(server, "latency") == pytest.approx(value(client, "latency"), rel=0.03)


def test_the_servers_zeros_and_doubled_counts_are_no_readings(folder: Path) -> None:
    path = stage(folder, "vllm", "stage_3", "prometheus")
    raw, run = json.loads(path.read_bytes()), one(path)
    assert raw["successes"]["count"] == 10938  # of 5531 requests sent
    assert raw["successes"]["kv_cache_usage_percentage"]["mean"] == 0.0  # under 93 requests in flight
    assert {it.metric for it in run.readings} == {"latency", "ttft", "itl"}
    assert run.unread["count"] == 10938


def test_an_archive_of_a_run_yields_its_stages_and_marks_a_copy() -> None:
    runs = list(read("many.zip", FIXTURES / "many.zip"))
    assert [kinds(run) for run in runs] == [set(), {Flaw.ERROR_RATIO}, {Flaw.DUPLICATE}]
    assert [run.name for run in runs] == ["stage_0", "stage_1", "stage_0"]


def test_a_closed_loop_schedules_nothing_and_is_held_to_littles_law() -> None:
    record = json.loads((FIXTURES / "one.json").read_bytes())
    summary = record["load_summary"] | {"concurrency": 15, "schedule_delay": {"p99": 40.0}}
    (held,) = read("closed.json", json.dumps(record | {"load_summary": summary}).encode())
    assert held.valid
    assert held.load.concurrency == 15
    (idle,) = read("idle.json", json.dumps(record | {"load_summary": summary | {"concurrency": 64}}).encode())
    assert kinds(idle) == {Flaw.LITTLES_LAW}


def test_a_report_that_does_not_say_whether_requests_were_late_is_incomplete() -> None:
    record = json.loads((FIXTURES / "one.json").read_bytes())
    (run,) = read("silent.json", json.dumps(record | {"load_summary": {"count": 600}}).encode())
    assert kinds(run) == {Flaw.INCOMPLETE}


def test_a_share_above_one_is_no_share() -> None:
    record = json.loads((FIXTURES / "server.json").read_bytes())
    record["successes"]["kv_cache_usage_percentage"] = {"mean": 45.0}
    (run,) = read("percent.json", json.dumps(record).encode())
    assert kinds(run) == {Flaw.UNIT_UNCERTAIN}
    assert "kv_cache_use" not in {it.metric for it in run.readings}


def test_hostile_payloads_end_in_sound_runs_or_an_error(folder: Path) -> None:
    samples = [path.read_bytes() for path in sorted(FIXTURES.glob("*.json"))]
    samples += [path.read_bytes() for path in sorted(folder.glob("vllm/results/*.json"))]
    hostile(read_as(IMPORTER), samples, "inference_perf")


def test_no_single_spoiled_place_makes_a_saturated_stage_valid(folder: Path) -> None:
    record = json.loads(stage(folder, "vllm", "stage_6").read_bytes())
    del record["successes"]["latency"]["inter_token_latency"], record["successes"]["output_len"]
    for place, payload in each_spoiled(json.dumps(record).encode()):
        assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place
