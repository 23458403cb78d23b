"""Every sweep over load of one system among the sample files, by the least parsing that a trial needs (importers come later).

Not here, because they hold no sweep: LLMPerf (one concurrency for each provider), GuideLLM (one rate, or a simulator's two),
the two dstack QPS_high files (no rate in them), AIPerf and Locust (a mock endpoint).
"""

from __future__ import annotations

import csv
import json
import re
from collections import defaultdict
from typing import Any

from readiness.core.sizing.inputs import SweepPoint
from tests.portfolio.formats.samples import sample

Sweeps = dict[str, list[SweepPoint]]


def inference_perf() -> Sweeps:
    """Open loop, constant arrivals, one Llama-3-8B under four configurations, seven rates each."""
    root = sample("inference_perf/kubecon-na-2025")
    return {
        f"inference-perf {folder.name}": [
            _stage(json.loads(path.read_bytes())) for path in sorted(folder.glob("results/stage_*_lifecycle_metrics.json"))
        ]
        for folder in sorted(root.glob("vllm*"))
    }


def _stage(found: dict[str, Any]) -> SweepPoint:
    done, failed, latency = found["successes"], found["failures"]["count"], found["successes"]["latency"]
    return SweepPoint(
        completed_per_s=done["throughput"]["requests_per_sec"],
        offered_per_s=found["load_summary"]["requested_rate"],
        latency_mean_s=latency["request_latency"]["mean"],
        tpot_mean_s=latency["time_per_output_token"]["mean"],
        tpot_p_s=latency["time_per_output_token"]["p99"],
        ttft_mean_s=latency["time_to_first_token"]["mean"],
        failed_share=failed / (failed + done["count"]),
    )


def batches() -> Sweeps:
    """One wave of N equal requests on Llama-3.1-405B: N in flight all the time, so elapsed is the latency."""
    found: Sweeps = defaultdict(list)
    for path in sample("vllm_bench/throughput").glob("*.json"):
        run = json.loads(path.read_bytes())
        point = SweepPoint(run["requests_per_second"], concurrency=run["num_requests"], latency_mean_s=run["elapsed_time"])
        found[f"throughput in {run['input']} out {run['ouput']}"].append(point)  # the tool's own spelling
    return {name: sorted(points, key=lambda one: one.concurrency or 0) for name, points in sorted(found.items())}


def prefill_decode() -> Sweeps:
    """Closed loop with 32, 64 and 128 clients, two systems, three token mixes."""
    found: Sweeps = defaultdict(list)
    for path in sample("vllm_bench/pd_ratio").glob("*.json"):
        run = json.loads(path.read_bytes())
        system, mix = re.match(r"(\w+?)_conc\d+_(in\d+_out\d+)", path.name).groups()  # type: ignore[union-attr]
        steps = run["total_output_tokens"] / run["completed"] - 1
        point = SweepPoint(
            completed_per_s=run["request_throughput"],
            concurrency=run["max_concurrency"],
            latency_mean_s=(run["mean_ttft_ms"] + steps * run["mean_tpot_ms"]) / 1000,
            tpot_mean_s=run["mean_tpot_ms"] / 1000,
            failed_share=1 - run["completed"] / run["num_prompts"],
        )
        found[f"pd_ratio {system} {mix}"].append(point)
    return {name: sorted(points, key=lambda one: one.concurrency or 0) for name, points in sorted(found.items())}


def rates() -> Sweeps:
    """Llama-3.1-405B at 16, 32 and 1,000 requests per second offered, all beyond saturation."""
    found: Sweeps = defaultdict(list)
    with sample("vllm_bench/dstack_qps_comparison_BOM.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            point = SweepPoint(
                completed_per_s=float(row["request_throughput"]),
                offered_per_s=float(row["request_rate"]),
                tpot_mean_s=float(row["mean_tpot_ms"]) / 1000,
            )
            found[f"qps {row['gpu']}"].append(point)
    return dict(found)


def every() -> Sweeps:
    return {**inference_perf(), **batches(), **prefill_decode(), **rates()}
