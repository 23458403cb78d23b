"""What the tests of the reading pages share: a workload with evidence of every kind, brought the way evidence comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from html import unescape
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from portfolio.initiatives.services.initiatives import create_initiative
from portfolio.kit import clock
from readiness.connectors.contract import Environment, Flaw, Kind, Load, Reading, Run, Statistic
from readiness.evidence.models import Series
from readiness.workloads.choices import Metric
from readiness.workloads.models import Requirement, Workload
from readiness.workloads.services.profiles import create_workload
from readiness.workloads.services.requirements import add_requirement
from tests.people import SYSTEM, Organisation
from tests.readiness.evidence.storing import Place, place_today, reading, telemetry

SignIn = Callable[[str], Client]
HX = {"HX-Request": "true"}
_TAG = re.compile(r"<[^>]+>")
IDLE_S, WORK_S, OUTPUT = 3.0, 0.05, 250.0  # of a request alone, of each further one: saturation at 20/s
H100 = Environment(
    venue="on_premises", accelerator="H100", accelerators=2, model="Llama 3.1 8B", data_real=True, users_real=False
)


def make_workload(organisation: Organisation, unit: str = "Stores", name: str = "Shelf camera", **more: Any) -> Workload:
    initiative = create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, **more)
    return create_workload(by=SYSTEM, initiative=initiative, name=f"{name} chat", template="chat-assistant")


def require(workload: Workload, metric: Metric, target: float, **more: Any) -> Requirement:
    return add_requirement(by=SYSTEM, workload=workload, metric=metric, target=target, **more)


def source_of(organisation: Organisation, workload: Workload, unit: str = "Retail", name: str = "Load tests") -> Place:
    """A source of a unit above it."""
    return place_today(organisation.units[unit], workload=workload, name=name)


def point(clients: float, *, ago: timedelta = timedelta(days=3), flaws: Sequence[tuple[Flaw, str]] = (), **more: Any) -> Run:
    """A closed-loop point that obeys the law: p95 of every latency is 1.5 of its mean."""
    rate = clients / (IDLE_S + clients * WORK_S)
    latency = clients / rate
    tpot = latency / OUTPUT
    ttft = latency - tpot * (OUTPUT - 1)
    readings: list[Reading] = [
        reading("throughput", rate, raw_name="request_throughput", raw_value=f"{rate:.6f}", raw_unit="req/s")
    ]
    for metric, mean in (("ttft", ttft), ("tpot", tpot), ("latency", latency)):
        readings.append(reading(metric, mean, raw_name=f"mean_{metric}_ms", raw_value=f"{mean * 1e3!r}", raw_unit="ms"))
        readings.append(reading(metric, 1.5 * mean, statistic=Statistic.PERCENTILE, percentile=0.95, samples=400))
    fields: dict[str, Any] = {
        "kind": Kind.BENCHMARK, "tool": "vllm_bench", "format": "serve", "place": f"[{clients:g}]",
        "key": f"{more.pop('sweep', 'a')}-{clients:g}", "name": f"{clients:g} clients", "tool_version": "0.10.2",
        "ended_at": clock.now() - ago, "duration_s": 120.0, "environment": H100, "flaws": tuple(flaws),
        "load": Load(clients, None, rate, 400, 400, 0, 1000.0, OUTPUT), "readings": tuple(readings),
    }  # fmt: skip
    return Run(**(fields | more))


def sweep(*clients: float, **more: Any) -> list[Run]:
    return [point(each, **more) for each in clients or (1, 8, 32, 64, 128)]


def hours(metric: str, values: Sequence[float | None], *, key: str = "", **more: Any) -> Run:
    """Telemetry of the last hours, the newest last; None is an hour of which nobody knows."""
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    last = len(values) - 1
    told = [
        reading(metric, value, at=now - timedelta(hours=last - place), **more)
        for place, value in enumerate(values)
        if value is not None
    ]
    return telemetry((key or metric)[:8], *told, ended_at=now, duration_s=3600.0)


def series(metric: str, **more: Any) -> Series:
    row: Series = Series.objects.filter(metric=metric, **more).order_by("id")[0]
    return row


def html(response: HttpResponseBase) -> str:
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]


def words(response: HttpResponseBase) -> str:
    """The page as people read it: no tags, one blank between words."""
    return " ".join(unescape(_TAG.sub(" ", html(response))).replace("\u202f", " ").split())
