"""Every real file, read as the drop zone reads it: what each yields, in one table in which none may be missing.

The tables beside each importer hold the figures; this one holds for each file its runs, how many are sound and why others are
not, or why the file is refused. PILOTAGE_WRITE_GOLDEN=1 writes it anew.
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Run
from readiness.connectors.detect import read
from readiness.connectors.errors import ConnectorError
from tests.readiness.connectors import golden

TABLE = Path(__file__).parent / "sample_data.json"
FOLDERS = (
    "aiperf", "guidellm", "inference_perf", "k8s", "llmperf", "locust", "mlflow", "mlperf", "opencost", "prometheus", "traces",
    "vllm_bench",
)  # fmt: skip
# Their tables stand where they are read: registers of initiatives, billing and awards.
OF_OTHERS = ("billing_raw", "focus", "procurement_us", "registers")
ANSWERS = ("mlflow", "opencost", "prometheus/api_responses")  # of interfaces: no result files, read by their connectors


@pytest.fixture(scope="module")
def found(sample_data: Path, submission_details: list[Run], submission_summaries: list[Run]) -> dict[str, Any]:
    read_before = {"llm_perf_detail_logs.tar.xz": submission_details, "llm_summary_systems.tar.gz": submission_summaries}
    table = {}
    for path in files(sample_data):
        known = next((runs for end, runs in read_before.items() if path.name.endswith(end)), None)
        table[str(path.relative_to(sample_data))] = outcome(path, known)
    return table


def files(sample_data: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        yield from sorted(path for path in (sample_data / folder).rglob("*") if path.is_file())


def outcome(path: Path, known: list[Run] | None) -> dict[str, Any] | str:
    try:
        runs = list(read(path.name, path)) if known is None else known
    except ConnectorError as refused:
        return f"{type(refused).__name__}: {refused.text.split('. ')[0]}"
    flaws = Counter(flaw.value for run in runs for flaw, _ in run.flaws)
    readings = [one for run in runs for one in run.readings]
    figures = {"runs": len(runs), "sound": sum(run.valid for run in runs), "readings": len(readings)}
    return {**figures, "flaws": dict(sorted(flaws.items())), "digest": golden.digest(readings)}


def test_every_file_yields_what_the_table_says_and_none_is_missing(found: dict[str, Any]) -> None:
    if os.environ.get("PILOTAGE_WRITE_GOLDEN"):
        TABLE.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    expected = json.loads(TABLE.read_text())
    assert found.keys() == expected.keys()
    assert {path: one for path, one in found.items() if one != expected[path]} == {}


def test_no_folder_of_real_data_is_left_out(sample_data: Path) -> None:
    assert {path.name for path in sample_data.iterdir() if path.is_dir()} == {*FOLDERS, *OF_OTHERS}


def test_answers_of_interfaces_are_no_result_files(found: dict[str, Any]) -> None:
    answers = [one for path, one in found.items() if path.startswith(ANSWERS)]
    assert len(answers) == 9 + 1 + 21
    assert all(isinstance(one, str) and "no known format" in one for one in answers)


FAILED = {
    "vllm_bench/FAILED_983of1000_amd-meta-vllm-no-rpc-1000.0qps-20241116-152727.json.gz": {"error_ratio", "incomplete"},
    "llmperf/summary/lepton_70b.json": {"error_ratio", "littles_law"},  # 130 of 150 were refused
    "llmperf/summary/bedrock_70b.json": {"error_ratio", "littles_law"},
    "aiperf/aiperf_0.13.0_localrun_profile_export_aiperf.json": {"error_ratio"},
    "guidellm/guidellm_v0.5.4_schema1_localrun_10errors.json": {"error_ratio"},
    "guidellm/guidellm_v0.8.1_schema2_localrun_2rates_15errors.json": {"error_ratio"},
    "locust/run.json": {"error_ratio"},
}


@pytest.mark.parametrize("path", FAILED)
def test_a_run_that_failed_says_so(found: dict[str, Any], path: str) -> None:
    assert set(found[path]["flaws"]) == FAILED[path]


def test_runs_of_a_saturated_client_say_so(found: dict[str, Any]) -> None:
    """Stages 4 to 6 of two configurations, 5 and 6 of the others, and each summary, which has them in it."""
    stages = {path for path, one in found.items() if "lifecycle" in path and "generator_saturated" in one["flaws"]}
    assert len(stages) == 3 + 3 + 2 + 2 + 4
    assert not any(f"stage_{one}" in path for path in stages for one in range(4))
    assert "generator_saturated" in found["guidellm/guidellm_v0.8.0.dev18_schema2_llmd_fixture.json"]["flaws"]


def test_runs_that_the_client_limited_say_so(found: dict[str, Any]) -> None:
    """At 128 in flight the disaggregated pairs were not kept full; at 32 and 64 they were."""
    pairs = {path: set(one["flaws"]) for path, one in found.items() if path.startswith("vllm_bench/pd_ratio/")}
    assert len(pairs) == 18
    assert {path for path, flaws in pairs.items() if flaws == {"littles_law"}} == {one for one in pairs if "conc128" in one}
    assert all(not flaws for path, flaws in pairs.items() if "conc128" not in path)
