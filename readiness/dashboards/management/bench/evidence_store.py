"""A store of evidence to be filled: a source, its series, and batches of observations as typed columns."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import psutil
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from portfolio.accounts.rules import system
from portfolio.accounts.services import create_unit
from portfolio.kit import clock
from portfolio.kit.copying import copy_rows
from readiness.evidence.choices import SourceKind, Way
from readiness.evidence.models import Delivery, Series, Source
from readiness.evidence.rules.columns import UNKNOWN, Columns
from readiness.evidence.rules.telling import OLDEST
from readiness.evidence.services.ingest import Subject
from readiness.evidence.services.ingest.binary import HEADER, TRAILER, encoded

SPAN = timedelta(days=360)  # what the batches are spread over: twelve months and a little, a partition each
_MICROSECOND = timedelta(microseconds=1)
_COLUMNS = "source_id unit_id kind metric statistic labels environment digest"


@dataclass(frozen=True)
class Store:
    """One source and its subject; `series` are the ids of so many series."""

    source: Source
    subject: Subject
    series: np.ndarray[Any, np.dtype[np.int64]]
    now: datetime

    def delivery(self) -> Delivery:
        return Delivery.objects.create(source=self.source, unit=self.subject.unit, way=Way.PUSH)

    def batch(self, number: int, of: int, *, late: bool = False, values: int = 1) -> Columns:
        """As many observations as there are series, in an order as they may come: one of each at one time, or `values` of each
        of fewer at times a minute apart; `late`: at a time just before the last batch's."""
        dice = np.random.default_rng(number * 2 + late)
        at = self.now - SPAN + SPAN * number / of - (timedelta(seconds=number + 1) if late else timedelta())
        count = len(self.series)
        place = dice.permutation(count)
        return Columns(
            self.series[place // values],
            (at - OLDEST) // _MICROSECOND + place % values * 60_000_000,
            dice.random(count),
            np.zeros(count, dtype=np.int16),
            np.full(count, UNKNOWN, dtype=np.int64),
            np.full(count, number + 1, dtype=np.int64),
        )


def make_store(series: int) -> Store:
    unit = create_unit(by=system("bench"), name="Bench")
    source = Source.objects.create(unit=unit, name="Bench", kind=SourceKind.PUSH)
    said: tuple[dict[str, str], dict[str, str]] = ({}, {})
    rows = ((source.pk, unit.pk, "telemetry", "latency", "mean", *said, f"{number:064d}") for number in range(series))
    copy_rows(Series._meta.db_table, _COLUMNS, rows)
    ids = np.array(Series.objects.order_by("id").values_list("id", flat=True), dtype=np.int64)
    return Store(source, Subject(unit), ids, clock.now())


def observations(rows: Columns) -> bytes:
    """Rows of evidence_observation in COPY's binary format, without the column of samples, which nobody told."""
    return HEADER + encoded(rows.series, rows.at, rows.value, rows.marks, rows.run) + TRAILER


def copy_in(cursor: CursorWrapper, table: str, data: bytes) -> None:
    columns = "series_id, observed_at, value, marks, run_id"
    with cursor.copy(f"COPY {table} ({columns}) FROM STDIN (FORMAT BINARY)") as stream:
        stream.write(data)


@dataclass(frozen=True)
class Took:
    """Seconds by the clock, commit included, and of the processor in this process and the server's together (None: elsewhere).

    The second is what a busy machine leaves as it is.
    """

    wall: float
    cpu: float | None


def timed(act: Callable[[CursorWrapper], object]) -> Took:
    """How long it takes as a transaction of its own."""
    before, started = _cpu(), time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        act(cursor)
    wall, after = time.perf_counter() - started, _cpu()
    return Took(wall, None if before is None or after is None else after - before)


def _cpu() -> float | None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() IS NULL")
        pid, here = cursor.fetchone()
    if not here:
        return None
    spent = [psutil.Process(one).cpu_times() for one in (pid, os.getpid())]
    return sum(one.user + one.system for one in spent)
