"""A page's filters and columns kept under a name, for oneself or for a unit."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import Actor
from portfolio.initiatives.models import SavedView
from portfolio.kit.acting import acting

PAGES = ("list", "board", "portfolio")


def save_view(
    *, by: Actor, page: str, name: str, query: str = "", columns: list[str] | None = None, unit: BusinessUnit | None = None
) -> SavedView:
    """Keep `query` under `name`. `unit` shares it with everybody who sees that unit.

    Raises PermissionDenied for a unit that the actor does not see, ValidationError for a name taken already.
    """
    if by.user_id is None or (unit is not None and not by.may(Action.VIEW, unit.path)):
        raise PermissionDenied(_("You may not share a view with this unit."))
    if page not in PAGES:
        raise ValidationError({"page": _("There is no such page.")})
    view = SavedView(owner_id=by.user_id, page=page, name=name.strip(), query=query, columns=columns or [], unit=unit)
    with acting(by):
        return _stored(view)


def change_view(*, by: Actor, view: SavedView, name: str, unit: BusinessUnit | None) -> SavedView:
    """Rename one's own view or share it otherwise."""
    _require_own(by, view)
    if unit is not None and not by.may(Action.VIEW, unit.path):
        raise PermissionDenied(_("You may not share a view with this unit."))
    view.name, view.unit = name.strip(), unit
    with acting(by):
        return _stored(view)


def delete_view(*, by: Actor, view: SavedView) -> None:
    """Remove one's own view."""
    _require_own(by, view)
    with acting(by):
        view.delete()


def _stored(view: SavedView) -> SavedView:
    view.full_clean(validate_unique=False, validate_constraints=False)
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError as error:
        raise ValidationError({"name": _("You have a view of this name already.")}) from error
    return view


def _require_own(by: Actor, view: SavedView) -> None:
    if by.user_id is None or view.owner_id != by.user_id:
        raise PermissionDenied(_("Only its owner changes a saved view."))
