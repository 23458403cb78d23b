"""Waivers: each step is an event row that the rules fold; the row's own columns repeat what they come to.

Every step first locks the gate's reviews, so that nobody decides beside a waiver that is just changing. Who asked never approves.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import WaiverStep
from readiness.gates.models import GateTemplate, Review, Waiver, WaiverEvent
from readiness.gates.models.review import OPEN
from readiness.gates.models.waiver import STANDING
from readiness.gates.queries.templates import default_template, parsed
from readiness.gates.queries.waivers import events_of
from readiness.gates.rules import waivers as rules
from readiness.gates.rules.templates.template import Criterion, Template
from readiness.gates.services.deciders import require_any, require_gatekeeper, require_waiving
from readiness.gates.services.locking import lock_reviews
from readiness.gates.services.refusals import Refused, refuse_if

_TICK = timedelta(microseconds=1)


def propose_waiver(
    *, by: Actor, initiative: Initiative, gate: str, criterion: str, reason: str, measure: str, expires_at: datetime | None,
    begins_at: datetime | None = None, now: datetime | None = None,
) -> Waiver:  # fmt: skip
    """Ask that a criterion of a gate counts as waived until a day, with what makes up for it.

    Raises PermissionDenied, Refused, ValidationError (no such criterion, or one is asked for already).
    """
    with acting(by):
        at = now or clock.now()
        reviews = _lock_gate(initiative.pk, gate)
        fresh = require_waiving(by, initiative)
        template, asked_of = _criterion(initiative, reviews, gate, criterion)
        asked = rules.Asked(reason, measure, expires_at, begins_at)
        faults = rules.asked_faults(asked, asked_of, template.waivers, at)
        if faults or expires_at is None:
            raise Refused(faults)
        _make_room(initiative.pk, gate, criterion, at)
        row = Waiver.objects.create(
            initiative=initiative, gate=gate, criterion=criterion, criterion_text=asked_of.text, begins_at=begins_at,
            expires_at=expires_at,
        )  # fmt: skip
        _write(row, WaiverStep.PROPOSE, fresh, at, asked=asked)
        emit("waiver.asked", _named(row, reviews))
    return row


def review_waiver(*, by: Actor, waiver: Waiver, now: datetime | None = None) -> Waiver:
    """Take it up: from now on somebody's approval or rejection is awaited."""
    with acting(by):
        row, _reviews, at = _lock(waiver, now)
        fresh = require_any(by, row.initiative, Action.DECIDE, Action.GATE)
        return _step(row, WaiverStep.REVIEW, fresh, at)


def approve_waiver(*, by: Actor, waiver: Waiver, note: str = "", now: datetime | None = None) -> Waiver:
    """By a gatekeeper who neither asked for it nor owns or sponsors the initiative."""
    return _decide(WaiverStep.APPROVE, by, waiver, note, now)


def reject_waiver(*, by: Actor, waiver: Waiver, note: str, now: datetime | None = None) -> Waiver:
    """With a reason. Of an extension: the waiver runs until its old end, if that is still to come."""
    if not note.strip():
        raise ValidationError({"note": _("Say why not.")})
    return _decide(WaiverStep.REJECT, by, waiver, note, now)


def extend_waiver(
    *, by: Actor, waiver: Waiver, reason: str, measure: str, expires_at: datetime | None, now: datetime | None = None
) -> Waiver:  # fmt: skip
    """Ask for a later end; it goes back to review, and one that has expired is not in force until that is through."""
    with acting(by):
        row, reviews, at = _lock(waiver, now)
        fresh = require_waiving(by, row.initiative)
        template, asked_of = _criterion(row.initiative, reviews, row.gate, row.criterion)
        asked = rules.Asked(reason, measure, expires_at)
        refuse_if(rules.asked_faults(asked, asked_of, template.waivers, at, standing=_folded(row, at)))
        _make_room(row.initiative_id, row.gate, row.criterion, at, beside=row.pk)
        _step(row, WaiverStep.EXTEND, fresh, at, asked=asked)
        emit("waiver.asked", _named(row, reviews))
    return row


def revoke_waiver(*, by: Actor, waiver: Waiver, note: str, now: datetime | None = None) -> Waiver:
    """End it before its time. By gatekeepers and program managers, and by those who may ask for one."""
    if not note.strip():
        raise ValidationError({"note": _("Say why.")})
    with acting(by):
        row, reviews, at = _lock(waiver, now)
        fresh = require_any(by, row.initiative, Action.DECIDE, Action.GATE, Action.WAIVE, or_own=True)
        _step(row, WaiverStep.REVOKE, fresh, at, note=note)
        emit("waiver.decided", _named(row, reviews))
    return row


def stand(row: Waiver, now: datetime) -> bool:
    """Bring the columns of a waiver whose gate is locked to what its events come to; whether anything was other."""
    folded = _folded(row, now)
    new = (folded.state.value, folded.begins_at, folded.expires_at)
    if (row.state, row.begins_at, row.expires_at) == new:
        return False
    row.state, row.begins_at, row.expires_at = new
    row.save(update_fields=["state", "begins_at", "expires_at"])
    return True


def lock_gate_of(row: Waiver) -> list[Review]:
    return _lock_gate(row.initiative_id, row.gate)


def _decide(step: WaiverStep, by: Actor, waiver: Waiver, note: str, now: datetime | None) -> Waiver:
    with acting(by):
        row, reviews, at = _lock(waiver, now)
        fresh = require_gatekeeper(by, row.initiative)
        _step(row, step, fresh, at, note=note)
        emit("waiver.decided", _named(row, reviews))
    return row


def _step(
    row: Waiver, step: WaiverStep, by: Actor, at: datetime, *, note: str = "", asked: rules.Asked | None = None
) -> Waiver:  # fmt: skip
    own = [one for one in (row.initiative.owner_id, row.initiative.sponsor_id) if one is not None]
    refuse_if(rules.faults(step, _folded(row, at), by=int(by.user_id or 0), recused=own))
    _write(row, step, by, at, note=note, asked=asked)
    return row


def _write(
    row: Waiver, step: WaiverStep, by: Actor, at: datetime, *, note: str = "", asked: rules.Asked | None = None
) -> None:  # fmt: skip
    """The event, never before the last one of this waiver, whatever this machine's clock says."""
    last = WaiverEvent.objects.filter(waiver=row).order_by("-id").values_list("at", flat=True).first()
    when = at if last is None else max(at, last + _TICK)
    said = {} if asked is None else {"reason": asked.reason.strip(), "measure": asked.measure.strip()}
    times = {} if asked is None else {"expires_at": asked.expires_at, "begins_at": asked.begins_at}
    WaiverEvent.objects.create(waiver=row, step=step, by_id=int(by.user_id or 0), at=when, note=note.strip(), **said, **times)
    stand(row, when)


def _folded(row: Waiver, at: datetime) -> rules.Waiver:
    return rules.fold(events_of([row.pk])[row.pk], at)


def _lock(waiver: Waiver, now: datetime | None) -> tuple[Waiver, list[Review], datetime]:
    """The waiver as it is once its gate is locked; the time is taken then."""
    reviews = lock_gate_of(waiver)
    rows = Waiver.objects.select_for_update(of=("self",), no_key=True).select_related("initiative__unit", "initiative__lifecycle")
    row: Waiver = rows.get(pk=waiver.pk)
    return row, reviews, now or clock.now()


def _lock_gate(initiative_id: int, gate: str) -> list[Review]:
    """Every review of this gate that is open; a decided one keeps the waivers that it stood on in its snapshot."""
    ids = Review.objects.filter(initiative=initiative_id, gate=gate, state__in=OPEN).values_list("id", flat=True)
    return lock_reviews(list(ids))


def _criterion(
    initiative: Initiative, reviews: Sequence[Review], gate: str, criterion: str
) -> tuple[Template, Criterion]:  # fmt: skip
    """By the template of the open review, else by the one that a review would use. Raises ValidationError."""
    row: GateTemplate | None = reviews[0].template if reviews else default_template(initiative.lifecycle.key)
    template = parsed(row) if row else None
    found = next((one for one in template.gates if one.key == gate), None) if template else None
    if template is None or found is None:
        raise ValidationError({"gate": _("The initiative's template has no such gate.")})
    asked_of = next((one for one in found.criteria if one.key == criterion), None)
    if asked_of is None:
        raise ValidationError({"criterion": _("This gate has no such criterion.")})
    return template, asked_of


def _make_room(initiative_id: int, gate: str, criterion: str, at: datetime, *, beside: int | None = None) -> None:
    """One stands at a time; one whose time is over stands no more, swept or not."""
    rows = Waiver.objects.filter(initiative=initiative_id, gate=gate, criterion=criterion, state__in=STANDING)
    for row in (rows if beside is None else rows.exclude(pk=beside)).select_for_update(no_key=True):
        stand(row, at)
        if row.state in STANDING:
            raise ValidationError({"criterion": _("A waiver of this criterion stands or is asked for already.")})


def _named(row: Waiver, reviews: Sequence[Review]) -> dict[str, int]:
    named = {"initiative_id": row.initiative_id, "waiver_id": row.pk}
    return named | ({"review_id": reviews[0].pk} if reviews else {})
