"""An option as plain rows, stored or only thought of, and the candidate that the core can size; what is missing is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from typing import Any

from readiness.core.sizing.inputs import (
    AcceleratorFacts,
    Candidate,
    Grade,
    Layers,
    Measured,
    ModelApi,
    ModelFacts,
    SelfHosted,
    SweepPoint,
    Task,
    Workers,
)
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.choices import Approach
from readiness.workloads.choices import BYTES_PER_PARAMETER, Precision

Row = Mapping[str, Any]
_POINT = frozenset(one.name for one in fields(SweepPoint))
_LAYER = frozenset(one.name for one in fields(Layers))
_DERATES = {Task.GENERATE: "llm", Task.EMBED: "encoder"}


@dataclass(frozen=True, slots=True)
class Draft:
    """One option. `model`, `accelerator`, `measurement`, `pool` and `venue` are rows of their tables, None where not given.

    `pk` is None for one that nobody stored. Prices are per accelerator hour or per million tokens, in `price_currency`.
    """

    approach: Approach
    label: str = ""
    model: Row | None = None
    accelerator: Row | None = None
    measurement: Row | None = None
    pool: Row | None = None
    venue: Row | None = None
    accelerators: int = 1
    precision: Precision = Precision.BF16
    kv_precision: Precision = Precision.BF16
    software: str = ""
    utilisation: float = 0.8
    max_num_seqs: int = 256
    slots: int = 1
    replica_availability: float = 0.995
    requests_per_minute: float | None = None
    tokens_per_minute: float | None = None
    price_per_accelerator_hour: float | None = None
    price_input: float | None = None
    price_output: float | None = None
    price_currency: str = ""
    service_s: Quantity | None = None  # of a worker, where it is supposed and not measured
    pk: int | None = None
    version: int = 1
    chosen: bool = False
    result_id: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """`candidate` is None while something is `missing` (stable codes; the pages have the words)."""

    candidate: Candidate | None
    missing: tuple[str, ...] = ()


def facts_of(draft: Draft, task: Task) -> Facts:
    """The candidate that a draft stands for, or everything that keeps it from being one."""
    if draft.approach == Approach.API:
        return Facts(_api(draft))
    if draft.approach == Approach.WORKERS:
        return _workers(draft)
    missing = tuple(_missing_of_hosted(draft, task))
    return Facts(None, missing) if missing else Facts(_hosted(draft, task))


def flops_of(accelerator: Row, precision: Precision) -> float | None:
    """Dense operations per second at the precision the weights are computed in; weights below it are widened first."""
    if precision == Precision.FP8 and accelerator.get("flops_fp8"):
        return float(accelerator["flops_fp8"])
    found = accelerator.get("flops_bf16")
    return float(found) if found else None


def same_stack(planned: str, measured: str) -> bool:
    """Whether both texts name the same software, whatever its version. A plan that names none is that of the measurement."""
    first = planned.split()
    return not first or not measured.split() or first[0].casefold() == measured.split(maxsplit=1)[0].casefold()


def points_of(rows: Iterable[Row]) -> tuple[SweepPoint, ...]:
    """Stored points as the core's; members it does not know are left out."""
    return tuple(SweepPoint(**{name: value for name, value in row.items() if name in _POINT}) for row in rows)


def fits_measurement(draft: Draft, measurement: Row) -> str:
    """The name of the first fact in which a measurement is of something else than the draft; "" if it speaks of it."""
    for name in ("accelerator", "model"):
        mine = getattr(draft, name)
        if measurement[f"{name}_id"] is not None and mine is not None and measurement[f"{name}_id"] != mine["id"]:
            return name
    if measurement["accelerators"] != draft.accelerators:
        return "accelerators"
    return "" if measurement["precision"] == draft.precision else "precision"


def _missing_of_hosted(draft: Draft, task: Task) -> Iterable[str]:
    if task == Task.CLASSIC:
        yield "workers"
        return
    if draft.model is None:
        yield "model"
    else:
        if not draft.model.get("parameters"):
            yield "parameters"
        if task == Task.GENERATE and not draft.model.get("layers"):
            yield "layers"
    if draft.accelerator is None:
        yield "accelerator"
        return
    for name in ("memory_bytes", "bandwidth"):
        if not draft.accelerator.get(name):
            yield name
    if flops_of(draft.accelerator, draft.precision) is None:
        yield "flops"


def _hosted(draft: Draft, task: Task) -> SelfHosted:
    assert draft.model is not None
    assert draft.accelerator is not None
    parameters = float(draft.model["parameters"])
    model = ModelFacts(
        parameters=parameters,
        active_parameters=float(draft.model.get("active_parameters") or parameters),
        layers=tuple(
            Layers(**{name: value for name, value in row.items() if name in _LAYER and value is not None})
            for row in draft.model.get("layers") or ()
        ),
        weight_bytes=BYTES_PER_PARAMETER[draft.precision],
        kv_bytes=BYTES_PER_PARAMETER[draft.kv_precision],
        max_context_tokens=draft.model.get("max_context_tokens"),
    )
    accelerator = AcceleratorFacts(
        memory_bytes=float(draft.accelerator["memory_bytes"]),
        flops=flops_of(draft.accelerator, draft.precision) or 0.0,
        bandwidth=float(draft.accelerator["bandwidth"]),
    )
    return SelfHosted(
        model=model, accelerator=accelerator, accelerators=draft.accelerators, measured=_measured(draft, task),
        utilisation=draft.utilisation, max_num_seqs=draft.max_num_seqs, replica_availability=draft.replica_availability,
    )  # fmt: skip


def _measured(draft: Draft, task: Task) -> Measured:
    found = draft.measurement
    if found is None:
        return Measured(derate_class=_DERATES.get(task, "llm"))
    return Measured(
        points=points_of(found["points"]),
        input_tokens=found["input_tokens"],
        output_tokens=found["output_tokens"],
        max_num_seqs=found["max_num_seqs"],
        kv_tokens=found["kv_tokens"],
        same_stack=same_stack(draft.software, found["software"]),
        derate_class=_DERATES.get(task, "llm"),
    )


def _workers(draft: Draft) -> Facts:
    """A worker's service time is measured or supposed; nothing on a data sheet gives it."""
    found = draft.measurement
    service, cv2, grade = draft.service_s, None, Grade.NOTHING
    if service is None and found is not None and found["service_s"]:
        likely = float(found["service_s"])
        service = Quantity(likely, min(found["service_low_s"] or likely, likely), max(found["service_high_s"] or likely, likely))
        grade = Grade.TWO_POINTS if found["service_low_s"] and found["service_high_s"] else Grade.SATURATION
        cv2 = None if found["service_cv2"] is None else Quantity.exactly(float(found["service_cv2"]))
    if service is None:
        return Facts(None, ("service_s",))
    more = {} if cv2 is None else {"service_cv2": cv2}
    return Facts(
        Workers(
            service_s=service, slots=draft.slots, accelerators=draft.accelerators, utilisation=draft.utilisation,
            replica_availability=draft.replica_availability, grade=grade, **more,
        )
    )  # fmt: skip


def _api(draft: Draft) -> ModelApi:
    """The provider's quota as agreed; what a measurement saw of its speed where there is one."""
    slowest = points_of(draft.measurement["points"])[-1:] if draft.measurement else ()
    return ModelApi(
        requests_per_minute=draft.requests_per_minute,
        tokens_per_minute=draft.tokens_per_minute,
        ttft_p_s=slowest[0].ttft_p_s if slowest else None,
        tpot_p_s=slowest[0].tpot_p_s if slowest else None,
    )
