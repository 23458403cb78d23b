"""LLMPerf: thirteen real summaries against the individual requests of twelve of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from readiness.connectors.contract import Flaw, Run
from readiness.connectors.detect import read
from readiness.connectors.llmperf.parse import IMPORTER
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
EVIDENCE_OF_LOAD = {"num_concurrent_requests", "results_num_completed_requests_per_min", "results_end_to_end_latency_s_mean"}


@pytest.fixture(scope="module")
def folder(sample_data: Path) -> Path:
    return sample_data / "llmperf"


def one(path: Path) -> Run:
    (run,) = read(path.name, path)
    assert_sound(run)
    return run


def kinds(run: Run) -> set[Flaw]:
    return {flaw for flaw, _ in run.flaws}


def test_the_real_files_yield_the_golden_table(folder: Path) -> None:
    golden.compare(golden.read_all(folder, folder.rglob("*.json")), HERE / "golden.json")


def test_summaries_equal_what_their_individual_requests_give(folder: Path) -> None:
    pairs = [(folder / "summary" / path.name, path) for path in sorted((folder / "individual").iterdir())]
    assert len(pairs) == 12
    for summary, requests in pairs:
        printed, computed = one(summary), one(requests)
        counts = (printed.load.started, printed.load.completed, printed.load.failed)
        assert counts == (computed.load.started, computed.load.completed, computed.load.failed)
        figures = {(it.metric, it.statistic, it.percentile): it.value for it in printed.readings}
        again = {(it.metric, it.statistic, it.percentile): it.value for it in computed.readings}
        assert len(again) >= 19
        for place, value in again.items():
            assert figures[place] == pytest.approx(value, rel=1e-9), (summary.name, place)


def test_a_provider_that_refused_130_of_150_is_not_fast(folder: Path) -> None:
    run = one(folder / "summary" / "lepton_70b.json")
    assert (run.load.started, run.load.completed, run.load.failed) == (150, 20, 130)
    assert Flaw.ERROR_RATIO in kinds(run)


def test_the_client_held_its_five_requests_in_no_run(folder: Path) -> None:
    for path in sorted((folder / "summary").iterdir()):
        run = one(path)
        raw = json.loads(path.read_bytes())
        held = raw["results_num_completed_requests_per_min"] / 60 * raw["results_end_to_end_latency_s_mean"] / 5
        assert held < 0.9
        assert Flaw.LITTLES_LAW in kinds(run)
        assert f"= {held:.2f}" in dict(run.flaws)[Flaw.LITTLES_LAW]


def test_minutes_become_seconds() -> None:
    (run,) = read("one.json", FIXTURES / "one.json")
    found = {it.metric: it for it in run.readings if it.percentile is None}
    assert found["throughput"].value == pytest.approx(1.96)
    assert found["throughput"].raw_value == "117.6"
    assert found["throughput"].raw_unit == "1/min"
    assert run.valid


def test_requests_that_vanished_are_missed() -> None:
    runs = list(read("many.json", FIXTURES / "many.json"))
    assert [kinds(run) for run in runs] == [set(), {Flaw.ERROR_RATIO}, {Flaw.INCOMPLETE}]


def test_individual_requests_alone_decide_nothing() -> None:
    (run,) = read("individual.json", FIXTURES / "individual.json")
    assert kinds(run) == {Flaw.ERROR_RATIO, Flaw.INCOMPLETE}
    assert (run.load.started, run.load.completed) == (13, 12)


def test_what_the_tool_defines_for_itself_stays_unread() -> None:
    (run,) = read("one.json", FIXTURES / "one.json")
    assert "results_inter_token_latency_s_mean" in run.unread
    assert not {"itl", "tpot"} & {it.metric for it in run.readings}


def test_hostile_payloads_end_in_sound_runs_or_an_error(folder: Path) -> None:
    samples = [path.read_bytes() for path in sorted(FIXTURES.iterdir())]
    samples += [path.read_bytes() for path in sorted((folder / "summary").iterdir())]
    hostile(read_as(IMPORTER), samples, "llmperf")


def test_no_single_spoiled_place_makes_a_failed_run_valid(folder: Path) -> None:
    for place, payload in each_spoiled((folder / "summary" / "lepton_70b.json").read_bytes()):
        assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place


def test_a_run_whose_client_was_the_limit_stays_flawed_unless_that_evidence_itself_is_changed(folder: Path) -> None:
    for place, payload in each_spoiled((folder / "summary" / "anyscale_13b.json").read_bytes()):
        if place not in EVIDENCE_OF_LOAD:
            assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place
