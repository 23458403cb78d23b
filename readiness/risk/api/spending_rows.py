"""Abandoned spend as plain rows: what may not be told is null."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from readiness.risk.queries.spending.told import Told, UnitRows
from readiness.risk.rules.spending import OUTCOMES, OVERRUN, Item, Kept
from readiness.risk.tables.spending import by_loss

Row = dict[str, Any]
MOST = 100
_AMOUNTS = {
    "spent": "spent", "bound": "bound", "expected": "expected", "p10": "p10", "p50": "p50", "p90": "p90",
    "p90_if_independent": "apart", "carriers": "carriers",
}  # fmt: skip


def spending_row(
    told: Told | None, below: Mapping[int, Kept], units: UnitRows, items: Sequence[Item], only: Kept | None, currency: str,
    threshold: float | None,
) -> Row:  # fmt: skip
    version = told.generation.version if told else None
    return {
        "as_of": told.on if told else None, "currency": currency, "version": str(version) if version else None,
        "horizon_months": version.horizon_months if version else None, "outcomes": OUTCOMES, "overrun": asdict(OVERRUN),
        "whole": amounts(told.whole, threshold) if told else None,
        "units": [{"id": pk, "name": units[pk][0]} | amounts(one, threshold) for pk, one in below.items() if pk in units],
        "initiatives": [_item(item) for item in by_loss(items)[:MOST]], "only": amounts(only, threshold) if only else None,
    }  # fmt: skip


def amounts(kept: Kept, threshold: float | None) -> Row:
    told = kept.base.told
    row: Row = {name: getattr(kept, field) if told else None for name, field in _AMOUNTS.items()}
    asked = kept.at_least(threshold) if told and threshold is not None else None
    return {"base": asdict(kept.base)} | row | {"at_least": asked}


def _item(item: Item) -> Row:
    return {
        "id": item.id, "key": item.key, "name": item.name, "unit_id": item.unit_id,
        "likely_abandoned": {"value": item.value, "low": item.low, "high": item.high}, "spent": item.spent, "bound": item.bound,
        "planned_from_now_on": item.ahead, "at_least": item.least, "expected": item.expected,
    }  # fmt: skip
