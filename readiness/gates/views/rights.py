"""403 before a form is shown that would only be refused; the verbs ask again for themselves."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.initiatives.models import Initiative
from readiness.gates.views.access import PageRequest, owns


def may(request: PageRequest, initiative: Initiative, *actions: Action, own: bool = False) -> bool:
    """Whether one of the actions is theirs for the unit or, with `own`, the initiative is."""
    return any(request.actor.may(one, initiative.unit.path) for one in actions) or (own and owns(request, initiative))


def require(request: PageRequest, initiative: Initiative, *actions: Action, own: bool = False) -> None:
    if not may(request, initiative, *actions, own=own):
        raise PermissionDenied(_("Your roles do not allow this here."))


def require_somewhere(request: PageRequest, action: Action) -> None:
    if not request.actor.may_somewhere(action):
        raise PermissionDenied(_("Your roles do not allow this."))
