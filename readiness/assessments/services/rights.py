"""Who may answer for an initiative, and who looks after question banks."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import EVERYTHING, Actor, is_own
from portfolio.initiatives.models import Initiative


def can_assess(by: Actor, initiative: Initiative) -> bool:
    """Program managers and architects of its unit; its owner and sponsor answer for their own."""
    path = initiative.unit.path
    if by.may(Action.ASSESS, path):
        return True
    return is_own(by, initiative.owner_id, initiative.sponsor_id) and by.scopes is None and by.may(Action.VIEW, path)


def require_assess(by: Actor, initiative: Initiative) -> None:
    """Raises PermissionDenied unless `by` may answer for this initiative."""
    if not can_assess(by, initiative):
        raise PermissionDenied(_("You may not answer for this initiative."))


def can_configure(by: Actor) -> bool:
    """Banks belong to the whole organisation."""
    return by.may(Action.CONFIGURE, EVERYTHING)


def require_configure(by: Actor) -> None:
    """Raises PermissionDenied unless `by` administers the whole organisation."""
    if not can_configure(by):
        raise PermissionDenied(_("Only administrators look after question banks."))
