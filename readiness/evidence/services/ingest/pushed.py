"""Observations that were pushed in the words of the catalogue, into the store."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np
from django.db import transaction
from numpy.typing import NDArray

from readiness.connectors.contract import Environment, Kind, Run
from readiness.evidence.choices import FUTURE_S, EvidenceKind, Marks
from readiness.evidence.models import Delivery, Feed
from readiness.evidence.rules.columns import UNKNOWN, Columns
from readiness.evidence.rules.identity import SeriesKey, digest, pairs, run_digest, series_digest
from readiness.evidence.rules.merging import TIME_FROM, TimeFrom, comparable, merge
from readiness.evidence.rules.pushed import Head, Row, Table, table
from readiness.evidence.rules.telling import FARTHEST, OLDEST, TOO_FAR, Refusal, Telling, future
from readiness.evidence.services.ingest import history, runs
from readiness.evidence.services.ingest.arrived import Content, Counts, Subject, refused
from readiness.evidence.services.ingest.landing import Landing, announce, lock
from readiness.evidence.services.ingest.payloads import Payloads
from readiness.evidence.services.ingest.series import SeriesIds

TOOL, FORMAT = "push", "observations"
_MICROSECOND = timedelta(microseconds=1)
_KINDS = {EvidenceKind(str(one)): one for one in Kind}
Places = NDArray[np.int64]


def ingest_observations(
    *, delivery: Delivery, rows: Iterable[Row], subject: Subject, environment: Mapping[str, Any], now: datetime,
    kind: EvidenceKind | None = None, payload: Content | None = None, feed: Feed | None = None, tool: str = TOOL,
) -> Counts:  # fmt: skip
    """Write pushed observations as `ingest` writes runs, and with the same promises.

    `rows` are objects of the body as they stand there (the quick way) or made by rules.normal; all of them are one run for each
    kind, which is `kind` or what the metric's area says. Rows that cannot be taken are refused, each with its place and reason,
    the others count. What lies ahead is a run of its own that never decides.
    """
    with transaction.atomic():
        lock(delivery.source_id)
        landing = Landing(delivery, subject, environment, now, feed)
        told = table(rows, _KINDS.get(kind) if kind else None)
        payload_id = Payloads(landing).keep(payload) if payload else None
        counts = refused(Refusal(one.pointer, one.text) for one in told.refused)
        near, too_far = _near(told, now)
        counts += refused(too_far)
        batches = _Batches(landing, told, kind, tool)
        tellings = [(batches.telling(*part), part[0]) for part in _parts(told, near, now)]
        kept = runs.keep(landing, [(telling, payload_id) for telling, _ in tellings])
        new = [(kept[one.digest].id, one, places) for one, places in tellings if kept[one.digest].new]
        counts += batches.write(new)
        counts += Counts(
            runs=len(new),
            runs_known=len(tellings) - len(new),
            runs_flawed=sum(bool(one.flaws) for _, one, _ in new),
            repeated=sum(len(places) for one, places in tellings if not kept[one.digest].new),
        )
        announce(landing, counts)
    return counts


def _near(told: Table, now: datetime) -> tuple[Places, list[Refusal]]:
    """Rows of a time that can be, and the refusals of those too far ahead."""
    limit = (now + FARTHEST - OLDEST) // _MICROSECOND
    too_far = told.place[told.at > limit].tolist()
    refusals = [Refusal(f"/observations/{place}/observed_at", TOO_FAR) for place in too_far]
    return np.flatnonzero(told.at <= limit), refusals


def _parts(told: Table, near: Places, now: datetime) -> Iterable[tuple[Places, str, bool]]:
    """(rows, their kind, whether they lie ahead), none of them empty."""
    ahead = told.at[near] > (now + timedelta(seconds=FUTURE_S) - OLDEST) // _MICROSECOND
    names = [one.kind for one in told.heads]
    kinds = np.array(names, dtype=object)[told.head[near]] if names else np.array([], dtype=object)
    for name in sorted(set(names)):
        for is_ahead in (False, True):
            part = near[(kinds == name) & (ahead == is_ahead)]
            if len(part):
                yield part, name, is_ahead


class _Batches:
    """What the runs of one push share: the environment, and the series of each head by its digest."""

    def __init__(self, landing: Landing, told: Table, kind: EvidenceKind | None, tool: str) -> None:
        self._landing, self._told, self._kind, self._tool = landing, told, kind, tool
        self._environment = merge(Environment(), landing.said) | {TIME_FROM: str(TimeFrom.ENDED)}
        self._whole = digest(self._environment)
        same = pairs(comparable(self._environment))
        self._keys = [self._series_key(one, same) for one in told.heads]
        self._digests = [series_digest(landing.of, key) for key in self._keys]

    def telling(self, places: Places, kind: str, ahead: bool) -> Telling:
        """The run of some rows. Its key is of what they say, in whatever order and however often."""
        told = self._told
        first, last = (OLDEST + timedelta(microseconds=int(one)) for one in (told.at[places].min(), told.at[places].max()))
        flaws = (future(last, self._landing.now),) if ahead else ()
        key = self._key(places)
        run = Run(
            kind=Kind(kind), tool=self._tool, format=FORMAT, place="", key=key, readings=(), started_at=first, ended_at=last,
            duration_s=(last - first).total_seconds(),
        )  # fmt: skip
        return Telling(
            run, str(self._kind or kind), (), told.raw(places), self._environment, self._whole, last, TimeFrom.ENDED, flaws,
            run_digest(self._landing.of, key, self._whole, (flaw for flaw, _ in flaws), ""),
        )  # fmt: skip

    def write(self, batches: list[tuple[int, Telling, Places]]) -> Counts:
        """The rows of runs that are new. A run that is known has the same rows: they are its key."""
        if not batches:
            return Counts()
        places = np.concatenate([one for _, _, one in batches])
        run = np.concatenate([np.full(len(one), run_id, dtype=np.int64) for run_id, _, one in batches])
        flawed = np.concatenate([np.full(len(one), bool(telling.flaws)) for _, telling, one in batches])
        marks = np.where(flawed, np.int16(Marks.FLAWED), np.int16(0))
        new, repeated = history.keep(self._columns(self._series(), places, run, marks))
        return Counts(observations=new, repeated=repeated)

    def _series(self) -> NDArray[np.int64]:
        """Ids by head. Heads that differ in bound or in the unit that was written share a series."""
        heads = zip(self._digests, self._keys, self._told.heads, strict=True)
        ids = SeriesIds(self._landing).of({one: (key, (head.metric, head.raw_unit)) for one, key, head in heads})
        return np.array([ids[one] for one in self._digests], dtype=np.int64)

    def _series_key(self, one: Head, same: tuple[tuple[str, Any], ...]) -> SeriesKey:
        return SeriesKey(
            str(self._kind or one.kind), one.metric, one.statistic, one.percentile, one.window_s, one.labels, same
        )  # fmt: skip

    def _key(self, places: Places) -> str:
        """Of the series, times, values, bounds and samples, whatever their order."""
        told = self._told
        mentioned = sorted({self._digests[one] for one in np.flatnonzero(np.bincount(told.head[places])).tolist()})
        ranks = dict(zip(mentioned, range(len(mentioned)), strict=True))
        rank = np.array([ranks.get(one, UNKNOWN) for one in self._digests], dtype=np.int64)
        rows = self._columns(rank, places, np.zeros(len(places), dtype=np.int64), marks=0).in_order()
        content = hashlib.sha256("".join(mentioned).encode())
        for column in (rows.series, rows.at, rows.value, rows.marks, rows.samples):
            content.update(np.ascontiguousarray(column).astype(column.dtype.newbyteorder("<")).tobytes())
        return content.hexdigest()

    def _columns(self, series: NDArray[np.int64], places: Places, run: NDArray[np.int64], marks: Any) -> Columns:
        """Some rows with the ids of `series`, by head."""
        told = self._told
        mark = np.array([one.mark for one in told.heads], dtype=np.int16)
        return Columns(
            series[told.head[places]], told.at[places], told.value[places] + 0.0,
            (mark[told.head[places]] | marks).astype(np.int16), told.samples[places], run,
        )  # fmt: skip
