"""Planning, scheduling and steering reviews: one verb per step, each under the review's lock and with its event row."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import Initiative
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.gates.choices import Mode, ReviewState, ReviewStep
from readiness.gates.models import GateTemplate, Review, ReviewEvent, Seat
from readiness.gates.queries.templates import parsed
from readiness.gates.rules.templates.template import Gate
from readiness.gates.rules.voting.casting import Window, window_faults
from readiness.gates.services.deciders import as_of_now
from readiness.gates.services.evaluating import evaluate
from readiness.gates.services.locking import lock_review
from readiness.gates.services.migrating import carried, drop_waivers, dropped_judgements
from readiness.gates.services.planning import Plan, check_another_round, check_mode, check_stands_before, chosen, plan_of
from readiness.gates.services.refusals import refuse_if
from readiness.gates.services.rights import fresh, require_gate, require_step
from readiness.gates.services.seating import seat_from_gatekeepers
from readiness.gates.services.steps import AFRESH, named, take

_UNDECIDED: dict[str, Any] = {"decided": "", "decided_at": None, "changes": [], "changed_at": None, "packs": {}}


def plan_review(
    *, by: Actor, initiative: Initiative, gate: str | None = None, template: GateTemplate | None = None,
    wanted_on: date | None = None, mode: Mode = Mode.MEETING, instead_of: Review | None = None, now: datetime | None = None,
) -> Review:  # fmt: skip
    """Plan a review of the gate that it stands before, or of a later one that is named, by the default template of its lifecycle.

    `instead_of`: an open review of the initiative whose place it takes. The gatekeepers of the unit are seated, and the criteria
    judged. Raises PermissionDenied, ValidationError with a message per field.
    """
    with acting(by):
        at, plan = now or clock.now(), plan_of(initiative.pk, gate, template)
        who = fresh(by)
        require_gate(who, plan.initiative.unit.path)
        check_mode(plan.template, plan.gate, mode)
        check_another_round(plan)
        if wanted_on is not None and wanted_on < timezone.localdate(at):
            raise ValidationError({"wanted_on": _("This day is over; choose one from today on.")})
        old = _supersede(who, instead_of, plan, at) if instead_of is not None else None
        row = _created(who, plan, wanted_on, mode, at)
        if old is not None:
            Review.objects.filter(pk=old.pk).update(superseded_by=row)
        seat_from_gatekeepers(row)
        emit("review.planned", named(row))
        evaluate([row.pk], why="review.planned", now=at, by=who)
    return Review.objects.select_related("template", "initiative__unit", "initiative__stage").get(pk=row.pk)


def _created(by: Actor, plan: Plan, wanted_on: date | None, mode: Mode, at: datetime) -> Review:
    try:
        with transaction.atomic():
            row = Review.objects.create(
                initiative=plan.initiative, template=plan.template, gate=plan.gate.key, gate_name=plan.gate.name, mode=mode,
                wanted_on=wanted_on, created_by_id=by.user_id,
            )  # fmt: skip
    except IntegrityError as taken:
        raise ValidationError({"gate": _("A review of this gate is open already.")}) from taken
    facts = {"template": plan.template.pk, "wanted_on": wanted_on.isoformat() if wanted_on else None}
    ReviewEvent.objects.create(review=row, step="plan", after=row.state, by_id=by.user_id, at=at, facts=facts)
    return row


def _supersede(by: Actor, review: Review, plan: Plan, at: datetime) -> Review:
    row = lock_review(review.pk)
    if row.initiative_id != plan.initiative.pk:
        raise ValidationError(_("This is the review of another initiative."))
    require_step(by, row, ReviewStep.SUPERSEDE)
    take(row, ReviewStep.SUPERSEDE, by=by.user_id, at=at, facts={"gate": plan.gate.key, "template": plan.template.pk})
    return row


def schedule_review(*, by: Actor, review: Review, at: datetime, now: datetime | None = None) -> Review:
    """Say when it is held; again, where the time moved. Raises PermissionDenied, Refused, ValidationError."""
    with acting(by):
        row, moment = lock_review(review.pk), now or clock.now()
        who = require_step(by, row, ReviewStep.SCHEDULE)
        if timezone.localdate(at) < timezone.localdate(moment):
            raise ValidationError({"at": _("This day is over; choose one from today on.")})
        take(row, ReviewStep.SCHEDULE, by=who.user_id, at=moment, facts={"at": at.isoformat()}, scheduled_at=at)
        seat_from_gatekeepers(row)
        emit("review.scheduled", named(row))
    return row


def unschedule_review(*, by: Actor, review: Review, note: str = "", now: datetime | None = None) -> Review:
    """Take its date back; it is planned again."""
    with acting(by):
        row = lock_review(review.pk)
        who = require_step(by, row, ReviewStep.UNSCHEDULE)
        take(row, ReviewStep.UNSCHEDULE, by=who.user_id, at=now or clock.now(), note=note.strip(), scheduled_at=None)
        emit("review.unscheduled", named(row))
    return row


def open_review(
    *, by: Actor, review: Review, mode: Mode, window_ends_at: datetime | None = None, now: datetime | None = None
) -> Review:  # fmt: skip
    """Begin voting: in a meeting by those in the room, in writing until `window_ends_at`.

    Raises PermissionDenied, Refused, ValidationError (the initiative stands before another gate, nobody has a seat).
    """
    with acting(by):
        row, at = lock_review(review.pk), now or clock.now()
        who = require_step(by, row, ReviewStep.OPEN)
        gate = parsed(row.template).gate(row.gate)
        check_stands_before(row.initiative, gate)
        seat_from_gatekeepers(row)
        if not Seat.objects.filter(review=row).exists():
            raise ValidationError(_("Nobody has a seat at this gate; name gatekeepers first."))
        ends = _window(row, gate, mode, window_ends_at, at)
        take(row, ReviewStep.OPEN, by=who.user_id, at=at, facts=_held(mode, ends), mode=mode, opened_at=at, window_ends_at=ends)
        emit("review.opened", named(row))
        if mode is Mode.WRITTEN:
            emit("vote.asked", named(row))
        evaluate([row.pk], why="review.opened", now=at, by=who)
    row.refresh_from_db()
    return row


def reopen_review(
    *, by: Actor, review: Review, note: str = "", window_ends_at: datetime | None = None, now: datetime | None = None
) -> Review:  # fmt: skip
    """Let votes be cast again before anything is decided; those that were cast stay until their seat votes anew.

    In writing with a new end, where the old one is past. Raises PermissionDenied, Refused, ValidationError.
    """
    with acting(by):
        row, at = lock_review(review.pk), now or clock.now()
        who = require_step(by, row, ReviewStep.REOPEN)
        changes: dict[str, Any] = {}
        if row.mode == Mode.WRITTEN and (window_ends_at or row.window_ends_at is None or row.window_ends_at <= at):
            gate = parsed(row.template).gate(row.gate)
            changes = {"opened_at": at, "window_ends_at": _window(row, gate, Mode.WRITTEN, window_ends_at, at)}
        take(row, ReviewStep.REOPEN, by=who.user_id, at=at, note=note.strip(), **changes)
        emit("review.reopened", named(row))
        if row.mode == Mode.WRITTEN:
            emit("vote.asked", named(row))
    return row


def _window(row: Review, gate: Gate, mode: Mode, ends: datetime | None, at: datetime) -> datetime | None:
    if mode is Mode.MEETING:
        return None
    if ends is None:
        raise ValidationError({"window_ends_at": _("A vote in writing has an end: say when.")})
    refuse_if(window_faults(parsed(row.template).voting_of(gate), Window(at, ends), at))
    return ends


def _held(mode: Mode, ends: datetime | None) -> dict[str, Any]:
    return {"mode": mode.value, "window_ends_at": ends.isoformat() if ends else None}


def lapse_review(*, by: Actor, review: Review, note: str = "", now: datetime | None = None) -> Review:
    """End a vote that came to nothing; it is planned again, in a round of its own: votes of then do not count for it."""
    with acting(by):
        row = lock_review(review.pk)
        who = require_step(by, row, ReviewStep.LAPSE)
        take(row, ReviewStep.LAPSE, by=who.user_id, at=now or clock.now(), note=note.strip(), round=row.round + 1, **AFRESH)
        emit("review.lapsed", named(row))
    return row


def withdraw_review(*, by: Actor, review: Review, note: str, now: datetime | None = None) -> Review:
    """End it without a decision, with a reason; for good. Another one may be planned."""
    if not note.strip():
        raise ValidationError({"note": _("Say why it is withdrawn.")})
    with acting(by):
        row = lock_review(review.pk)
        who = require_step(by, row, ReviewStep.WITHDRAW)
        take(row, ReviewStep.WITHDRAW, by=who.user_id, at=now or clock.now(), note=note.strip(), recheck_at=None)
        emit("review.withdrawn", named(row))
    return row


def review_again(
    *, by: Actor, review: Review, wanted_on: date | None = None, note: str = "", now: datetime | None = None
) -> Review:  # fmt: skip
    """Another round after Hold or Recycle. Raises PermissionDenied, Refused, ValidationError (another one is open)."""
    with acting(by):
        row, at = lock_review(review.pk), now or clock.now()
        who = require_step(by, row, ReviewStep.AGAIN)
        facts = {"decided": row.decided, "wanted_on": wanted_on.isoformat() if wanted_on else None}
        try:
            with transaction.atomic():
                take(
                    row, ReviewStep.AGAIN, by=who.user_id, at=at, note=note.strip(), facts=facts, round=row.round + 1,
                    wanted_on=wanted_on, **AFRESH, **_UNDECIDED,
                )  # fmt: skip
        except IntegrityError as taken:
            raise ValidationError(_("A review of this gate is open already.")) from taken
        emit("review.planned", named(row))
        evaluate([row.pk], why="review.planned", now=at, by=who)
    row.refresh_from_db()
    return row


def close_review(*, by: Actor, review: Review, now: datetime | None = None) -> Review:
    """Put a decided review away: everything that followed from it is done."""
    with acting(by):
        row = lock_review(review.pk)
        who = require_step(by, row, ReviewStep.CLOSE)
        take(row, ReviewStep.CLOSE, by=who.user_id, at=now or clock.now())
        emit("review.closed", named(row))
    return row


def change_review(
    *, by: Actor, review: Review, wanted_on: date | None, mode: Mode, version: int | None = None, now: datetime | None = None
) -> Review:  # fmt: skip
    """When it is wanted, and how it is meant to be held. Raises PermissionDenied, StaleReview, ValidationError."""
    with acting(by):
        row, at = lock_review(review.pk), now or clock.now()
        require_gate(fresh(by), row.initiative.unit.path)
        if version is not None and row.version != version:
            raise StaleReview(row)
        if row.state not in (ReviewState.PLANNED, ReviewState.SCHEDULED):
            raise ValidationError(_("It has begun; what it was planned as does not change any more."))
        check_mode(row.template, parsed(row.template).gate(row.gate), mode)
        if wanted_on is not None and wanted_on != row.wanted_on and wanted_on < timezone.localdate(at):
            raise ValidationError({"wanted_on": _("This day is over; choose one from today on.")})
        row.wanted_on, row.mode, row.version = wanted_on, mode, row.version + 1
        row.save(update_fields=["wanted_on", "mode", "version"])
    return row


def migrate_review(*, by: Actor, review: Review, template: GateTemplate, now: datetime | None = None) -> Review:
    """Move a running review to another published version; judgements and waivers go along where a criterion means the same.

    Raises PermissionDenied for a token, ValidationError (votes were cast, the gate is gone, it is of another lifecycle).
    """
    with acting(by):
        row, at = lock_review(review.pk), now or clock.now()
        who = as_of_now(by)
        require_gate(who, row.initiative.unit.path)
        target = chosen(Initiative.objects.select_related("lifecycle").get(pk=row.initiative_id), template)
        if target.pk == row.template_id:
            return row
        goes = carried(row, target)
        note = _("The criterion means something else in %s.") % target
        facts = {"from": row.template_id, "to": target.pk, "kept": sorted(goes.kept), **dropped_judgements(row, goes.kept)}
        facts["waivers"] = drop_waivers(row, goes.kept, by=int(who.user_id or 0), at=at, note=note)
        row.template, row.gate_name, row.version = target, goes.gate.name, row.version + 1
        row.save(update_fields=["template", "gate_name", "version"])
        ReviewEvent.objects.create(
            review=row, step="migrate", before=row.state, after=row.state, round=row.round, by_id=who.user_id, at=at, facts=facts
        )
        emit("review.migrated", named(row))
        evaluate([row.pk], why="review.migrated", now=at, by=who)
    row.refresh_from_db()
    return row


class StaleReview(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: Review) -> None:
        super().__init__(f"review {current.pk} is at version {current.version}")
        self.current = current
