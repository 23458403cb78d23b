"""What a review starts from: an initiative, the version of a template, and the gate that it stands before."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.initiatives.choices import Status
from portfolio.initiatives.models import Initiative, Stage
from readiness.gates.choices import Mode, TemplateState
from readiness.gates.models import GateTemplate, Review
from readiness.gates.queries.templates import default_template, gate_before, parsed
from readiness.gates.rules.reviews import LEFT_OPEN
from readiness.gates.rules.templates.template import Gate


@dataclass(frozen=True, slots=True)
class Plan:
    initiative: Initiative
    template: GateTemplate
    gate: Gate


def plan_of(initiative_id: int, gate: str | None, template: GateTemplate | None) -> Plan:
    """Raises ValidationError with a message under `initiative`, `template` or `gate` where no review can start from it."""
    initiative = Initiative.objects.select_related("unit", "stage", "lifecycle").get(pk=initiative_id)
    if initiative.status == Status.CLOSED:
        raise ValidationError({"initiative": _("The initiative is closed; there is no gate before it.")})
    row = chosen(initiative, template)
    return Plan(initiative, row, _gate(initiative, row, gate))


def chosen(initiative: Initiative, template: GateTemplate | None) -> GateTemplate:
    """The given version as it is now, or the default of the initiative's lifecycle."""
    lifecycle = initiative.lifecycle
    row = GateTemplate.objects.filter(pk=template.pk).first() if template else default_template(lifecycle.key)
    if row is None:
        raise ValidationError({"template": _("There is no template of gates for the lifecycle “%s”.") % lifecycle.name})
    if row.state != TemplateState.PUBLISHED:
        raise ValidationError({"template": _("Choose a published template.")})
    if row.lifecycle != lifecycle.key:
        raise ValidationError({"template": _("This template is for the lifecycle “%s”.") % row.lifecycle})
    return row


def _gate(initiative: Initiative, row: GateTemplate, key: str | None) -> Gate:
    template, stage = parsed(row), initiative.stage.key if initiative.stage else None
    if key is None:
        found = gate_before(template, stage)
        if found is None:
            raise ValidationError({"gate": _("The initiative stands before no gate of this template; name one.")})
        return found
    gate = next((one for one in template.gates if one.key == key), None)
    if gate is None:
        raise ValidationError({"gate": _("This template has no such gate.")})
    _check_place(initiative, gate)
    return gate


def _check_place(initiative: Initiative, gate: Gate) -> None:
    """A gate may be planned for ahead of time; behind it there is nothing to decide."""
    places = dict(Stage.objects.filter(lifecycle=initiative.lifecycle_id).values_list("key", "position"))
    if gate.from_stage not in places or gate.to_stage not in places:
        raise ValidationError({"gate": _("The initiative's version of its lifecycle has no such stages; migrate it first.")})
    if initiative.stage is not None and initiative.stage.position > places[gate.from_stage]:
        raise ValidationError({"gate": _("The initiative has passed this gate.")})


def check_mode(template: GateTemplate, gate: Gate, mode: Mode) -> None:
    """Raises ValidationError for a vote in writing that the template does not allow."""
    if mode is Mode.WRITTEN and not parsed(template).voting_of(gate).written.allowed:
        raise ValidationError({"mode": _("The template does not allow a vote in writing at this gate.")})


def check_another_round(plan: Plan) -> None:
    """After Hold or Recycle the same review goes another round, so that its history stays together. Raises ValidationError."""
    last = Review.objects.filter(initiative=plan.initiative, gate=plan.gate.key).exclude(decided="").order_by("-id").first()
    if last is not None and last.decided in LEFT_OPEN and last.state in ("decided", "closed"):
        raise ValidationError({"gate": _("It was put on hold or sent back here; let that review go another round.")})


def check_stands_before(initiative: Initiative, gate: Gate) -> None:
    """Raises ValidationError unless the initiative is in the stage that the gate leads from, and runs."""
    if initiative.status == Status.CLOSED:
        raise ValidationError(_("The initiative is closed."))
    stage = initiative.stage.key if initiative.stage else None
    if stage is None:
        raise ValidationError(_("Nobody knows which stage the initiative is in; state it first."))
    if stage != gate.from_stage:
        raise ValidationError(_("The initiative does not stand before this gate: it is in “%s”.") % initiative.stage)
