"""vLLM's files of every era: real ones against their raw arrays and CSV twins, hand-written ones for the rest."""

from __future__ import annotations

import csv
import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from readiness.connectors.contract import Flaw, Run, Statistic
from readiness.connectors.detect import read
from readiness.connectors.vllm_bench.parse import IMPORTER
from tests.readiness.connectors import golden
from tests.readiness.connectors.mutation import each_spoiled, hostile
from tests.readiness.connectors.soundness import assert_sound, read_as, survived

HERE = Path(__file__).parent
FIXTURES = HERE / "fixtures"
TWO_HEALTHY = (
    "nvidia-vllm-16.0qps-Llama-3.1-405B-FP8-20241109-150547",
    "nvidia-vllm-1000.0qps-Llama-3.1-405B-FP8-20241109-151112",
)
FAILED = "FAILED_983of1000_amd-meta-vllm-no-rpc-1000.0qps-20241116-152727"


@pytest.fixture(scope="module")
def folder(sample_data: Path) -> Path:
    return sample_data / "vllm_bench"


def one(path: Path) -> Run:
    (run,) = read(path.name, path)
    assert_sound(run)
    return run


def fixture(name: str) -> list[Run]:
    return list(read(name, FIXTURES / name))


def values(run: Run) -> dict[tuple[Any, ...], float]:
    return {(it.metric, it.statistic, it.percentile): it.value for it in run.readings if not it.labels}


def kinds(run: Run) -> set[Flaw]:
    return {flaw for flaw, _ in run.flaws}


def test_the_real_files_yield_the_golden_table(folder: Path) -> None:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    assert len(paths) == 43
    golden.compare(golden.read_all(folder, paths), HERE / "golden.json")


@pytest.mark.parametrize("name", TWO_HEALTHY)
def test_printed_means_are_those_of_the_raw_arrays(folder: Path, name: str) -> None:
    path = folder / f"{name}.json.gz"
    raw, found = json.loads(gzip.decompress(path.read_bytes())), values(one(path))
    gaps = np.concatenate([gap for gap in raw["itls"] if gap])
    assert found["ttft", Statistic.MEAN, None] == pytest.approx(float(np.mean(raw["ttfts"])), rel=1e-9)
    assert found["ttft", Statistic.PERCENTILE, 0.99] == pytest.approx(float(np.percentile(raw["ttfts"], 99)), rel=1e-9)
    assert found["itl", Statistic.MEAN, None] == pytest.approx(float(gaps.mean()), rel=1e-9)
    assert found["itl", Statistic.PERCENTILE, 0.95] == pytest.approx(float(np.percentile(gaps, 95)), rel=1e-9)
    assert found["token_throughput", Statistic.MEAN, None] == pytest.approx(sum(raw["output_lens"]) / raw["duration"], rel=1e-9)


@pytest.mark.parametrize("name", TWO_HEALTHY)
def test_the_runs_equal_their_csv_twins_to_ten_digits(folder: Path, name: str) -> None:
    with (folder / "dstack_qps_comparison_BOM.csv").open(encoding="utf-8-sig") as twins:
        twin = next(row for row in csv.DictReader(twins) if row["filename"] == name)
    found = values(one(folder / f"{name}.json.gz"))
    for metric in ("ttft", "tpot", "itl"):
        assert found[metric, Statistic.MEAN, None] == pytest.approx(float(twin[f"mean_{metric}_ms"]) / 1000, rel=1e-9)
        assert found[metric, Statistic.PERCENTILE, 0.5] == pytest.approx(float(twin[f"median_{metric}_ms"]) / 1000, rel=1e-9)
        assert found[metric, Statistic.PERCENTILE, 0.99] == pytest.approx(float(twin[f"p99_{metric}_ms"]) / 1000, rel=1e-9)
    rates = {"throughput": "request", "token_throughput": "output", "total_token_throughput": "total_token"}
    for metric, word in rates.items():
        assert found[metric, Statistic.MEAN, None] == pytest.approx(float(twin[f"{word}_throughput"]), rel=1e-9)


def test_a_run_of_which_983_of_1000_failed_is_flawed_and_has_no_latency(folder: Path) -> None:
    run = one(folder / f"{FAILED}.json.gz")
    assert kinds(run) == {Flaw.ERROR_RATIO, Flaw.INCOMPLETE}
    assert run.load.failed == 983
    assert {it.metric for it in run.readings} == {"throughput", "token_throughput", "total_token_throughput", "error_ratio"}


def test_answers_without_a_token_count_as_completed_and_as_zero_seconds_in_the_printed_figures(folder: Path) -> None:
    path = folder / f"{TWO_HEALTHY[1]}.json.gz"
    raw, run = json.loads(gzip.decompress(path.read_bytes())), one(path)
    empty = sum(1 for length, first in zip(raw["output_lens"], raw["ttfts"], strict=True) if length == 0 and first == 0)
    assert empty == 378
    assert run.flaws == ((Flaw.INCOMPLETE, "378 of 1000 completed requests came back without a token and count as 0 s"),)
    of_answers = {it.statistic: it.value for it in run.readings if it.labels and it.percentile is None}
    assert of_answers[Statistic.MEAN] == pytest.approx(float(np.mean([first for first in raw["ttfts"] if first > 0])), rel=1e-9)
    assert of_answers[Statistic.MEAN] > 1.6 * values(run)["ttft", Statistic.MEAN, None]


def test_exactly_the_six_points_at_concurrency_128_break_littles_law(folder: Path) -> None:
    runs = {path.name: one(path) for path in sorted((folder / "pd_ratio").iterdir())}
    broken = {name for name, run in runs.items() if kinds(run) == {Flaw.LITTLES_LAW}}
    assert len(runs) == 18
    assert broken == {name for name in runs if "conc128" in name}
    assert all(run.valid for name, run in runs.items() if name not in broken)


def test_throughput_files_hold_against_their_own_counts(folder: Path) -> None:
    for path in (folder / "throughput").iterdir():
        raw, run = json.loads(path.read_bytes()), one(path)
        found = values(run)
        assert found["total_token_throughput", Statistic.MEAN, None] == pytest.approx(
            raw["total_num_tokens"] / raw["elapsed_time"]
        )
        assert found["throughput", Statistic.MEAN, None] == pytest.approx(raw["num_requests"] / raw["elapsed_time"])
        assert run.load.output_tokens == 2048.0  # from the misspelt key


def test_the_date_is_when_the_file_was_saved_in_local_time(folder: Path) -> None:
    run = one(folder / f"{TWO_HEALTHY[0]}.json.gz")
    assert run.ended_at is not None
    assert run.started_at is not None
    assert run.local_time
    assert run.ended_at.isoformat() == "2024-11-09T15:05:47+00:00"
    assert (run.ended_at - run.started_at).total_seconds() == pytest.approx(100.667414)


def test_percentiles_that_the_tool_did_not_print_are_absent() -> None:
    (run,) = fixture("one.json")
    shares = {it.percentile for it in run.readings if it.metric == "ttft" and it.percentile}
    assert shares == {0.5, 0.99}
    assert "latency" not in {it.metric for it in run.readings}
    assert run.valid


def test_json_lines_keep_what_is_whole() -> None:
    runs = fixture("many.jsonl")
    assert [sorted(flaw.value for flaw in kinds(run)) for run in runs] == [[], [], ["error_ratio", "littles_law"], ["incomplete"]]
    assert runs[1].load.failed == 0
    assert values(runs[1])["latency", Statistic.MEAN, None] == pytest.approx(2.17)
    assert values(runs[1])["concurrency", Statistic.MAX, None] == 17


def test_a_sweep_keeps_its_server_parameters() -> None:
    runs = fixture("sweep.json")
    assert [run.unread["max_num_seqs"] for run in runs] == [64, 128]
    assert [run.key for run in runs] == [run.key for run in fixture("many.jsonl")[:2]]


def test_pooling_has_items_and_no_first_token() -> None:
    (run,) = fixture("pooling.json")
    assert values(run)["sample_throughput", Statistic.MEAN, None] == 320.0
    assert not {"ttft", "tpot", "itl"} & {it.metric for it in run.readings}
    assert run.valid


def test_an_all_failed_run_saves_zeros_and_none_of_them_is_a_latency() -> None:
    (run,) = fixture("failed.json")
    assert Flaw.ALL_FAILED in kinds(run)
    assert not {"ttft", "tpot", "itl", "latency"} & {it.metric for it in run.readings}


def test_arrays_that_contradict_the_printed_mean_take_the_metric_back() -> None:
    record = json.loads((FIXTURES / "one.json").read_bytes()) | {"ttfts": [100.0] * 200, "errors": [""] * 200}
    (run,) = read("ms.json", json.dumps(record).encode())
    assert kinds(run) == {Flaw.UNIT_UNCERTAIN}
    assert "ttft" not in {it.metric for it in run.readings}


def test_a_clients_own_limit_that_keeps_it_below_its_rate_is_saturation() -> None:
    record = json.loads((FIXTURES / "one.json").read_bytes()) | {"request_rate": 10.0}
    (held,) = read("held.json", json.dumps(record).encode())
    assert kinds(held) == {Flaw.GENERATOR_SATURATED}
    (free,) = read("free.json", json.dumps(record | {"max_concurrency": None}).encode())
    assert free.valid
    assert (free.load.requested_per_s, free.load.achieved_per_s) == (10.0, 4.0)


def test_start_times_show_a_client_that_did_not_send_in_time() -> None:
    record = json.loads((FIXTURES / "one.json").read_bytes()) | {"request_rate": 10.0, "max_concurrency": None}
    slow = record | {"start_times": [100.0 + 0.2 * number for number in range(200)]}
    assert {flaw for run in read("slow.json", json.dumps(slow).encode()) for flaw in kinds(run)} == {Flaw.GENERATOR_SATURATED}
    punctual = record | {"start_times": [100.0 + 0.1 * number for number in range(200)]}
    assert all(run.valid for run in read("punctual.json", json.dumps(punctual).encode()))


def test_hostile_payloads_end_in_sound_runs_or_an_error(folder: Path) -> None:
    samples = [path.read_bytes() for path in sorted(FIXTURES.iterdir())]
    samples += [path.read_bytes() for path in sorted(folder.rglob("*.json"))]
    samples += [gzip.decompress((folder / f"{FAILED}.json.gz").read_bytes())]
    hostile(read_as(IMPORTER), samples, "vllm_bench")


def test_no_single_spoiled_place_makes_a_failed_run_valid(folder: Path) -> None:
    record = json.loads(gzip.decompress((folder / f"{FAILED}.json.gz").read_bytes()))
    some = slice(0, 12)
    arrays = {key: value[some] for key, value in record.items() if isinstance(value, list)}
    short = record | arrays | {"num_prompts": 12, "completed": 2, "itls": [[]], "errors": ["refused"] * 10 + [""] * 2}
    for sample in (json.dumps(short).encode(), (FIXTURES / "failed.json").read_bytes()):
        for place, payload in each_spoiled(sample):
            if place.split("/")[0] in ("ttfts", "itls", "input_lens", "generated_texts"):
                continue
            assert not any(run.valid for run in survived(read_as(IMPORTER), payload)), place
