"""fio's JSON, hand-written and of the tool itself where it is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import orjson
import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.errors import Fatal
from readiness.connectors.fio.parse import IMPORTER
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"
READ = read_as(IMPORTER)


def fixture(name: str) -> list[Run]:
    runs = READ((FIXTURES / name).read_bytes())
    for run in runs:
        assert_sound(run)
    return runs


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {
        (one.metric, one.labels["operation"], one.labels.get("part"), one.statistic, one.percentile): one.value
        for one in run.readings
    }


def test_bandwidth_operations_and_both_parts_of_latency_are_read() -> None:
    (run,) = fixture("one.json")
    assert run.valid
    found = values(run)
    assert found["storage_bandwidth", "read", None, Statistic.MEAN, None] == 409_600_000
    assert found["storage_iops", "read", None, Statistic.MEAN, None] == 100_000
    assert found["storage_latency", "read", "completion", Statistic.PERCENTILE, 0.99] == pytest.approx(700e-6)
    assert found["storage_latency", "read", "total", Statistic.MEAN, None] == pytest.approx(320e-6)
    assert ("storage_latency", "read", "total", Statistic.PERCENTILE, 0.99) not in found
    assert not [one for one in run.readings if one.labels["operation"] == "write"]  # nothing was written: not a zero
    assert run.environment.extra["bs"] == "4k"
    assert "buffered" not in run.readings[0].labels


def test_what_went_through_the_page_cache_says_so_and_fsync_is_an_operation() -> None:
    log, broken = fixture("many.json")
    assert {one.labels.get("buffered") for one in log.readings} == {"yes"}
    assert values(log)["storage_latency", "fsync", "total", Statistic.PERCENTILE, 0.99] == pytest.approx(900e-6)
    assert {flaw for flaw, _ in broken.flaws} == {Flaw.INCOMPLETE, Flaw.ERROR_RATIO}


def test_thousands_of_an_unknown_kind_are_refused() -> None:
    (run,) = fixture("old.json")
    assert [flaw for flaw, _ in run.flaws] == [Flaw.UNIT_UNCERTAIN]
    assert not [one for one in run.readings if one.metric == "storage_bandwidth"]
    assert values(run)["storage_latency", "read", "completion", Statistic.PERCENTILE, 0.99] == pytest.approx(900e-6)


def test_a_job_without_operations_is_a_flaw() -> None:
    (run,) = fixture("empty.json")
    assert Flaw.ALL_FAILED in {flaw for flaw, _ in run.flaws}
    assert not run.readings


def test_a_result_without_jobs_is_refused() -> None:
    with pytest.raises(Fatal, match="no job"):
        READ(b'{"fio version": "fio-3.33", "jobs": []}')


@pytest.mark.skipif(shutil.which("fio") is None, reason="fio is not installed (Debian package fio)")
def test_a_real_run_is_read_with_its_own_figures(tmp_path: Path) -> None:
    command = ["fio", "--name=real", "--rw=randrw", "--bs=4k", "--size=4m", "--runtime=1", "--time_based", "--ioengine=psync"]
    written = subprocess.run(
        [*command, f"--directory={tmp_path}", "--output-format=json"], capture_output=True, check=True
    ).stdout
    told = orjson.loads(written[written.index(b"{") :])["jobs"][0]
    (run,) = READ(written)
    assert_sound(run)
    assert run.valid
    assert run.duration_s == pytest.approx(1, rel=0.2)
    for operation in ("read", "write"):
        assert values(run)["storage_iops", operation, None, Statistic.MEAN, None] == told[operation]["iops"]
        expected = told[operation]["clat_ns"]["percentile"]["99.000000"] / 1e9
        assert values(run)["storage_latency", operation, "completion", Statistic.PERCENTILE, 0.99] == pytest.approx(expected)
        by_size = told[operation]["iops"] * 4096
        assert values(run)["storage_bandwidth", operation, None, Statistic.MEAN, None] == pytest.approx(by_size, rel=0.01)


def test_hostile_payloads_end_in_sound_runs_or_an_error() -> None:
    hostile(READ, [one.read_bytes() for one in sorted(FIXTURES.iterdir())], "fio")


def test_no_single_spoiled_place_makes_an_empty_job_valid() -> None:
    for place, payload in each_spoiled((FIXTURES / "empty.json").read_bytes()):
        if not place.endswith("total_ios"):  # which is what says that nothing was done
            assert not any(run.valid for run in survived(READ, payload)), place
