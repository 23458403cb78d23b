"""Runs of connectors and importers into the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from readiness.connectors.contract import Kind, Reading
from readiness.evidence.choices import MARK_OF_BOUND, Marks
from readiness.evidence.models import Delivery, Feed
from readiness.evidence.rules.columns import UNKNOWN, Columns
from readiness.evidence.rules.identity import Belongs, SeriesKey, pairs, series_digest
from readiness.evidence.rules.merging import TimeFrom, comparable, utc
from readiness.evidence.rules.telling import OLDEST, Refusal, Telling, tellings
from readiness.evidence.services.ingest import history, runs
from readiness.evidence.services.ingest.arrived import Arrived, Counts, Subject, refused
from readiness.evidence.services.ingest.landing import Landing, announce, lock
from readiness.evidence.services.ingest.payloads import Payloads
from readiness.evidence.services.ingest.runs import Kept
from readiness.evidence.services.ingest.series import SeriesIds, Wanted

AT_A_TIME = 200_000  # readings held in memory before they are written
_MICROSECOND = timedelta(microseconds=1)
_MARKS = {bound: int(mark) for bound, mark in MARK_OF_BOUND.items()}
_KEEPS_RUNS_APART = frozenset({Kind.BENCHMARK})


def ingest(
    *, delivery: Delivery, batches: Iterable[Arrived], subject: Subject, environment: Mapping[str, Any], now: datetime,
    feed: Feed | None = None, told: bool = True,
) -> Counts:  # fmt: skip
    """Write what a delivery brought: payloads, runs, series, observations, the latest of each. All of it or, on error, nothing.

    Belongs into the caller's transaction, which other writers of the source wait for: ask the network before, not within, and
    bring the evidence of one source only. `environment` is what was declared, checked (rules.declared). The same again adds
    nothing, in whatever order. Emits `evidence.arrived` if anything is new, unless it is not to be `told`. The counts are not
    written to the delivery: it may need several ingests.
    """
    counts = Counts()
    with transaction.atomic():
        lock(delivery.source_id)
        writer = _Writer(Landing(delivery, subject, environment, now, feed))
        for part in _parts(batches):
            counts += writer.write(part)
        if told:
            announce(writer.landing, counts)
    return counts


def _parts(batches: Iterable[Arrived]) -> Iterator[list[Arrived]]:
    """Batches together until there are enough readings for one go."""
    part: list[Arrived] = []
    readings = 0
    for one in batches:
        part.append(one)
        readings += sum(len(run.readings) for run in one.runs)
        if readings >= AT_A_TIME:
            yield part
            part, readings = [], 0
    if part:
        yield part


class _Writer:
    """What the parts of one ingest share."""

    def __init__(self, landing: Landing) -> None:
        self.landing = landing
        self._payloads = Payloads(landing)
        self._series = SeriesIds(landing)
        self._wanted: dict[str, Wanted] = {}
        self._shared: dict[_Shared, _SeriesOf] = {}

    def write(self, batches: Iterable[Arrived]) -> Counts:
        told: list[tuple[Telling, int | None]] = []
        refusals: list[Refusal] = []
        for one in batches:
            payload_id = self._payloads.keep(one.payload)
            for run in one.runs:
                for telling in tellings(run, self.landing.said, self.landing.of, self.landing.now):
                    if isinstance(telling, Refusal):
                        refusals.append(telling)
                    else:
                        told.append((telling, payload_id))
        kept = runs.keep(self.landing, told)
        fresh = {one.digest: one for one, _ in told if kept[one.digest].new}
        columns = self._columns([one for one, _ in told], kept)
        new, repeated = history.keep(columns, likely_new=bool(fresh))
        return refused(refusals) + Counts(
            runs=len(fresh),
            runs_known=len(told) - len(fresh),
            runs_flawed=sum(bool(one.flaws) for one in fresh.values()),
            observations=new,
            repeated=repeated,
        )

    def _columns(self, told: Iterable[Telling], kept: Mapping[str, Kept]) -> Columns:
        rows: list[tuple[str, int, float, int, int, int]] = []
        for one in told:
            run = kept[one.digest]
            of_run = _since(run.observed_at if one.time_from is TimeFrom.ARRIVAL else one.observed_at)
            series, flawed = self._series_of(one), int(Marks.FLAWED) if one.flaws else 0
            for reading in one.readings:
                digest = series.digest(reading)
                at = of_run if reading.at is None else _since(utc(reading.at))
                samples = UNKNOWN if reading.samples is None else reading.samples
                rows.append((digest, at, reading.value + 0.0, _MARKS[reading.bound] | flawed, samples, run.id))
        digests, at_us, value, marks, counts, run_ids = zip(*rows, strict=True) if rows else ((),) * 6
        ids = self._series.of(self._wanted)
        return Columns(
            np.array([ids[digest] for digest in digests], dtype=np.int64),
            np.array(at_us, dtype=np.int64),
            np.array(value, dtype=np.float64),
            np.array(marks, dtype=np.int16),
            np.array(counts, dtype=np.int64),
            np.array(run_ids, dtype=np.int64),
        )

    def _series_of(self, one: Telling) -> _SeriesOf:
        """Of the readings of a telling; tellings of the same kind, window and environment share them."""
        alone = one.run.kind in _KEEPS_RUNS_APART
        shared = _Shared(
            one.kind, None if alone else one.run.duration_s, pairs(comparable(one.environment)), one.run.key if alone else "",
            one.environment_digest if alone else "",
        )  # fmt: skip
        return self._shared.setdefault(shared, _SeriesOf(self.landing.of, shared, self._wanted))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What series of one telling have in common, as SeriesKey has it."""

    kind: str
    window_s: float | None
    environment: tuple[tuple[str, Any], ...]
    run_key: str
    run_environment: str


class _SeriesOf:
    """Digests of series by what readings differ in; each new one is added to `wanted`."""

    def __init__(self, of: Belongs, shared: _Shared, wanted: dict[str, Wanted]) -> None:
        self._of, self._shared, self._wanted = of, shared, wanted
        self._known: dict[tuple[Any, ...], str] = {}

    def digest(self, reading: Reading) -> str:
        look = (reading.metric, reading.statistic, reading.percentile, tuple(reading.labels.items()))
        return self._known.get(look) or self._learn(look, reading)

    def _learn(self, look: tuple[Any, ...], reading: Reading) -> str:
        shared = self._shared
        key = SeriesKey(
            shared.kind, reading.metric, str(reading.statistic), reading.percentile, shared.window_s, pairs(reading.labels),
            shared.environment, shared.run_key, shared.run_environment,
        )  # fmt: skip
        digest = self._known[look] = series_digest(self._of, key)
        self._wanted.setdefault(digest, (key, (reading.raw_name, reading.raw_unit)))
        return digest


def _since(at: datetime) -> int:
    """Microseconds since 2000."""
    return (at - OLDEST) // _MICROSECOND
