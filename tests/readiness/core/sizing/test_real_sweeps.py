"""The batching law on other people's sweeps: fitted to the lower points, it predicts the next one (-s shows the table)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

import pytest

from readiness.core.sizing.fit import NoFit, closed_loop, open_loop
from readiness.core.sizing.hygiene import Reason, Refused, checked, little_ratio, reached
from readiness.core.sizing.inputs import SweepPoint
from tests.readiness.core.sizing.printed import shown
from tests.readiness.core.sizing.sweeps import every, inference_perf, prefill_decode

BANDS = ((0.0, 0.5, "<50 %"), (0.5, 0.7, "50-70 %"), (0.7, 0.85, "70-85 %"), (0.85, float("inf"), ">85 %"))


@dataclass(frozen=True)
class Next:
    """`error` of TPOT (open loop) or throughput (closed loop) at the next higher load; `share` of the saturation rate there."""

    sweep: str
    load: float
    share: float
    error: float

    @property
    def band(self) -> str:
        return next(name for low, high, name in BANDS if low <= self.share < high)


def saturation(kept: Sequence[SweepPoint], refused: Sequence[Refused]) -> float:
    """Requests per second: what the sweep reached where it went past its peak, else what the law says from every kept point."""
    try:
        law = open_loop(kept).rate_max if kept[0].offered_per_s else closed_loop(kept).rate_max
    except NoFit:
        law = float("inf")
    top = reached(kept, refused)
    return law if top is None else min(law, top)


def next_points(name: str, kept: Sequence[SweepPoint], refused: Sequence[Refused]) -> Iterator[Next]:
    for place in range(2, len(kept)):
        lower, point = kept[:place], kept[place]
        share = point.completed_per_s / saturation(kept, refused)
        try:
            if point.offered_per_s is not None and point.tpot_mean_s is not None:
                error = open_loop(lower).tpot_s(point.completed_per_s) / point.tpot_mean_s - 1
                yield Next(name, point.offered_per_s, share, error)
            elif point.concurrency is not None:
                error = closed_loop(lower).completed_per_s(point.concurrency) / point.completed_per_s - 1
                yield Next(name, point.concurrency, share, error)
        except NoFit:
            continue


def test_the_law_predicts_the_next_point_within_a_tenth_below_seventy_percent_of_saturation() -> None:
    found: list[Next] = []
    lines: list[str] = []
    for name, points in every().items():
        kept, refused = checked(points)
        predicted = list(next_points(name, kept, refused))
        found += predicted
        lines.append(f"{name}: {len(points)} points, {len(refused)} refused, {len(predicted)} predicted")
        lines += [f"    refused {one.code}: {one.text}" for one in refused]
        lines += [f"    at {one.load:g} ({one.share:.0%} of saturation): {one.error:+.1%}" for one in predicted]
    lines.append("error by load band (median of absolute values, worst)")
    order = {name: place for place, (_low, _high, name) in enumerate(BANDS)}
    for band, group in groupby(sorted(found, key=lambda one: order[one.band]), key=lambda one: one.band):
        errors = [abs(one.error) for one in group]
        lines.append(f"    {band:8s} n={len(errors):2d} median {median(errors):.1%} worst {max(errors):.1%}")
    below = [abs(one.error) for one in found if one.share < 0.7]
    lines.append(f"    below 70 %: n={len(below)} median {median(below):.1%} worst {max(below):.1%}")
    shown(lines)
    assert len(below) >= 8
    assert median(below) <= 0.10


def test_the_points_with_128_clients_break_littles_law_and_the_law_of_six_systems_is_not_fitted_to_them() -> None:
    sweeps = prefill_decode()
    refused = [one for points in sweeps.values() for one in checked(points)[1] if one.code is Reason.LITTLE]
    assert [one.point.concurrency for one in refused] == [128] * 6
    off = sorted(1 - ratio for one in refused if (ratio := little_ratio(one.point)) is not None)
    assert (off[0], off[-1]) == pytest.approx((0.16, 0.29), abs=0.005)


def test_a_batch_limit_ends_a_sweep_long_before_the_law_does() -> None:
    kept, refused = checked(inference_perf()["inference-perf vllm"])
    top = reached(kept, refused)
    assert top is not None
    assert 1.3 < open_loop(kept).rate_max / top < 2.6


def test_rates_beyond_saturation_are_refused_as_no_steady_state() -> None:
    codes = {name: [one.code for one in checked(points)[1]] for name, points in every().items() if name.startswith("qps ")}
    assert codes
    assert all(set(found) == {Reason.RATE_NOT_ACHIEVED} and len(found) == 3 for found in codes.values())
