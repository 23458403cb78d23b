"""What a running review keeps when it is moved to another version of its template."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max
from django.utils.translation import gettext as _

from portfolio.outbox.services import emit
from readiness.gates.choices import ReviewState, WaiverState, WaiverStep
from readiness.gates.models import GateTemplate, Judgement, Review, Vote, Waiver, WaiverEvent
from readiness.gates.models.waiver import STANDING
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.templates.changes import kept
from readiness.gates.rules.templates.template import Gate
from readiness.gates.services.steps import named
from readiness.gates.services.waivers import stand

_RUNNING = (ReviewState.PLANNED, ReviewState.SCHEDULED, ReviewState.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Carried:
    """The gate in the new version, and the criteria whose judgements and waivers go along."""

    gate: Gate
    kept: frozenset[str]


def carried(row: Review, template: GateTemplate) -> Carried:
    """Raises ValidationError where the review cannot be moved: votes were cast on what is asked now, or the gate is gone."""
    if row.state not in _RUNNING or Vote.objects.filter(review=row, round=row.round).exists():
        raise ValidationError(_("Votes were cast on what this version asks; end the vote first, or wait for the decision."))
    old = parsed(row.template).gate(row.gate)
    new = next((one for one in parsed(template).gates if one.key == row.gate), None)
    if new is None:
        raise ValidationError({"template": _("This version has no gate “%s”.") % row.gate})
    return Carried(new, kept(old, new))


def drop_waivers(row: Review, keep: Collection[str], *, by: int, at: datetime, note: str) -> list[int]:
    """End what stands on criteria that mean something else now: it was given on something else. The waivers that ended."""
    ended = []
    rows = Waiver.objects.select_for_update(no_key=True).filter(initiative=row.initiative_id, gate=row.gate, state__in=STANDING)
    for waiver in rows.exclude(criterion__in=keep).order_by("id"):
        stand(waiver, at)
        if waiver.state not in STANDING:
            continue
        asked = waiver.state in (WaiverState.PROPOSED, WaiverState.UNDER_REVIEW)
        step = WaiverStep.REJECT if asked else WaiverStep.REVOKE
        WaiverEvent.objects.create(waiver=waiver, step=step, by_id=by, at=at, note=note)
        stand(waiver, at)
        emit("waiver.decided", named(row, waiver_id=waiver.pk))
        ended.append(waiver.pk)
    return ended


def dropped_judgements(row: Review, keep: Collection[str]) -> dict[str, Any]:
    """What the event of the migration says: words of up to this one on these criteria do not count any more."""
    rows = Judgement.objects.filter(review=row)
    criteria = sorted(set(rows.exclude(criterion__in=keep).values_list("criterion", flat=True)))
    return {"dropped": criteria, "up_to": rows.aggregate(last=Max("id"))["last"] or 0}
