"""Benchmark runs as throughput-latency curves: which belong together, which are believed, the law, and what it promises.

The law is the continuous-batching one (readiness.core.sizing.fit), fitted to what hygiene leaves over. Nothing is promised
above 80 % of saturation, where the law mispredicts (SIZING.md, validation).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from readiness.core.sizing.fit import ClosedLoop, NoFit, OpenLoop, RateAt, closed_loop, open_loop, rate_at
from readiness.core.sizing.hygiene import checked
from readiness.core.sizing.inputs import SweepPoint

PROMISED_SHARE = 0.8  # of saturation
ONE_SITTING = timedelta(hours=24)  # single points of one setup that lie closer than this are one sweep
LENGTHS_WITHIN = 0.15  # measured token lengths scatter; a tenth more is the same load
SET_ASIDE = "set_aside"
LATENCIES = ("ttft", "tpot", "latency", "itl")


class Reading(NamedTuple):
    """A value of a run in its canonical unit; `marks` as choices.Marks, `series` finds its provenance."""

    metric: str
    statistic: str
    percentile: float | None
    value: float
    marks: int = 0
    series: int = 0


class Refusal(NamedTuple):
    """Why a run is not believed: a code of contract.Flaw, of hygiene.Reason, or SET_ASIDE; the text carries the numbers."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Point:
    """One benchmark run. `flaws` say why it was marked unsound, `aside` is the reason of a person who took it out."""

    run: int
    at: datetime
    setup: tuple[Any, ...]  # source, tool, model, accelerator, accelerators, precision, software: what must not differ
    delivery: int
    load: Mapping[str, float | int | None]
    readings: tuple[Reading, ...]
    flaws: tuple[Refusal, ...] = ()
    aside: str = ""
    name: str = ""
    tool: str = ""
    environment: Mapping[str, Any] = field(default_factory=dict)

    def value(self, metric: str, share: float | None) -> float | None:
        """The mean (`share` None) or a percentile; a bound is no value of the law."""
        wanted = ("mean", None) if share is None else ("percentile", share)
        rows = (one for one in self.readings if one.metric == metric and (one.statistic, one.percentile) == wanted)
        return next((one.value for one in rows if not one.marks & 3), None)

    @property
    def rate(self) -> float | None:
        """Completed requests per second: as the tool counted it, else its reading of throughput."""
        counted = self.load.get("achieved_per_s")
        if counted is not None:
            return float(counted)
        rows = (one.value for one in self.readings if one.metric == "throughput" and one.statistic in ("mean", "point"))
        return next(rows, None)

    @property
    def believed(self) -> bool:
        return not self.flaws and not self.aside

    @property
    def failed_share(self) -> float:
        started, failed = self.load.get("started"), self.load.get("failed")
        if started and failed is not None:
            return float(failed) / float(started)
        rows = (one.value for one in self.readings if one.metric == "error_ratio")
        return next(rows, 0.0)


@dataclass(frozen=True, slots=True)
class Sweep:
    """Runs of one setup at different loads, the lightest first."""

    points: tuple[Point, ...]

    @property
    def first(self) -> Point:
        return self.points[0]

    @property
    def at(self) -> datetime:
        return max(point.at for point in self.points)

    @property
    def loads(self) -> set[float]:
        """Different loads that were offered: clients, else requests per second."""
        each = (point.load.get("concurrency") or point.load.get("requested_per_s") or point.rate for point in self.points)
        return {float(one) for one in each if one}

    def shares(self, metric: str) -> list[float]:
        """Percentiles of a latency that any point has, ascending."""
        found = {one.percentile for point in self.points for one in point.readings if one.metric == metric}
        return sorted(share for share in found if share is not None)

    def metrics(self) -> list[str]:
        found = {one.metric for point in self.points for one in point.readings}
        return [name for name in LATENCIES if name in found]


@dataclass(frozen=True, slots=True)
class Told:
    """What a sweep says: `refused` by run with the reason, the law over the rest (None: `no_law` is the code of why)."""

    sweep: Sweep
    kept: tuple[Point, ...]
    refused: Mapping[int, Refusal] = field(default_factory=dict)
    law: ClosedLoop | OpenLoop | None = None
    no_law: str = ""
    output_tokens: float | None = None

    @property
    def saturation(self) -> float | None:
        """Requests per second that the law gives at most."""
        return self.law.rate_max if self.law else None

    @property
    def promised(self) -> float | None:
        """Requests per second above which nothing is promised."""
        return PROMISED_SHARE * self.law.rate_max if self.law else None

    def tpot_s(self, rate: float) -> float | None:
        """Mean time per output token at a rate, by the law."""
        if isinstance(self.law, OpenLoop):
            return self.law.tpot_s(rate)
        if isinstance(self.law, ClosedLoop) and self.output_tokens:
            return self.law.tpot_s(rate, self.output_tokens)
        return None


@dataclass(frozen=True, slots=True)
class Carries:
    """How much is carried at a target. `measured` is read between measured points; `rate` is what may be planned with: not
    above 80 % of saturation (then `capped`)."""

    measured: RateAt
    rate: float | None
    capped: bool


def sweeps(points: Iterable[Point]) -> list[Sweep]:
    """What belongs together, newest first: one delivery and setup, lengths alike; single points of a day join."""
    groups: dict[tuple[Any, ...], list[list[Point]]] = {}
    for point in sorted(points, key=lambda one: (one.at, one.run)):
        if point.rate is None:
            continue
        alike = groups.setdefault((point.setup, point.delivery), [])
        home = next((group for group in alike if _same_lengths(group[0], point)), None)
        if home is None:
            alike.append([point])
        else:
            home.append(point)
    whole = [group for alike in groups.values() for group in alike]
    made = [Sweep(tuple(sorted(group, key=_load))) for group in _joined(whole)]
    return sorted(made, key=lambda one: one.at, reverse=True)


def told(sweep: Sweep) -> Told:
    """Check the points by the import rules and fit the law to what is left."""
    outputs = _mean_length(sweep, "output_tokens")
    sound = [point for point in sweep.points if point.believed]
    kept, refused = checked([_point(point) for point in sound], output_tokens=outputs)
    reasons = {point.run: _unbelieved(point) for point in sweep.points if not point.believed}
    reasons |= {sound[one.place].run: Refusal(one.code.value, one.text) for one in refused}
    left = tuple(point for point in sweep.points if point.run not in reasons)
    try:
        law: ClosedLoop | OpenLoop = closed_loop(kept) if _closed(kept) else open_loop(kept)
    except NoFit as problem:
        return Told(sweep, left, reasons, None, problem.code, outputs)
    return Told(sweep, left, reasons, law, "", outputs)


def carries(found: Told, metric: str, share: float | None, target_s: float) -> Carries:
    """The rate up to which every believed point meets the target, interpolated and never extrapolated.

    Time per token is read as 1/TPOT, all else as it is, which errs to the safe side as latency bends upward (core fit).
    """
    percentile = 0.0 if share is None else share
    of: Literal["tpot", "ttft"] = "tpot" if metric == "tpot" else "ttft"
    points = [_at(point, of, one) for point in found.kept for one in _candidates(point, metric, share)]
    measured = rate_at(points, target_s, percentile, of=of)
    if measured.rate is None or found.promised is None or measured.rate <= found.promised:
        return Carries(measured, measured.rate, capped=False)
    return Carries(measured, found.promised, capped=True)


def _at(point: Point, of: str, one: Reading) -> SweepPoint:
    """A point with the read latency where `rate_at` looks for it; a mean counts as the percentile 0."""
    rate, share = point.rate or 0.0, one.percentile or 0.0
    if of == "tpot":
        return SweepPoint(rate, tpot_p_s=one.value, percentile=share)
    return SweepPoint(rate, ttft_p_s=one.value, percentile=share)


def _candidates(point: Point, metric: str, share: float | None) -> Iterable[Reading]:
    """Readings of a latency that could answer: the mean alone, or every percentile (`rate_at` takes the fitting one)."""
    wanted = "mean" if share is None else "percentile"
    return (one for one in point.readings if one.metric == metric and one.statistic == wanted and not one.marks & 3)


def _joined(groups: list[list[Point]]) -> Iterable[list[Point]]:
    """Groups of several points stay; those of one are put together by setup and lengths while no day lies between."""
    singles = [group[0] for group in groups if len(group) == 1]
    yield from (group for group in groups if len(group) > 1)
    loose: list[list[Point]] = []
    for point in sorted(singles, key=lambda one: (one.at, one.run)):
        home = next((group for group in loose if _one_sitting(group[-1], point)), None)
        if home is None:
            loose.append([point])
        else:
            home.append(point)
    yield from loose


def _one_sitting(before: Point, point: Point) -> bool:
    return before.setup == point.setup and point.at - before.at <= ONE_SITTING and _same_lengths(before, point)


def _same_lengths(one: Point, other: Point) -> bool:
    return all(_near(one.load.get(name), other.load.get(name)) for name in ("input_tokens", "output_tokens"))


def _near(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return abs(one - other) <= LENGTHS_WITHIN * max(abs(one), abs(other))


def _mean_length(sweep: Sweep, name: str) -> float | None:
    known = [float(value) for point in sweep.points if (value := point.load.get(name)) is not None]
    return sum(known) / len(known) if known else None


def _load(point: Point) -> tuple[float, int]:
    return float(point.load.get("concurrency") or point.load.get("requested_per_s") or point.rate or 0.0), point.run


def _point(point: Point) -> SweepPoint:
    return SweepPoint(
        completed_per_s=point.rate or 0.0, concurrency=_number(point, "concurrency"),
        offered_per_s=_number(point, "requested_per_s"), latency_mean_s=point.value("latency", None),
        tpot_mean_s=point.value("tpot", None), ttft_mean_s=point.value("ttft", None), failed_share=point.failed_share,
    )  # fmt: skip


def _number(point: Point, name: str) -> float | None:
    value = point.load.get(name)
    return None if value is None else float(value)


def _closed(points: Sequence[SweepPoint]) -> bool:
    return sum(1 for point in points if point.concurrency and point.offered_per_s is None) >= 2


def _unbelieved(point: Point) -> Refusal:
    """A person's word before the importer's."""
    return Refusal(SET_ASIDE, point.aside) if point.aside else point.flaws[0]
