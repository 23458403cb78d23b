"""The deliveries of the kill sweep: pulls and pushes whose runs, series, times and values meet one another."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from readiness.connectors.contract import Flaw, Kind, Reading, Run, Statistic
from readiness.connectors.live import Payload
from readiness.evidence.choices import Way
from readiness.evidence.models import Delivery, Source
from readiness.evidence.services.ingest import Arrived, Subject, ingest, ingest_observations

DELIVERIES = 6
ROWS = 400
NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
_FLAWS = ((Flaw.INCOMPLETE, "half of it"),)


def bring(number: int, source: Source, subject: Subject) -> None:
    """The delivery of that number: always the same."""
    delivery = Delivery.objects.create(source=source, unit=subject.unit, way=Way.PULL)
    if number % 3 == 2:
        rows = [
            {
                "metric": "latency", "unit": "ms", "value": place % 7 + 1, "labels": {"pod": f"p{place % 40}"},
                "observed_at": (NOW - timedelta(minutes=place // 40 + number)).isoformat(),
            }
            for place in range(ROWS)
        ]  # fmt: skip
        ingest_observations(delivery=delivery, rows=rows, subject=subject, environment={}, now=NOW)
        return
    batch = Arrived((_run(number), _run(number, flawed=True)), Payload(f"answer {number}", b"{}" * 100))
    ingest(delivery=delivery, batches=[batch], subject=subject, environment={}, now=NOW)


def _run(number: int, *, flawed: bool = False) -> Run:
    ended_at = NOW - timedelta(hours=number % 4)
    readings = tuple(
        Reading(
            "ttft", float(place % 5 + number % 2 + 1), Statistic.MEAN, labels={"pod": f"p{place % 40}"},
            at=ended_at - timedelta(days=place // 40 * 9),
        )
        for place in range(ROWS)
    )  # fmt: skip
    return Run(
        Kind.TELEMETRY, "prometheus", "matrix", "ttft", f"window {number % 4}", readings, ended_at=ended_at, duration_s=300.0,
        flaws=_FLAWS if flawed else (),
    )  # fmt: skip
