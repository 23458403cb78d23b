"""A few sensible candidates for a workload that has no option yet, from the catalogue and the pools; none of them is stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from readiness.core.sizing.inputs import AcceleratorFacts, Demand, Layers, Task
from readiness.core.sizing.memory import bytes_per_sequence, kv_room_bytes, weights_bytes
from readiness.sizing.choices import Approach
from readiness.sizing.rules.drafts import Draft, Row
from readiness.workloads.choices import BYTES_PER_PARAMETER, ModelSource, Precision

SHOWN = 3
# Where a pool of ours names no accelerator: what is offered most widely, in this order.
USUAL_ACCELERATORS = ("h100-sxm", "l40s", "a100-80", "l4")
MIDDLE_PARAMETERS = {Task.GENERATE: 8e9, Task.EMBED: 5e8, Task.TRAIN: 8e9}  # a mid-size open model of that kind
SEQUENCES_AT_LEAST = 4
OVERHEAD_BYTES = 9.37 * 2**30  # as the core's default
MOST_PER_REPLICA = 16


def proposals(demand: Demand, accelerators: Sequence[Row], models: Sequence[Row], pools: Sequence[Row]) -> list[Draft]:
    """At most SHOWN drafts: an open model on accelerators that exist here (else usual ones), and one behind an API."""
    ours = sorted((pool for pool in pools if pool["accelerator_id"] is not None), key=lambda pool: -(pool["size"] or 0))
    kinds = _accelerators(accelerators, ours)
    if demand.task == Task.CLASSIC:
        return [labelled(_placed(Draft(Approach.WORKERS, accelerator=kind), ours)) for kind in kinds[:1]]
    made: list[Draft] = []
    for model in _open_models(demand, models):
        for kind in kinds:
            draft = _hosted(model, kind, demand)
            if draft is not None:
                made.append(_placed(draft, ours))
        if made:
            break
    behind = [Draft(Approach.API, model=model) for model in _api_models(demand, models)]
    return [labelled(draft) for draft in (*made[: SHOWN - len(behind[:1])], *behind[:1])]


def labelled(draft: Draft) -> Draft:
    """With a name that says what it is, unless it has one."""
    return draft if draft.label else replace(draft, label=label_of(draft))


def label_of(draft: Draft) -> str:
    """`Llama 3.1 8B on 1 x H100 SXM (bf16)`, `GPT-4o over its API`."""
    model = draft.model["name"] if draft.model else ""
    if draft.approach == Approach.API:
        return f"{model or 'Model'} over its API"
    kind = draft.accelerator["name"] if draft.accelerator else "?"
    place = f"{draft.accelerators} x {kind}"
    if draft.approach == Approach.WORKERS:
        return f"Workers on {place}"
    return f"{model or '?'} on {place} ({draft.precision})"


def fitting_count(model: Row, accelerator: Row, precision: Precision, tokens: float) -> int | None:
    """The smallest power of two of accelerators that holds the weights and a few sequences of `tokens`; None if none does."""
    if not (model.get("parameters") and accelerator.get("memory_bytes") and accelerator.get("bandwidth")):
        return None
    each = bytes_per_sequence(_layers(model), BYTES_PER_PARAMETER[Precision.BF16], tokens)
    weights = weights_bytes(float(model["parameters"]), BYTES_PER_PARAMETER[precision])
    facts = AcceleratorFacts(float(accelerator["memory_bytes"]), 1.0, 1.0)
    count = 1
    while count <= MOST_PER_REPLICA:
        if kv_room_bytes(facts, count, 0.9, weights, OVERHEAD_BYTES) >= SEQUENCES_AT_LEAST * each:
            return count
        count *= 2
    return None


def tokens_of(demand: Demand) -> float:
    """Tokens of a long request of this workload, at the likely values."""
    wanted = (demand.input_tokens_p95 or demand.input_tokens, demand.output_tokens_p95 or demand.output_tokens)
    return sum(one.likely for one in wanted if one is not None)


def best_pool(draft: Draft, pools: Iterable[Row]) -> Row | None:
    """The largest pool that holds the draft's accelerator."""
    wanted = draft.accelerator["id"] if draft.accelerator else None
    return next((pool for pool in pools if wanted is not None and pool["accelerator_id"] == wanted), None)


def _placed(draft: Draft, pools: Iterable[Row]) -> Draft:
    return replace(draft, pool=best_pool(draft, pools))


def _layers(model: Row) -> list[Layers]:
    known = ("count", "kv_heads", "head_dim", "window_tokens", "latent_dim")
    return [
        Layers(**{name: row[name] for name in known if row.get(name) is not None}) for row in model.get("layers") or () if row
    ]


def _accelerators(rows: Sequence[Row], pools: Iterable[Row]) -> list[Row]:
    by_id = {row["id"]: row for row in rows}
    by_key = {row["key"]: row for row in rows}
    here = [by_id[pool["accelerator_id"]] for pool in pools if pool["accelerator_id"] in by_id]
    usual = [by_key[key] for key in USUAL_ACCELERATORS if key in by_key]
    ordered = {row["id"]: row for row in (*here, *usual)}
    return list(ordered.values())[: SHOWN - 1]


def _open_models(demand: Demand, models: Sequence[Row]) -> Iterator[Row]:
    """Those of the task with a context long enough, nearest to the middle size first; newest names win ties."""
    wanted = Task.GENERATE if demand.task == Task.TRAIN else demand.task
    target, tokens = MIDDLE_PARAMETERS[demand.task], tokens_of(demand)
    fit = [
        row for row in models
        if row["offered_as"] == ModelSource.SELF_HOSTED and row["task"] == wanted and row["parameters"]
        and (not row["max_context_tokens"] or row["max_context_tokens"] >= tokens)
    ]  # fmt: skip
    yield from sorted(fit, key=lambda row: (abs(row["parameters"] / target - 1), -(row["max_context_tokens"] or 0), row["key"]))


def _api_models(demand: Demand, models: Sequence[Row]) -> list[Row]:
    """Of the task and with a price, the one in the middle of the prices first."""
    tokens = tokens_of(demand)
    fit = sorted(
        (
            row for row in models
            if row["offered_as"] == ModelSource.API and row["task"] == demand.task and row["price_input"] is not None
            and (not row["max_context_tokens"] or row["max_context_tokens"] >= tokens)
        ),
        key=lambda row: (row["price_input"], row["key"]),
    )  # fmt: skip
    return fit[len(fit) // 2 :] + fit[: len(fit) // 2]


def _hosted(model: Row, accelerator: Row, demand: Demand) -> Draft | None:
    precision = Precision(model["precision"])
    count = fitting_count(model, accelerator, precision, tokens_of(demand))
    if count is None:
        return None
    if demand.task == Task.TRAIN:
        count = max(count, 8)
    return Draft(Approach.SELF_HOSTED, model=model, accelerator=accelerator, accelerators=count, precision=precision)
