"""The gates of one initiative in a sentence, and what may be reviewed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from readiness.gates.models import GateTemplate
from readiness.gates.rules.templates.template import Gate, Template
from readiness.gates.tables.words import OUTCOMES, STATES

Row = Mapping[str, Any]
Ahead = tuple[GateTemplate, Gate] | None
OPEN = ("planned", "scheduled", "in_review", "proposed")


def headline(ahead: Ahead, reviews: Sequence[Row]) -> str:
    """`Before the Pilot gate: scheduled, 2 deliverables are missing`"""
    open_ = next((one for one in reviews if one["state"] in OPEN), None)
    if open_ is not None:
        state = str(STATES[open_["state"]][0]).lower()
        ready = _("ready") if open_["ready"] else _("not ready")
        return _("Before the %(gate)s: %(state)s, %(ready)s") % {"gate": open_["gate_name"], "state": state, "ready": ready}
    last = next((one for one in reviews if one["decided"]), None)
    said = _("Last decided: %(outcome)s at the %(gate)s") % {
        "outcome": OUTCOMES[last["decided"]][0], "gate": last["gate_name"],
    } if last else ""  # fmt: skip
    if ahead is None:
        return said or _("It stands before no gate")
    stands = _("It stands before the %s and no review of it is planned") % ahead[1].name
    return f"{said}. {stands}" if said else stands


def ahead(found: Ahead, reviews: Sequence[Row]) -> dict[str, Any] | None:
    """The gate that it stands before, while no review is open."""
    if found is None or any(one["state"] in OPEN for one in reviews):
        return None
    row, gate = found
    return {
        "name": gate.name,
        "note": gate.note,
        "count": len(gate.criteria),
        "template": str(row),
        "url": reverse("gates:template", args=[row.pk]) + f"#gate-{gate.key}",
    }


def plan_choices(found: Sequence[tuple[GateTemplate, Template]], stage: str | None) -> list[tuple[str, str]]:
    """Gates of the templates that may be used, the gate that it stands before first."""
    rows = [(gate.from_stage != stage, row, gate) for row, said in found for gate in said.gates]
    rows.sort(key=lambda one: one[0])
    return [
        (
            f"{row.pk}:{gate.key}",
            _("%(gate)s, by %(template)s") % {"gate": gate.name, "template": row}
            + ("" if other else _(" (it stands before this one)")),
        )
        for other, row, gate in rows
    ]
