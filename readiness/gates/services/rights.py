"""Who plans and steers reviews, and who looks after templates. Who votes and decides: deciders.py."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action, Role
from portfolio.accounts.rules import EVERYTHING, Actor
from readiness.gates.choices import Outcome, ReviewState, ReviewStep
from readiness.gates.models import Review
from readiness.gates.rules import reviews
from readiness.gates.services.deciders import as_of_now
from readiness.gates.services.refusals import refuse_if

_OF_TOKENS = frozenset({ReviewStep.SCHEDULE, ReviewStep.UNSCHEDULE})


def fresh(by: Actor) -> Actor:
    """A person with the roles that they hold now; whoever else as they are."""
    return as_of_now(by) if by.user_id is not None and by.scopes is None else by


def require_gate(by: Actor, unit_path: str) -> None:
    """Raises PermissionDenied unless `by` plans and steers the reviews of this unit."""
    if not by.may(Action.GATE, unit_path):
        raise PermissionDenied(_("You may not plan gate reviews of this unit."))


def require_person(by: Actor) -> None:
    """Raises PermissionDenied for a token."""
    if by.scopes is not None:
        raise PermissionDenied(_("Tokens plan and schedule reviews, and nothing else."))


def require_step(by: Actor, row: Review, step: ReviewStep) -> Actor:
    """`by` with the rights of now, if the step is possible and theirs to take. Raises PermissionDenied, Refused.

    `row` is locked, with its initiative's unit.
    """
    if step not in _OF_TOKENS:
        require_person(by)
    now = fresh(by)
    decided = Outcome(row.decided) if row.decided else None
    found = reviews.faults(step, ReviewState(row.state), roles=_roles(now, row.initiative.unit.path), decided=decided)
    if any(one.code is reviews.Code.NOT_YOURS for one in found):
        raise PermissionDenied(_("This step is not yours to take."))
    refuse_if(found)
    return now


def _roles(by: Actor, unit_path: str) -> frozenset[Role]:
    """By what they may do and not by what they are called: a token has its maker's roles and not their rights."""
    held = {Action.GATE: Role.PROGRAM_MANAGER, Action.DECIDE: Role.GATEKEEPER}
    return frozenset(role for action, role in held.items() if by.may(action, unit_path))


def can_configure(by: Actor) -> bool:
    """Templates belong to the whole organisation; a token has no such scope."""
    return by.may(Action.CONFIGURE, EVERYTHING)


def require_configure(by: Actor) -> None:
    """Raises PermissionDenied unless `by` administers the whole organisation."""
    if not can_configure(by):
        raise PermissionDenied(_("Only administrators look after templates of gates."))
