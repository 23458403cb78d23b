"""Values over time, gathered by the database into as many steps as a picture has room for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Q, QuerySet

from portfolio.accounts.rules import Actor
from readiness.evidence.models import Series
from readiness.evidence.queries.observations import COLUMNS, LATEST, readable
from readiness.evidence.queries.shown import NAMES, names
from readiness.workloads.models import Requirement

STEPS = 240
MOST_SERIES = 60  # read at once; a page says how many more there are

# The middle value of a step is one that was observed: the mean of percentiles is no percentile.
_STEPS = """
SELECT series_id, marks & 4 <> 0, max(observed_at), percentile_disc(0.5) WITHIN GROUP (ORDER BY value), min(value), max(value),
       count(*), bit_or(marks & 3)
FROM evidence_observation
WHERE series_id = ANY(%(series)s) AND observed_at > %(since)s AND observed_at <= %(until)s
GROUP BY series_id, marks & 4 <> 0, date_bin(%(width)s, observed_at, %(since)s)
ORDER BY 1, 2, 3
"""


class Step(NamedTuple):
    """What was observed in one step: at which time last, the middle, least and greatest value, how many, their bounds."""

    at: datetime
    middle: float
    low: float
    high: float
    values: int
    marks: int


@dataclass(frozen=True, slots=True)
class Track:
    """The steps of one series, of sound and of unsound observations."""

    sound: tuple[Step, ...] = ()
    unsound: tuple[Step, ...] = ()


def width_of(since: datetime, until: datetime, steps: int = STEPS) -> timedelta:
    """The length of a step, in whole seconds and at least one."""
    return timedelta(seconds=max(1, round((until - since).total_seconds() / steps)))


def tracks(series_pks: Iterable[int], since: datetime, until: datetime, *, steps: int = STEPS) -> dict[int, Track]:
    """`{series: Track}` of what lies in (since, until]; one statement. The caller has checked that the series may be read."""
    asked: dict[str, Any] = {"series": list(series_pks), "since": since, "until": until, "width": width_of(since, until, steps)}
    found: dict[int, tuple[list[Step], list[Step]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(_STEPS, asked)
        for series, flawed, *told in cursor:
            found.setdefault(series, ([], []))[flawed].append(Step(*told))
    return {series: Track(tuple(sound), tuple(unsound)) for series, (sound, unsound) in found.items()}


def over_time(actor: Actor, about: Q, metrics: Sequence[str] = ()) -> QuerySet[Series, dict[str, Any]]:
    """Series that go on over time (no benchmark's, which are of one moment) of a workload or pool, with their newest sound value.

    What was observed last comes first.
    """
    rows = readable(actor).filter(about, run_key="").annotate(**LATEST, **names(actor)).filter(Q(at__isnull=False, flawed=False))
    if metrics:
        rows = rows.filter(metric__in=metrics)
    shown: QuerySet[Series, dict[str, Any]] = rows.order_by("-at", "id").values(*COLUMNS, *NAMES, *LATEST)
    return shown


TARGET = ("id", "metric", "comparator", "target", "unit", "percentile", "derived_from", "max_age_days")


def targets(workload_pk: int) -> list[dict[str, Any]]:
    """The requirements of a workload that have a number, as plain rows; one statement."""
    rows: QuerySet[Any, Any] = Requirement.objects.filter(workload=workload_pk, retired_at=None, target__isnull=False)
    return list(
        rows.order_by("id").values("id", "metric", "comparator", "target", "unit", "percentile", "derived_from", "max_age_days")
    )
