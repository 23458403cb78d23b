"""The Portfolio page and its API ask for everything here: three statements, whatever the filter."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db.models import QuerySet

from portfolio.initiatives.models import Initiative
from readiness.core.risk.prior import before_history
from readiness.dashboards.queries.counts import grouped_counts
from readiness.dashboards.queries.history import stage_history
from readiness.dashboards.rules.figures import PortfolioFigures, Reference, common_root, roll_up
from readiness.risk.queries.statistics import reference_statistics


def portfolio_figures(
    rows: QuerySet[Initiative],
    visible: QuerySet[Initiative],
    *,
    units: Mapping[int, tuple[str, str]],
    unit: int | None,
    today: date,
) -> PortfolioFigures:
    """Figures of `rows`, a filtered part of `visible`. `units` is id -> (name, path) of what the reader may see.

    `unit` is the unit that the filter names: its children are what the table of units lists.
    """
    counts = grouped_counts(rows)
    inside = units.get(unit) if unit is not None else None
    root = inside[1] if inside else common_root(units[pk][1] for pk, _ in counts.by_unit)
    return PortfolioFigures(
        as_of=today,
        counts=counts.whole,
        units=tuple(roll_up(counts.by_unit, units, root)),
        venues=counts.venues,
        containerised=counts.containerised,
        procurement=counts.procurement,
        history=stage_history(rows, visible, active=counts.whole.in_flight - counts.whole.on_hold, today=today),
        references=references(),
        risk=before_history(counts.whole.closed),
    )


def references() -> dict[str, Reference]:
    """Published figures by key; one statement."""
    return {
        row.key: Reference(row.key, row.label, float(row.value), row.unit, row.population, row.source, row.year, row.verified)
        for row in reference_statistics()
    }
