"""What every verb of this slice does alike: who may, names that may be written, versions, amounts with their currency."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models
from django.utils.translation import gettext as _

from portfolio.accounts.choices import Action
from portfolio.accounts.rules import Actor
from portfolio.kit import clock

Row = TypeVar("Row", bound=models.Model)
CURRENCY = re.compile(r"[A-Z][A-Z0-9_]{2,15}")
MOST = Decimal(10) ** 17


class StaleRow(Exception):
    """Somebody else saved first; `current` is the row as it is now."""

    def __init__(self, current: Any) -> None:
        super().__init__(f"{current._meta.model_name} {current.pk} is at version {current.version}")
        self.current = current


def require(by: Actor, action: Action, unit_path: str, *, words: str = "") -> None:
    if not by.may(action, unit_path):
        raise PermissionDenied(words or _("Your roles do not allow this for the unit."))


def require_somewhere(by: Actor, action: Action) -> None:
    """For what belongs to the organisation: whoever holds the right for any unit."""
    if not by.may_somewhere(action):
        raise PermissionDenied(_("Your roles do not allow this."))


def locked(model: type[Row], pk: int, *related: str, version: int | None = None) -> Row:
    """The row as it is now, locked until the transaction ends. Raises StaleRow if `version` is another."""
    rows = model._default_manager.select_for_update(of=("self",)).select_related(*related)
    row: Any = rows.get(pk=pk)
    if version is not None and row.version != version:
        raise StaleRow(row)
    found: Row = row
    return found


def check_names(changes: Mapping[str, Any], allowed: Collection[str]) -> None:
    if unknown := set(changes) - set(allowed):
        raise ValidationError({name: _("There is no such field to change.") for name in sorted(unknown)})


def fill(row: models.Model, changes: Mapping[str, Any]) -> None:
    """Put `changes` into the row, texts without blanks around them."""
    for name, value in changes.items():
        setattr(row, name, value.strip() if isinstance(value, str) else value)


def require_money(by: Actor, changes: Mapping[str, Any], fields: Collection[str], unit_path: str) -> None:
    """Whoever may not see amounts may not write any."""
    if set(fields) & {name for name, value in changes.items() if value not in (None, "")} and not by.may(Action.MONEY, unit_path):
        raise PermissionDenied(_("You may not see amounts of this unit, so you may not write any."))


def amount_problems(row: Any, amount: str, currency: str = "currency") -> dict[str, str]:
    """What is wrong with an amount and its currency, by field."""
    value, code = getattr(row, amount), getattr(row, currency)
    problems: dict[str, str] = {}
    if value is not None and not (value.is_finite() and 0 <= value < MOST):
        problems[amount] = _("A number from 0 on. Leave it empty where nobody knows it.")
    if value is not None and not code:
        problems[currency] = _("An amount needs its currency.")
    elif code and not CURRENCY.fullmatch(code):
        problems[currency] = _("The capital letters of a currency, such as EUR.")
    return problems


def save(row: Any, fields: Collection[str] | None = None) -> None:
    """Write a new row, or `fields` of one with its version counted on. Raises ValidationError with a message per field."""
    row.full_clean(exclude=_unasked(row))
    if fields is None:
        row.save(force_insert=True)
        return
    row.version += 1
    stamped = [*fields, "version"]
    if hasattr(row, "updated_at"):
        row.updated_at = clock.now()
        stamped.append("updated_at")
    row.save(update_fields=list(dict.fromkeys(stamped)))


def _unasked(row: Any) -> list[str]:
    """Generated and pointing columns are the database's and the caller's: each of them would cost a statement."""
    fields = row._meta.concrete_fields
    return [field.name for field in fields if field.is_relation or isinstance(field, models.GeneratedField)]


def refuse(problems: Mapping[str, str]) -> None:
    if problems:
        raise ValidationError(dict(problems))
