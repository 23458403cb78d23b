"""The life of an import run: started, staged, shown, published or cancelled. Each verb checks the actor's right itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.base import File
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.formats.errors import FormatError
from portfolio.formats.registers.mapping import Mapping
from portfolio.initiatives.choices import RowOutcome, RunState
from portfolio.initiatives.models import ImportRow, ImportRun
from portfolio.initiatives.services.imports.days import check_day
from portfolio.initiatives.services.imports.link_search import begin_search, drop_search
from portfolio.initiatives.services.imports.outcomes import compare, count
from portfolio.initiatives.services.imports.plans import MAX_REGISTER_NAME, Plan, mapping_data, plan_from_data
from portfolio.initiatives.services.imports.staging import Staged, drop_rows, register_of
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import enqueue

# what a run can still be turned back from; published and cancelled ones are history
OPEN = (RunState.UPLOADED, RunState.STAGING, RunState.PREVIEW, RunState.FAILED)


def start_run(
    *, by: Actor, file_name: str, sha256: str, size: int, plan: Plan, mapping: Mapping | None, unit: BusinessUnit | None,
    file: File[bytes] | None = None, publish: bool = False, as_of: date | None = None,
) -> ImportRun:  # fmt: skip
    """Record a file on its way in. With a mapping it can be staged at once, without one it waits for it.

    `as_of` is the day that the file tells of, None that of publishing. Raises PermissionDenied unless `by` may import into the
    register's unit, ValidationError for a bad register name or a day that cannot be.
    """
    plan, unit = settle(by=by, plan=plan, unit=unit)
    register = register_of(plan)
    check_day(as_of, register)
    with acting(by):
        return ImportRun.objects.create(
            register=register,
            unit=unit,
            file_name=file_name[:255],
            file=file,
            size=size,
            sha256=sha256,
            mapping=mapping_data(mapping) if mapping else {},
            plan=plan.to_data(),
            as_of=as_of,
            publish_when_staged=publish,
            started_by_id=by.user_id,
            started_label=by.label[:200],
        )


def settle(*, by: Actor, plan: Plan, unit: BusinessUnit | None) -> tuple[Plan, BusinessUnit | None]:
    """The plan and unit as they will be used: a register that exists keeps its unit. Checks the right to import there."""
    name = plan.register.strip()
    if not name or len(name) > MAX_REGISTER_NAME:
        raise ValidationError({"register": _("A register has a name of at most %d characters.") % MAX_REGISTER_NAME})
    values = plan.to_data() | {"register": name}
    register = register_of(plan_from_data(values))
    if register is not None:
        unit = register.unit
        values["unit_name"] = ""
    elif unit is None and not plan.unit_name:
        values["unit_name"] = name
    if not by.may(Action.IMPORT, unit.path if unit else EVERYTHING):
        raise PermissionDenied(_("You may not import into this unit."))
    return plan_from_data(values), unit


def request_staging(*, by: Actor, run: ImportRun) -> ImportRun:
    """Let a worker read the file; what was staged before is replaced."""
    with acting(by):
        locked = _locked(by, run, OPEN)
        if not locked.mapping:
            raise ValidationError(_("Say first which column is what."))
        begin_staging(locked)
        enqueue("initiatives.stage_import", {"import_id": locked.pk})
    return locked


def begin_staging(run: ImportRun) -> None:
    """Put the run into the state in which rows may be staged, inside the caller's transaction and rights."""
    run.state, run.error, run.rows_done, run.notes = RunState.STAGING, "", 0, []
    run.save(update_fields=["state", "error", "rows_done", "notes"])


def finish_staging(*, by: Actor, run: ImportRun, staged: Staged) -> ImportRun:
    """Compare the staged rows with the register, count, and show the run for a person's decision (or publish it)."""
    with acting(by):
        locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if locked.state != RunState.STAGING:
            return locked
        register = locked.register = register_of(plan_from_data(locked.plan))
        compare(run_id=locked.pk, register=register)
        counts = count(run_id=locked.pk, register=register)
        locked.counts = counts | {"unread": staged.unread, "repeats": staged.repeats}
        locked.notes, locked.rows_total, locked.rows_done = staged.notes, staged.rows, staged.rows
        locked.state = RunState.PREVIEW
        if locked.publish_when_staged:
            _publish_soon(locked)
        elif counts[RowOutcome.CREATED] and counts["missing"]:
            begin_search(locked)
        locked.save(update_fields=["counts", "notes", "rows_total", "rows_done", "state", "register"])
    return locked


def fail_run(*, by: Actor, run: ImportRun, error: FormatError | ValidationError | str) -> None:
    """End a run that cannot go on, with the reason in plain words; the file stays for another try."""
    reason = " ".join(error.messages) if isinstance(error, ValidationError) else str(error)
    with acting(by):
        locked = ImportRun.objects.select_for_update(of=("self",)).get(pk=run.pk)
        if locked.state in (RunState.PUBLISHED, RunState.CANCELLED):
            return
        drop_rows(ImportRow.objects.filter(run=locked))
        locked.state, locked.error = RunState.FAILED, reason
        locked.save(update_fields=["state", "error"])


def request_publish(*, by: Actor, run: ImportRun) -> ImportRun:
    """Let a worker publish the run; asking twice is the same as once."""
    with acting(by):
        locked = _locked(by, run, (RunState.PREVIEW, RunState.PUBLISHING, RunState.PUBLISHED))
        if locked.state == RunState.PREVIEW:
            _publish_soon(locked)
            locked.save(update_fields=["state"])
    return locked


def cancel_run(*, by: Actor, run: ImportRun) -> ImportRun:
    """Give a run up: its staged rows go, nothing of it was ever in the register."""
    with acting(by):
        locked = _locked(by, run, (*OPEN, RunState.CANCELLED))
        drop_rows(ImportRow.objects.filter(run=locked))
        if locked.state != RunState.CANCELLED:
            locked.state, locked.finished_at = RunState.CANCELLED, clock.now()
            locked.save(update_fields=["state", "finished_at"])
    return locked


def change_plan(
    *, by: Actor, run: ImportRun, plan: Plan, mapping: Mapping, unit: BusinessUnit | None, as_of: date | None = None
) -> ImportRun:
    """Another mapping, register, unit or day for a file that is not published; it has to be staged again."""
    with acting(by):
        locked = _locked(by, run, OPEN)
        plan, unit = settle(by=by, plan=plan, unit=unit)
        register = register_of(plan)
        check_day(as_of, register)
        drop_rows(ImportRow.objects.filter(run=locked))
        drop_search(locked)
        locked.plan, locked.mapping, locked.unit = plan.to_data(), mapping_data(mapping), unit
        locked.register, locked.as_of, locked.state, locked.counts = register, as_of, RunState.UPLOADED, {}
        locked.save(update_fields=["plan", "mapping", "unit", "register", "as_of", "state", "counts"])
    return locked


def _publish_soon(run: ImportRun) -> None:
    run.state = RunState.PUBLISHING
    enqueue("initiatives.publish_import", {"import_id": run.pk})


def _locked(by: Actor, run: ImportRun, states: Iterable[RunState]) -> ImportRun:
    """The run as it is now, locked. Raises PermissionDenied, or ValidationError if it is in none of `states`."""
    locked: Any = ImportRun.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run.pk)
    if not by.may(Action.IMPORT, locked.unit.path if locked.unit else EVERYTHING):
        raise PermissionDenied(_("You may not import into this unit."))
    if locked.state not in states:
        raise ValidationError(_("This import is %s.") % locked.get_state_display().lower())
    return locked  # type: ignore[no-any-return]
