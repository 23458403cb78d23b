"""SGLang's lines: written by hand, for no real file was at hand; the importer says so."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.detect import read
from readiness.connectors.sglang_bench.parse import IMPORTER
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import read_as, survived

FIXTURES = Path(__file__).parent / "fixtures"
ONE = json.loads((FIXTURES / "one.json").read_bytes())


def changed(**values: object) -> Run:
    (run,) = read("changed.json", json.dumps(ONE | values).encode())
    return run


def kinds(run: Run) -> list[Flaw]:
    return [flaw for flaw, _ in run.flaws]


def test_milliseconds_become_seconds_and_the_concurrency_is_the_measured_one() -> None:
    (run,) = read("one.json", FIXTURES / "one.json")
    found = {(it.metric, it.statistic, it.percentile): it.value for it in run.readings}
    assert found["latency", Statistic.PERCENTILE, 0.99] == pytest.approx(2.9)
    assert found["ttft", Statistic.MEAN, None] == pytest.approx(0.11)
    assert found["concurrency", Statistic.MEAN, None] == 8.129
    assert found["token_throughput", Statistic.MEAN, None] == 495.5
    assert run.unproven
    assert run.valid


def test_infinity_as_a_rate_means_all_at_once() -> None:
    runs = list(read("many.jsonl", FIXTURES / "many.jsonl"))
    assert [run.load.requested_per_s for run in runs] == [4.0, None, 4.0]
    assert [kinds(run) for run in runs] == [[], [], [Flaw.ERROR_RATIO]]


def test_an_old_file_that_does_not_count_its_requests_has_no_error_ratio() -> None:
    old = {key: value for key, value in ONE.items() if key not in ("num_prompts", "concurrency")}
    (run,) = read("old.json", json.dumps(old).encode())
    assert "error_ratio" not in {it.metric for it in run.readings}
    assert run.load.failed is None
    assert run.valid


def test_figures_that_break_littles_law_are_not_believed() -> None:
    assert kinds(changed(concurrency=16.0)) == [Flaw.LITTLES_LAW]
    assert kinds(changed(max_concurrency=4, request_rate=3.9)) == [Flaw.LITTLES_LAW]
    assert kinds(changed(max_concurrency=16, request_rate=8.0)) == [Flaw.GENERATOR_SATURATED]
    assert kinds(changed(completed=0)) == [Flaw.ALL_FAILED, Flaw.ERROR_RATIO]
    assert kinds(changed(errors=["refused"] * 60 + [""] * 60)) == [Flaw.ERROR_RATIO]


def test_it_is_not_taken_for_vllm() -> None:
    assert [run.tool for run in read("x", (FIXTURES / "one.json").read_bytes())] == ["sglang_bench"]


def test_hostile_payloads_end_in_sound_runs_or_an_error() -> None:
    hostile(read_as(IMPORTER), [path.read_bytes() for path in sorted(FIXTURES.iterdir())], "sglang_bench")


def test_no_single_spoiled_place_makes_a_failed_run_valid() -> None:
    failed = json.dumps(ONE | {"completed": 60, "errors": ["refused"] * 60 + [""] * 60}).encode()
    for place, payload in each_spoiled(failed):
        if "errors" not in place:  # without its errors, half of the requests are missing all the same
            assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place
