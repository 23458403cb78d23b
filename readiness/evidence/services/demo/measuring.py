"""What the demo's tools would have written about a workload, drawn by seed as the connectors' runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from math import exp, pi, sin
from random import Random
from typing import Any

from readiness.connectors.contract import Environment, Flaw, Kind, Load, Reading, Run, Statistic
from readiness.connectors.identity import run_key

CLIENTS = (1, 4, 8, 16, 32, 64, 128)
TAIL = {0.5: 0.92, 0.9: 1.35, 0.95: 1.6, 0.99: 2.3}  # percentile over mean of a latency
TELEMETRY_DAYS = 14
WINDOW_S = 300.0
MONTH_S = 30 * 86_400.0


@dataclass(frozen=True)
class Measured:
    """One workload as its tools see it: `wanted` are its targets in canonical units by metric, what is unknown left out.

    `ease` above 1: it does better than is asked.
    """

    key: str
    name: str
    model: str
    accelerator: str
    accelerators: int
    input_tokens: float
    output_tokens: float
    wanted: Mapping[str, float]
    ease: float


def sweep(one: Measured, rng: Random, at: datetime, *, duration_s: float, environment: Environment) -> Iterator[Run]:
    """A closed loop of vLLM's benchmark as the batching law has it, point by point, with two per cent of scatter."""
    token_s = one.wanted.get("tpot", 0.05) / one.ease
    t0, kd, kp = token_s * 0.35, token_s * 0.008, token_s * 0.0006
    work = one.output_tokens * kd + one.input_tokens * kp
    for place, clients in enumerate(CLIENTS):
        rate = clients / (one.output_tokens * t0 + clients * work) * rng.gauss(1, 0.02)
        latency = clients / rate
        tpot = 0.93 * latency / one.output_tokens
        ttft = max(0.02, latency - tpot * (one.output_tokens - 1))
        yield _point(one, rng, at, place, clients, rate, (ttft, tpot, latency), duration_s, environment)


def _point(
    one: Measured, rng: Random, at: datetime, place: int, clients: int, rate: float, times: tuple[float, float, float],
    duration_s: float, environment: Environment,
) -> Run:  # fmt: skip
    done = max(20, round(rate * duration_s))
    ended = at + timedelta(seconds=place * (duration_s + 20))
    readings = [
        _reading("throughput", rate, "request_throughput", "req/s"),
        _reading("token_throughput", rate * one.output_tokens, "output_throughput", "tok/s"),
        _reading("error_ratio", 0.0, "failed / num_prompts", "share"),
    ]
    for metric, raw, mean in zip(("ttft", "tpot", "latency"), ("ttft", "tpot", "e2el"), times, strict=True):
        readings += _distribution(metric, raw, mean, done, rng)
    return Run(
        kind=Kind.BENCHMARK, tool="vllm_bench", format="serve", place=f"[{place}]",
        key=run_key("demo", one.key, at.isoformat(), clients), readings=tuple(readings), tool_version="0.10.2",
        name=f"{one.name}, {clients} clients", started_at=ended - timedelta(seconds=duration_s), ended_at=ended,
        duration_s=duration_s, environment=environment,
        load=Load(
            concurrency=clients, achieved_per_s=rate, started=done, completed=done, failed=0,
            input_tokens=one.input_tokens, output_tokens=one.output_tokens,
        ),
    )  # fmt: skip


def held_back(run: Run) -> Run:
    """The same point with more clients than the tool's machine could serve: kept, and marked with why it decides nothing."""
    said = "2.1/s sent of 4/s requested (53%)"
    return replace(run, key=run_key(run.key, "held back"), name=f"{run.name} (small client machine)", place="[9]",
                   flaws=((Flaw.GENERATOR_SATURATED, said),))  # fmt: skip


def script(one: Measured, rng: Random, at: datetime, *, environment: Environment) -> Run:
    """A k6 run against a service that is no language model, at the rate that is wanted, or at half of it."""
    wanted = one.wanted.get("throughput", 20.0)
    rate = wanted * rng.choice((0.5, 1.0, 1.2)) * min(1.0, one.ease)
    mean = one.wanted.get("latency", 0.2) / TAIL[0.95] / one.ease
    duration_s, done = 600.0, max(50, round(rate * 600))
    readings = [_reading("throughput", rate, "http_reqs.rate", "1/s"), _reading("error_ratio", 0.001, "http_req_failed", "share")]
    readings += _distribution("latency", "http_req_duration", mean, done, rng)
    return Run(
        kind=Kind.BENCHMARK, tool="k6", format="summary", place="", key=run_key("demo", one.key, "k6", at.isoformat()),
        readings=tuple(readings), tool_version="1.2.3", name=one.name, started_at=at - timedelta(seconds=duration_s),
        ended_at=at, duration_s=duration_s, environment=environment,
        load=Load(
            concurrency=max(1.0, rate * mean), requested_per_s=rate, achieved_per_s=rate, started=done, completed=done, failed=0
        ),
    )  # fmt: skip


def telemetry(one: Measured, rng: Random, now: datetime, *, environment: Environment, generates: bool) -> Iterator[Run]:
    """Two weeks of hourly windows: what came, how long it took, what failed. One night in it is missing."""
    carried = one.wanted.get("throughput", 5.0) * rng.uniform(0.3, 1.1)
    quality = {"latency": one.wanted.get("latency", 1.0), "ttft": one.wanted.get("ttft", 1.0)}
    hours = [now - timedelta(hours=back) for back in range(24 * TELEMETRY_DAYS, 0, -1)]
    gap = rng.randrange(24, len(hours) - 48)
    kept = [at for place, at in enumerate(hours) if not gap <= place < gap + 9]
    busy = {at: _day(at) * exp(rng.gauss(0, 0.12)) for at in kept}
    rate = [_at(_reading("throughput", carried * busy[at], "", "1/s"), at) for at in kept]
    yield _window(one, "throughput", now, rate, environment, "sum(rate(vllm:request_success_total[5m]))")
    for metric in ("latency", "ttft") if generates else ("latency",):
        level = quality[metric] / one.ease
        values = [
            _at(_quantile(metric, 0.95, level * (0.55 + 0.45 * busy[at] ** 2), round(carried * busy[at] * WINDOW_S)), at)
            for at in kept
        ]
        query = f"histogram_quantile(0.95, sum by (le) (rate(vllm:{metric}_seconds_bucket[5m])))"
        yield _window(one, metric, now, values, environment, query)
    failed = [_at(_reading("error_ratio", min(1.0, 0.002 * exp(rng.gauss(0, 0.8))), "", "share"), at) for at in kept]
    yield _window(one, "error_ratio", now, failed, environment, "failed / all")


def month_of_availability(one: Measured, rng: Random, now: datetime, *, environment: Environment) -> Run:
    """Availability over thirty days with its coverage; without the one the other says nothing."""
    target = one.wanted.get("availability", 0.995)
    down = (1 - target) / one.ease * rng.uniform(0.5, 1.3)
    readings = [
        _reading("availability", 1 - down, "avg_over_time(up[30d])", "share"),
        _reading("coverage", rng.choice((0.999, 0.998, 0.91)), "count_over_time(up[30d])", "share"),
    ]
    return replace(_window(one, "availability", now, readings, environment, "avg_over_time(up[30d])"), duration_s=MONTH_S)


def storage(one: Measured, rng: Random, at: datetime, *, environment: Environment) -> Run:
    """A fio run on the place where the data lie."""
    readings = [
        _reading("storage_bandwidth", rng.uniform(0.8, 6.0) * 1e9, "bw_bytes", "bytes/s"),
        _reading("storage_iops", rng.uniform(2e4, 3e5), "iops", "1/s"),
        _quantile("storage_latency", 0.99, rng.uniform(4e-4, 3e-3), 500_000),
    ]
    return Run(
        kind=Kind.BENCHMARK, tool="fio", format="json", place="jobs[0]", key=run_key("demo", one.key, "fio", at.isoformat()),
        readings=tuple(readings), tool_version="fio-3.33", name="sequential read, 1 MiB", ended_at=at,
        started_at=at - timedelta(seconds=60), duration_s=60.0, environment=environment,
    )  # fmt: skip


def cost(allocation: str, per_hour: float, accelerators: float, until: datetime) -> Run:
    """A day of OpenCost's allocation."""
    labels = {"allocation": allocation, "basis": "allocation", "currency": "EUR"}
    readings = (
        Reading("cost_total", per_hour * 24, Statistic.TOTAL, raw_name="totalCost", raw_unit="money", labels=labels),
        Reading("cost_per_hour", per_hour, Statistic.MEAN, raw_name="totalCost / hours", raw_unit="money/h", labels=labels),
        Reading(
            "accelerator_count", accelerators, Statistic.MEAN, raw_name="gpuHours / hours", raw_unit="accelerators",
            labels={"quantity": "held", "allocation": allocation},
        ),
    )  # fmt: skip
    return Run(
        kind=Kind.COST, tool="opencost", format="allocation", place=f"data[0].{allocation}",
        key=run_key("demo", "opencost", allocation, until.isoformat()), readings=readings, name=allocation,
        started_at=until - timedelta(days=1), ended_at=until, duration_s=86_400.0,
    )  # fmt: skip


def inventory(pool: str, accelerator: str, accelerators: int, share: float, at: datetime) -> Run:
    """What a cluster says that it has, and how much of it its pods ask for."""
    labels = {"accelerator": accelerator}
    readings = (
        Reading("node_count", max(1, accelerators // 8), Statistic.POINT, raw_name="nodes", raw_unit="nodes"),
        Reading(
            "accelerator_count", accelerators, Statistic.POINT, raw_name="allocatable of accelerators", raw_unit="accelerators",
            labels={"quantity": "allocatable", **labels},
        ),
        Reading(
            "accelerator_allocated", share, Statistic.POINT, raw_name="requests / allocatable", raw_unit="share", labels=labels
        ),
    )  # fmt: skip
    software = Environment(
        accelerator=accelerator, software="Kubernetes", software_version="v1.33.4", extra={"containerised": True}
    )
    return Run(
        kind=Kind.INVENTORY, tool="kubernetes", format="nodes", place="nodes", key=run_key("demo", pool, at.isoformat()),
        readings=readings, name=pool, started_at=at, ended_at=at, environment=software,
    )  # fmt: skip


def use(pool: str, accelerator: str, rng: Random, now: datetime) -> Run:
    """A week of the accelerators' duty, by the hour."""
    level = rng.choice((0.12, 0.35, 0.7))
    hours = [now - timedelta(hours=back) for back in range(24 * 7, 0, -1)]
    readings = [
        _at(_reading("accelerator_use", min(1.0, level * _day(at) * exp(rng.gauss(0, 0.1))), "DCGM_FI_DEV_GPU_UTIL", "%"), at)
        for at in hours
    ]
    one = Measured(pool, pool, "", accelerator, 0, 0, 0, {}, 1)
    query = "avg(avg_over_time(DCGM_FI_DEV_GPU_UTIL[5m])) / 100"
    return _window(
        one, "accelerator_use", now, readings, Environment(accelerator=accelerator, data_real=True, users_real=True), query
    )


def _window(
    one: Measured, metric: str, now: datetime, readings: list[Reading], environment: Environment, query: str
) -> Run:  # fmt: skip
    named = tuple(replace(reading, raw_name=query) for reading in readings)
    started = readings[0].at or now - timedelta(days=30)
    return Run(
        kind=Kind.TELEMETRY, tool="prometheus", format="matrix", place=metric,
        key=run_key("demo", one.key, metric, now.isoformat()), readings=named, tool_version="3.5.0", name=metric,
        started_at=started, ended_at=now, duration_s=WINDOW_S, environment=environment,
    )  # fmt: skip


def _reading(metric: str, value: float, name: str, unit: str) -> Reading:
    return Reading(metric, value, Statistic.MEAN, raw_name=name, raw_value=f"{value:.6g}", raw_unit=unit)


def _quantile(metric: str, share: float, value: float, samples: int) -> Reading:
    name = f"p{share * 100:g}_{metric}"
    return Reading(metric, value, Statistic.PERCENTILE, share, name, f"{value:.6g}", "s", samples=max(1, samples))


def _distribution(metric: str, raw: str, mean: float, samples: int, rng: Random) -> Iterator[Reading]:
    """As the tool prints it: milliseconds."""
    spread = rng.uniform(0.9, 1.1)
    yield Reading(metric, mean, Statistic.MEAN, None, f"mean_{raw}_ms", f"{mean * 1000:.3f}", "ms", samples=samples)
    for share, factor in TAIL.items():
        value = mean * (1 + (factor - 1) * spread)
        name = f"p{share * 100:g}_{raw}_ms"
        yield Reading(metric, value, Statistic.PERCENTILE, share, name, f"{value * 1000:.3f}", "ms", samples=samples)


def _at(reading: Reading, at: datetime) -> Reading:
    return replace(reading, at=at)


def _day(at: datetime) -> float:
    """Busy in the afternoon, quiet at night and half as busy on weekends."""
    swing = 0.55 + 0.45 * sin((at.hour - 8) / 24 * 2 * pi)
    return max(0.05, swing * (0.5 if at.weekday() >= 5 else 1.0))


def declared(**facts: Any) -> Environment:
    """An environment of the demo."""
    return Environment(**facts)
