"""Workloads and candidates that several tests size."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import TypeVar

from readiness.core.sizing.answer import Answer
from readiness.core.sizing.batching import Law
from readiness.core.sizing.inputs import (
    AcceleratorFacts,
    Candidate,
    Demand,
    Grade,
    Layers,
    Measured,
    ModelApi,
    ModelFacts,
    SelfHosted,
    SweepPoint,
    Task,
    Workers,
    WorkloadClass,
)
from readiness.core.sizing.quantity import Quantity

exactly, unknown = Quantity.exactly, Quantity.unknown

SMALL = ModelFacts(8.03e9, 8.03e9, (Layers(32, 8, 128),), max_context_tokens=131_072)
LARGE = ModelFacts(70.6e9, 70.6e9, (Layers(80, 8, 128),), max_context_tokens=131_072)
MIXTURE = ModelFacts(46.7e9, 12.9e9, (Layers(32, 8, 128),), max_context_tokens=32_768)
CHIP = AcceleratorFacts(80 * 2.0**30, 989e12, 3.35e12)
LAW = Law(0.006, 45e-6, 19e-6)
MIX = (1_000.0, 250.0)

CHAT = Demand(
    Task.GENERATE,
    WorkloadClass.ONLINE,
    arrival_per_s=Quantity(6, 4, 9),
    peak_factor=unknown(2, 3, 6),
    dispersion=unknown(1, 1, 4),
    growth_per_year=Quantity(1.25, 0.9, 1.5),
    horizon_months=exactly(12),
    input_tokens=Quantity(1_000, 800, 1_200),
    input_tokens_p95=unknown(2_000, 3_000, 5_000),
    output_tokens=Quantity(250, 200, 300),
    output_tokens_p95=unknown(400, 600, 900),
    ttft_s=exactly(2),
    tpot_s=exactly(0.06),
    availability=exactly(0.999),
)
RANKING = Demand(
    Task.CLASSIC,
    WorkloadClass.ONLINE,
    arrival_per_s=unknown(20, 60, 100),
    peak_factor=exactly(2),
    dispersion=unknown(1, 2, 4),
    latency_s=exactly(3),
    availability=exactly(0.999),
)
LINE = Workers(Quantity(0.25, 0.2, 0.3), slots=4, grade=Grade.SATURATION)


def closed_loop(clients: float) -> SweepPoint:
    """What a load generator with that many clients would see of LAW: mean and p99 time per token, and p95 of the first."""
    rate = LAW.closed_loop(clients, *MIX)
    tpot = LAW.tpot_at(rate, *MIX)
    return SweepPoint(
        rate, clients, latency_mean_s=clients / rate, tpot_mean_s=tpot, tpot_p_s=1.3 * tpot, ttft_p_s=0.03 + 2 * tpot
    )


def hosted(*clients: float, model: ModelFacts = SMALL, accelerators: int = 1) -> SelfHosted:
    """One of the chips, measured at these numbers of clients (none: not measured)."""
    points = tuple(closed_loop(count) for count in clients)
    return SelfHosted(model, CHIP, accelerators, measured=Measured(points, *MIX))


SWEPT = hosted(1, 4, 16, 64, 128)
TWO_POINTS = hosted(1, 32)
GUESSED = hosted()
SATURATED = SelfHosted(SMALL, CHIP, measured=Measured((SweepPoint(LAW.closed_loop(256, *MIX)),), *MIX))

BATCH = Demand(
    Task.GENERATE,
    WorkloadClass.BATCH,
    items_per_run=unknown(1e5, 2e5, 1e6),
    window_h=Quantity(8, 6, 10),
    growth_per_year=unknown(0.8, 1.2, 2),
    horizon_months=unknown(6, 12, 24),
    input_tokens=Quantity(3_000, 2_000, 4_000),
    output_tokens=exactly(300),
)
EMBED = Demand(
    Task.EMBED,
    WorkloadClass.ONLINE,
    arrival_per_s=unknown(50, 200, 400),
    input_tokens=unknown(200, 400, 600),
    dispersion=unknown(1, 1, 4),
    latency_s=Quantity(0.5, 0.4, 0.6),
)
TRAIN = Demand(Task.TRAIN, WorkloadClass.BATCH, training_tokens=unknown(1e9, 1e10, 2e10), window_h=exactly(72))
API = ModelApi(requests_per_minute=1_000, tokens_per_minute=1e6, ttft_p_s=1, tpot_p_s=0.02, availability=0.9995)
HELD = replace(CHAT, concurrency=unknown(100, 400, 900), latency_s=unknown(20, 30, 60))
PAIRS: dict[str, tuple[Demand, Candidate]] = {
    "sweep": (CHAT, SWEPT),
    "two points": (CHAT, TWO_POINTS),
    "saturation": (CHAT, SATURATED),
    "nothing": (CHAT, GUESSED),
    "concurrency and latency": (HELD, GUESSED),
    "concurrency on a sweep": (HELD, SWEPT),
    "mixture of experts": (CHAT, SelfHosted(MIXTURE, CHIP, 2)),
    "batch": (BATCH, GUESSED),
    "batch on a sweep": (BATCH, SWEPT),
    "batch on saturation": (BATCH, SATURATED),
    "embedding": (EMBED, GUESSED),
    "training": (TRAIN, SelfHosted(LARGE, CHIP, 8)),
    "workers": (RANKING, LINE),
    "workers in a batch": (replace(BATCH, task=Task.CLASSIC), LINE),
    "api": (CHAT, API),
}


Subject = TypeVar("Subject", Demand, Candidate)


def changed(subject: Subject, values: dict[str, Quantity]) -> Subject:
    """The same with other values in some of its fields."""
    return replace(subject, **values)  # type: ignore[arg-type]


def replicas(answer: Answer) -> int:
    assert answer.replicas is not None
    return answer.replicas.likely


def inputs(subject: object) -> dict[str, Quantity]:
    assert isinstance(subject, (Demand, SelfHosted, Workers, ModelApi))
    found = {field.name: getattr(subject, field.name) for field in fields(subject)}
    return {name: value for name, value in found.items() if isinstance(value, Quantity)}


def pinned(subject: Subject, where: dict[str, float]) -> Subject:
    """The same with every range at one place of it: 0 its low end, 1 its high end."""
    found = {name: value.at(value.low + where[name] * (value.high - value.low)) for name, value in inputs(subject).items()}
    return changed(subject, found)
