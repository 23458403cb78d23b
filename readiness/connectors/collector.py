"""Gathers the readings of one run; says what it refused."""

from __future__ import annotations

from collections.abc import Mapping

from readiness.connectors.contract import Bound, Flaw, Reading, Statistic
from readiness.connectors.metrics import METRICS
from readiness.connectors.units import UnitUncertain, canonical
from readiness.connectors.values import number, text

NEVER_ZERO = frozenset({"latency", "ttft", "tpot", "itl"})  # a tool's zero here means "not measured": all failed, no streaming
MAY_BE_NEGATIVE = frozenset({"schedule_delay"})  # a request may be sent a little early
MOST_PERCENTILES = 200


class Collector:
    """One run's readings. `refused`: raw name -> why there is no reading, for what was there but cannot be used."""

    def __init__(self, *, samples: int | None = None, labels: Mapping[str, str] | None = None) -> None:
        self.samples = samples
        self.labels = dict(labels or {})
        self.refused: dict[str, str] = {}
        self._uncertain: list[str] = []
        self._readings: dict[tuple[object, ...], Reading] = {}

    def add(
        self,
        metric: str,
        raw: object,
        unit: str,
        statistic: Statistic,
        *,
        name: str,
        percentile: float | None = None,
        samples: int | None = None,
        labels: Mapping[str, str] | None = None,
        bound: Bound = Bound.EXACT,
    ) -> None:
        """Keep one value; nothing for an absent, non-finite or impossible one. The first of two equal places wins."""
        value = number(raw)
        if value is None or (percentile is not None and not (0 < percentile < 1 and METRICS[metric].percentiles)):
            return
        try:
            value = canonical(metric, value, unit)
        except UnitUncertain as uncertain:
            self.doubt(name, str(uncertain))
            return
        if not self._possible(metric, value, name):
            return
        place = {**self.labels, **(labels or {})}
        where = (metric, statistic, percentile, tuple(sorted(place.items())))
        count = self.samples if samples is None and metric != "itl" else samples  # gaps are no requests
        reading = Reading(metric, value, statistic, percentile, name, text(raw), unit, bound, count, place)
        self._readings.setdefault(where, reading)

    def doubt(self, name: str, why: str) -> None:
        """No reading of `name`: its unit is not certain. The run is flawed."""
        self.refused[name] = why
        self._uncertain.append(f"{name}: {why}")

    def drop(self, metric: str, why: str) -> None:
        """Take back every reading of a metric whose own figures disagree."""
        for where in [one for one in self._readings if one[0] == metric]:
            self.refused[self._readings.pop(where).raw_name] = why

    def get(self, metric: str, statistic: Statistic = Statistic.MEAN, percentile: float | None = None) -> float | None:
        """The value kept so far, whatever its labels."""
        for reading in self._readings.values():
            if (reading.metric, reading.statistic, reading.percentile) == (metric, statistic, percentile):
                return reading.value
        return None

    @property
    def readings(self) -> tuple[Reading, ...]:
        return tuple(self._readings.values())

    @property
    def flaws(self) -> tuple[tuple[Flaw, str], ...]:
        if not self._uncertain:
            return ()
        return ((Flaw.UNIT_UNCERTAIN, "; ".join(self._uncertain[:5])),)

    def _possible(self, metric: str, value: float, name: str) -> bool:
        if METRICS[metric].unit == "share" and not 0 <= value <= 1 + 1e-9:
            self.doubt(name, f"{value:g} is no share of 0 to 1: percent or ratio is not certain")
            return False
        if value < 0 and metric not in MAY_BE_NEGATIVE:
            self.refused[name] = "negative"
            return False
        if value == 0 and metric in NEVER_ZERO:
            self.refused[name] = "zero: not measured"
            return False
        return abs(value) != float("inf")
