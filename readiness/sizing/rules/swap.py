"""Swapping the model within the compute that was decided: every model of the task on the same accelerators and pool."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from readiness.core.sizing.answer import Constraint
from readiness.core.sizing.inputs import Demand, Task
from readiness.sizing.choices import Approach
from readiness.sizing.rules.drafts import Draft, Row, fits_measurement
from readiness.sizing.rules.live import reaching
from readiness.sizing.rules.proposals import fitting_count, label_of, tokens_of
from readiness.sizing.rules.sized import Sized, sized
from readiness.workloads.choices import ModelSource, Precision

_DOES_NOT_FIT = frozenset({Constraint.WEIGHTS_DO_NOT_FIT, Constraint.CONTEXT_TOO_LONG, Constraint.KV_CACHE})


@dataclass(frozen=True, slots=True)
class Swapped:
    """One model in the place of the other. `fits` is None where that is not known, `context` in tokens (None: not known)."""

    model: Row
    found: Sized
    fits: bool | None
    context: int | None
    here: bool


def decided(drafts: Sequence[Draft], proposed: Sequence[Draft]) -> Draft | None:
    """The option whose compute stands: the chosen one, else the first that has accelerators, else a proposal."""
    hosted = [draft for draft in (*drafts, *proposed) if draft.approach == Approach.SELF_HOSTED and draft.accelerator]
    return next((draft for draft in hosted if draft.chosen), hosted[0] if hosted else None)


def swapped(base: Draft | None, demand: Demand, models: Iterable[Row], *, chosen: Draft | None, money: bool) -> list[Swapped]:
    """One row per model of the task, those behind an API beside those that are hosted on the accelerators of `base`."""
    wanted = Task.GENERATE if demand.task == Task.TRAIN else demand.task
    here = chosen.model["id"] if chosen is not None and chosen.model else None
    rows = []
    for model in models:
        if model["task"] != wanted or (model["offered_as"] == ModelSource.API and demand.task == Task.TRAIN):
            continue
        draft = draft_with(model, base, demand)
        if draft is not None:
            found = sized(draft, demand, money=money)
            rows.append(Swapped(model, found, _fits(found, demand), model["max_context_tokens"], model["id"] == here))
    return sorted(rows, key=_order)


def draft_with(model: Row, base: Draft | None, demand: Demand) -> Draft | None:
    """`base` with another model at its published precision: as many accelerators together as it takes to fit and be in time."""
    if model["offered_as"] == ModelSource.API:
        return _labelled(Draft(Approach.API, model=model))
    if base is None or base.accelerator is None:
        return None
    precision = Precision(model["precision"])
    same = base.model is not None and base.model["id"] == model["id"]
    count = base.accelerators if same else fitting_count(model, base.accelerator, precision, tokens_of(demand))
    made = replace(
        base, model=model, precision=base.precision if same else precision, accelerators=count or base.accelerators, pk=None,
        chosen=False, price_input=None, price_output=None,
    )  # fmt: skip
    if made.measurement is not None and fits_measurement(made, made.measurement):
        made = replace(made, measurement=None)
    return _labelled(made) if same else reaching(_labelled(made), demand)


def _labelled(draft: Draft) -> Draft:
    return replace(draft, label=label_of(draft))


def _fits(found: Sized, demand: Demand) -> bool | None:
    """Whether model and long requests fit: memory and context of a hosted model, the context of an API."""
    if found.draft.approach == Approach.API:
        context = found.draft.model["max_context_tokens"] if found.draft.model else None
        return None if not context else context >= tokens_of(demand)
    answer = found.answer
    return None if answer is None else answer.replicas is not None or answer.constraint not in _DOES_NOT_FIT


def _order(row: Swapped) -> tuple[bool, float, str]:
    """What is chosen first, then by what a month costs; what nobody can price last."""
    cost = row.found.cost.per_month if row.found.cost is not None else None
    return not row.here, cost.likely if cost is not None else float("inf"), str(row.model["name"])
