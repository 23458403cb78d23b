"""A connector's run as it is kept: its environment filled in, its time found, what must not decide apart from what may."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from readiness.connectors.contract import Flaw, Reading, Run
from readiness.connectors.metrics import METRICS
from readiness.evidence.choices import FUTURE_S
from readiness.evidence.rules.identity import Belongs, digest, run_digest
from readiness.evidence.rules.merging import MEASURED_ON, TIME_FROM, TimeFrom, merge, observed, utc

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)
MOST_RAW = 300
FARTHEST = timedelta(days=366)
TOO_OLD = "is before the year 2000: the clock of its machine is not set"
TOO_FAR = "is more than a year ahead: the clock of its machine is wrong"
Flaws = tuple[tuple[Flaw, str], ...]


@dataclass(frozen=True, slots=True)
class Telling:
    """One run to keep. `readings` with a time of their own say so; the others are of `observed_at`.

    `kind` is of EvidenceKind; `raw` what the source wrote, MOST_RAW of it: [metric, statistic, percentile, name, value, unit].
    """

    run: Run
    kind: str
    readings: tuple[Reading, ...]
    raw: list[list[Any]]
    environment: dict[str, Any]
    environment_digest: str
    observed_at: datetime
    time_from: TimeFrom
    flaws: Flaws
    digest: str


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why values were not taken: `values` of them at `place`."""

    place: str
    text: str
    values: int = 1


def tellings(run: Run, said: Mapping[str, Any], of: Belongs, now: datetime) -> Iterator[Telling | Refusal]:
    """The run as one telling, or two where a part of its readings lies in the future: that part is flawed by itself."""
    moment = observed(run, said, now)
    if wrong := impossible(moment.at, now):
        yield Refusal(run.place, f"{moment.at.isoformat()} {wrong}", max(1, len(run.readings)))
        return
    environment = merge(run.environment, said) | {TIME_FROM: str(moment.time_from)}
    if moment.time_from is TimeFrom.DECLARED:
        environment[MEASURED_ON] = said[MEASURED_ON]
    kept: list[Reading] = []
    ahead: list[Reading] = []
    limit = now + timedelta(seconds=FUTURE_S)
    for reading in run.readings:
        at = moment.at if reading.at is None else utc(reading.at)
        if wrong := _unusable(reading) or impossible(at, now):
            yield Refusal(run.place, f"{reading.metric}: {at.isoformat()} {wrong}" if wrong in (TOO_OLD, TOO_FAR) else wrong)
            continue
        (ahead if at > limit else kept).append(reading)
    yield from _apart(run, moment.at, moment.time_from, environment, of, now, (tuple(kept), tuple(ahead)))


def is_future(at: datetime, now: datetime) -> bool:
    return at > now + timedelta(seconds=FUTURE_S)


def future(at: datetime, now: datetime) -> tuple[Flaw, str]:
    return Flaw.FUTURE_DATED, f"{at.isoformat(timespec='seconds')} lay ahead when it came at {now.isoformat(timespec='seconds')}"


def _apart(
    run: Run, at: datetime, time_from: TimeFrom, environment: dict[str, Any], of: Belongs, now: datetime,
    readings: tuple[tuple[Reading, ...], tuple[Reading, ...]],
) -> Iterator[Telling]:  # fmt: skip
    kept, ahead = readings
    whole = digest(environment)
    if is_future(at, now):
        kept, ahead = (), kept + ahead
    if kept or not (ahead or is_future(at, now)):
        same = run_digest(of, run.key, whole, (flaw for flaw, _ in run.flaws), run.place)
        yield Telling(run, str(run.kind), kept, _raw(kept), environment, whole, at, time_from, run.flaws, same)
    if ahead or is_future(at, now):
        latest = max((utc(one.at) for one in ahead if one.at is not None), default=at)
        flaws = (*run.flaws, future(latest, now))
        other = run_digest(of, run.key, whole, (flaw for flaw, _ in flaws), run.place)
        yield Telling(run, str(run.kind), ahead, _raw(ahead), environment, whole, at, time_from, flaws, other)


def _raw(readings: tuple[Reading, ...]) -> list[list[Any]]:
    return [
        [one.metric, str(one.statistic), one.percentile, one.raw_name, one.raw_value, one.raw_unit] for one in readings[:MOST_RAW]
    ]


def _unusable(reading: Reading) -> str:
    if reading.metric not in METRICS:
        return f"{reading.metric[:40]} is no metric"
    return "" if math.isfinite(reading.value) else f"{reading.metric}: {reading.value} is no value"


def impossible(at: datetime, now: datetime) -> str:
    """Why nothing was measured at that time; "" where it may have been."""
    if at < OLDEST:
        return TOO_OLD
    return TOO_FAR if at > now + FARTHEST else ""
