"""Who plans and holds a meeting, and who may run its room."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from readiness.meetings.models import Meeting


def can_plan(by: Actor, meeting: Meeting) -> bool:
    """Program managers of its unit, and tokens that may schedule there."""
    return by.may(Action.GATE, meeting.unit.path)


def can_hold(by: Actor, meeting: Meeting) -> bool:
    """Program managers of its unit by hand: no token opens, starts or closes a meeting, or invites anybody."""
    return by.scopes is None and can_plan(by, meeting)


def can_keep(by: Actor, meeting: Meeting) -> bool:
    """Those who hold it and its chair: attendance, notes, actions, showing the votes."""
    chairs = by.scopes is None and by.user_id is not None and by.user_id == meeting.chair_id
    return chairs or can_hold(by, meeting)


def require_plan(by: Actor, meeting: Meeting) -> None:
    if not can_plan(by, meeting):
        raise PermissionDenied(_("Your roles do not allow this here. A program manager of the unit plans its meetings."))


def require_hold(by: Actor, meeting: Meeting) -> None:
    if not can_hold(by, meeting):
        raise PermissionDenied(_("A program manager of the unit holds its meetings."))


def require_keep(by: Actor, meeting: Meeting) -> None:
    if not can_keep(by, meeting):
        raise PermissionDenied(_("The chair or a program manager of the unit does this."))
