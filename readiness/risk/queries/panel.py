"""Figures as deciders read them, of many initiatives at once: what each rests on, what pushes it up, and how it moved."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative, RiskStanding
from readiness.core.risk.drivers import Badge
from readiness.gates.models import Decision
from readiness.gates.rules.record.risk import frozen
from readiness.risk.models import Generation, ModelVersion
from readiness.risk.queries.scores import weighed_of
from readiness.risk.rules.drivers import DRIVERS
from readiness.risk.rules.packing import OtherEngine

_FIELDS = (
    "initiative_id", "value", "low", "high", "months", "band", "counts", "resolved", "drivers", "on", "version", "generation",
    "digest",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Before:
    """The newest decision in effect, and the figure that it froze; None: none was computed by then."""

    decision: int
    outcome: str
    gate: str
    at: datetime
    figure: Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Put:
    """A figure to put before deciders, in the form that a decision freezes. `model`: None where it is not kept any more.

    `drivers` are the known ones that push it up most, the first the most, with what their weights rest on.
    """

    figure: Mapping[str, Any]
    model: ModelVersion | None
    drivers: tuple[tuple[str, Badge], ...]
    before: Before | None


def shown_initiative(actor: Actor, pk: int) -> Initiative | None:
    """With its stage; None where it is not the actor's to see. One statement."""
    rows = Initiative.objects.visible_to(actor).select_related("stage")
    row: Initiative | None = rows.filter(pk=pk).first()
    return row


def last_decision(pk: int) -> Decision | None:
    """The newest one in effect at whatever gate; whoever asks has the initiative in sight. One statement."""
    rows = Decision.objects.filter(initiative=pk, superseded_by=None).select_related("review")
    return rows.order_by("-at", "-id").first()


def put(initiatives: Collection[int], last: Mapping[int, Decision]) -> dict[int, Put]:
    """By initiative, those without a figure left out; whoever asks has them in sight. Two statements."""
    rows = list(RiskStanding.objects.filter(initiative__in=initiatives).order_by("initiative").values(*_FIELDS))
    models = _models({row["generation"] for row in rows})
    badges = {generation: _badges(model) for generation, model in models.items()}
    return {
        row["initiative_id"]: Put(
            frozen(row), models.get(row["generation"]),
            tuple((key, badges.get(row["generation"], _PRIORS)[key]) for key in row["drivers"] if key in _PRIORS),
            _before(last.get(row["initiative_id"])),
        )
        for row in rows
    }  # fmt: skip


_PRIORS = {driver.key: driver.prior.badge for driver in DRIVERS}


def _models(generations: Collection[int]) -> dict[int, ModelVersion]:
    rows = Generation.objects.filter(pk__in=generations).select_related("version")
    return {row.pk: row.version for row in rows}


def _badges(model: ModelVersion) -> dict[str, Badge]:
    """What each driver's weight rests on; of a model that another release fitted, what was believed before."""
    try:
        effects = weighed_of(model).with_drivers.effects()
    except OtherEngine:
        return _PRIORS
    return _PRIORS | {one.key: one.badge for one in effects}


def _before(row: Decision | None) -> Before | None:
    if row is None:
        return None
    return Before(row.pk, row.outcome, row.review.gate_name, row.at, json.loads(row.content).get("risk"))
