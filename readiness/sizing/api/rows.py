"""Answers as the API gives them: plain members by the names of the core."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from readiness.sizing.models import Measurement, SizingOption, SizingResult
from readiness.sizing.rules.live import Live
from readiness.sizing.rules.sized import Sized
from readiness.sizing.rules.stored import plain
from readiness.sizing.services.options import FIELDS, MONEY_FIELDS
from readiness.sizing.tables import words

RELATED = ("model", "accelerator", "measurement", "pool", "venue_option")
MEASUREMENT = (
    "id", "name", "unit_id", "accelerator_id", "accelerators", "model_id", "precision", "software", "input_tokens",
    "output_tokens", "max_num_seqs", "kv_tokens", "points", "service_s", "service_low_s", "service_high_s", "service_cv2",
    "observed_on", "source", "replaces_id", "recorded_at",
)  # fmt: skip


def live_row(workload_id: int, now: Live) -> dict[str, Any]:
    """The live sizing with every candidate of its comparison."""
    answer = now.main.answer
    return {
        "workload_id": workload_id,
        "sentence": words.sentence(now.main),
        "proposed": now.proposed,
        "supposed": sorted({*now.supposed.texts, *now.asked.texts}),
        "demand": plain(now.demand),
        "unknowns": [one.name for one in answer.influences if not one.known] if answer is not None else [],
        "main": sized_row(now.key, now.main),
        "options": [sized_row(key, one) for key, one in now.others.items()],
    }


def sized_row(key: str, found: Sized) -> dict[str, Any]:
    """One candidate with its answer, cost and standing."""
    draft, stands = found.draft, found.standing
    return {
        "option_id": draft.pk,
        "key": key,
        "label": draft.label,
        "approach": draft.approach,
        "chosen": draft.chosen,
        "model": draft.model["key"] if draft.model else None,
        "accelerator": draft.accelerator["key"] if draft.accelerator else None,
        "accelerators": draft.accelerators,
        "precision": draft.precision,
        "pool_id": draft.pool["id"] if draft.pool else None,
        "missing": list(found.missing),
        "verdict": stands.verdict,
        "free": stands.free,
        "short_low": stands.short_low,
        "short_high": stands.short_high,
        "cost": plain(found.cost) if found.cost is not None else None,
        "currency": found.price.currency,
        "price_origin": found.price.origin,
        "price_hidden": found.price.hidden,
        "answer": plain(found.answer) if found.answer is not None else None,
    }


def overview_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One workload of the list; counts as objects."""
    names = (
        "id", "name", "initiative_id", "initiative_key", "option_id", "label", "chosen", "grade", "constraint", "unbounded",
        "pool_name", "free", "verdict", "short_low", "short_high", "unknown_count", "needed_on", "order_by", "late_days",
    )  # fmt: skip
    return {name: row[name] for name in names} | {name: _count(row, name) for name in ("accelerators", "replicas")}


def option_row(row: SizingOption, *, money: bool) -> dict[str, Any]:
    """An option; our prices only for those who see amounts there."""
    made = {name: getattr(row, name) for name in FIELDS if name not in RELATED}
    made |= {name: getattr(row, f"{name}_id") for name in RELATED}
    made |= {name: getattr(row, name) if money else None for name in MONEY_FIELDS}
    return made | {
        "id": row.pk, "workload": row.workload_id, "initiative_id": row.initiative_id, "chosen": row.chosen,
        "version": row.version, "retired_at": row.retired_at, "result": row.result_id, "price_hidden": not money,
    }  # fmt: skip


def result_row(row: SizingResult, standing: int | None) -> dict[str, Any]:
    return {
        "id": row.pk,
        "option_id": row.option_id,
        "profile_version": row.profile_version.number if row.profile_version else None,
        "standing": row.pk == standing,
        "inputs": row.inputs,
        "answer": row.answer,
        "unknowns": row.unknowns,
        "core_version": row.core_version,
        "computed_at": row.computed_at,
    }


def measurement_row(row: Measurement) -> dict[str, Any]:
    return {name: getattr(row, name) for name in MEASUREMENT}


def _count(row: Mapping[str, Any], name: str) -> dict[str, int] | None:
    low, likely, high = (row[f"{name}_{part}"] for part in ("low", "likely", "high"))
    return None if low is None else {"low": low, "likely": likely, "high": high}
