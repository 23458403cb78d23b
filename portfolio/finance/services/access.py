"""Who may write amounts, and the news that they changed."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.models import BusinessUnit
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.initiatives.models import Initiative
from portfolio.outbox.services import emit


class Stale(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(f"{type(current).__name__} {current.pk} is at version {current.version}")
        self.current = current


def can_edit(by: Actor, path: str) -> bool:
    """Finance and program managers for their units; a token with both scopes. Who sees no amounts writes none."""
    return by.may(Action.BUDGET, path) and by.may(Action.MONEY, path)


def can_configure(by: Actor) -> bool:
    """Rates and settings count for everybody: they are the whole organisation's finance people's, and its administrators'."""
    whole = by.may(Action.BUDGET, EVERYTHING) or (by.may(Action.CONFIGURE, EVERYTHING) and by.scopes is None)
    return whole and by.may(Action.MONEY, EVERYTHING)


def require_edit(by: Actor, path: str) -> None:
    if not can_edit(by, path):
        raise PermissionDenied(_("You may not change budgets of this unit."))


def require_configure(by: Actor) -> None:
    if not can_configure(by):
        raise PermissionDenied(_("Rates and settings count for the whole organisation; you may not change them."))


def holder_path(unit: BusinessUnit | None, initiative: Initiative | None) -> str:
    """The path of the unit that a row belongs to. Raises ValidationError unless exactly one of the two is given."""
    if (unit is None) == (initiative is None):
        raise ValidationError({"unit": _("A row belongs to one initiative or to one unit.")})
    return unit.path if unit is not None else initiative.unit.path  # type: ignore[union-attr]


def locked(model: type[models.Model], pk: int, *, by: Actor, version: int | None) -> Any:
    """The row as it is now, locked, for somebody who may change it. Raises PermissionDenied, Stale."""
    rows: Any = model._default_manager.select_for_update(of=("self",)).select_related("unit", "initiative__unit")
    row = rows.get(pk=pk)
    require_edit(by, holder_path(row.unit, row.initiative))
    if version is not None and row.version != version:
        raise Stale(row)
    return row


def changed(*, initiatives: Collection[int | None] = (), units: Collection[int | None] = ()) -> None:
    """Tell whoever judges what follows from these budgets. Inside the caller's transaction."""
    emit("budget.changed", {"initiative_ids": _known(initiatives), "unit_ids": _known(units)})


def _known(ids: Collection[int | None]) -> list[int]:
    return sorted({pk for pk in ids if pk is not None})
