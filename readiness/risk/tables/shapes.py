"""The cohort figures as JSON: the same numbers as the page, every share with its base and interval."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from readiness.core.stats.proportions import Share
from readiness.risk.rules.cohorts import LEVEL, Cause, Competing, Gate, Side
from readiness.risk.rules.figures import Cohorts

Shape = dict[str, Any]
OUTCOMES = ("went_on", "stopped", "drifted", "abandoned_unknown")


def cohorts_shape(figures: Cohorts) -> Shape:
    """`GET /api/v1/risk/cohorts/`."""
    return {
        "as_of": figures.on, "initiatives": figures.initiatives, "aged": figures.aged, "left_out": dict(figures.left_out),
        "lifecycle": figures.template.key if figures.template else None,
        "gates": [_gate(gate) for gate in figures.gates], "life": _curve(figures.life),
        "stages": [
            {"stage": time.key, "name": time.name, "stays": time.stays, "undated": time.undated, "curve": _curve(time.curve)}
            for time in figures.times
        ],
        "lead": asdict(figures.lead) | {"level": LEVEL} if figures.lead else None,
        "reasons": [{"reason": one.reason, "counts": _by_name(one.counts), "total": one.total} for one in figures.reasons],
        "plan": None if figures.plan is None else [_side(one) for one in figures.plan],
        "route": [_side(one) for one in figures.route],
    }  # fmt: skip


def _by_name(of: Any) -> Shape:
    return {Cause(cause).name.lower(): value for cause, value in of.items()}


def _share(share: Share | None) -> Shape | None:
    return asdict(share) if share else None


def _gate(gate: Gate) -> Shape:
    shares = {f"{name}_share": _share(gate.share(getattr(gate, name))) for name in OUTCOMES}
    return asdict(gate) | shares | {"conversion": _share(gate.conversion)}


def _curve(of: Competing | None) -> Shape | None:
    if of is None:
        return None
    half = dict(zip(("value", "low", "high"), of.half_ended, strict=True)) if of.half_ended else None
    return {
        "followed": of.followed, "events": _by_name(of.events), "longest_months": of.longest, "emptied_months": of.emptied,
        "half_ended_months": half, "level": LEVEL,
        "points": [
            {
                "months": point.months, "at_risk": point.at_risk,
                "shares": {
                    name: dict(zip(("value", "low", "high"), ends, strict=True)) for name, ends in _by_name(point.shares).items()
                },
            }
            for point in of.points
        ],
    }  # fmt: skip


def _side(one: Side) -> Shape:
    return asdict(one) | {"too_few": one.too_few, "level": LEVEL, "says": "association, not cause"}
