"""Real files, read once a session where unpacking them takes time."""

from __future__ import annotations

from pathlib import Path

import pytest

from readiness.connectors.contract import Run
from readiness.connectors.detect import read

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def submission_details(sample_data: Path) -> list[Run]:
    """Every run of the MLPerf v4.1 detail logs."""
    path = sample_data / "mlperf" / "mlperf_inference_v4.1_llm_perf_detail_logs.tar.xz"
    if not path.is_file():
        pytest.skip(f"no real data: {path.name} is missing")
    return list(read(path.name, path))


@pytest.fixture(scope="session")
def submission_summaries(sample_data: Path) -> list[Run]:
    """Every run of the MLPerf v4.1 summaries, with their systems."""
    path = sample_data / "mlperf" / "mlperf_inference_v4.1_llm_summary_systems.tar.gz"
    if not path.is_file():
        pytest.skip(f"no real data: {path.name} is missing")
    return list(read(path.name, path))
