"""Sources of the demo, how they fare, and the feeds that are asked of them. Nobody ever pulls from them: no address exists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from portfolio.initiatives.services.demo.subjects import Cast
from readiness.connectors.contract import Run
from readiness.connectors.prometheus.templates import packs
from readiness.evidence.choices import DeliveryState, Failure, SourceKind, Way
from readiness.evidence.models import Delivery, Feed, Source, SourceHealth
from readiness.evidence.services.ingest import Subject
from readiness.workloads.models import CapacityPool, Workload

PACK = Path(__file__).resolve().parents[2] / "packs" / "demo.yaml"
DAY_S = 86_400


@cache
def pack() -> dict[str, Any]:
    """The pack, read once."""
    read: dict[str, Any] = yaml.safe_load(PACK.read_text(encoding="utf-8"))
    return read


class Brought(NamedTuple):
    """A delivery that is not stored yet, and what it brings; without a subject it brought nothing."""

    delivery: Delivery
    runs: tuple[Run, ...] = ()
    subject: Subject | None = None
    name: str = ""
    feed: Feed | None = None


@dataclass(frozen=True)
class Places:
    """Sources by their key in the pack; those of uploads by unit id; and what they bring, to be stored in order of its time."""

    named: dict[str, Source]
    uploads: dict[int, Source]
    book: list[Brought] = field(default_factory=list)

    def bring(
        self, delivery: Delivery, runs: Iterable[Run], subject: Subject, name: str, *, feed: Feed | None = None
    ) -> None:  # fmt: skip
        self.book.append(Brought(delivery, tuple(runs), subject, name, feed))

    def upload_of(self, unit_id: int) -> Source:
        """The source of a unit's uploads, made when the first one comes."""
        if unit_id not in self.uploads:
            self.uploads[unit_id] = Source.objects.create(
                unit_id=unit_id, name="Uploads", kind=SourceKind.UPLOAD, interval_s=DAY_S, demo=True
            )
            SourceHealth.objects.create(source=self.uploads[unit_id])
        return self.uploads[unit_id]


def lay_out(crew: Cast, now: datetime) -> Places:
    """Sources with their health. `next_pull_at` stays empty: nothing is due, ever."""
    named: dict[str, Source] = {}
    for key, one in pack()["sources"].items():
        named[key] = Source.objects.create(
            unit_id=crew.units[one["unit"]], name=one["name"], kind=one["kind"], config=one["config"], demo=True,
            secret_names=one.get("secret_names", []), interval_s=DAY_S, created_by_id=crew.architects[0],
        )  # fmt: skip
        _health(named[key], one["health"], now)
    return Places(named, {})


def _health(source: Source, told: dict[str, Any], now: datetime) -> None:
    failures = told.get("failures", 0)
    last_ok = now - timedelta(hours=told["hours"]) if "hours" in told else None
    SourceHealth.objects.create(
        source=source, last_ok_at=last_ok, failures=failures, failure=Failure(told["failure"]) if failures else "",
        last_pull_at=now - timedelta(minutes=20) if failures else last_ok, error=told.get("error", ""),
        stopped_until=now + timedelta(minutes=40) if failures > 4 else None, typical_s=told.get("typical_s"),
        remote_version=told.get("version", ""),
    )  # fmt: skip


def queries_of(key: str, **matchers: str) -> dict[str, Any]:
    """What a feed asks that was started from a shipped template."""
    shipped = next(one for one in packs() if one.key == key)
    return {"queries": [dict(one) for one in shipped.queries], "matchers": matchers, "targets": matchers}


def feed_of(
    source: Source, name: str, now: datetime, *, workload: Workload | None = None, pool: CapacityPool | None = None, **ask: Any
) -> Feed:  # fmt: skip
    """One thing asked of a source, read up to an hour ago."""
    return Feed.objects.create(
        source=source, unit_id=source.unit_id, name=name, workload=workload, pool=pool, ask=ask,
        initiative_id=workload.initiative_id if workload else None, read_to=now - timedelta(hours=1),
    )  # fmt: skip


def delivery_of(source: Source, at: datetime, *, workload: Workload | None = None, **facts: Any) -> Delivery:
    """An upload of a file, or a pull of a source, that ended well; not stored yet."""
    brought = source.kind == SourceKind.UPLOAD
    return Delivery(
        source=source, unit_id=source.unit_id, way=Way.UPLOAD if brought else Way.PULL, state=DeliveryState.DONE,
        workload=workload if brought else None, initiative_id=workload.initiative_id if workload and brought else None,
        asked_at=at, started_at=at, ended_at=at + timedelta(seconds=3), attempt=1, **facts,
    )  # fmt: skip


def failures(places: Places, now: datetime) -> None:
    """The last pulls of the sources that do not answer."""
    for key, one in pack()["sources"].items():
        told, source = one["health"], places.named[key]
        for back in range(min(4, told.get("failures", 0))):
            at = now - timedelta(hours=back * 8, minutes=20)
            pull = Delivery(
                source=source, unit_id=source.unit_id, way=Way.PULL, state=DeliveryState.FAILED, failure=Failure(told["failure"]),
                error=told["error"], asked_at=at, started_at=at, ended_at=at + timedelta(seconds=15), attempt=1,
            )  # fmt: skip
            places.book.append(Brought(pull))
