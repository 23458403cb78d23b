"""What makes a run this run and a series this series: SHA-256 over the canonical JSON of what is told about it.

State is a function of the set of what was delivered. So whatever can be told in two ways and matters to a judgement is part of
an identity, and nothing else is: a run that one copy tells flawed and another sound is two runs, of which one never decides.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from readiness.connectors.contract import Flaw


@dataclass(frozen=True, slots=True)
class Belongs:
    """Whose evidence it is: the source that brought it, and the workload or pool it is about, if either."""

    source_id: int
    workload_id: int | None
    pool_id: int | None

    def parts(self) -> tuple[int | None, ...]:
        return self.source_id, self.workload_id, self.pool_id


@dataclass(frozen=True, slots=True)
class SeriesKey:
    """What makes observations comparable. `labels` and `environment` are sorted pairs, so that a key can be looked up.

    `run_key` and `run_environment` are set for benchmarks alone, whose series are their run's alone; `window_s` for all others,
    because a benchmark's window is its duration, which its copies round in their own ways.
    """

    kind: str
    metric: str
    statistic: str
    percentile: float | None
    window_s: float | None
    labels: tuple[tuple[str, str], ...]
    environment: tuple[tuple[str, Any], ...]
    run_key: str = ""
    run_environment: str = ""


_canonical = json.JSONEncoder(sort_keys=True, separators=(",", ":")).encode


def digest(content: Any) -> str:
    """SHA-256 of the canonical JSON of `content`: sorted keys, no blanks, ASCII."""
    return hashlib.sha256(_canonical(content).encode()).hexdigest()


def run_digest(of: Belongs, key: str, environment_digest: str, flaws: Iterable[Flaw], place: str) -> str:
    """A duplicate within its file is told by its place: the third copy is not the second."""
    codes = sorted({str(flaw) for flaw in flaws})
    return digest(["run", *of.parts(), key, environment_digest, codes, place if Flaw.DUPLICATE in codes else ""])


def series_digest(of: Belongs, key: SeriesKey) -> str:
    """Labels stand last: series of one delivery mostly differ in nothing else, so that the rest is written once."""
    beginning = _beginning(
        of, key.kind, key.metric, key.statistic, key.percentile, key.window_s, key.environment, key.run_key, key.run_environment
    )
    return hashlib.sha256(f"{beginning},{_canonical(key.labels)}]".encode()).hexdigest()


@lru_cache(maxsize=512)
def _beginning(
    of: Belongs, kind: str, metric: str, statistic: str, percentile: float | None, window_s: float | None,
    environment: tuple[tuple[str, Any], ...], run_key: str, run_environment: str,
) -> str:  # fmt: skip
    parts = ["series", *of.parts(), kind, metric, statistic, _number(percentile), _number(window_s)]
    return _canonical([*parts, environment, run_key, run_environment]).removesuffix("]")


def pairs(content: Mapping[str, Any]) -> tuple[tuple[str, Any], ...]:
    return tuple(sorted(content.items()))


def _number(value: float | None) -> float | None:
    """1 and 1.0 are one number, and so are 0.0 and -0.0."""
    return None if value is None else float(value) + 0.0
