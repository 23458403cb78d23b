"""Abandoned spend of what an address leaves, as the Portfolio page tells it: from the row that a job kept, else computed."""

from __future__ import annotations

from datetime import date

from django.http import QueryDict

from readiness.outlets.queries.filtered import Asked
from readiness.risk.queries.spending.items import items
from readiness.risk.queries.spending.told import computed, kept_row
from readiness.risk.rules.spending import kept_from
from readiness.risk.tables.spending import View


def spending(found: Asked, query: str, currency: str, today: date) -> View | None:
    """None where nothing was scored yet. Amounts that the reader's roles do not show are in no sum; `base` counts them."""
    narrowed = any(name != "unit" and any(values) for name, values in QueryDict(query).lists())
    row = None if narrowed else kept_row(found.actor, found.unit)
    if row is not None:
        return View(kept_from(row.figures), row.currency, row.on, row.generation.version)
    told = computed(found.actor, items(found.rows, found.actor), {}, today)
    return None if told is None else View(told.whole, currency, told.on, told.generation.version)
