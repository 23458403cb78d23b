"""Requirements, settings and evidence drawn by seed, so that every kind of verdict comes up about as often."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

from readiness.core.sizing.inputs import Task
from readiness.evidence.choices import EvidenceKind
from readiness.evidence.rules.verdicts.evidence import Evidence, Reading
from readiness.evidence.rules.verdicts.holdings import Holding
from readiness.evidence.rules.verdicts.wanted import Setting, Wanted
from readiness.workloads.choices import Metric, PoolKind
from readiness.workloads.rules.metrics import METRICS
from tests.readiness.evidence.judging import MONTH_S, NOW, REAL, catalogue, wanted

World = tuple[Wanted, Setting, list[Evidence]]
TARGETS = {
    "ttft": 1.0, "latency": 2.0, "error_ratio": 0.01, "throughput": 10.0, "concurrency": 20.0, "availability": 0.999,
    "storage_capacity": 5_000.0, "network_bandwidth": 8.0, "accelerator_memory": 0.9,
}  # fmt: skip
# a value in the canonical unit that meets the target to the point
EVEN = {
    "ttft": 1.0, "latency": 2.0, "error_ratio": 0.01, "throughput": 10.0, "concurrency": 20.0, "availability": 0.999,
    "storage_capacity": 5e12, "network_bandwidth": 8e9, "accelerator_memory_use": 0.9,
}  # fmt: skip
ENVIRONMENTS: tuple[dict[str, Any], ...] = (
    {}, REAL, {"users": "real"}, {"min_concurrency": 20}, {**REAL, "min_concurrency": 20}, {"accelerator": "h100-sxm"},
    {"venue": "on_premises"}, {"min_accelerators": 8},
)  # fmt: skip


def world(seed: int) -> World:
    draw = Random(seed)
    one = requirement(draw)
    return one, setting_of(draw, one), [run(draw, one, number) for number in range(1, draw.randint(1, 7))]


def requirement(draw: Random) -> Wanted:
    metric = draw.choice([*TARGETS, "ttft", "throughput", "throughput", "concurrency"])
    percentile = draw.choice([0.95, 0.95, None]) if METRICS[Metric(metric)].has_percentile else None
    window = {"throughput": draw.choice([300.0, None]), "availability": MONTH_S}.get(metric)
    return wanted(metric, TARGETS[metric], percentile=percentile, environment=draw.choice(ENVIRONMENTS), window_s=window)


def setting_of(draw: Random, one: Wanted) -> Setting:
    others = [one]
    if draw.random() < 0.4:
        others.append(wanted("ttft", draw.choice([1.0, 0.5, 4.0, None]), percentile=0.95))
    if draw.random() < 0.4:
        others.append(wanted("throughput", draw.choice([10.0, 30.0, None])))
    holdings = [holding(draw, one, pk) for pk in range(1, draw.choice([1, 2, 2, 3, 4]))]
    return Setting(Task.GENERATE, others, catalogue(), tuple(holdings), output_tokens=draw.choice([None, None, None, 300.0]))


def holding(draw: Random, one: Wanted, pk: int) -> Holding:
    place = {Metric.STORAGE_CAPACITY: PoolKind.STORAGE, Metric.NETWORK_BANDWIDTH: PoolKind.NETWORK}
    kind = place.get(one.metric, PoolKind.ACCELERATORS)
    accelerator = draw.choice(["h100-sxm"] * 6 + ["a100-80", None]) if kind is PoolKind.ACCELERATORS else None
    granted, free = draw.choice([0, 4, 8, 8, 16, 24]), draw.choice([None, 0, 0, 8, 20])
    when = NOW - timedelta(days=draw.randint(0, 100))
    return Holding(pk, kind, granted, free, accelerator, "on_premises", f"Hall {pk}", draw.random() < 0.3, updated_at=when)


def run(draw: Random, one: Wanted, number: int) -> Evidence:
    """Mostly of what is asked, mostly where it is asked for, mostly fresh."""
    kinds = [EvidenceKind.BENCHMARK] * 3 + [EvidenceKind.TELEMETRY] * 3 + [EvidenceKind.ATTESTED, EvidenceKind.INVENTORY]
    kind = draw.choice(kinds)
    age = timedelta(days=draw.choice([0, 1, 1, 5, 5, 30, 60, 89, 91, 100]), minutes=draw.randint(0, 3))
    environment = {
        "accelerator": draw.choice(["NVIDIA H100"] * 6 + ["A100", None]), "accelerators": draw.choice([8] * 6 + [4, None]),
        "data_real": draw.choice([True] * 5 + [False, None]), "users_real": draw.choice([True] * 5 + [False, None]),
        "venue": draw.choice(["on_premises"] * 5 + ["edge", None]), "stage": draw.choice([None] * 6 + ["production", "poc"]),
    }  # fmt: skip
    load = {
        "concurrency": draw.choice([None, 1.0, 8.0, 20.0, 32.0]), "requested_per_s": draw.choice([None, None, 5.0, 40.0]),
        "achieved_per_s": draw.choice([None, 5.0, 10.0, 20.0]), "output_tokens": draw.choice([None, 300.0, 300.0, 90.0, 900.0]),
    }  # fmt: skip
    return Evidence(
        number, draw.randint(1, 2), kind, NOW - age, readings(draw, one, NOW - age, number * 100), "tool",
        load={name: value for name, value in load.items() if value is not None},
        environment={name: value for name, value in environment.items() if value is not None},
        duration_s=draw.choice([600.0, 600.0, 60.0, None]), pool=draw.choice([None] * 6 + [1]),
    )  # fmt: skip


def readings(draw: Random, one: Wanted, at: Any, series: int) -> tuple[Reading, ...]:
    found: list[tuple[str, str, float | None, float, float]] = []
    for metric, even in EVEN.items():
        asked = metric in one.shown_by(Task.GENERATE)
        if draw.random() < (0.9 if asked else 0.4):
            found += _of_metric(draw, metric, even, one.percentile if asked else draw.choice([None, 0.95]))
    if any(row[0] == "availability" for row in found) and draw.random() < 0.8:
        found.append(("coverage", "mean", None, draw.choice([1.0, 1.0, 0.5]), 1.0))
    if draw.random() < 0.3:
        found.append(("queue_length", "mean", None, 5.0, 5.0))
    window = MONTH_S if one.metric is Metric.AVAILABILITY else draw.choice([300.0, 300.0, 60.0, None])
    samples, marks = draw.choice([100_000, 100_000, 50, None]), draw.choice([0] * 6 + [1, 2])
    return tuple(
        Reading(series + place, metric, statistic, percentile, low, max(low, high), at, marks, samples, window)
        for place, (metric, statistic, percentile, low, high) in enumerate(found)
    )


def _of_metric(
    draw: Random, metric: str, even: float, percentile: float | None
) -> list[tuple[str, str, float | None, float, float]]:
    value = even * draw.choice([0.3, 0.6, 0.9, 0.99, 1.0, 1.01, 1.2, 2.0, 5.0])
    value = min(value, 1.0) if metric in ("availability", "accelerator_memory_use", "error_ratio") else value
    high = value * draw.choice([1.0, 1.0, 1.0, 1.3])
    if percentile is None:
        return [(metric, draw.choice(["mean", "mean", "mean", "point", "max", "min"]), None, value, high)]
    share = draw.choice([percentile, percentile, percentile, 0.5, 0.99])
    told: list[tuple[str, str, float | None, float, float]] = [(metric, "percentile", share, value, high)]
    return told + ([(metric, "mean", None, value * 0.8, value * 0.8)] if draw.random() < 0.5 else [])
