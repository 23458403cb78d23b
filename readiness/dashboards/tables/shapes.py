"""The Portfolio figures as JSON: the same numbers as the page, every share with its part, base and interval."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from readiness.core.stats.proportions import Share
from readiness.dashboards.rules.figures import Counts, Flow, Mix, PortfolioFigures, StageTime

Shape = dict[str, Any]


def portfolio_shape(figures: PortfolioFigures) -> Shape:
    """`GET /api/v1/portfolio/`. A share of nothing is null, an unknown is counted apart."""
    stalled = figures.history.stalled
    return {
        "as_of": figures.as_of,
        "counts": _counts(figures.counts),
        "units": [
            {"id": unit.id, "name": unit.name, "itself": unit.own, "counts": _counts(unit.counts)} for unit in figures.units
        ],
        "venues": {name: _mix(mix, "public_cloud") for name, mix in figures.venues.items()},
        "containerised": _mix(figures.containerised, "yes"),
        "procurement": _mix(figures.procurement, "separate"),
        "flows": [_flow(flow) for flow in figures.history.flows],
        "times": [_time(time) for time in figures.history.times],
        "stalled": {
            "count": stalled.count,
            "judged": stalled.judged,
            "not_judged": stalled.not_judged,
            "longest": [
                {"id": row.id, "key": row.key, "name": row.name, "stage": row.stage.stage, "days": row.days, "limit": row.limit,
                 "cohort": row.cohort}
                for row in stalled.longest
            ],
        },
        "risk": asdict(figures.risk) | {"label": figures.risk.label},
        "references": [asdict(reference) for reference in figures.references.values()],
    }  # fmt: skip


def _counts(counts: Counts) -> Shape:
    return asdict(counts) | {"abandoned": counts.abandoned, "closed_otherwise": counts.closed_otherwise}


def _share(share: Share | None) -> Shape | None:
    return asdict(share) if share else None


def _mix(mix: Mix, answer: str) -> Shape:
    return {"answers": dict(mix.answers), "known": mix.known, "unknown": mix.unknown, answer: _share(mix.share(answer))}


def _flow(flow: Flow) -> Shape:
    record = flow.record()
    return {
        "lifecycle": flow.lifecycle,
        "name": flow.name,
        "initiatives": flow.initiatives,
        "record": asdict(record)
        | {"abandoned_share": _share(record.abandoned_share), "produced_share": _share(record.produced_share)},
        "gates": [
            {
                "stage": gate.stage.stage,
                "name": gate.stage.name,
                "entered": gate.entered,
                "went_on": gate.went_on,
                "abandoned": gate.abandoned,
                "closed_otherwise": gate.closed_otherwise,
                "here": gate.here,
                "unknown": gate.unknown,
                "share": _share(gate.share),
            }
            for gate in flow.gates()
        ],
    }


def _time(time: StageTime) -> Shape:
    names = ("n", "running", "undated", "low", "q1", "median", "q3", "high")
    return {"lifecycle": time.stage.lifecycle, "stage": time.stage.stage, "name": time.stage.name} | {
        name: getattr(time, name) for name in names
    }
