"""What of a row with an amount a reader is shown: the one place where amounts of this slice are hidden, in the statement."""

from __future__ import annotations

from typing import Any

from django.db.models import BooleanField, Case, CharField, F, Q, Value, When

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit.scope import within


def money_of(actor: Actor, *, own: str = "") -> Q:
    """Rows whose amounts the actor may see: by role for their unit; with `own` (a lookup that leads to an initiative) also those
    of an initiative that it owns or sponsors.
    """
    seen = within("unit__path", actor.paths(Action.MONEY))
    if seen and own and actor.user_id is not None and actor.scopes is None:
        mine = Q(**{f"{own}__owner": actor.user_id}) | Q(**{f"{own}__sponsor": actor.user_id})
        seen |= mine & within("unit__path", actor.paths(Action.VIEW))
    return seen


def masked(seen: Q, **columns: str) -> dict[str, Any]:
    """Annotations {name: column or nothing}; texts are empty where hidden, all else NULL. An empty `seen` hides nothing."""
    return {name: _masked(seen, column) for name, column in columns.items()}


def hidden(seen: Q) -> Any:
    """Whether amounts of the row are hidden from the actor."""
    if not seen:
        return Value(False, BooleanField())
    return Case(When(seen, then=Value(False)), default=Value(True), output_field=BooleanField())


def _masked(seen: Q, column: str) -> Any:
    if not seen:
        return F(column)
    if column == "currency":
        return Case(When(seen, then=F(column)), default=Value(""), output_field=CharField())
    return Case(When(seen, then=F(column)))
