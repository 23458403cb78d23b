"""One run of the detection: the world is read, the rules find, and what they found is kept, told and recorded."""

from __future__ import annotations

import time
from collections import Counter
from datetime import date, datetime

from django.db import connection

from portfolio.accounts.rules import system
from portfolio.kit.acting import acting
from portfolio.kit.copying import copy_rows
from portfolio.outbox.services import emit
from readiness.silos.choices import FindingKind, Utilisation
from readiness.silos.models import Detection
from readiness.silos.queries.standing import served_by
from readiness.silos.queries.tuning import settings_now
from readiness.silos.queries.world import world_of
from readiness.silos.rules.detect import detect
from readiness.silos.rules.detect.idle_commitment import standing
from readiness.silos.rules.settings import Settings
from readiness.silos.rules.tuning import as_written
from readiness.silos.rules.world import World
from readiness.silos.services.keeping import Context, Outcome, capability_ids, keep

_LOCK = 0x51105  # any number that nothing else locks; two runs would open a finding twice


def detect_all(*, why: str, today: date, now: datetime) -> list[Detection]:
    """The real portfolio, and the demo where there is one."""
    return [detect_now(demo=demo, why=why, today=today, now=now) for demo in (False, True)]


def detect_now(*, demo: bool, why: str, today: date, now: datetime) -> Detection:
    """Look at one portfolio. Emits `finding.opened` and `finding.changed`; a run that changes nothing emits nothing."""
    began = time.monotonic()
    with acting(system("silos")):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [_LOCK, int(demo)])
        settings = settings_now()
        world = world_of(demo=demo, today=today, now=now, settings=settings)
        found = detect(world, settings)
        context = Context(demo, today, now, world.currency, _paths(world), capability_ids())
        outcome = keep(found, context)
        run = Detection.objects.create(
            demo=demo, on=today, why=why[:60], seen=_seen(world), counts=dict(Counter(one.kind.value for one in found)),
            opened=len(outcome.opened), changed=len(outcome.changed), gone=len(outcome.gone), unknown=_unknown(world, settings),
            settings={kind.value: as_written(kind, settings) for kind in FindingKind}, currency=world.currency,
            seconds=round(time.monotonic() - began, 3),
        )  # fmt: skip
        _record(run, outcome, now)
        _tell(run, outcome)
    return run


def _paths(world: World) -> dict[int, str]:
    rows = (world.purchases, world.requests, world.pools, world.queues)
    paths = {row.unit_id: row.unit_path for part in rows for row in part}
    return paths | {row.unit_id: row.unit_path for row in world.billing if row.unit_id is not None}


def _seen(world: World) -> dict[str, int]:
    parts = ("purchases", "billing", "requests", "pools", "tiers", "queues")
    return {name: len(getattr(world, name)) for name in parts}


def _unknown(world: World, settings: Settings) -> dict[str, int]:
    """What the rules could not judge: unknown is told, never taken for fine."""
    pools = Counter(standing(pool, settings.idle_commitment) for pool in world.pools)
    return {
        "pools_unknown": pools[Utilisation.UNKNOWN],
        "pools_stale": pools[Utilisation.STALE],
        "quotas_unknown": world.quotas_unknown,
        "bills_unmapped": world.bills_unmapped,
        "purchases_plan_unknown": sum(row.in_plan == "unknown" for row in world.purchases),
        "purchases_without_capability": sum(not row.capability for row in world.purchases),
        "purchases_without_amount": sum(row.amount is None for row in world.purchases),
        "purchases_without_vendor": sum(row.vendor_id is None for row in world.purchases),
    }


def _record(run: Detection, outcome: Outcome, now: datetime) -> None:
    copy_rows(
        "silos_findingstep",
        "finding_id step reason amount detection_id by_label at",
        ((pk, step.value, "", amount, run.pk, "silos", now) for pk, step, amount in outcome.steps),
    )


def _tell(run: Detection, outcome: Outcome) -> None:
    """Thin events: who wants to know reads the steps of the run. `initiative_ids` are those that the purchases serve."""
    news: dict[str, list[int]] = {"finding.opened": outcome.opened, "finding.changed": [*outcome.changed, *outcome.gone]}
    for kind, ids in news.items():
        if ids:
            emit(kind, {"detection_id": run.pk, "demo": run.demo, "findings": len(ids), "initiative_ids": served_by(ids)})
