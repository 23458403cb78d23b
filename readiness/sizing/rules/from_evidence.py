"""A sweep of the evidence slice as the points of a measurement: what was believed, in the core's names. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from readiness.evidence.rules.curve import Point
from readiness.workloads.choices import Precision

PERCENTILES = (0.99, 0.95, 0.9)  # the strictest that every point has
_MEANS = (("latency", "latency_mean_s"), ("tpot", "tpot_mean_s"), ("ttft", "ttft_mean_s"))
_TAILS = (("tpot", "tpot_p_s"), ("ttft", "ttft_p_s"))


@dataclass(frozen=True, slots=True)
class Swept:
    """What a measurement says of a sweep. `accelerators` None: the tool and its bringer do not say on how many it ran."""

    points: tuple[dict[str, float], ...]
    input_tokens: float | None
    output_tokens: float | None
    observed_on: date
    accelerator: str
    accelerators: int | None
    model: str
    precision: Precision | None
    software: str
    left_out: int


def swept(points: Sequence[Point]) -> Swept | None:
    """Of the runs of one sweep; None where none of them is believed or has a throughput."""
    kept = [one for one in points if one.believed and one.rate is not None]
    if not kept:
        return None
    share = next((share for share in PERCENTILES if all(_has_tail(one, share) for one in kept)), None)
    place = kept[0].environment
    return Swept(
        points=tuple(_plain(one, share) for one in sorted(kept, key=lambda one: one.rate or 0.0)),
        input_tokens=_mean(kept, "input_tokens"), output_tokens=_mean(kept, "output_tokens"),
        observed_on=max(one.at for one in kept).date(), accelerator=_word(place, "accelerator"),
        accelerators=_whole(place.get("accelerators")), model=_word(place, "model"), precision=_precision(place),
        software=" ".join(filter(None, (_word(place, "software"), _word(place, "software_version")))),
        left_out=len(points) - len(kept),
    )  # fmt: skip


def of_one_setup(points: Sequence[Point]) -> bool:
    """Whether nothing differs between the runs but their load."""
    return len({one.setup for one in points}) == 1


def _plain(point: Point, share: float | None) -> dict[str, float]:
    made = {"completed_per_s": point.rate or 0.0, "failed_share": point.failed_share}
    for name, column in (("concurrency", "concurrency"), ("requested_per_s", "offered_per_s")):
        if (value := point.load.get(name)) is not None:
            made[column] = float(value)
    for metric, column in _MEANS:
        if (value := point.value(metric, None)) is not None:
            made[column] = value
    if share is not None:
        made["percentile"] = share
        made |= {column: value for metric, column in _TAILS if (value := point.value(metric, share)) is not None}
    return made


def _has_tail(point: Point, share: float) -> bool:
    return any(point.value(metric, share) is not None for metric, _ in _TAILS)


def _mean(points: Sequence[Point], name: str) -> float | None:
    known = [float(value) for one in points if (value := one.load.get(name)) is not None]
    return sum(known) / len(known) if known else None


def _word(place: Mapping[str, Any], name: str) -> str:
    return str(place.get(name) or "")


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _precision(place: Mapping[str, Any]) -> Precision | None:
    told = _word(place, "precision").lower()
    return next((one for one in Precision if one.value == told), None)
