"""What the tests of sizing share: workloads, options, a pool and a measurement, made the way people make them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.http import HttpResponseBase
from django.test import Client

from portfolio.initiatives.models import Initiative
from portfolio.initiatives.services.initiatives import create_initiative
from readiness.sizing.choices import Approach
from readiness.sizing.models import Measurement, SizingOption
from readiness.sizing.services.measurements import record_measurement
from readiness.sizing.services.options import add_option
from readiness.workloads.choices import Knowledge, PoolKind, Precision
from readiness.workloads.models import Accelerator, CapacityPool, CatalogueModel, Workload
from readiness.workloads.services.profiles import ValueInput, create_workload, set_values
from tests.people import SYSTEM, Organisation

SignIn = Callable[[str], Client]
HX = {"HX-Request": "true"}
# A chat service of which everything is known but the peak.
KNOWN = {
    "arrival_per_s": 2.0, "dispersion": 1.0, "growth_per_year": 1.2, "horizon_months": 12.0, "input_tokens": 800.0,
    "input_tokens_p95": 2000.0, "output_tokens": 200.0, "output_tokens_p95": 400.0, "concurrency": 20.0, "ttft_s": 2.0,
    "tpot_s": 0.05, "availability": 0.999,
}  # fmt: skip
# One H100 with Llama 3.1 8B as a load test would have it: 12 ms idle step, 50 ms of work for 1,000 + 250 tokens.
SWEEP = [
    {
        "completed_per_s": clients / (250 * 0.012 + clients * 0.05), "concurrency": float(clients),
        "latency_mean_s": 250 * 0.012 + clients * 0.05, "tpot_mean_s": 0.012 + clients * 0.05 / 250,
        "tpot_p_s": 1.2 * (0.012 + clients * 0.05 / 250), "ttft_p_s": 0.2 + clients * 0.002,
    }
    for clients in (1, 8, 32, 64, 128)
]  # fmt: skip


def known(value: float, **more: Any) -> ValueInput:
    return ValueInput(Knowledge.KNOWN, value, **more)


def make_workload(organisation: Organisation, unit: str = "Stores", name: str = "Shelf camera", **more: Any) -> Workload:
    """A chat assistant from its template, everything still assumed."""
    for role in ("owner", "sponsor"):
        if isinstance(more.get(role), str):
            more[role] = organisation.people[more[role]]
    initiative = create_initiative(by=SYSTEM, unit=organisation.units[unit], name=name, **more)
    return create_workload(by=SYSTEM, initiative=initiative, name=f"{name} chat", template="chat-assistant")


def say(workload: Workload, **values: float | ValueInput) -> Workload:
    """Answer values; numbers are known."""
    given = {name: value if isinstance(value, ValueInput) else known(value) for name, value in values.items()}
    return set_values(by=SYSTEM, workload=workload, values=given)


def known_workload(organisation: Organisation, **more: Any) -> Workload:
    """The same with KNOWN answered and only the peak left unknown."""
    workload = make_workload(organisation, **more)
    not_asked = {"latency_s": ValueInput(Knowledge.NOT_APPLICABLE)}
    return say(workload, **KNOWN, **not_asked)


def accelerator(key: str = "h100-sxm") -> Accelerator:
    return Accelerator.objects.get(key=key)


def model(key: str = "llama-3-1-8b") -> CatalogueModel:
    return CatalogueModel.objects.get(key=key)


def make_pool(organisation: Organisation, size: float | None = 4, unit: str = "Retail", **more: Any) -> CapacityPool:
    values: dict[str, Any] = {"kind": PoolKind.ACCELERATORS, "accelerator": accelerator(), "size": size} | more
    return CapacityPool.objects.create(unit=organisation.units[unit], name=values.pop("name", "Cellar"), **values)


def make_option(workload: Workload, **more: Any) -> SizingOption:
    """Llama 3.1 8B on one H100 in BF16."""
    values: dict[str, Any] = {
        "approach": Approach.SELF_HOSTED, "model": model(), "accelerator": accelerator(), "precision": Precision.BF16,
    } | more  # fmt: skip
    return add_option(by=SYSTEM, workload=workload, **values)


def make_measurement(organisation: Organisation, unit: str = "Retail", **more: Any) -> Measurement:
    values: dict[str, Any] = {
        "name": "Sweep of July", "accelerator": accelerator(), "model": model(), "software": "vLLM 0.6.1", "points": SWEEP,
        "input_tokens": 1000.0, "output_tokens": 250.0, "observed_on": date(2025, 7, 1),
    } | more  # fmt: skip
    return record_measurement(by=SYSTEM, unit=organisation.units[unit], **values)


def many(organisation: Organisation, count: int) -> list[SizingOption]:
    """`count` workloads of one initiative, each with a stored option and its result."""
    initiative = create_initiative(by=SYSTEM, unit=organisation.units["Retail"], name="Platform")
    first = _first(initiative)
    rows = Workload.objects.bulk_create(
        Workload(
            initiative=initiative, name=f"Service {n}", task=first.task, workload_class=first.workload_class,
            experience=first.experience,
        )
        for n in range(count)
    )  # fmt: skip
    return SizingOption.objects.bulk_create(
        SizingOption(
            workload=row, initiative=initiative, label=f"Option {n}", approach=Approach.SELF_HOSTED, model=model(),
            accelerator=accelerator(), chosen=True,
        )
        for n, row in enumerate(rows)
    )  # fmt: skip


def _first(initiative: Initiative) -> Workload:
    return create_workload(by=SYSTEM, initiative=initiative, name="The first", template="chat-assistant")


def text_of(response: HttpResponseBase) -> str:
    """The body of an answer, streamed or not."""
    if getattr(response, "streaming", False):
        return b"".join(response.streaming_content).decode(errors="replace")  # type: ignore[attr-defined]
    return response.content.decode()  # type: ignore[attr-defined,no-any-return]
