"""What is left of a saturation (Offline) throughput once answers must come in time (Server), measured by benchmark.

Computed by us from the official result table of MLPerf Inference v4.1 (MLCommons, published 2024-08-28; table of the repository
mlcommons/inference_results_v4.1, Apache-2.0). `paired` and `spread` recompute every figure from the table's rows; a test does
and compares. MLPerf is a trademark of MLCommons; the ratios are ours and no result of MLCommons.

Pairing: closed division, suite with datacenter, no error, compliant, not inferred from another run; Offline and Server of the
same submitter, platform and benchmark, of which the table has exactly one each. Both numbers are as published: tokens per
second on both sides for language models, samples against queries of one sample for the others.

What the figures are not: independent. Most rows share one vendor's software, a 99.9 row mostly repeats its 99 row, and Server
runs are tuned to the latency limit (p99 TPOT 177 of 200 ms), so that a tighter target leaves less than these say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

SOURCE = "MLPerf Inference v4.1 official results (closed, datacenter), Server / Offline computed from the table"
SOURCE_DATE = "2024-08-28"


@dataclass(frozen=True, slots=True)
class Pair:
    """One system's Server over Offline throughput. `accelerated` is False where the table names no accelerator."""

    benchmark: str
    submitter: str
    platform: str
    accelerated: bool
    ratio: float


@dataclass(frozen=True, slots=True)
class Derate:
    """Server over Offline: `n` pairs of `submitters`, and their order statistics. `p10` to plan with, `median` to know."""

    name: str
    limit: str
    n: int
    submitters: int
    low: float
    p10: float
    p25: float
    median: float
    p75: float
    high: float


_LLM_LIMIT = "p99: first token 2 s, then 0.2 s per token"
LIMITS = {
    "llama2-70b-99": _LLM_LIMIT,
    "llama2-70b-99.9": _LLM_LIMIT,
    "mixtral-8x7b": _LLM_LIMIT,
    "gptj-99": "p99: 20 s in all",
    "gptj-99.9": "p99: 20 s in all",
    "stable-diffusion-xl": "p99: 20 s",
    "bert-99": "p99: 130 ms",
    "bert-99.9": "p99: 130 ms",
    "resnet50": "p99: 15 ms",
    "retinanet": "p99: 100 ms",
    "dlrm-v2-99": "p99: 60 ms",
    "dlrm-v2-99.9": "p99: 60 ms",
}
LLM = ("llama2-70b-99", "llama2-70b-99.9", "mixtral-8x7b", "gptj-99", "gptj-99.9")
# Class -> its benchmarks and whether the systems have accelerators (None: either).
CLASSES: Mapping[str, tuple[tuple[str, ...], bool | None]] = {
    "llm": (LLM, True),
    "llm_cpu": (LLM, False),
    "image_generation": (("stable-diffusion-xl",), None),
    "vision": (("resnet50", "retinanet"), None),
    "encoder": (("bert-99", "bert-99.9"), None),
    "ranking": (("dlrm-v2-99", "dlrm-v2-99.9"), None),
}


def paired(rows: Iterable[Mapping[str, Any]]) -> tuple[Pair, ...]:
    """Pairs in the table's order of Offline rows. Raises ValueError where a side occurs twice: that table is another one."""
    sides: dict[tuple[str, str, str], dict[str, Mapping[str, Any]]] = {}
    for row in rows:
        if not _counts(row):
            continue
        side = sides.setdefault((row["UsedModel"], row["Submitter"], row["Platform"]), {})
        if row["Scenario"] in side:
            raise ValueError(f"{row['Location']} occurs twice")
        side[row["Scenario"]] = row
    return tuple(
        Pair(*key, bool(side["Offline"]["a#"]), side["Server"]["Performance_Result"] / side["Offline"]["Performance_Result"])
        for key, side in sides.items()
        if len(side) == 2
    )


def _counts(row: Mapping[str, Any]) -> bool:
    return (
        row["Category"] == "closed"
        and "datacenter" in row["Suite"]
        and row["Scenario"] in {"Offline", "Server"}
        and row["errors"] == 0
        and row["compliance"] == 1
        and row["inferred"] == 0
    )


def members(pairs: Iterable[Pair], name: str) -> tuple[Pair, ...]:
    """The pairs of a benchmark or of a class."""
    benchmarks, accelerated = CLASSES.get(name, ((name,), None))
    return tuple(p for p in pairs if p.benchmark in benchmarks and accelerated in {None, p.accelerated})


def spread(pairs: Iterable[Pair], name: str) -> Derate:
    """Order statistics of the members, each pair with equal weight, interpolated linearly, rounded to four places."""
    chosen = members(pairs, name)
    figures = np.quantile([pair.ratio for pair in chosen], (0, 0.1, 0.25, 0.5, 0.75, 1))
    rounded = (round(float(figure), 4) for figure in figures)
    return Derate(name, LIMITS.get(name, ""), len(chosen), len({pair.submitter for pair in chosen}), *rounded)


# Name, pairs, submitters, least, p10, p25, median, p75, greatest: what `spread` gives for the table named above.
_FIGURES = (
    ("llama2-70b-99", 37, 13, 0.6246, 0.8356, 0.8721, 0.9108, 0.9431, 0.9942),
    ("llama2-70b-99.9", 38, 14, 0.782, 0.8429, 0.872, 0.9088, 0.9462, 0.9942),
    ("mixtral-8x7b", 15, 8, 0.9241, 0.9288, 0.9551, 0.9671, 0.9693, 0.9783),
    ("gptj-99", 41, 13, 0.4364, 0.4574, 0.8122, 0.9565, 0.9915, 1.0139),
    ("gptj-99.9", 25, 11, 0.6107, 0.8056, 0.8934, 0.9605, 0.9915, 1.0139),
    ("stable-diffusion-xl", 32, 11, 0.6801, 0.799, 0.8805, 0.9498, 0.9693, 0.9876),
    ("bert-99", 42, 13, 0.6591, 0.7689, 0.7798, 0.7931, 0.8084, 1.029),
    ("bert-99.9", 24, 11, 0.5129, 0.7844, 0.7995, 0.8134, 0.8298, 0.8554),
    ("resnet50", 42, 14, 0.7687, 0.8274, 0.8651, 0.8922, 0.9219, 1.0518),
    ("retinanet", 40, 13, 0.5005, 0.7559, 0.8815, 0.9413, 0.9559, 0.9917),
    ("dlrm-v2-99", 20, 11, 0.4612, 0.7238, 0.8485, 0.9166, 0.938, 0.9781),
    ("dlrm-v2-99.9", 24, 11, 0.8053, 0.9066, 0.9199, 0.944, 0.9598, 0.9843),
    ("llm", 149, 17, 0.6107, 0.8302, 0.8813, 0.9405, 0.9687, 1.0139),
    ("llm_cpu", 7, 5, 0.4364, 0.4425, 0.4484, 0.4526, 0.4666, 0.5518),
    ("image_generation", 32, 11, 0.6801, 0.799, 0.8805, 0.9498, 0.9693, 0.9876),
    ("vision", 82, 14, 0.5005, 0.8108, 0.8713, 0.8998, 0.9543, 1.0518),
    ("encoder", 66, 13, 0.5129, 0.7691, 0.7854, 0.8026, 0.8198, 1.029),
    ("ranking", 44, 12, 0.4612, 0.8139, 0.8991, 0.9323, 0.9585, 0.9843),
)
SHIPPED: Mapping[str, Derate] = {row[0]: Derate(row[0], LIMITS.get(row[0], ""), *row[1:]) for row in _FIGURES}


def derate(name: str) -> Derate:
    """Of a benchmark or a class. Raises KeyError with the names there are."""
    if name not in SHIPPED:
        raise KeyError(f"no derate {name!r}; there are {', '.join(SHIPPED)}")
    return SHIPPED[name]
