"""Reads of options, measurements and results; options come as the drafts that the rules size, in one statement."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Count, F, Prefetch, Q, QuerySet

from portfolio.accounts.rules import Actor
from readiness.sizing.choices import Approach
from readiness.sizing.models import Measurement, SizingOption, SizingResult
from readiness.sizing.rules.drafts import Draft
from readiness.workloads.choices import Precision

OWN = (
    "label", "accelerators", "software", "utilisation", "max_num_seqs", "slots", "replica_availability", "requests_per_minute",
    "tokens_per_minute", "price_per_accelerator_hour", "price_input", "price_output", "price_currency", "version", "chosen",
    "result_id",
)  # fmt: skip
ACCELERATOR = (
    "id", "key", "name", "vendor", "memory_bytes", "bandwidth", "flops_bf16", "flops_fp8", "price_low", "price_likely",
    "price_high", "price_currency", "source", "verified", "as_of",
)  # fmt: skip
MODEL = (
    "id", "key", "name", "provider", "offered_as", "task", "parameters", "active_parameters", "layers", "precision",
    "max_context_tokens", "price_input", "price_output", "price_currency", "source", "verified", "as_of",
)  # fmt: skip
MEASUREMENT = (
    "id", "name", "accelerator_id", "model_id", "accelerators", "precision", "software", "input_tokens", "output_tokens",
    "max_num_seqs", "kv_tokens", "points", "service_s", "service_low_s", "service_high_s", "service_cv2", "observed_on",
)  # fmt: skip
VENUE = ("id", "venue", "label", "lead_time_days")
_RELATED = {"accelerator": ACCELERATOR, "model": MODEL, "measurement": MEASUREMENT, "venue_option": VENUE}
_COLUMNS = (
    "id", "workload_id", "pool_id", "approach", "precision", "kv_precision", *OWN,
    *(f"{name}__{column}" for name, columns in _RELATED.items() for column in columns),
)  # fmt: skip


def visible_options(actor: Actor) -> QuerySet[SizingOption]:
    """Options in use of workloads in use."""
    return SizingOption.objects.visible_to(actor).filter(retired_at=None, workload__retired_at=None)


def drafts_of(options: QuerySet[SizingOption], pools: Mapping[int, Mapping[str, Any]]) -> dict[int, list[Draft]]:
    """Drafts by workload id, the chosen one first. A pool that is not among `pools` is hidden from the reader."""
    found: dict[int, list[Draft]] = defaultdict(list)
    for row in options.order_by("workload_id", "-chosen", "id").values(*_COLUMNS):
        found[row["workload_id"]].append(draft_of(row, pools))
    return found


def draft_of(row: Mapping[str, Any], pools: Mapping[int, Mapping[str, Any]]) -> Draft:
    """One row of _COLUMNS as a draft."""
    nested: dict[str, Any] = {name: _nested(row, name, columns) for name, columns in _RELATED.items()}
    return Draft(
        approach=Approach(row["approach"]),
        precision=Precision(row["precision"]),
        kv_precision=Precision(row["kv_precision"]),
        pool=pools.get(row["pool_id"] or 0),
        venue=nested.pop("venue_option"),
        pk=row["id"],
        **nested,
        **{name: row[name] for name in OWN},
    )


def get_option(actor: Actor, pk: int) -> SizingOption | None:
    """A visible option in use with its workload, initiative and unit."""
    rows = visible_options(actor).select_related("workload__initiative__unit", "model", "accelerator", "measurement", "pool")
    return rows.filter(pk=pk).first()


def measurements(actor: Actor) -> QuerySet[Measurement]:
    """Visible ones that nothing replaced, newest first, with how many options stand on each."""
    rows: QuerySet[Measurement] = (
        Measurement.objects.visible_to(actor)
        .filter(replaced_by=None)
        .select_related("accelerator", "model", "unit")
        .annotate(used=Count("options", filter=Q(options__retired_at=None)))
        .order_by("-id")
    )
    return rows


def measurement_rows(actor: Actor) -> list[dict[str, Any]]:
    """The same as plain rows, for the choice of an option's measurement."""
    rows = Measurement.objects.visible_to(actor).filter(replaced_by=None).order_by("-id")
    return list(rows.values(*MEASUREMENT, accelerator_name=F("accelerator__name"), model_name=F("model__name")))


def results(option: SizingOption) -> QuerySet[SizingResult]:
    """Every answer of one option, newest first."""
    return SizingResult.objects.filter(option=option).select_related("profile_version").order_by("-id")


def with_results(options: QuerySet[SizingOption]) -> QuerySet[SizingOption]:
    """Options with the answer that stands, for exports and the API."""
    return options.prefetch_related(Prefetch("result", SizingResult.objects.order_by("id")))


def _nested(row: Mapping[str, Any], name: str, columns: Iterable[str]) -> dict[str, Any] | None:
    if row[f"{name}__id"] is None:
        return None
    return {column: row[f"{name}__{column}"] for column in columns}
