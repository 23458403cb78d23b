"""Moving through the stages, holding, closing and reopening; history is kept, a closure for ever."""

from __future__ import annotations

from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.rules import Actor
from portfolio.initiatives import rules
from portfolio.initiatives.choices import ClosureKind, Precision, ReasonCode, Status
from portfolio.initiatives.models import Closure, Initiative, Lifecycle, Stage, StageEntry
from portfolio.initiatives.services.initiatives import lock, require_edit, save
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit


def move_stage(
    *, by: Actor, initiative: Initiative, stage: Stage | None, on: date | None = None, source: str = "",
    version: int | None = None,
) -> Initiative:  # fmt: skip
    """Enter `stage` (None: unknown) on a day (default today). Staying where it is changes nothing.

    Raises PermissionDenied, StaleVersion, and ValidationError for a closed initiative, a stage of another template or a
    day in the future or before the current stay began.
    """
    with acting(by):
        row = lock(initiative, version=version)
        require_edit(by, row, {"stage"})
        if row.status == Status.CLOSED:
            raise ValidationError({"stage": _("Reopen the initiative before moving it.")})
        if stage is not None and stage.lifecycle_id != row.lifecycle_id:
            raise ValidationError({"stage": _("This stage belongs to another lifecycle template.")})
        if stage == row.stage:
            return row
        entered = on or clock.today()
        _leave(row, entered)
        StageEntry.objects.create(initiative=row, stage=stage, entered_on=entered, source=source or by.through)
        row.stage, row.stage_since = stage, entered
        save(row, ["stage", "stage_since"])
        emit("initiative.changed", {"initiative_ids": [row.pk]})
    return row


def set_status(*, by: Actor, initiative: Initiative, status: Status) -> Initiative:
    """Put on hold or back to active."""
    with acting(by):
        row = lock(initiative)
        require_edit(by, row, {"status"})
        if problem := rules.status_problem(Status(row.status), status):
            raise ValidationError({"status": _(problem)})
        row.status = status
        save(row, ["status"])
        emit("initiative.changed", {"initiative_ids": [row.pk]})
    return row


def close_initiative(
    *, by: Actor, initiative: Initiative, kind: ClosureKind, reason: ReasonCode = ReasonCode.UNKNOWN, lesson: str = "",
    closed_on: date | None = None, precision: Precision = Precision.DAY, merged_into: Initiative | None = None,
) -> Closure:  # fmt: skip
    """End an initiative; its closure keeps kind, reason, lesson, day and the stage it was in.

    Raises PermissionDenied, and ValidationError where rules.closure_problem objects or it is closed already.
    """
    day = closed_on or clock.today()
    if problem := rules.closure_problem(kind, lesson=lesson, closed_on=day, today=clock.today()):
        raise ValidationError({"kind" if kind is ClosureKind.ABANDONED_UNKNOWN else "lesson": _(problem)})
    if kind is ClosureKind.MERGED and (merged_into is None or merged_into.pk == initiative.pk):
        raise ValidationError({"merged_into": _("Name the initiative that it was merged into.")})
    with acting(by):
        row = lock(initiative)
        require_edit(by, row, {"status"})
        if row.status == Status.CLOSED:
            raise ValidationError({"kind": _("It is closed already.")})
        _leave(row, day)
        closure = Closure.objects.create(
            initiative=row, kind=kind, reason=reason, lesson=lesson.strip(), closed_on=day, precision=precision,
            stage=row.stage, merged_into=merged_into, source=by.through,
        )  # fmt: skip
        row.status = Status.CLOSED
        save(row, ["status"])
        emit("initiative.changed", {"initiative_ids": [row.pk]})
    return closure


def reopen(*, by: Actor, initiative: Initiative) -> Initiative:
    """Take it up again in the stage it was closed in; the old closure stays on record as reopened."""
    with acting(by):
        row = lock(initiative)
        require_edit(by, row, {"status"})
        if row.status != Status.CLOSED:
            raise ValidationError({"status": _("It is not closed.")})
        Closure.objects.filter(initiative=row, reopened_at=None).update(reopened_at=clock.now())
        today = clock.today()
        StageEntry.objects.create(initiative=row, stage=row.stage, entered_on=today, source="reopened")
        row.status, row.stage_since = Status.ACTIVE, today
        save(row, ["status", "stage_since"])
        emit("initiative.changed", {"initiative_ids": [row.pk]})
    return row


def migrate_lifecycle(*, by: Actor, initiative: Initiative, lifecycle: Lifecycle, stage: Stage | None) -> Initiative:
    """Carry a running initiative to another template (version); `stage` is its place there, None for unknown."""
    with acting(by):
        row = lock(initiative)
        require_edit(by, row, {"lifecycle"})
        if stage is not None and stage.lifecycle_id != lifecycle.pk:
            raise ValidationError({"stage": _("Choose a stage of the new template.")})
        today = clock.today()
        _leave(row, today)
        StageEntry.objects.create(initiative=row, stage=stage, entered_on=today, source="template changed")
        row.lifecycle, row.stage, row.stage_since = lifecycle, stage, today
        save(row, ["lifecycle", "stage", "stage_since"])
        emit("initiative.changed", {"initiative_ids": [row.pk]})
    return row


def _leave(row: Initiative, day: date) -> None:
    """End the current stay; a day before it began is an error, an unknown beginning is not."""
    if day > clock.today():
        raise ValidationError({"on": _("The day lies in the future.")})
    current = StageEntry.objects.filter(initiative=row, current=True).first()
    if current is None:
        return
    if current.entered_on and day < current.entered_on:
        raise ValidationError({"on": _("It entered its current stage on %s; choose that day or later.") % current.entered_on})
    StageEntry.objects.filter(pk=current.pk).update(left_on=day, current=False)
