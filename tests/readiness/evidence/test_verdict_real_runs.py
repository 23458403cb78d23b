"""Verdicts on what real tools wrote: sound points decide, the failed, saturated and client-limited ones do not."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from readiness.connectors.contract import Run
from readiness.connectors.detect import read
from readiness.evidence.choices import MARK_OF_BOUND, EvidenceKind
from readiness.evidence.rules.merging import merge
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from tests.readiness.evidence.judging import NOW, catalogue, judged, pool, wanted, why

ONE_H100 = {"accelerator": "NVIDIA H100 80GB HBM3", "accelerators": 1, "data_real": True}
EIGHT_H100 = ONE_H100 | {"accelerators": 8}


def evidence_of(run: Run, number: int, declared: dict[str, Any]) -> Evidence:
    """As the store keeps it, brought today with what its bringer declares."""
    readings = tuple(
        Reading(
            number * 1000 + place, one.metric, str(one.statistic), one.percentile, one.value, one.value, NOW,
            int(MARK_OF_BOUND[one.bound]), one.samples, None, tuple(sorted(one.labels.items())),
        )
        for place, one in enumerate(run.readings)
    )  # fmt: skip
    load = {name: value for name, value in vars_of(run.load).items() if value is not None}
    flaws = tuple((str(code), text) for code, text in run.flaws)
    environment = merge(run.environment, declared)
    return Evidence(
        number, 1, EvidenceKind(run.kind), NOW, readings, run.tool, run.name, run.duration_s, load, environment, flaws
    )  # fmt: skip


def vars_of(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


def brought(paths: Iterable[Path], **declared: Any) -> list[Evidence]:
    runs = [run for path in sorted(paths) for run in read(path.name, path)]
    return [evidence_of(run, number, declared) for number, run in enumerate(runs, 1)]


@pytest.fixture(scope="module")
def stages(sample_data: Path) -> list[Evidence]:
    """inference-perf, Llama 3 8B at 1 to 183 requests a second, and the summary over all of them."""
    folder = sample_data / "inference_perf/kubecon-na-2025/vllm/results"
    return brought([*folder.glob("stage_*_lifecycle_metrics.json"), *folder.glob("summary_lifecycle*")], **ONE_H100)


def test_the_stage_at_the_required_rate_decides(stages: list[Evidence]) -> None:
    ttft, rate = wanted("ttft", 0.2, percentile=0.95), wanted("throughput", 90.0)
    told = judged(ttft, *stages, others=[rate], holdings=[pool(1)])
    assert (told.verdict.value, told.winner and told.winner.evidence.name) == ("met", "stage_3")
    assert told.headroom == pytest.approx(0.2 / 0.0802410375 - 1, rel=1e-6)
    reasons = why(told)
    assert [reasons[number] for number in (5, 6, 7, 8)] == ["flawed"] * 4  # 122 to 183 a second, and all together: sent late


def test_half_the_rate_is_enough_for_each_of_two(stages: list[Evidence]) -> None:
    ttft, rate = wanted("ttft", 0.05, percentile=0.95), wanted("throughput", 120.0)
    told = judged(ttft, *stages, others=[rate], holdings=[pool(2)])
    assert (told.verdict.value, told.winner and told.winner.evidence.name) == ("met", "stage_2")  # 48.7 ms at 61 a second
    told = judged(wanted("ttft", 0.049, percentile=0.95), *stages, others=[rate], holdings=[pool(2)])
    assert (told.verdict.value, told.reason.value) == ("warning", "within_uncertainty")


def test_nothing_is_promised_above_the_stages_that_are_sound(stages: list[Evidence]) -> None:
    told = judged(wanted("ttft", 0.2, percentile=0.95), *stages, others=[wanted("throughput", 120.0)], holdings=[pool(1)])
    assert (told.verdict.value, told.reason.value) == ("unknown", "less_load")
    assert {entry["code"] for entry in told.missing} >= {"run_benchmark"}


def test_a_latency_that_one_request_a_second_misses_is_missed(stages: list[Evidence]) -> None:
    told = judged(wanted("ttft", 0.03, percentile=0.95), *stages, others=[wanted("throughput", 500.0)], holdings=[pool(1)])
    assert (told.verdict.value, told.reason.value) == ("not_met", "fails_with_less_load")


def test_the_rate_that_held_its_latency_counts_for_each_accelerator(stages: list[Evidence]) -> None:
    rate, ttft = wanted("throughput", 150.0), wanted("ttft", 0.2, percentile=0.95)
    told = judged(rate, *stages, others=[ttft], holdings=[pool(2)])
    assert told.verdict.value == "met"
    assert told.headroom == pytest.approx(2 * 91.357305 / 150 - 1, rel=1e-6)
    strict = judged(rate, *stages, others=[wanted("ttft", 0.05, percentile=0.95)], holdings=[pool(2)])
    assert (strict.verdict.value, strict.reason.value) == ("unknown", "not_pushed")  # 61/s hold 50 ms, 91/s do not
    assert why(strict)[4] == "level_violated"


def test_how_long_a_stage_took_is_not_told_so_no_window_is_shown(stages: list[Evidence]) -> None:
    told = judged(wanted("throughput", 80.0, window_s=300.0), *stages, holdings=[pool(1)])
    assert (told.verdict.value, told.reason.value) == ("unknown", "window_unknown")


def test_answers_without_a_token_and_failed_runs_never_decide(sample_data: Path) -> None:
    """The 405B runs on eight H100 have 378 empty answers each; the one on MI300X failed 983 of 1,000."""
    evidence = brought((sample_data / "vllm_bench").glob("*.json.gz"), **EIGHT_H100)
    assert len(evidence) == 3
    for one in (wanted("ttft", 100.0, percentile=0.99), wanted("throughput", 0.1), wanted("token_throughput", 1.0)):
        told = judged(one, *evidence, holdings=[pool(64)])
        assert (told.verdict.value, told.reason.value) == ("unknown", "flawed")
        assert set(why(told).values()) == {"flawed"}


def test_clients_that_could_not_hold_128_do_not_decide_what_64_show(sample_data: Path) -> None:
    """Six points at 128 break Little's law; of the 2,048 token answers of one split, 32 and 64 in flight are left."""
    evidence = brought((sample_data / "vllm_bench/pd_ratio").glob("1p3d_*in2048_out2048*"), **EIGHT_H100)
    told = judged(wanted("concurrency", 60.0), *evidence, holdings=[pool(8)])
    assert told.verdict.value == "met"
    assert told.winner is not None and told.winner.evidence.told("concurrency") == 64
    assert sorted(why(told).values()) == ["flawed", "not_the_point"]
    assert judged(wanted("concurrency", 120.0), *evidence, holdings=[pool(8)]).reason.value == "not_pushed"


def test_other_lengths_are_other_tests(sample_data: Path) -> None:
    """With short prompts the same machines complete four times as many requests: that is no answer for long ones."""
    evidence = brought((sample_data / "vllm_bench/pd_ratio").glob("1p3d_conc64_*"), **EIGHT_H100)
    assert len(evidence) == 3
    rate = wanted("throughput", 30.0)
    assert judged(rate, *evidence, holdings=[pool(8)]).verdict.value == "met"  # nobody knows what will be asked
    told = judged(rate, *evidence, holdings=[pool(8)], input_tokens=2_000.0, output_tokens=700.0)
    assert (told.verdict.value, set(why(told).values())) == ("unknown", {"less_load", "not_pushed"})
    gap = next(one for one in told.others if one.why.code.value == "less_load").gaps[0]
    assert (gap.fact.value, gap.wanted, round(gap.found, 1)) == ("output_tokens", 700.0, 66.5)


def test_providers_that_refused_most_requests_are_not_fast(sample_data: Path) -> None:
    evidence = brought((sample_data / "llmperf").glob("summary/lepton_70b.json"))
    assert evidence
    told = judged(wanted("latency", 1_000.0, percentile=0.95), *evidence)
    assert (told.verdict.value, told.reason.value) == ("unknown", "flawed")


def test_the_accelerators_of_every_submitter_are_known_or_not_but_never_taken_for_others(sample_data: Path) -> None:
    """All names in MLPerf v4.1's systems, by hand."""
    known = {
        "NVIDIA H100-SXM-80GB": "h100-sxm", "NVIDIA H200-SXM-141GB": "h200-sxm", "NVIDIA H200-SXM-141GB-CTS": "h200-sxm",
        "NVIDIA L40S": "l40s", "NVIDIA L4": "l4", "NVIDIA H100-NVL-94GB": "h100-nvl", "NVIDIA H100-PCIe-80GB": "h100-pcie",
        "NVIDIA GH200 Grace Hopper Superchip 96GB": "gh200", "NVIDIA GH200-GraceHopper-Superchip": "gh200",
        "AMD Instinct MI300X-NPS1-SPX-192GB-750W": "mi300x", "AMD MI300X-NPS1-SPX-192GB-750W": "mi300x",
        "NVIDIA GeForce RTX 4090": "rtx-4090", "NVIDIA B200-SXM-180GB": "b200", "Tesla T4": "t4", "TPU v5e": "tpu-v5e",
        "NVIDIA A100-SXM-80GB": "a100-80",
    }  # fmt: skip
    names = set()
    with tarfile.open(sample_data / "mlperf/mlperf_inference_v4.1_llm_summary_systems.tar.gz") as archive:
        for member in archive:
            if "/systems/" in member.name and member.name.endswith(".json"):
                content = archive.extractfile(member)
                assert content is not None
                names.add(str(json.load(content).get("accelerator_model_name", "")))
    assert {name: key for name in names if (key := catalogue().key(name))} == known
