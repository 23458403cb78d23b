"""Runs of connectors and importers into the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction

from readiness.connectors.contract import Kind, Reading, Run
from readiness.evidence.choices import MARK_OF_BOUND, Marks
from readiness.evidence.models import Delivery, Feed
from readiness.evidence.rules.columns import UNKNOWN, Columns
from readiness.evidence.rules.identity import SeriesKey, pairs, series_digest
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
_KEEPS_RUNS_APART = frozenset({Kind.BENCHMARK})


def ingest(
    *, delivery: Delivery, batches: Iterable[Arrived], subject: Subject, environment: Mapping[str, Any], now: datetime,
    feed: Feed | None = None,
) -> Counts:  # fmt: skip
    """Write what a delivery brought: payloads, runs, series, observations, the latest of each. All of it or, on error, nothing.

    Belongs into the caller's transaction, which other writers of the source wait for: ask the network before, not within, and
    bring the evidence of one source only. `environment` is what was declared, checked (rules.declared). The same again adds
    nothing, in whatever order. Emits `evidence.arrived` if anything is new. The counts are not written to the delivery: it may
    need several ingests.
    """
    counts = Counts()
    with transaction.atomic():
        lock(delivery.source_id)
        writer = _Writer(Landing(delivery, subject, environment, now, feed))
        for part in _parts(batches):
            counts += writer.write(part)
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
        self._digests: dict[SeriesKey, str] = {}

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
        wanted: dict[str, Wanted] = {}
        rows: list[tuple[str, int, float, int, int, int]] = []
        for one in told:
            run = kept[one.digest]
            at_of_run = run.observed_at if one.time_from is TimeFrom.ARRIVAL else one.observed_at
            same, flawed = pairs(comparable(one.environment)), Marks.FLAWED if one.flaws else Marks.NONE
            for reading in one.readings:
                key = _series_key(one, reading, same)
                digest = self._digest(key)
                wanted.setdefault(digest, (key, (reading.raw_name, reading.raw_unit)))
                at = at_of_run if reading.at is None else utc(reading.at)
                samples = UNKNOWN if reading.samples is None else reading.samples
                marks = int(MARK_OF_BOUND[reading.bound] | flawed)
                rows.append((digest, (at - OLDEST) // _MICROSECOND, reading.value + 0.0, marks, samples, run.id))
        ids = self._series.of(wanted)
        series, at_us, value, marks_, samples_, run_ids = zip(*rows, strict=True) if rows else ((),) * 6
        return Columns(
            np.array([ids[digest] for digest in series], dtype=np.int64),
            np.array(at_us, dtype=np.int64),
            np.array(value, dtype=np.float64),
            np.array(marks_, dtype=np.int16),
            np.array(samples_, dtype=np.int64),
            np.array(run_ids, dtype=np.int64),
        )

    def _digest(self, key: SeriesKey) -> str:
        found = self._digests.get(key)
        if found is None:
            found = self._digests[key] = series_digest(self.landing.of, key)
        return found


def _series_key(one: Telling, reading: Reading, same: tuple[tuple[str, Any], ...]) -> SeriesKey:
    run: Run = one.run
    alone = run.kind in _KEEPS_RUNS_APART
    return SeriesKey(
        one.kind, reading.metric, str(reading.statistic), reading.percentile, None if alone else run.duration_s,
        pairs(reading.labels), same, run.key if alone else "", one.environment_digest if alone else "",
    )  # fmt: skip
