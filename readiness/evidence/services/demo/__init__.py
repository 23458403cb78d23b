"""Evidence of the demo: what was measured on its workloads and pools, the sources that it came from, and what was judged.

The further an initiative came, the more was measured; much of it is old, some of it is unsound, and most of it comes from a
PoC: the verdicts are what the rules make of that, not what the demo says.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from portfolio.accounts.rules import Actor
from portfolio.initiatives.services.demo.subjects import cast
from portfolio.kit.acting import acting
from readiness.connectors.contract import Environment, Run
from readiness.connectors.live import Payload
from readiness.connectors.units import UnitUncertain, canonical
from readiness.core.sizing.inputs import Task
from readiness.evidence.services.demo import measuring
from readiness.evidence.services.demo.measuring import Measured
from readiness.evidence.services.demo.places import Brought, Places, delivery_of, failures, feed_of, lay_out, pack, queries_of
from readiness.evidence.services.ingest import Arrived, Subject, ingest
from readiness.evidence.services.verdicts import evaluate
from readiness.workloads.models import Accelerator, Allocation, CapacityPool, ProfileValue, Requirement, Workload
from readiness.workloads.services.demo.plan import HERO_NAME, RICH

TABLES = (
    "evidence_source", "evidence_feed", "evidence_delivery", "evidence_run", "evidence_series", "evidence_observation",
    "evidence_latest", "evidence_requirementverdict", "evidence_standing",
)  # fmt: skip
COUNTED = ("runs", "runs_known", "runs_flawed", "observations", "repeated", "refused")
LIVE = ("pilot", "scale-up", "production")
JUDGED_AT_ONCE = 200
NO_PAYLOAD = b'{"demo": "this run was never written by a tool"}'


def load_demo(*, by: Actor, seed: int, today: date) -> int:
    """Add the slice's part to the demo that stands; returns how many verdicts it has. Inside the caller's transaction."""
    now = datetime.combine(today, time(), UTC)  # never ahead of the clock
    crew = cast()
    with acting(by, note="demo"):
        places = lay_out(crew, now)
        for place, workload in enumerate(_measured()):
            _measure(places, workload, Random(f"{seed}:evidence:{place}"), now)
        _pools(places, Random(f"{seed}:pools"), now)
        failures(places, now)
        for one in sorted(places.book, key=lambda one: one.delivery.asked_at):  # lists show the newest row first
            _store(one, now)
        ids = list(Workload.objects.filter(initiative__demo=True).order_by("id").values_list("id", flat=True))
        for start in range(0, len(ids), JUDGED_AT_ONCE):
            evaluate(ids[start : start + JUDGED_AT_ONCE], by=by, now=now)
    return Requirement.objects.filter(initiative__demo=True).count()


def _measured() -> list[Workload]:
    """The workloads of the rich initiatives that are past the idea."""
    rows = Workload.objects.filter(initiative__demo=True).exclude(initiative__stage__key="idea")
    rows = rows.select_related("initiative__unit", "initiative__stage").order_by("id")
    first = Workload.objects.filter(initiative__demo=True).order_by("initiative_id").values("initiative_id").distinct()[:RICH]
    return list(rows.filter(initiative__in=first))


def _measure(places: Places, workload: Workload, rng: Random, now: datetime) -> None:
    stage = workload.initiative.stage
    live = stage is not None and stage.key in LIVE and workload.initiative.status != "closed"
    story = workload.name == HERO_NAME
    one = _seen(workload, rng)
    if story or rng.random() < (0.85 if live else 0.45):
        _benchmarks(places, workload, one, rng, now, live=live)
    if live and (story or rng.random() < 0.7):
        _telemetry(places, workload, one, rng, now, real=stage is not None and stage.key == "production")


def _seen(workload: Workload, rng: Random) -> Measured:
    values = dict(ProfileValue.objects.filter(workload=workload, value__isnull=False).values_list("name", "value"))
    rows = Allocation.objects.filter(workload=workload, pool__accelerator__isnull=False)
    held = rows.select_related("pool__accelerator").first()
    accelerator = held.pool.accelerator if held else Accelerator.objects.get(key="h100-sxm")
    assert accelerator is not None
    return Measured(
        key=f"{workload.pk}", name=workload.name, model=rng.choice(pack()["models"]), accelerator=accelerator.name,
        accelerators=rng.choice((1, 1, 2, 4)), input_tokens=values.get("input_tokens") or 900.0,
        output_tokens=max(2.0, values.get("output_tokens") or 200.0), wanted=_wanted(workload),
        ease=rng.choice((0.7, 1.05, 1.4, 2.2)),
    )  # fmt: skip


def _wanted(workload: Workload) -> dict[str, float]:
    """Targets in canonical units; those that no tool measures in a unit of the same kind are left out."""
    wanted: dict[str, float] = {}
    for row in Requirement.objects.filter(workload=workload, retired_at=None, target__isnull=False):
        with suppress(UnitUncertain):
            wanted[row.metric] = canonical(row.metric, row.target or 0.0, row.unit)
    return wanted


def _benchmarks(places: Places, workload: Workload, one: Measured, rng: Random, now: datetime, *, live: bool) -> None:
    """A sweep or a load test; where the initiative is live a newer one on what production runs on."""
    ages = [rng.randint(100, 260)] if not live else [rng.randint(95, 200), rng.randint(3, 60)]
    for number, age in enumerate(ages):
        at = now - timedelta(days=age)
        real = bool(number) or rng.random() < 0.3
        environment = measuring.declared(
            venue="on_premises" if number else "public_cloud", accelerator=one.accelerator, accelerators=one.accelerators,
            model=one.model, precision="bf16", software="vLLM", software_version="0.10.2",
            data_real=real if rng.random() < 0.8 else None, users_real=False,
        )  # fmt: skip
        generates = workload.task == Task.GENERATE
        runs: list[Run] = []
        if generates:
            runs += measuring.sweep(one, rng, at, duration_s=rng.choice((120.0, 320.0)), environment=environment)
            if rng.random() < 0.4:
                runs.append(measuring.held_back(runs[-1]))
        else:
            runs.append(measuring.script(one, rng, at, environment=environment))
        if rng.random() < 0.25:
            runs.append(measuring.storage(one, rng, at, environment=Environment(venue=environment.venue, data_real=real)))
        name = f"{'sweep' if generates else 'load-test'}-{at:%Y-%m-%d}.json"
        delivery = delivery_of(
            places.upload_of(workload.initiative.unit_id), at + timedelta(hours=5), workload=workload, file_name=name,
            asked_by_id=workload.initiative.owner_id,
        )  # fmt: skip
        places.bring(delivery, runs, Subject(workload.initiative.unit, workload=workload), name)


def _telemetry(places: Places, workload: Workload, one: Measured, rng: Random, now: datetime, *, real: bool) -> None:
    """Of production, and of pilots with real users; the plants' source has been silent for days."""
    source = places.named["plants" if workload.initiative.unit.code == "MFG" else "telemetry"]
    until = now if source is places.named["telemetry"] else now - timedelta(hours=61)
    environment = measuring.declared(
        venue="on_premises", accelerator=one.accelerator, accelerators=one.accelerators * 2, model=one.model, software="vLLM",
        software_version="0.10.2", data_real=True, users_real=real or rng.random() < 0.7,
    )  # fmt: skip
    feed = feed_of(
        source, f"{workload.name} ({workload.initiative.key})", now, workload=workload,
        **queries_of("vllm", namespace=f"ai-{workload.initiative_id}"),
    )  # fmt: skip
    runs = list(measuring.telemetry(one, rng, until, environment=environment, generates=workload.task == Task.GENERATE))
    if rng.random() < 0.8:
        runs.append(measuring.month_of_availability(one, rng, until, environment=environment))
    subject = Subject(workload.initiative.unit, workload=workload)
    places.bring(delivery_of(source, until), runs, subject, "api/v1/query_range", feed=feed)


def _pools(places: Places, rng: Random, now: datetime) -> None:
    pools = {row.name: row for row in CapacityPool.objects.filter(demo=True).select_related("unit", "accelerator")}
    cluster, telemetry, bill = (places.named[key] for key in ("cluster", "telemetry", "bill"))
    for one in pack()["pools"]:
        pool = pools[one["name"]]
        assert pool.accelerator is not None
        subject, kind = Subject(pool.unit, pool=pool), pool.accelerator.name
        at = now - timedelta(hours=1)
        runs = [measuring.inventory(pool.name, kind, one["accelerators"], one["allocated"], at)]
        feed = feed_of(cluster, pool.name, now, pool=pool, read="allocation")
        places.bring(delivery_of(cluster, at), runs, subject, "api/v1/nodes", feed=feed)
        used = [measuring.use(pool.name, kind, rng, now)]
        feed = feed_of(telemetry, f"{pool.name}: use", now, pool=pool, **queries_of("dcgm", cluster=pool.name))
        places.bring(delivery_of(telemetry, at), used, subject, "api/v1/query_range", feed=feed)
    norrhaven = pools[pack()["pools"][0]["name"]]
    feed = feed_of(bill, norrhaven.name, now, pool=norrhaven, aggregate="namespace")
    for back in range(14):
        until = now - timedelta(days=back)
        runs = [measuring.cost(name, amount * rng.gauss(1, 0.05), held, until) for name, amount, held in pack()["allocations"]]
        places.bring(delivery_of(bill, until), runs, Subject(norrhaven.unit, pool=norrhaven), "allocation", feed=feed)


def _store(one: Brought, now: datetime) -> None:
    delivery = one.delivery
    delivery.save()
    if one.subject is None:
        return
    arrived = Arrived(one.runs, Payload(name=one.name, body=NO_PAYLOAD))
    counts = ingest(
        delivery=delivery, batches=[arrived], subject=one.subject, environment={}, now=now, feed=one.feed, told=False
    )  # fmt: skip  # all of it is judged at the end
    for column in COUNTED:
        setattr(delivery, column, getattr(counts, column))
    delivery.save()
