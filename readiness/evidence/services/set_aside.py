"""A person's word that a run must not decide anything, or that it may again: always with a reason, never a change of the run."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.evidence.models import Run, SetAside

LONGEST_REASON = 500


def may_set_aside(by: Actor, run: Run) -> bool:
    """Those who may bring evidence by their role, where it is about: nobody by owning the initiative, and no token."""
    owner = run.workload.initiative.unit if run.workload else run.pool.unit if run.pool else run.unit
    return by.scopes is None and by.may(Action.BRING, owner.path)


def set_aside(*, by: Actor, run: Run, reason: str) -> SetAside:
    """Keep the run from deciding; whoever judged by it judges again. Raises PermissionDenied, ValidationError."""
    return _say(by=by, run=run, aside=True, reason=reason)


def restore(*, by: Actor, run: Run, reason: str) -> SetAside:
    """Let the run decide again, unless a flaw of its own forbids it. Raises PermissionDenied, ValidationError."""
    return _say(by=by, run=run, aside=False, reason=reason)


def is_aside(run: Run) -> bool:
    """What the newest word says."""
    newest = SetAside.objects.filter(run=run).order_by("-id").first()
    return newest is not None and newest.aside


def _say(*, by: Actor, run: Run, aside: bool, reason: str) -> SetAside:
    if not may_set_aside(by, run):
        raise PermissionDenied(_("You may not say what counts here."))
    said = reason.strip()
    if not said or len(said) > LONGEST_REASON:
        raise ValidationError({"reason": _("Say why, in at most %d characters.") % LONGEST_REASON})
    with acting(by):
        _lock(run)
        if is_aside(run) == aside:
            raise ValidationError(_("This run is set aside already.") if aside else _("This run is not set aside."))
        row = SetAside.objects.create(run=run, aside=aside, reason=said, by_id=by.user_id)
        emit(
            "evidence.arrived",
            {
                "workload_ids": [run.workload_id] if run.workload_id else [],
                "pool_ids": [run.pool_id] if run.pool_id else [],
                "source_id": run.source_id,
            },
        )
    return row


def _lock(run: Run) -> None:
    """One word about a run at a time. Runs are never changed, so their rows cannot be locked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('evidence_run:' || %s::text, 0))", [run.pk])
