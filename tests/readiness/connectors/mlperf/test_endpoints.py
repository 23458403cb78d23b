"""The summary of MLPerf Endpoints and the wording of later loadgens, written by hand after their published shape."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Flaw, Run
from readiness.connectors.detect import read
from readiness.connectors.errors import SkipRecord
from readiness.connectors.mlperf import logs
from readiness.connectors.mlperf.parse import IMPORTER
from tests.readiness.connectors.mutation import each_spoiled
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"
REPORT = json.loads((FIXTURES / "endpoints.json").read_bytes())


def changed(**values: object) -> Run:
    (run,) = read("result_summary.json", json.dumps(REPORT | values).encode())
    assert_sound(run)
    return run


def kinds(run: Run) -> list[Flaw]:
    return [flaw for flaw, _ in run.flaws]


def value(run: Run, metric: str, percentile: float | None = None) -> float:
    return next(it.value for it in run.readings if (it.metric, it.percentile) == (metric, percentile))


def test_nanoseconds_become_seconds_and_rates_are_those_that_are_published() -> None:
    run = changed()
    assert value(run, "ttft", 0.99) == pytest.approx(0.6)
    assert value(run, "tpot", 0.999) == pytest.approx(0.14)
    assert value(run, "latency", 0.95) == pytest.approx(20.0)
    assert value(run, "token_throughput") == 2500.0
    assert run.duration_s == 125.0
    assert run.valid


def test_runs_that_ended_early_failed_or_idled_are_flawed() -> None:
    assert kinds(changed(state="interrupted", complete=False)) == [Flaw.INCOMPLETE]
    assert kinds(changed(n_samples_failed=20, n_samples_completed=980)) == [Flaw.ERROR_RATIO]
    closed = {"load_pattern": {"type": "concurrency", "target_concurrency": 256}}
    assert kinds(changed(run_config=closed)) == [Flaw.LITTLES_LAW]


def test_where_everything_is_sent_at_once_there_is_no_latency() -> None:
    offline = changed(run_config={"load_pattern": {"type": "max_throughput", "target_qps": None}})
    assert "latency" not in {it.metric for it in offline.readings}
    assert offline.valid


def test_a_submission_may_have_endpoints_beside_loadgen() -> None:
    root = "inference_results_v6.1/closed/Example/"
    files: dict[str, Any] = {
        f"{root}results/sys8/deepseek-r1/Server/performance/result_summary.json": REPORT,
        f"{root}results/sys8/deepseek-r1/Server/measurements.json": {"weight_data_types": "fp4"},
        f"{root}systems/sys8.json": json.loads((FIXTURES / "system.json").read_bytes()),
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, json.dumps(content))
        archive.writestr(
            f"{root}results/sys8/llama2-70b-99/Interactive/performance/run_1/mlperf_log_detail.txt",
            (FIXTURES / "one.txt").read_text(),
        )
    runs = {run.environment.model: run for run in read("submission.zip", stream.getvalue())}
    assert runs.keys() == {"deepseek-r1", "llama2-70b-99"}
    endpoints = runs["deepseek-r1"]
    assert (endpoints.environment.precision, endpoints.environment.accelerators) == ("fp4", 8)
    assert endpoints.environment.extra["headline"] == "tps"
    assert runs["llama2-70b-99"].environment.extra["scenario"] == "Interactive"
    assert all(run.valid for run in runs.values())


def test_the_later_wording_of_a_summary_is_understood() -> None:
    text = (FIXTURES / "summary.txt").read_text()
    later = text.replace("Time to Output Token (ns)", "Time per Output Token (ns)")
    assert logs.summary(later.encode()).values == logs.summary(text.encode()).values


def test_the_later_published_table_is_refused_too() -> None:
    table = {"0": {"Organization": "Example", "MlperfModel": "gpt-oss-120b", "Result": 1.0, "Units": "Tokens/s"}}
    with pytest.raises(SkipRecord):
        list(read("summary.json", json.dumps(table).encode()))


def test_no_single_spoiled_place_makes_a_failed_run_valid() -> None:
    failed = {key: one for key, one in REPORT.items() if key not in ("tpot", "ttft", "output_sequence_lengths")}
    failed |= {"n_samples_completed": 900, "n_samples_failed": 100}
    for place, payload in each_spoiled(json.dumps(failed).encode()):
        assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place
