"""Who may vote, decide, waive and prove: people alone, with the rights that the database gives them at that moment."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action, Role
from portfolio.accounts.models import User
from portfolio.accounts.queries import actor_for
from portfolio.accounts.rules import Actor, is_own
from portfolio.initiatives.models import Initiative


def as_of_now(by: Actor) -> Actor:
    """The same person with the roles that they hold now; asked under the review's lock, so that one which was taken away
    meanwhile does not count. Raises PermissionDenied for a token, for the product itself and for a closed account.
    """
    if by.scopes is not None or by.user_id is None:
        raise PermissionDenied(_("Only people vote, decide, waive and prove; tokens never do."))
    user = User.objects.filter(pk=by.user_id, is_active=True).first()
    if user is None:
        raise PermissionDenied(_("This account is closed."))
    return actor_for(user, through=by.through, request_id=by.request_id)


def require_gatekeeper(by: Actor, initiative: Initiative) -> Actor:
    """Raises PermissionDenied unless they are a gatekeeper of the initiative's unit now."""
    now = as_of_now(by)
    if not now.may(Action.DECIDE, initiative.unit.path):
        raise PermissionDenied(_("You are no gatekeeper of this unit."))
    return now


def require_waiving(by: Actor, initiative: Initiative) -> Actor:
    """Raises PermissionDenied unless they may ask for a waiver: by role for the unit, or for what they own or sponsor."""
    now = as_of_now(by)
    if not (now.may(Action.WAIVE, initiative.unit.path) or own(now, initiative)):
        raise PermissionDenied(_("You may not ask for a waiver of this initiative."))
    return now


def require_any(by: Actor, initiative: Initiative, *actions: Action, or_own: bool = False) -> Actor:
    """Raises PermissionDenied unless one of the actions is theirs for the unit or, with `or_own`, the initiative is."""
    now = as_of_now(by)
    if not (any(now.may(one, initiative.unit.path) for one in actions) or (or_own and own(now, initiative))):
        raise PermissionDenied(_("This is not yours to do."))
    return now


def own(by: Actor, initiative: Initiative) -> bool:
    """Whether they own or sponsor it and still see it."""
    return is_own(by, initiative.owner_id, initiative.sponsor_id) and by.may(Action.VIEW, initiative.unit.path)


def roles_for(by: Actor, initiative: Initiative) -> frozenset[Role]:
    """The roles that they hold for its unit."""
    return frozenset(grant.role for grant in by.grants if initiative.unit.path.startswith(grant.path))
