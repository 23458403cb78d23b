"""AIPerf's three files, the real run and hand-written ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.aiperf.parse import IMPORTER
from readiness.connectors.contract import Flaw, Run, Statistic
from tests.readiness.connectors import golden
from tests.readiness.connectors.soundness import assert_sound, read_as

HERE = Path(__file__).parent
REAL = "aiperf/aiperf_0.13.0_localrun_profile_export"


def fixture(name: str) -> Run:
    (run,) = read_as(IMPORTER, name)((HERE / "fixtures" / name).read_bytes())
    assert_sound(run)
    return run


@pytest.fixture(scope="module")
def real(sample_data: Path) -> dict[str, Run]:
    """The three files of one real run with 10 injected errors of 40."""
    paths = {end: sample_data / f"{REAL}{end}" for end in ("_aiperf.json", "_aiperf.csv", ".jsonl")}
    return {end: read_as(IMPORTER, path.name)(path.read_bytes())[0] for end, path in paths.items()}


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {(one.metric, one.statistic, one.percentile): one.value for one in run.readings}


def test_the_real_files_yield_the_golden_table(real: dict[str, Run]) -> None:
    golden.compare({end: golden.table([run]) for end, run in real.items()}, HERE / "golden.json")


def test_the_csv_says_what_the_json_says_to_its_two_decimals(real: dict[str, Run]) -> None:
    summary, tables = values(real["_aiperf.json"]), values(real["_aiperf.csv"])
    assert summary.keys() == tables.keys()
    for place, value in tables.items():
        is_time = place[0] in ("latency", "ttft", "tpot", "itl", "schedule_delay")
        assert value == pytest.approx(summary[place], abs=0.00501e-3 if is_time else 0.00501)


def test_latencies_computed_again_from_the_requests_are_those_of_the_summary(real: dict[str, Run]) -> None:
    summary, records = values(real["_aiperf.json"]), values(real[".jsonl"])
    common = [place for place in records if place[0] in ("latency", "ttft", "tpot", "itl", "error_ratio")]
    assert len(common) > 40
    for place in common:
        assert records[place] == pytest.approx(summary[place], rel=1e-9)
    throughput = ("throughput", Statistic.MEAN, None)
    assert records[throughput] == pytest.approx(summary[throughput], rel=0.005)  # the tool's window is 4 ms longer


def test_the_three_views_of_one_run_bear_one_key(real: dict[str, Run]) -> None:
    assert len({run.key for run in real.values()}) == 1


def test_a_run_with_a_quarter_of_errors_is_kept_and_flawed(real: dict[str, Run]) -> None:
    for run in real.values():
        assert [flaw for flaw, _ in run.flaws] == [Flaw.ERROR_RATIO]
        assert (run.load.started, run.load.completed, run.load.failed) == (40, 30, 10)


def test_the_oldest_schema_is_read_with_its_accelerators() -> None:
    run = fixture("one.json")
    assert run.valid
    found = {(one.metric, one.statistic, one.percentile): one for one in run.readings}
    assert found["latency", Statistic.PERCENTILE, 0.99].value == pytest.approx(0.9)
    assert found["latency", Statistic.PERCENTILE, 0.99].samples == 400
    assert found["tpot", Statistic.PERCENTILE, 0.95].value == pytest.approx(0.006)
    assert found["accelerator_use", Statistic.MEAN, None].value == pytest.approx(0.85)
    assert found["accelerator_memory", Statistic.MEAN, None].value == 70e9
    assert found["power", Statistic.MEAN, None].labels == {"accelerator": "GPU-0001"}
    assert run.environment.model == "org/model-8b"
    assert (run.environment.accelerator, run.environment.accelerators) == ("NVIDIA H100 80GB HBM3", 1)
    assert run.load.concurrency == 2
    assert run.load.failed == 0
    assert run.local_time


def test_a_percentile_that_was_not_printed_is_absent() -> None:
    assert not [one for one in fixture("one.json").readings if one.metric == "latency" and one.percentile == 0.95]


def test_all_failed_is_never_the_best_latency() -> None:
    run = fixture("empty.json")
    assert {flaw for flaw, _ in run.flaws} == {Flaw.ALL_FAILED, Flaw.ERROR_RATIO}
    assert {one.metric for one in run.readings} == {"error_ratio"}


def test_the_csv_has_several_tables_and_no_adjusted_figure() -> None:
    run = fixture("one.csv")
    assert run.valid
    assert {one.raw_name for one in run.readings if one.metric == "latency"} == {
        f"request_latency.{name}" for name in ("avg", "min", "max", "p50", "p99")
    }
    assert run.environment.accelerator == "NVIDIA H100 80GB HBM3"
    assert "Effective_Latency_(CO-aware)_(ms)" in run.unread


def test_requests_of_the_warm_up_do_not_count() -> None:
    run = fixture("many.jsonl")
    assert run.load.completed == 11
    assert values(run)["latency", Statistic.MIN, None] == pytest.approx(0.201)
    assert values(run)["itl", Statistic.MEAN, None] == pytest.approx(0.0055)
    assert not run.local_time


def test_a_cut_off_line_makes_the_records_incomplete() -> None:
    content = (HERE / "fixtures" / "many.jsonl").read_bytes()
    (run,) = read_as(IMPORTER)(content[:-40])
    assert (Flaw.INCOMPLETE, "1 lines are damaged or cut off") in run.flaws


def test_an_unknown_unit_is_refused_and_named() -> None:
    run = fixture("hostile.json")
    assert Flaw.UNIT_UNCERTAIN in {flaw for flaw, _ in run.flaws}
    assert not [one for one in run.readings if one.metric == "latency"]
    assert "furlongs" in run.unread["refused"]["request_latency.avg"]


def test_a_closed_loop_that_its_own_figures_contradict_is_flawed() -> None:
    content = (HERE / "fixtures" / "one.json").read_bytes().replace(b'"concurrency": 2', b'"concurrency": 20')
    (run,) = read_as(IMPORTER)(content)
    assert [flaw for flaw, _ in run.flaws] == [Flaw.LITTLES_LAW]


def test_a_cancelled_run_is_incomplete() -> None:
    content = (HERE / "fixtures" / "one.json").read_bytes().replace(b'"was_cancelled": false', b'"was_cancelled": true')
    assert (Flaw.INCOMPLETE, "the run was cancelled") in read_as(IMPORTER)(content)[0].flaws


def test_other_files_are_not_taken_for_its_own() -> None:
    others = (b"", b"{}", b"Metric,Value\nx,1\n", b'{"request_latency": {"unit": "ms", "avg": 1}, "input_config": {}}')
    assert not any(read_as(IMPORTER)(one) for one in others)
