"""Storing what a sizing says: one row per set of inputs, so that the same inputs add nothing and a reversal finds its row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import fields
from itertools import islice
from typing import Any

from portfolio.outbox.services import emit
from readiness.core.sizing.inputs import Demand, Task, WorkloadClass
from readiness.core.sizing.quantity import Quantity
from readiness.sizing.models import SizingOption, SizingResult
from readiness.sizing.queries.options import drafts_of
from readiness.sizing.rules.sized import Sized, sized
from readiness.sizing.rules.stored import CORE_VERSION, digest, inputs_of, plain
from readiness.workloads.models import ProfileVersion, Workload
from readiness.workloads.queries.profiles import values_of
from readiness.workloads.queries.states import digest_of, state_of
from readiness.workloads.rules.demand import demand_of

CHUNK = 200


def recompute(option_ids: Iterable[int], *, told: bool = False) -> int:
    """Size these options with what stands now; the number whose answer changed, and `told`: `sizing.computed` tells of them.
    Runs in the caller's transaction.

    An option that cannot be sized (something is missing) has no result. What is free in a pool is no input: it is read live.
    """
    changed = 0
    ids = iter(sorted(set(option_ids)))
    while chunk := list(islice(ids, CHUNK)):
        changed += _recompute(chunk, told=told)
    return changed


def options_of_workloads(workload_ids: Sequence[int] | None = None) -> list[int]:
    """Ids of the options in use of these workloads, or of all."""
    rows = SizingOption.objects.filter(retired_at=None, workload__retired_at=None)
    if workload_ids is not None:
        rows = rows.filter(workload__in=workload_ids)
    return list(rows.order_by("id").values_list("id", flat=True))


def _recompute(ids: list[int], *, told: bool) -> int:
    locked = SizingOption.objects.select_for_update().filter(pk__in=ids).order_by("id")  # everybody takes them in this order
    options = {row.pk: row for row in locked}
    workloads = {row.pk: row for row in Workload.objects.filter(pk__in={one.workload_id for one in options.values()})}
    values = values_of(list(workloads))
    drafts = drafts_of(SizingOption.objects.filter(pk__in=ids), {})
    found: dict[int, SizingResult | None] = dict.fromkeys(options)
    for workload_pk, held in drafts.items():
        row = workloads[workload_pk]
        demand = demand_of(Task(row.task), WorkloadClass(row.workload_class), values[workload_pk])
        for draft in held:
            assert draft.pk is not None
            found[draft.pk] = _result(options[draft.pk], sized(draft, demand, money=False), demand)
    _store(found, workloads)
    moved = [row for pk, row in options.items() if row.result_id != (found[pk].pk if found[pk] else None)]  # type: ignore[union-attr]
    for option in moved:
        option.result = found[option.pk]
    SizingOption.objects.bulk_update(moved, ["result"])
    if moved and told:
        emit("sizing.computed", {"workload_ids": sorted({option.workload_id for option in moved})})
    return len(moved)


def _result(option: SizingOption, told: Sized, demand: Demand) -> SizingResult | None:
    if told.answer is None or told.candidate is None:
        return None
    answer, inputs = told.answer, inputs_of(demand, told.candidate)
    replicas, accelerators = answer.replicas, answer.accelerators
    return SizingResult(
        option=option, workload_id=option.workload_id, initiative_id=option.initiative_id, inputs=inputs,
        inputs_digest=digest(inputs), core_version=CORE_VERSION, answer=plain(answer), grade=answer.grade,
        constraint=answer.constraint, unknowns=sum(1 for _name in unknown_fields(demand)),
        **_counts("replicas", replicas), **_counts("accelerators", accelerators),
    )  # fmt: skip


def unknown_fields(demand: Demand) -> Iterator[str]:
    """Names of what a demand only supposes."""
    for one in fields(demand):
        value = getattr(demand, one.name)
        if isinstance(value, Quantity) and not value.known:
            yield one.name


def _counts(name: str, count: Any) -> dict[str, int | None]:
    return {f"{name}_{part}": getattr(count, part) if count is not None else None for part in ("low", "likely", "high")}


def _store(found: dict[int, SizingResult | None], workloads: dict[int, Workload]) -> None:
    """Insert the results that are new; those that stood before are taken again."""
    wanted = {(pk, row.inputs_digest): row for pk, row in found.items() if row is not None}
    held = SizingResult.objects.filter(option__in=found, inputs_digest__in={digest for _pk, digest in wanted})
    for pk, option, text in held.values_list("pk", "option_id", "inputs_digest"):
        if (option, text) in wanted:
            wanted[option, text].pk = pk
    new = [row for row in wanted.values() if row.pk is None]
    versions = {pk: _standing_version(workloads[pk]) for pk in {row.workload_id for row in new}}
    for row in new:
        row.profile_version = versions[row.workload_id]
    SizingResult.objects.bulk_create(new)


def _standing_version(workload: Workload) -> ProfileVersion | None:
    """The kept version that the profile still equals, which a result then cites."""
    last = ProfileVersion.objects.filter(workload=workload).order_by("-number").first()
    return last if last is not None and last.digest == digest_of(state_of(workload)) else None
