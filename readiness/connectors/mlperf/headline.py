"""Which of a log's keys a round of the benchmark publishes, by benchmark and version. The unit is that of the key: the labels
of the published tables are wrong in places."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.connectors.mlperf.places import Place

TOKENS = {"Offline": "result_tokens_per_second", "Server": "result_completed_tokens_per_second"}
INFERRED = {"Offline": "result_inferred_tokens_per_second", "Server": "result_inferred_completed_tokens_per_second"}
SAMPLES = {"Offline": "result_samples_per_second", "Server": "result_completed_samples_per_sec"}
SCHEDULED = "result_scheduled_samples_per_sec"
STREAM_P90, STREAM_P99, PLAIN_P90 = "early_stopping_latency_ss", "early_stopping_latency_ms", "result_90.00_percentile_latency_ns"
PUBLISHES_SAMPLES = ("stable-diffusion", "qwen3-vl", "wan-", "dlrm", "3d-unet", "bert", "resnet", "retinanet", "rgat", "rnnt")


def headline(values: Mapping[str, Any], where: Place, scenario: str) -> str:
    """The published key, or "" where the log has none of them.

    Up to v4.0 Server published samples, for all but llama2-70b the scheduled ones, and nothing was inferred; later every language
    model publishes tokens, which the log has for no other benchmark. A stream publishes the early-stopping estimate of its
    percentile, except where first tokens were timed: there that estimate is of the first token.
    """
    if scenario == "SingleStream":
        return PLAIN_P90 if times_first_tokens(values) else STREAM_P90
    if scenario == "MultiStream":
        return STREAM_P99  # "ms" means MultiStream
    kind = "Server" if scenario in ("Server", "Interactive") else "Offline"
    old = version(values, where) < (4, 1)
    if old and kind == "Server":
        known: tuple[str, ...] = (SAMPLES["Server"] if where.benchmark.startswith("llama2-70b") else SCHEDULED,)
    elif old:
        known = (TOKENS["Offline"], SAMPLES["Offline"])
    elif where.benchmark.startswith(PUBLISHES_SAMPLES):
        known = (SAMPLES[kind],)
    else:  # also a name of the open division that no table lists
        known = (TOKENS[kind], INFERRED[kind], SAMPLES[kind])
    return next((key for key in known if key in values), "")


def times_first_tokens(values: Mapping[str, Any]) -> bool:
    used = values.get("requested_use_token_latencies")
    return used is True or any(key.startswith("result_first_token_") for key in values)


def version(values: Mapping[str, Any], where: Place) -> tuple[int, int]:
    """Of the round, from the path; else loadgen's own, which a submitter may have taken from the round before."""
    written = where.version or str(values.get("loadgen_version", ""))
    major, _, minor = written.lstrip("v").split(" ")[0].partition(".")
    return (int(major), int(minor[0])) if major.isdecimal() and minor[:1].isdecimal() else (9, 9)
