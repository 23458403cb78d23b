"""Metrics of software that does not run here, made so that every figure is known beforehand: counters grow in straight lines,
gauges are functions of the time. What is expected is worked out from those, never by PromQL."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from math import sin

from tests.readiness.connectors.live.servers import Series

END = int(datetime(2026, 3, 2, tzinfo=UTC).timestamp())
WINDOW_S, SCRAPE_S, HOUR_S, DAY_S = 900, 30, 3600, 86_400

Labels = Mapping[str, str]
Of = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Histogram:
    """Requests per second in each bucket, the last one beyond every edge."""

    edges: tuple[float, ...]
    rates: tuple[float, ...]
    mean: float = 0.5

    @property
    def total(self) -> float:
        return sum(self.rates)

    def __add__(self, other: Histogram) -> Histogram:
        assert self.edges == other.edges
        both = self.total + other.total
        mean = (self.mean * self.total + other.mean * other.total) / both
        return Histogram(self.edges, tuple(map(sum, zip(self.rates, other.rates, strict=True))), mean)

    def quantile(self, share: float) -> float:
        """A straight line within the bucket in which that share is reached."""
        rank, below, lower = share * self.total, 0.0, 0.0
        for edge, rate in zip(self.edges, self.rates, strict=False):
            if below + rate >= rank:
                return lower + (edge - lower) * (rank - below) / rate
            below, lower = below + rate, edge
        return self.edges[-1]


def spread(unit: float, seed: int, total: float = 20.0) -> Histogram:
    """Eight buckets around `unit`, differently filled for each seed, and few beyond."""
    edges = tuple(round(unit * step, 9) for step in (0.1, 0.25, 0.5, 1, 2, 4, 8, 16))
    weights = [1 + ((seed * 7 + place * place * 3) % 11) for place in range(8)]
    scale = total / sum(weights)
    return Histogram(edges, (*(weight * scale for weight in weights), 0.0), unit * (1 + seed / 10))


def times(back_s: int) -> range:
    return range(END - back_s, END + 1, SCRAPE_S)


def gauge(name: str, labels: Labels, of: Of, back_s: int = HOUR_S) -> Series:
    return Series(name, labels, [(float(at), float(of(at))) for at in times(back_s)])


def counter(name: str, labels: Labels, per_s: float, start: float = 1000.0) -> Series:
    first = END - HOUR_S
    return gauge(name, labels, lambda at: start + per_s * (at - first))


def histogram(name: str, labels: Labels, of: Histogram) -> Iterator[Series]:
    for edge, rate in zip((*map(_written, of.edges), "+Inf"), itertools.accumulate(of.rates), strict=True):
        yield counter(f"{name}_bucket", {**labels, "le": edge}, rate)
    yield counter(f"{name}_sum", labels, of.total * of.mean)
    yield counter(f"{name}_count", labels, of.total)


def constant(value: float) -> Of:
    return lambda _: value


def wave(mean: float, swing: float, phase: float = 0.0) -> Of:
    return lambda at: mean + swing * sin(at / 400 + phase)


def minutes(window_s: int = WINDOW_S) -> range:
    """Those at which a subquery looks: both ends included, as Prometheus 2 has it."""
    return range(END - window_s, END + 1, 60)


def mean(of: Of | Sequence[Of], window_s: int = WINDOW_S) -> float:
    return _over(of, window_s, lambda seen: sum(seen) / len(seen))


def peak(of: Of | Sequence[Of], window_s: int = WINDOW_S) -> float:
    return _over(of, window_s, max)


def percentiles(name: str, of: Histogram) -> dict[str, float]:
    """The three that templates ask for."""
    return {f"{name} p{share * 100:g}": of.quantile(share) for share in (0.5, 0.95, 0.99)}


def _over(of: Of | Sequence[Of], window_s: int, fold: Callable[[list[float]], float]) -> float:
    """Of the sum of several at each minute."""
    each: Iterable[Of] = (of,) if callable(of) else of
    return fold([sum(one(at) for one in each) for at in minutes(window_s)])


def _written(edge: float) -> str:
    return f"{edge:g}"
