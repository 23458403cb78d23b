"""A store of evidence to be filled: a source, its series, and batches of observations as typed columns."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np
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

    def batch(self, number: int, of: int, *, late: bool = False) -> Columns:
        """One value of every series at one time, in an order as they may come; `late`: at a time just before the last batch's."""
        dice = np.random.default_rng(number * 2 + late)
        at = self.now - SPAN + SPAN * number / of - (timedelta(seconds=number + 1) if late else timedelta())
        count = len(self.series)
        return Columns(
            dice.permutation(self.series),
            np.full(count, (at - OLDEST) // _MICROSECOND, dtype=np.int64),
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


def seconds(act: Callable[[CursorWrapper], object]) -> float:
    """How long it takes as a transaction of its own, commit included."""
    started = time.perf_counter()
    with transaction.atomic(), connection.cursor() as cursor:
        act(cursor)
    return time.perf_counter() - started
