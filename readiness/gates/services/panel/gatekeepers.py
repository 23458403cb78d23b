"""The gatekeepers of units: who sits at which gates, and what they stand for."""

from __future__ import annotations

from collections.abc import Collection

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from portfolio.accounts.models import BusinessUnit, User
from portfolio.accounts.rules import EVERYTHING, Actor
from portfolio.kit.acting import acting
from readiness.gates.choices import GateFunction
from readiness.gates.models import Gatekeeper
from readiness.gates.queries.gatekeepers import holds_role
from readiness.gates.services.rights import require_gate, require_person
from readiness.gates.services.seating import in_order


def add_gatekeeper(
    *, by: Actor, person: User, functions: Collection[GateFunction], unit: BusinessUnit | None = None,
    gates: Collection[str] = (), chair: bool = False,
) -> Gatekeeper:  # fmt: skip
    """Name who sits at the gates of a unit and those below it (None: of the whole organisation), and what they stand for.

    `gates`: keys of the gates, none named: all. Their role as a gatekeeper is given apart, by an administrator.
    Raises PermissionDenied, ValidationError with a message per field.
    """
    _require(by, unit)
    with acting(by):
        row = Gatekeeper(person=person, unit=unit, demo=person.demo)
        if not holds_role(person, unit):
            raise ValidationError({"person": _("Only somebody with the role of a gatekeeper for this unit sits at its gates.")})
        _write(row, functions, gates, chair)
    return row


def change_gatekeeper(
    *, by: Actor, gatekeeper: Gatekeeper, functions: Collection[GateFunction], gates: Collection[str] = (), chair: bool = False
) -> Gatekeeper:  # fmt: skip
    """What they stand for, where they sit. Reviews that are seated already keep their seats."""
    with acting(by):
        row = Gatekeeper.objects.select_for_update(of=("self",)).select_related("unit", "person").get(pk=gatekeeper.pk)
        _require(by, row.unit)
        _write(row, functions, gates, chair)
    return row


def remove_gatekeeper(*, by: Actor, gatekeeper: Gatekeeper) -> None:
    """They are seated at no further review; seats that they have stay theirs as long as they hold the role."""
    with acting(by):
        row = Gatekeeper.objects.select_for_update(of=("self",)).select_related("unit").get(pk=gatekeeper.pk)
        _require(by, row.unit)
        row.delete()


def _require(by: Actor, unit: BusinessUnit | None) -> None:
    require_person(by)
    require_gate(by, unit.path if unit else EVERYTHING)


def _write(row: Gatekeeper, functions: Collection[GateFunction], gates: Collection[str], chair: bool) -> None:
    if not functions:
        raise ValidationError({"functions": _("Say what they stand for.")})
    row.functions, row.gates, row.chair = in_order(functions), sorted(set(gates)), chair
    row.clean_fields()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as twice:
        raise ValidationError({"person": _("They sit at the gates of this unit already.")}) from twice
