"""What model servers of each kind and era export, and what the templates must find in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.readiness.connectors.live.servers import Series
from tests.readiness.connectors.live.synthetic import (
    DAY_S,
    END,
    Histogram,
    constant,
    counter,
    gauge,
    histogram,
    mean,
    minutes,
    peak,
    percentiles,
    spread,
    wave,
)


@dataclass(frozen=True, slots=True)
class World:
    """`expected` has the canonical value of each query of the pack; one that is not in it must have none."""

    pack: str
    job: str
    series: list[Series]
    expected: Mapping[str, float]
    coverage: Mapping[str, float] = field(default_factory=dict)


def up(at: float) -> float:
    """Down for six hours of the day."""
    return 0.0 if END - 8 * 3600 <= at < END - 2 * 3600 else 1.0


UP_SHARE = sum(map(up, minutes(DAY_S))) / len(minutes(DAY_S))


def targets(job: str, name: str = "up") -> list[Series]:
    """Two instances: one that is down for a while, one that is never up."""
    return [
        gauge(name, {"job": job, "instance": "a:80"}, up, DAY_S),
        gauge(name, {"job": job, "instance": "b:80"}, constant(0), DAY_S),
    ]


def vllm(era: str) -> World:
    newer = era != "v06"
    one = {"job": era, "model_name": "llama", "instance": "a:80"} | ({"engine": "0"} if newer else {})
    two = one | {"instance": "b:80"}
    running, waiting, cache = (wave(12, 4), wave(9, 3, 1)), (wave(3, 2), wave(2, 1, 2)), (wave(0.5, 0.2), wave(0.3, 0.1, 3))
    ended = {"stop": 6.0, "length": 2.5, "abort": 0.25} | ({"error": 0.125, "repetition": 0.0625} if era == "v025" else {})
    series = [*targets(era)]
    for labels, at in ((one, 0), (two, 1)):
        series += [
            gauge("vllm:num_requests_running", labels, running[at]),
            gauge("vllm:num_requests_waiting", labels, waiting[at]),
            counter("vllm:generation_tokens_total", labels, 900.0 + at),
            counter("vllm:prompt_tokens_total", labels, 2100.0 + at),
            *(counter("vllm:request_success_total", {**labels, "finished_reason": why}, rate) for why, rate in ended.items()),
            *histogram("vllm:time_to_first_token_seconds", labels, spread(0.2, 1 + at)),
            *histogram("vllm:e2e_request_latency_seconds", labels, spread(4, 3 + at)),
            *(gauge(name, labels, cache[at]) for name in _cache_names(era)),
            *_gaps(era, labels, at),
            *_queue(era, labels, at),
        ]
    failed = sum(ended.get(why, 0.0) for why in ("abort", "error"))
    expected = {
        "throughput": 2 * (sum(ended.values()) - failed),
        "output tokens": 1801.0,
        "input tokens": 4201.0,
        **percentiles("TTFT", spread(0.2, 1) + spread(0.2, 2)),
        "TTFT mean": (spread(0.2, 1) + spread(0.2, 2)).mean,
        **percentiles("latency", spread(4, 3) + spread(4, 4)),
        **percentiles("ITL", spread(0.03, 5) + spread(0.03, 6)),
        **percentiles("queue time", spread(0.5, 7) + spread(0.5, 8)),
        **(percentiles("TPOT", spread(0.04, 9) + spread(0.04, 10)) if newer else {}),
        "errors": failed / sum(ended.values()),
        "concurrency mean": mean(running),
        "concurrency peak": peak(running),
        "queue mean": mean(waiting),
        "queue peak": peak(waiting),
        "KV cache mean": mean(cache) / 2,
        "KV cache peak": peak(cache[0]),
        "availability": UP_SHARE,
    }
    if era == "v025":
        api = {"job": era, "handler": "/v1/chat/completions"}
        series += [
            counter("http_requests_total", {**api, "status": "2xx"}, 9.0),
            counter("http_requests_total", {**api, "status": "5xx"}, 1.0),
            counter("http_requests_total", {"job": era, "handler": "/metrics", "status": "5xx"}, 50.0),
        ]
        expected["HTTP errors"] = 0.1
    return World("vllm", era, series, expected, {"availability": 1.0})


def _cache_names(era: str) -> tuple[str, ...]:
    names = {"v06": ("gpu",), "v010": ("gpu", "kv"), "v025": ("kv",)}
    return tuple(f"vllm:{name}_cache_usage_perc" for name in names[era])


def _gaps(era: str, labels: Mapping[str, str], at: int) -> Iterator[Series]:
    """In between, both names are there: with other values here, so that a mixture of the two shows."""
    true, other = spread(0.03, 5 + at), Histogram((0.03, 0.09, 9.0), (1.0, 2.0, 300.0, 0.0))
    older, newer = "vllm:time_per_output_token_seconds", "vllm:inter_token_latency_seconds"
    if era == "v06":
        yield from histogram(older, labels, true)
        return
    yield from histogram(newer, labels, true)
    yield from histogram("vllm:request_time_per_output_token_seconds", labels, spread(0.04, 9 + at))
    if era == "v010":
        yield from histogram(older, labels, other)


def _queue(era: str, labels: Mapping[str, str], at: int) -> Iterator[Series]:
    name = "vllm:time_in_queue_requests" if era == "v06" else "vllm:request_queue_time_seconds"
    yield from histogram(name, labels, spread(0.5, 7 + at))


def triton() -> World:
    job, queue, use, memory, power = "triton", wave(5, 2), (wave(0.6, 0.2), wave(0.4, 0.2, 1)), wave(3e10, 1e9), wave(280, 20)
    model = {"job": job, "model": "resnet", "version": "1"}
    series = [
        *targets(job),
        counter("nv_inference_request_success", model, 40.0),
        counter("nv_inference_request_failure", {**model, "reason": "REJECTED"}, 8.0),
        counter("nv_inference_request_failure", {**model, "reason": "OTHER"}, 2.0),
        counter("nv_inference_request_duration_us", model, 40.0 * 125_000),
        counter("nv_inference_queue_duration_us", model, 40.0 * 25_000),
        gauge("nv_inference_request_summary_us", {**model, "quantile": "0.95"}, constant(180_000)),
        gauge("nv_inference_request_summary_us", {**model, "quantile": "0.99"}, constant(260_000)),
        *histogram("nv_inference_first_response_histogram_ms", model, spread(90, 2)),
        gauge("nv_inference_pending_request_count", model, queue),
        *(gauge("nv_gpu_utilization", {"job": job, "gpu_uuid": f"GPU-{at}"}, one) for at, one in enumerate(use)),
        gauge("nv_gpu_memory_used_bytes", {"job": job, "gpu_uuid": "GPU-0"}, memory),
        gauge("nv_gpu_power_usage", {"job": job, "gpu_uuid": "GPU-0"}, power),
        counter("nv_energy_consumption", {"job": job, "gpu_uuid": "GPU-0"}, 280.0),
    ]
    first = percentiles("first response", spread(90, 2))
    expected = {
        "throughput": 40.0,
        "errors": 0.2,
        "latency mean": 0.125,
        "queue time mean": 0.025,
        "latency summary p95": 0.18,
        "latency summary p99": 0.26,
        **{name: value / 1000 for name, value in first.items()},
        "queue mean": mean(queue),
        "GPU use mean": mean(use) / 2,
        "GPU memory peak": peak(memory),
        "GPU power mean": mean(power),
        "GPU energy": 280.0 * 900,
        "availability": UP_SHARE,
    }
    return World("triton", job, series, expected, {"availability": 1.0})


def tgi() -> World:
    job, batch, queue = "tgi", (wave(20, 5), wave(10, 5, 2)), wave(4, 1)
    labels = {"job": job, "pod": "tgi-0"}
    series = [
        *targets(job),
        counter("tgi_request_count", labels, 13.0),
        counter("tgi_request_success", {**labels, "method": "single"}, 9.0),
        counter("tgi_request_failure", {**labels, "err": "overloaded"}, 3.0),
        *histogram("tgi_request_generated_tokens", labels, Histogram((64, 512), (3.0, 6.0, 0.0), 200.0)),
        *histogram("tgi_request_input_length", labels, Histogram((64, 512), (3.0, 6.0, 0.0), 400.0)),
        *histogram("tgi_request_duration", labels, spread(3, 3)),
        *histogram("tgi_request_queue_duration", labels, spread(0.1, 4)),
        *histogram("tgi_request_mean_time_per_token_duration", labels, spread(0.02, 5)),
        gauge("tgi_batch_current_size", labels, batch[0]),
        gauge("tgi_batch_current_size", {**labels, "pod": "tgi-1"}, batch[1]),
        gauge("tgi_queue_size", labels, queue),
    ]
    expected = {
        "throughput": 9.0,
        "output tokens": 1800.0,
        "input tokens": 3600.0,
        "errors": 0.25,
        **percentiles("latency", spread(3, 3)),
        **percentiles("queue time", spread(0.1, 4)),
        **percentiles("time per token", spread(0.02, 5)),
        "concurrency mean": mean(batch),
        "concurrency peak": peak(batch),
        "queue mean": mean(queue),
        "availability": UP_SHARE,
    }
    return World("tgi", job, series, expected, {"availability": 1.0})


def kserve() -> World:
    job, queue = "kserve", wave(6, 2)
    model, revision = {"job": job, "model_name": "iris"}, {"job": job, "service_name": "iris"}
    series = [
        *targets(job),
        *histogram("request_predict_seconds", model, spread(0.05, 6)),
        *histogram("revision_app_request_latencies", revision, spread(70, 8)),
        counter("revision_app_request_count", {**revision, "response_code_class": "2xx"}, 19.0),
        counter("revision_app_request_count", {**revision, "response_code_class": "5xx"}, 1.0),
        gauge("revision_queue_depth", revision, queue),
    ]
    at_proxy = percentiles("latency at the queue proxy", spread(70, 8))
    expected = {
        **percentiles("predict time", spread(0.05, 6)),
        "predict time mean": spread(0.05, 6).mean,
        "throughput at the queue proxy": 19.0,
        **{name: value / 1000 for name, value in at_proxy.items()},
        "errors at the queue proxy": 0.05,
        "queue at the queue proxy": mean(queue),
        "availability": UP_SHARE,
    }
    return World("kserve", job, series, expected, {"availability": 1.0})


SERVING = [vllm("v06"), vllm("v010"), vllm("v025"), triton(), tgi(), kserve()]
