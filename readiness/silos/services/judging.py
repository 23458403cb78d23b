"""What people make of a finding: accept it, dismiss it with a reason, call it done, open it again, hand it to somebody."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import User
from portfolio.accounts.rules import Actor
from portfolio.kit import clock
from portfolio.kit.acting import acting
from portfolio.outbox.services import emit
from readiness.silos.choices import STATE_LABELS, STEP_OF_STATE, FindingState, FindingStep
from readiness.silos.models import Finding
from readiness.silos.models import FindingStep as Step
from readiness.silos.queries.people import owners_of
from readiness.silos.queries.standing import served_by
from readiness.silos.rules.lifecycle import NEEDS_REASON, NEXT

LONGEST_REASON = 2000


class StaleFinding(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: Finding) -> None:
        super().__init__(f"finding {current.pk} is at version {current.version}")
        self.current = current


def can_judge(by: Actor, finding: Finding) -> bool:
    """Whoever judges silos for the unit that holds all of it: part of a finding cannot be accepted."""
    return by.may(Action.SILO, finding.ancestor_path)


def judge(*, by: Actor, finding: Finding, state: FindingState, reason: str = "", version: int | None = None) -> Finding:
    """Move a finding to `state`. Dismissing asks for a reason; every step keeps who, when, why and the amount of then.

    Raises PermissionDenied, ValidationError, StaleFinding if `version` is not the current one.
    """
    said = _reason(reason, needed=state in NEEDS_REASON)
    with acting(by, note=said[:200]):
        row = _locked(by, finding, version)
        if state not in NEXT[FindingState(row.state)]:
            now = STATE_LABELS[FindingState(row.state)]
            raise ValidationError(
                {"state": _("It is “%(now)s” and cannot become “%(then)s”.") % {"now": now, "then": STATE_LABELS[state]}}
            )
        row.state, row.reason, row.judged_amount = state, said, row.amount
        _save(row, "state", "reason", "judged_amount")
        _step(by, row, STEP_OF_STATE[state], said)
        emit("finding.changed", {"finding_id": row.pk, "demo": row.demo, "initiative_ids": served_by([row.pk])})
    return row


def assign(*, by: Actor, finding: Finding, owner: User | None, version: int | None = None) -> Finding:
    """Say who looks after it, somebody who sees all of it; nobody with None."""
    with acting(by):
        row = _locked(by, finding, version)
        if owner is not None and not owners_of(row).filter(pk=owner.pk).exists():
            raise ValidationError({"owner": _("This person does not see the whole finding.")})
        if row.owner_id == (owner.pk if owner else None):
            return row
        row.owner = owner
        _save(row, "owner")
        _step(by, row, FindingStep.ASSIGNED, owner.name if owner else "")
        if owner is not None:
            emit("finding.assigned", {"finding_id": row.pk, "owner_id": owner.pk, "by_id": by.user_id})
    return row


def _reason(reason: str, *, needed: bool) -> str:
    said = reason.replace("\x00", "").strip()
    if needed and not said:
        raise ValidationError({"reason": _("Say why, so that nobody finds it again and wonders.")})
    if len(said) > LONGEST_REASON:
        raise ValidationError({"reason": _("At most %d characters.") % LONGEST_REASON})
    return said


def _locked(by: Actor, finding: Finding, version: int | None) -> Finding:
    row = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if not can_judge(by, row):
        raise PermissionDenied(_("Only those who judge silos for all of its units may do that."))
    if version is not None and row.version != version:
        raise StaleFinding(row)
    return row


def _save(row: Finding, *names: str) -> None:
    row.version += 1
    row.save(update_fields=[*names, "version"])


def _step(by: Actor, row: Finding, step: FindingStep, reason: str) -> None:
    Step.objects.create(
        finding=row, step=step, reason=reason, amount=row.amount, by_id=by.user_id, by_label=by.label[:200], at=clock.now()
    )
